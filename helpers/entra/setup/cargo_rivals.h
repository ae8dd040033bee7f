/* SPDX-License-Identifier: MIT */
/*
 * What Cargo takes before its configuration file.
 */
#ifndef HELPERS_ENTRA_SETUP_CARGO_RIVALS_H
#define HELPERS_ENTRA_SETUP_CARGO_RIVALS_H

#include <stdbool.h>

/* Warns if a variable, CARGO_REGISTRIES_CONTOSO_CREDENTIAL_PROVIDER for the registry contoso, names
 * another provider than ours. Returns whether one does.
 *
 * Source: The Cargo Book, "Configuration", "Environment variables". */
bool cargo_rivals_warn(const char *registry);

#endif
