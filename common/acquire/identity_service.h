/*
 * The services that give managed identities' tokens: how each is recognized, and how it is asked.
 * The order of looking is MSAL's.
 */
#ifndef COMMON_ACQUIRE_IDENTITY_SERVICE_H
#define COMMON_ACQUIRE_IDENTITY_SERVICE_H

#include "common/acquire/http.h"

struct identity_service {
    const char *name;
    bool (*is_here)(void);
    const char *endpoint_variable; /* its URL; IMDS': the host alone */
    const char *endpoint;          /* the whole URL, where the variable is not set */
    enum http_clear clear;         /* where its URL may be http */
    const char *api_version;       /* NULL: it takes none */
    const char *header;            /* its name */
    const char *header_variable;   /* its value, a secret; NULL: "true" */
    const char *thumbprint_variable;
    const char *default_id_variable; /* the client id where none is asked for; NULL: none is sent */
    /* What the service calls an id, in the order of enum identity_id; NULL: it takes none of it. */
    const char *id_parameters[4];
    bool post;
    bool is_imds;
    bool (*send)(const struct http_request *, int64_t deadline, struct http_response *,
                 struct error *);
};

/* The service of this machine: the first that is recognized, at last IMDS. Never NULL. */
const struct identity_service *identity_service_find(void);

/* Where it is asked: an absolute URL. NULL if there is no memory. */
struct secret *identity_service_url(const struct identity_service *service);

#endif
