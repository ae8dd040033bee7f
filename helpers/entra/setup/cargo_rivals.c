/* SPDX-License-Identifier: MIT */
#include "helpers/entra/setup/cargo_rivals.h"

#include <ctype.h>
#include <string.h>

#include "common/base/environment.h"
#include "common/base/report.h"
#include "common/base/text.h"
#include "helpers/entra/setup/cargo_config.h"

/* The caller frees it. */
static char *variable_name(const char *registry)
{
    char *name = text_format("CARGO_REGISTRIES_%s_CREDENTIAL_PROVIDER", registry);
    for (char *c = name; *c != '\0'; c++)
        *c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
    return name;
}

bool cargo_rivals_warn(const char *registry)
{
    autofree char *name = variable_name(registry);
    const char *value = environment(name);
    if (value == NULL || cargo_provider_is_ours(value))
        return false;
    warning_of("", "Unset it.",
               "%s is set, so Cargo does not ask entra for the registry '%s', whatever its "
               "configuration says",
               name, registry);
    return true;
}
