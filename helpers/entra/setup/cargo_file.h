/* SPDX-License-Identifier: MIT */
/*
 * The user's configuration of Cargo: ~/.cargo/config.toml, or where CARGO_HOME says.
 */
#ifndef HELPERS_ENTRA_SETUP_CARGO_FILE_H
#define HELPERS_ENTRA_SETUP_CARGO_FILE_H

#include <stdbool.h>

#include "common/config/config.h"
#include "helpers/entra/setup/cargo_config.h"

struct cargo_file {
    char *path;
    bool is_new;         /* there is no such file */
    struct secret *text; /* "" if it is new */
    struct cargo_config config;
};

/* Reads the file, if it is there. The caller clears *ret_file with cargo_file_clear in any case.
 * Fails with ERROR_USAGE, or ERROR_OTHER if it cannot be read; the message has the path. */
bool cargo_file_read(struct cargo_file *ret_file, struct error *error);

/* Fails with ERROR_USAGE if Cargo is given no token for a registry with this index, which may be
 * NULL. */
bool cargo_file_check_index(struct config *config, const struct cargo_registry *registry,
                            struct error *error);

void cargo_file_clear(struct cargo_file *file);
#define auto_cargo_file CLEANUP(cargo_file_clear)

#endif
