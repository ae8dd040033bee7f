/* SPDX-License-Identifier: MIT */
/*
 * What an Azure SDK asks the endpoint of `entra run`, in the form of Azure App Service:
 *
 *     GET /msi/token?resource=https://vault.azure.net&api-version=2019-08-01 HTTP/1.1
 *     Host: 127.0.0.1:PORT
 *     X-IDENTITY-HEADER: SECRET
 *
 * Source: "How to use managed identities for App Service", REST endpoint reference (Microsoft
 * Learn), and the SDKs. Terraform's providers ask in the form of a virtual machine, which has no
 * secret, so the address that they are given has it in its path:
 *
 *     GET /msi/token/SECRET?api-version=2018-02-01&resource=https://management.azure.com HTTP/1.1
 *
 * Some send it as x-ms-identity, and newer ones as above (hashicorp/go-azure-sdk,
 * sdk/auth/managed_identity_authorizer.go; terraform-provider-azurerm#33024).
 */
#ifndef HELPERS_ENTRA_RUN_IDENTITY_REQUEST_H
#define HELPERS_ENTRA_RUN_IDENTITY_REQUEST_H

#include <stdbool.h>

#include "common/base/secret.h"
#include "common/entra/request.h"
#include "common/entra/scope.h"
#include "helpers/entra/run/endpoint/endpoint.h"

#define IDENTITY_PATH   "/msi/token"
#define IDENTITY_ID_MAX 512

/* What the requests of the command have and those of others do not. */
struct identity_rules {
    const char *host;            /* as the command was told: HOST:PORT */
    const struct secret *secret; /* IDENTITY_HEADER */
};

/* The texts are visible ASCII without quotation marks and backslashes. */
struct identity_request {
    char resource[SCOPE_MAX + 1]; /* without /.default */
    enum identity_id
        id_kind; /* whose token, if the request names an identity; else IDENTITY_SYSTEM */
    char id[IDENTITY_ID_MAX + 1];
};

/* Reads a request. Where it comes from and the secret are checked first: without them, a refusal
 * says which of the two is wrong, and nothing of what else there is. Refused are also
 * a Host other than ours, which a browser sends that was led here by its DNS (DNS rebinding); an
 * Origin, which only browsers send; and what a proxy has passed on. Unknown members of the query
 * are ignored. On refusal, returns false with the HTTP status and why, for the command's user. */
bool identity_request_read(const struct endpoint_request *raw, const struct identity_rules *rules,
                           struct identity_request *ret_request, int *ret_status,
                           struct error *error);

#endif
