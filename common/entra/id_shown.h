/* SPDX-License-Identifier: MIT */
/*
 * The id of a client or tenant, for messages. People set a client secret in its place, and a
 * message that says that it is no id would show the secret.
 */
#ifndef COMMON_ENTRA_ID_SHOWN_H
#define COMMON_ENTRA_ID_SHOWN_H

/* The text itself, or "..." if it may be a client secret: those of Entra and AD FS are longer than
 * a name, and have other characters than a GUID or a managed identity's resource id. What is beside
 * a GUID (a blank, braces) counts by itself; a URL is shown if it has no part for secrets. NULL
 * stays NULL. */
const char *id_shown(const char *text);

#endif
