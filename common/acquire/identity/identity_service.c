/* SPDX-License-Identifier: MIT */
#include "common/acquire/identity/identity_service.h"

#include "common/acquire/http/retry.h"
#include "common/acquire/identity/arc.h"
#include "common/acquire/identity/imds.h"

/* Service Fabric's certificate is its own, so it is known by its thumbprint, which without TLS
 * would prove nothing. Arc's challenge is answered with a key that only root can read. */
static const struct identity_service services[] = {
    [IDENTITY_SERVICE_FABRIC] = {
        .clear = HTTP_CLEAR_NEVER,
        .api_version = "2019-07-01-preview",
        .header = "Secret",
        .header_variable = "IDENTITY_HEADER",
        .thumbprint_variable = "IDENTITY_SERVER_THUMBPRINT",
        .send = retry_send,
    },
    [IDENTITY_APP_SERVICE] = {
        .clear = HTTP_CLEAR_NEARBY,
        .api_version = "2019-08-01",
        .header = "X-IDENTITY-HEADER",
        .header_variable = "IDENTITY_HEADER",
        .id_parameters = { NULL, "client_id", "object_id", "mi_res_id" },
        .send = retry_send,
    },
    [IDENTITY_MACHINE_LEARNING] = {
        .clear = HTTP_CLEAR_NEARBY,
        .api_version = "2017-09-01",
        .header = "secret",
        .header_variable = "MSI_SECRET",
        .id_parameters = { NULL, "clientid", NULL, NULL },
        .send = retry_send,
    },
    [IDENTITY_CLOUD_SHELL] = {
        .clear = HTTP_CLEAR_NEARBY,
        .header = "Metadata",
        .post = true,
        .send = retry_send,
    },
    [IDENTITY_ARC] = {
        .clear = HTTP_CLEAR_LOOPBACK,
        .api_version = "2020-06-01",
        .header = "Metadata",
        .send = arc_send,
    },
    [IDENTITY_IMDS] = {
        .clear = HTTP_CLEAR_NEARBY,
        .api_version = "2018-02-01",
        .header = "Metadata",
        .id_parameters = { NULL, "client_id", "object_id", "msi_res_id" },
        .send = imds_send,
    },
};

const struct identity_service *identity_service_of(const struct identity_source *source)
{
    return &services[source->kind];
}
