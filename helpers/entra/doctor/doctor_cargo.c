/* SPDX-License-Identifier: MIT */
/* The check cargo: for which registries Cargo asks our provider, and whether it answers. */
#define _GNU_SOURCE
#include <string.h>

#include "helpers/entra/doctor/doctor.h"
#include "helpers/entra/setup/cargo_file.h"
#include "helpers/entra/setup/cargo_rivals.h"

/* Whether there will be tokens is known only if the configuration could be read, and the index is
 * in this file: a project's may have it. */
static void check_registry(struct doctor *doctor, const struct cargo_registry *registry)
{
    struct error error = { 0 };
    autofree char *asking = text_format("Cargo's registry '%s'", registry->name);
    if (!doctor_check_helper(doctor, asking, registry->words[0]) ||
        cargo_rivals_warn(registry->name))
        return;
    if (doctor->config == NULL || registry->index == NULL ||
        cargo_file_check_index(doctor->config, registry, &error))
        doctor_ok(doctor, "Cargo asks our provider for the registry '%s'", registry->name);
    else
        doctor_fail(doctor, &error);
}

void doctor_cargo(struct doctor *doctor)
{
    struct error error = { 0 };
    auto_cargo_file struct cargo_file file;
    bool is_read = cargo_file_read(&file, &error), is_used = false;
    for (size_t i = 0; is_read && i < file.config.count; i++) {
        if (file.config.registries[i].provider != CARGO_PROVIDER_OURS)
            continue;
        is_used = true;
        check_registry(doctor, &file.config.registries[i]);
        doctor_detail(doctor, "file", file.path, NULL);
    }
    if (!is_read)
        doctor_fail(doctor, &error);
    else if (!is_used)
        doctor_skip(doctor, "Cargo does not ask our provider (see 'entra setup cargo')");
}
