/* SPDX-License-Identifier: MIT */
/*
 * Modules: shared objects that are loaded on first need, as PAM and NSS do, so that a cached answer
 * does not pay for loading libcurl, OpenSSL or GLib. Each module exports one table, `entra_module`,
 * whose first member is a struct module.
 *
 * Modules are found in ../lib/entra relative to the folder of the running program, both in the
 * build tree and when installed. No environment variable chooses what is loaded.
 */
#ifndef COMMON_BASE_MODULE_H
#define COMMON_BASE_MODULE_H

#include "common/base/error.h"
#include "common/base/unfinished.h"

struct module {
    const char *version;         /* ENTRA_VERSION: a program loads modules of its own build only */
    struct reporting *reporting; /* the module's own, set to a copy of the program's */
    struct unfinished **unfinished; /* the module's own, set to the program's */
};

/* The initializer of the first member of a module's table. */
#define MODULE_HEAD                                                                                \
    {                                                                                              \
        ENTRA_VERSION, &reporting, &unfinished                                                     \
    }

#define MODULE_EXPORT __attribute__((visibility("default")))

/* The table of the module with this file name. The module is loaded on the first call and stays
 * loaded. Returns NULL with ERROR_OTHER if it cannot be loaded or is of another version. */
const struct module *module_load(const char *file, struct error *error);

#endif
