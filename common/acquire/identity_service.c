#define _GNU_SOURCE
#include "common/acquire/identity_service.h"

#include <string.h>
#include <unistd.h>

#include "common/acquire/arc.h"
#include "common/acquire/imds.h"
#include "common/environment.h"

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

/* Service Fabric's certificate is its own, so it is known by its thumbprint, which without TLS
 * would prove nothing. Arc's challenge is answered with a key that only root can read. */
static const struct identity_service services[] = {
    {
        .name = "Service Fabric",
        .is_here = is_service_fabric,
        .endpoint_variable = "IDENTITY_ENDPOINT",
        .clear = HTTP_CLEAR_NEVER,
        .api_version = "2019-07-01-preview",
        .header = "Secret",
        .header_variable = "IDENTITY_HEADER",
        .thumbprint_variable = "IDENTITY_SERVER_THUMBPRINT",
        .send = http_send,
    },
    {
        .name = "App Service",
        .is_here = is_app_service,
        .endpoint_variable = "IDENTITY_ENDPOINT",
        .clear = HTTP_CLEAR_NEARBY,
        .api_version = "2019-08-01",
        .header = "X-IDENTITY-HEADER",
        .header_variable = "IDENTITY_HEADER",
        .id_parameters = { NULL, "client_id", "object_id", "mi_res_id" },
        .send = http_send,
    },
    {
        .name = "Azure Machine Learning",
        .is_here = is_machine_learning,
        .endpoint_variable = "MSI_ENDPOINT",
        .clear = HTTP_CLEAR_NEARBY,
        .api_version = "2017-09-01",
        .header = "secret",
        .header_variable = "MSI_SECRET",
        .default_id_variable = "DEFAULT_IDENTITY_CLIENT_ID",
        .id_parameters = { NULL, "clientid", NULL, NULL },
        .send = http_send,
    },
    {
        .name = "Cloud Shell",
        .is_here = is_cloud_shell,
        .endpoint_variable = "MSI_ENDPOINT",
        .clear = HTTP_CLEAR_NEARBY,
        .header = "Metadata",
        .post = true,
        .send = http_send,
    },
    {
        .name = "Azure Arc",
        .is_here = is_arc,
        .endpoint_variable = "IDENTITY_ENDPOINT",
        .endpoint = ARC_ENDPOINT,
        .clear = HTTP_CLEAR_LOOPBACK,
        .api_version = "2020-06-01",
        .header = "Metadata",
        .send = arc_send,
    },
    {
        .name = "IMDS",
        .is_here = is_anything,
        .endpoint_variable = IMDS_ENDPOINT_VARIABLE,
        .endpoint = IMDS_HOST IMDS_PATH,
        .clear = HTTP_CLEAR_NEARBY,
        .api_version = "2018-02-01",
        .header = "Metadata",
        .id_parameters = { NULL, "client_id", "object_id", "msi_res_id" },
        .is_imds = true,
        .send = imds_send,
    },
};

const struct identity_service *identity_service_find(void)
{
    const struct identity_service *service = services;
    while (!service->is_here())
        service++;
    return service;
}

struct secret *identity_service_url(const struct identity_service *service)
{
    const char *url = getenv(service->endpoint_variable);
    if (url == NULL || url[0] == '\0')
        return secret_format("%s", service->endpoint);
    size_t length = strlen(url);
    while (service->is_imds && length > 0 && url[length - 1] == '/')
        length--;
    return secret_format("%.*s%s", (int)length, url, service->is_imds ? IMDS_PATH : "");
}
