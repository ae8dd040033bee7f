/* SPDX-License-Identifier: MIT */
#include "common/acquire/broker/broker_clients.h"

#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/entra/known_apps.h"
#include "common/entra/scope.h"

#define REDIRECT_TO_BROWSER   "http://localhost"
#define REDIRECT_OF_ARTIFACTS "https://login.microsoftonline.com/oauth2/nativeclient"
#define ANY_API               NULL

#define MICROSOFT  (1U << BROKER_OF_MICROSOFT)
#define HIMMELBLAU (1U << BROKER_OF_HIMMELBLAU)

/* The first record that fits counts. A client without one is the user's own registration. */
static const struct {
    const char *client_id, *api;
    unsigned kinds;
    struct broker_client asks;
} clients[] = {
    /* The redirect URI is what Azure Artifacts' credential provider itself sends on Linux. */
    { KNOWN_APP_AZURE_ARTIFACTS,
      ANY_API,
      MICROSOFT | HIMMELBLAU,
      { KNOWN_APP_AZURE_ARTIFACTS, REDIRECT_OF_ARTIFACTS, BROKER_SERVES } },
    { KNOWN_APP_AZURE_CLI,
      ANY_API,
      HIMMELBLAU,
      { KNOWN_APP_AZURE_CLI, REDIRECT_TO_BROWSER, BROKER_SERVES } },
    { KNOWN_APP_VISUAL_STUDIO,
      ANY_API,
      HIMMELBLAU,
      { KNOWN_APP_VISUAL_STUDIO, REDIRECT_TO_BROWSER, BROKER_SERVES } },
    { KNOWN_APP_KUBELOGIN,
      ANY_API,
      HIMMELBLAU,
      { KNOWN_APP_KUBELOGIN, REDIRECT_TO_BROWSER, BROKER_SERVES } },
    { KNOWN_APP_AZURE_CLI,
      KNOWN_APP_AZURE_DEVOPS,
      MICROSOFT,
      { KNOWN_APP_AZURE_ARTIFACTS, REDIRECT_OF_ARTIFACTS, BROKER_SERVES } },
    { KNOWN_APP_VISUAL_STUDIO,
      KNOWN_APP_AZURE_DEVOPS,
      MICROSOFT,
      { KNOWN_APP_AZURE_ARTIFACTS, REDIRECT_OF_ARTIFACTS, BROKER_SERVES } },
    { KNOWN_APP_AZURE_CLI,
      ANY_API,
      MICROSOFT,
      { KNOWN_APP_AZURE_CLI, BROKER_REDIRECT, BROKER_MAY_SERVE } },
    { KNOWN_APP_KUBELOGIN,
      ANY_API,
      MICROSOFT,
      { KNOWN_APP_KUBELOGIN, BROKER_REDIRECT, BROKER_MAY_SERVE } },
    { KNOWN_APP_VISUAL_STUDIO,
      ANY_API,
      MICROSOFT,
      { KNOWN_APP_VISUAL_STUDIO, BROKER_REDIRECT, BROKER_SERVES_NOT } },
};

static bool is_for_api(const struct token_request *request, const char *api)
{
    const char *scope = request->scope;
    return api == ANY_API || (scope != NULL && scope_resource_length(scope) == strlen(api) &&
                              strncasecmp(scope, api, strlen(api)) == 0);
}

struct broker_client broker_client_for(const struct token_request *request, enum broker_kind kind)
{
    for (size_t i = 0; i < ARRAY_SIZE(clients); i++)
        if (strcasecmp(clients[i].client_id, request->client_id) == 0 &&
            (clients[i].kinds & 1U << kind) != 0 && is_for_api(request, clients[i].api))
            return clients[i].asks;
    return (struct broker_client){ request->client_id, BROKER_REDIRECT, BROKER_SERVES };
}
