/* SPDX-License-Identifier: MIT */
/*
 * What is wrong with a text in the place of the id of a client or tenant, where that can be told
 * from its shape: what was copied along with the id, or in its place.
 */
#ifndef COMMON_ENTRA_ID_ODDITY_H
#define COMMON_ENTRA_ID_ODDITY_H

/* ": it has a blank at an end", or the like, to follow the statement that the text is no such id;
 * "" if there is nothing to say. The text is static. */
const char *id_oddity(const char *text);

#endif
