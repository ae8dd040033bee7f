/* SPDX-License-Identifier: MIT */
/*
 * How the services that give managed identities' tokens are asked. Which one there is, and where,
 * common/entra/identity_source.h has.
 */
#ifndef COMMON_ACQUIRE_IDENTITY_IDENTITY_SERVICE_H
#define COMMON_ACQUIRE_IDENTITY_IDENTITY_SERVICE_H

#include "common/acquire/http/http.h"
#include "common/entra/identity_source.h"

struct identity_service {
    enum http_clear clear;       /* where its URL may be http */
    const char *api_version;     /* NULL: it takes none */
    const char *header;          /* its name */
    const char *header_variable; /* its value, a secret; NULL: "true" */
    const char *thumbprint_variable;
    /* What the service calls an id, in the order of enum identity_id; NULL: it takes none of it. */
    const char *id_parameters[4];
    bool post;
    bool (*send)(const struct http_request *, int64_t deadline, struct http_response *,
                 struct error *);
};

/* How this one is asked. */
const struct identity_service *identity_service_of(const struct identity_source *source);

#endif
