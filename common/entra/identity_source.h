/* SPDX-License-Identifier: MIT */
/*
 * Managed identities: Azure gives a machine or an app an identity of its own, and runs a service
 * beside it that issues the identity's tokens. The environment shows which service there is, so
 * nothing is sent to find out. One record holds everything about a service, so a new one is a row
 * of the table in identity_source.c; acquire/identity sends the request that the record describes.
 *
 * Sources: MSAL's ManagedIdentityClient, whose order of detection this is, and the REST reference
 * of each service.
 */
#ifndef COMMON_ENTRA_IDENTITY_SOURCE_H
#define COMMON_ENTRA_IDENTITY_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/entra/request.h"
#include "common/entra/url.h"

/* What it takes to get a token in addition to one request and its answer. */
enum identity_protocol {
    IDENTITY_PROTOCOL_PLAIN,
    IDENTITY_PROTOCOL_ARC,  /* a challenge, which is answered with a key from a file */
    IDENTITY_PROTOCOL_IMDS, /* a probe, since another service may answer instead; more retries */
    IDENTITY_PROTOCOLS,
};

struct identity_source {
    const char *name;

    /* The service is present if all these variables are set, or if the program is installed. With
     * neither variables nor a program, it is always taken to be present. */
    const char *variables[3]; /* NULL after the last */
    const char *program;      /* NULL: none */

    /* Its URL: that of the variable, or the endpoint; then the path, if there is one. */
    const char *endpoint_variable;
    const char *endpoint; /* NULL if the variable is always set */
    const char *path;     /* NULL: none */
    enum url_clear clear; /* whether the URL may be http */

    /* The request. */
    bool post;                       /* a form is posted; otherwise a query is sent with GET */
    const char *api_version;         /* NULL: none is sent */
    const char *header;              /* the header that it requires */
    const char *secret_variable;     /* the header's value, a secret; NULL: "true" */
    const char *thumbprint_variable; /* SHA-1 of the only certificate to trust; NULL: as usual */
    const char *default_id_variable; /* the client id to send if none is configured; NULL: none */
    const char *id_parameters[IDENTITY_RESOURCE_ID + 1]; /* by enum identity_id; NULL: not taken */
    enum identity_protocol protocol;

    bool hosts_apps; /* it serves apps, not machines */
};

/* The service of this machine: the first one that is present; IMDS comes last. Never NULL. */
const struct identity_source *identity_source_find(void);

/* Every service in the order of detection, *ret_count of them. */
const struct identity_source *identity_sources_all(size_t *ret_count);

/* The URL to send the request to; absolute unless the variable holds something else. The caller
 * frees it. */
char *identity_source_url(const struct identity_source *source);

#endif
