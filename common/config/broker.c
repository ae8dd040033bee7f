/* SPDX-License-Identifier: MIT */
/* Whether the device's identity broker is asked: ENTRA_BROKER, else the identity's Broker. */
#define _GNU_SOURCE
#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/environment.h"
#include "common/config/internal.h"

#define VARIABLE "ENTRA_BROKER"

bool config_fill_broker(const struct config *config, const struct section *identity,
                        struct token_request *request, struct error *error)
{
    static const char *const names[] = {
        [BROKER_USE_AUTO] = "auto", [BROKER_USE_NEVER] = "never", [BROKER_USE_REQUIRED] = "require"
    };
    const char *variable = environment(VARIABLE);
    const char *value =
        variable != NULL ? variable : section_string(config, identity, "Broker", error);
    if (error->kind != ERROR_NONE)
        return false;
    if (value == NULL)
        return true;
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (strcasecmp(value, names[i]) != 0)
            continue;
        request->broker = (enum broker_use)i;
        return true;
    }
    struct config_path path = config_path_to(&identity->path, "Broker");
    char where[CONFIG_WHERE_MAX];
    error_set(error, ERROR_USAGE, "%s%s must be auto, never or require, not '%.40s'",
              variable != NULL ? "" : config_where(config, &path, where),
              variable != NULL ? VARIABLE : ": Broker", value);
    return false;
}
