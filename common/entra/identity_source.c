/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/entra/identity_source.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/environment.h"

#define ARC_AGENT "/opt/azcmagent/bin/himds"

static bool is_service_fabric(void)
{
    return environment("IDENTITY_ENDPOINT") != NULL && environment("IDENTITY_HEADER") != NULL &&
           environment("IDENTITY_SERVER_THUMBPRINT") != NULL;
}

static bool is_app_service(void)
{
    return environment("IDENTITY_ENDPOINT") != NULL && environment("IDENTITY_HEADER") != NULL;
}

static bool is_machine_learning(void)
{
    return environment("MSI_ENDPOINT") != NULL && environment("MSI_SECRET") != NULL;
}

static bool is_cloud_shell(void)
{
    return environment("MSI_ENDPOINT") != NULL;
}

static bool is_arc(void)
{
    return (environment("IDENTITY_ENDPOINT") != NULL && environment("IMDS_ENDPOINT") != NULL) ||
           access(ARC_AGENT, X_OK) == 0;
}

static bool is_anything(void)
{
    return true;
}

static const struct identity_source sources[] = {
    { "Service Fabric", is_service_fabric, "IDENTITY_ENDPOINT", NULL, NULL, NULL,
      IDENTITY_SERVICE_FABRIC },
    { "App Service", is_app_service, "IDENTITY_ENDPOINT", NULL, NULL, NULL, IDENTITY_APP_SERVICE },
    { "Azure Machine Learning", is_machine_learning, "MSI_ENDPOINT", NULL, NULL,
      "DEFAULT_IDENTITY_CLIENT_ID", IDENTITY_MACHINE_LEARNING },
    { "Cloud Shell", is_cloud_shell, "MSI_ENDPOINT", NULL, NULL, NULL, IDENTITY_CLOUD_SHELL },
    { "Azure Arc", is_arc, "IDENTITY_ENDPOINT",
      "http://localhost:40342/metadata/identity/oauth2/token", NULL, NULL, IDENTITY_ARC },
    { "IMDS", is_anything, "AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://169.254.169.254",
      "/metadata/identity/oauth2/token", NULL, IDENTITY_IMDS },
};

const struct identity_source *identity_source_find(void)
{
    const struct identity_source *source = sources;
    while (!source->is_here())
        source++;
    return source;
}

char *identity_source_url(const struct identity_source *source)
{
    char *text = NULL;
    const char *url = environment(source->endpoint_variable);
    if (url == NULL)
        url = source->endpoint;
    size_t length = strlen(url);
    while (source->path != NULL && length > 0 && url[length - 1] == '/')
        length--;
    return asprintf(&text, "%.*s%s", (int)length, url, source->path != NULL ? source->path : "") < 0
               ? NULL
               : text;
}
