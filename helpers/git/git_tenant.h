/* SPDX-License-Identifier: MIT */
/*
 * Whose tenant a git host belongs to, where the configuration does not say: what the server's
 * challenge names, else what it named before, else what it answers when asked.
 *
 * A challenge is believed only if it came from the host itself over https, and names a tenant of a
 * known cloud. It never says which cloud, host or scope is asked: those are the configuration's.
 */
#ifndef HELPERS_GIT_GIT_TENANT_H
#define HELPERS_GIT_GIT_TENANT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/entra/url.h"
#include "common/store/tenant_cache.h"
#include "helpers/git/git_request.h"

#define GIT_AZURE_DEVOPS_HOST "dev.azure.com"
#define GIT_PLACE_MAX         512

/* The URL of whoever has a tenant: of an organization in Azure DevOps, elsewhere of the host. The
 * organization is the first segment of dev.azure.com's path, or, where git told none, the user name
 * that Azure DevOps puts into the URLs that it shows (https://contoso@dev.azure.com/contoso/...).
 * False where that is not known, or the URL is not https. */
bool git_place_of(const struct git_request *request, const struct url *url,
                  char place[GIT_PLACE_MAX]);

/* What the challenges that git handed on name. */
bool git_tenant_told(const struct git_request *request, char tenant[AUTHORITY_TENANT_MAX]);

/* Asks the server at the place, by a HEAD request. False where it does not say, with a trace of
 * why.
 */
bool git_tenant_ask(const char *place, int64_t deadline, char tenant[AUTHORITY_TENANT_MAX]);

#endif
