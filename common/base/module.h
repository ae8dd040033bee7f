/* SPDX-License-Identifier: MIT */
/*
 * Modules: shared objects opened on first need, in the manner of PAM and NSS, so that a warm answer
 * does not pay for loading libcurl, OpenSSL or GLib. Each exports one table, `entra_module`, whose
 * first member is a struct module.
 *
 * They are found at ../lib/entra from the folder of the running program, in the build tree and
 * installed alike. No environment variable chooses what is loaded.
 */
#ifndef COMMON_BASE_MODULE_H
#define COMMON_BASE_MODULE_H

#include "common/base/error.h"

struct module {
    const char *version; /* ENTRA_VERSION: programs and modules of one build belong together */
    struct reporting *reporting; /* the module's own, which becomes as the program's is */
};

/* What the first member of a module's table is. */
#define MODULE_HEAD                                                                                \
    {                                                                                              \
        ENTRA_VERSION, &reporting                                                                  \
    }

#define MODULE_EXPORT __attribute__((visibility("default")))

/* The table of the module of this file name, loaded if it was not; it stays for good. NULL with
 * ERROR_OTHER where it cannot be loaded or is of another version. */
const struct module *module_load(const char *file, struct error *error);

#endif
