/* SPDX-License-Identifier: MIT */
/*
 * The status as text, for people.
 */
#ifndef HELPERS_ENTRA_STATUS_SHOWN_H
#define HELPERS_ENTRA_STATUS_SHOWN_H

#include "helpers/entra/status/facts.h"

/* Prints it to stdout. */
void status_shown_print(const struct status_facts *facts);

#endif
