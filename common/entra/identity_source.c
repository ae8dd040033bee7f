/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/entra/identity_source.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/environment.h"

static const struct identity_source sources[] = {
    {
        /* Its certificate is self-signed and known by its thumbprint, which would prove nothing
         * without TLS. */
        .name = "Service Fabric",
        .variables = { "IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT" },
        .endpoint_variable = "IDENTITY_ENDPOINT",
        .clear = URL_CLEAR_NEVER,
        .api_version = "2019-07-01-preview",
        .header = "Secret",
        .secret_variable = "IDENTITY_HEADER",
        .thumbprint_variable = "IDENTITY_SERVER_THUMBPRINT",
        .hosts_apps = true,
    },
    {
        .name = "App Service",
        .variables = { "IDENTITY_ENDPOINT", "IDENTITY_HEADER" },
        .endpoint_variable = "IDENTITY_ENDPOINT",
        .clear = URL_CLEAR_NEARBY,
        .api_version = "2019-08-01",
        .header = "X-IDENTITY-HEADER",
        .secret_variable = "IDENTITY_HEADER",
        .id_parameters = { [IDENTITY_CLIENT_ID] = "client_id",
                           [IDENTITY_OBJECT_ID] = "object_id",
                           [IDENTITY_RESOURCE_ID] = "mi_res_id" },
        .hosts_apps = true,
    },
    {
        .name = "Azure Machine Learning",
        .variables = { "MSI_ENDPOINT", "MSI_SECRET" },
        .endpoint_variable = "MSI_ENDPOINT",
        .clear = URL_CLEAR_NEARBY,
        .api_version = "2017-09-01",
        .header = "secret",
        .secret_variable = "MSI_SECRET",
        .default_id_variable = "DEFAULT_IDENTITY_CLIENT_ID",
        .id_parameters = { [IDENTITY_CLIENT_ID] = "clientid" },
        .hosts_apps = true,
    },
    {
        .name = "Cloud Shell",
        .variables = { "MSI_ENDPOINT" },
        .endpoint_variable = "MSI_ENDPOINT",
        .clear = URL_CLEAR_NEARBY,
        .post = true,
        .header = "Metadata",
    },
    {
        /* Its challenge is answered with a key that only root can read. */
        .name = "Azure Arc",
        .variables = { "IDENTITY_ENDPOINT", "IMDS_ENDPOINT" },
        .program = "/opt/azcmagent/bin/himds",
        .endpoint_variable = "IDENTITY_ENDPOINT",
        .endpoint = "http://localhost:40342/metadata/identity/oauth2/token",
        .clear = URL_CLEAR_LOOPBACK,
        .api_version = "2020-06-01",
        .header = "Metadata",
        .protocol = IDENTITY_PROTOCOL_ARC,
    },
    {
        .name = "IMDS",
        .endpoint_variable = "AZURE_POD_IDENTITY_AUTHORITY_HOST",
        .endpoint = "http://169.254.169.254",
        .path = "/metadata/identity/oauth2/token",
        .clear = URL_CLEAR_NEARBY,
        .api_version = "2018-02-01",
        .header = "Metadata",
        .id_parameters = { [IDENTITY_CLIENT_ID] = "client_id",
                           [IDENTITY_OBJECT_ID] = "object_id",
                           [IDENTITY_RESOURCE_ID] = "msi_res_id" },
        .protocol = IDENTITY_PROTOCOL_IMDS,
    },
};

static bool is_here(const struct identity_source *source)
{
    size_t set = 0, count = 0;
    for (; count < ARRAY_SIZE(source->variables) && source->variables[count] != NULL; count++)
        set += environment(source->variables[count]) != NULL;
    return set == count || (source->program != NULL && access(source->program, X_OK) == 0);
}

const struct identity_source *identity_source_find(void)
{
    const struct identity_source *source = sources;
    while (!is_here(source))
        source++;
    return source;
}

const struct identity_source *identity_sources_all(size_t *ret_count)
{
    *ret_count = ARRAY_SIZE(sources);
    return sources;
}

char *identity_source_url(const struct identity_source *source)
{
    const char *url = environment(source->endpoint_variable);
    if (url == NULL)
        url = source->endpoint;
    size_t length = strlen(url);
    while (source->path != NULL && length > 0 && url[length - 1] == '/')
        length--;
    char *text = NULL;
    return asprintf(&text, "%.*s%s", (int)length, url, source->path != NULL ? source->path : "") < 0
               ? NULL
               : text;
}
