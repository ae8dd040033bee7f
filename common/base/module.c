/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/module.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

const struct module *module_load(const char *file, struct error *error)
{
    /* The dynamic loader expands $ORIGIN to the program's folder, and looks nowhere else for a name
     * with a slash. */
    char path[128];
    snprintf(path, sizeof path, "$ORIGIN/../lib/entra/%s", file);

    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    const struct module *module = handle != NULL ? dlsym(handle, "entra_module") : NULL;
    if (module == NULL) {
        const char *reason = dlerror();
        error_set(error, ERROR_OTHER, "the module %s cannot be loaded: %s", file,
                  reason != NULL ? reason : "it does not export entra_module");
        return NULL;
    }
    if (strcmp(module->version, ENTRA_VERSION) != 0) {
        error_set(error, ERROR_OTHER,
                  "the module %s has version %s, but this program has version " ENTRA_VERSION, file,
                  module->version);
        error_hint(error, "Install both from the same build.");
        return NULL;
    }
    *module->reporting = reporting;
    *module->unfinished = unfinished;
    return module;
}
