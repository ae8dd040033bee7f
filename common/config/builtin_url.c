/* SPDX-License-Identifier: MIT */
/* URLs that are ours without any configuration, for when it cannot be read. */
#include "common/config/internal.h"
#include "common/entra/error_report.h"

static bool is_covered(const struct builtin_api *builtin, enum config_urls urls,
                       const struct url *url)
{
    size_t covered = 0;
    const struct builtin_place *place = NULL;
    builtin_api_cover(builtin, urls, url, &covered, &place);
    return place != NULL;
}

bool config_is_builtin_registry(const struct url *url)
{
    return is_covered(builtin_api_find("ContainerRegistry"), CONFIG_URLS_ALL, url);
}

bool config_is_builtin_feed(const struct url *url)
{
    const struct builtin_api *builtin;
    for (size_t i = 0; (builtin = builtin_api_at(i)) != NULL; i++)
        if (is_covered(builtin, CONFIG_URLS_FOR_FEEDS, url))
            return true;
    return false;
}

enum config_match config_fail_unread(bool is_builtin, struct error *error)
{
    if (is_builtin)
        return CONFIG_FAILED;
    error_warn(error);
    *error = (struct error){ 0 };
    return CONFIG_NO_MATCH;
}
