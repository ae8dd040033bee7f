/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/entra/organization.h"

#include <string.h>

#include "common/base/text.h"

/* Whether the host is below this domain. */
static bool is_below_domain(const char *host, const char *domain)
{
    size_t length = strlen(host), end = strlen(domain);
    return length > end && strcmp(host + length - end, domain) == 0;
}

enum organization_in organization_in(const struct url *url)
{
    if (!url->https || url->port != 443)
        return ORGANIZATION_NOWHERE;
    if (strcmp(url->host, ORGANIZATION_HOST) == 0 ||
        is_below_domain(url->host, "." ORGANIZATION_HOST))
        return ORGANIZATION_IN_PATH;
    return is_below_domain(url->host, ".visualstudio.com") ? ORGANIZATION_IN_HOST
                                                           : ORGANIZATION_NOWHERE;
}

void organization_lower(struct url *url)
{
    if (organization_in(url) != ORGANIZATION_IN_PATH || url->path[0] != '/')
        return;
    char *name = url->path + 1;
    size_t length = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");
    if (name[length] != '\0' && name[length] != '/')
        return;
    for (size_t i = 0; i < length; i++)
        name[i] = text_lower_char(name[i]);
}
