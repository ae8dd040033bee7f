/* SPDX-License-Identifier: MIT */
/*
 * A small HTTP/1.1 server, for the process that serves one command (run_server.h). It knows HTTP
 * and nothing of tokens: it reads requests without a body, asks for the answer to each, and sends
 * that. Only this module links libmicrohttpd.
 *
 * Everything has a limit: connections, bytes of a request, and time. Where there are too many
 * connections, for the descriptors that the process may have or for the memory that they take, the
 * oldest that has not sent its request gives way to a new one, so that nobody can keep the command
 * out by holding connections open.
 */
#ifndef HELPERS_ENTRA_RUN_ENDPOINT_ENDPOINT_H
#define HELPERS_ENTRA_RUN_ENDPOINT_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/base/module.h"
#include "common/base/secret.h"

#define ENDPOINT_MODULE      "entra-endpoint.so"
#define ENDPOINT_FIELDS_MAX  64 /* of a request: header fields and members of the query */
#define ENDPOINT_WATCHES     2
#define ENDPOINT_ANSWERS_MAX 128         /* that are being made, one for each connection */
#define ENDPOINT_ANSWER_MAX  (64 * 1024) /* bytes */

/* Descriptors of the process: what it has beside connections, with some to spare, and what it can
 * use in all. With fewer, it serves fewer connections at once. */
#define ENDPOINT_OWN_DESCRIPTORS 16
#define ENDPOINT_DESCRIPTORS     (ENDPOINT_OWN_DESCRIPTORS + 3 * ENDPOINT_ANSWERS_MAX)

/* A header field, or a member of the query, which is percent-decoded. The value may contain any
 * bytes, a NUL included, and one follows. */
struct endpoint_field {
    bool is_header;
    const char *name;
    const char *value; /* NULL: a member of the query without an equals sign */
    size_t length;
};

struct endpoint_request {
    const char *method;
    const char *path; /* percent-decoded, without the query */
    struct endpoint_field fields[ENDPOINT_FIELDS_MAX];
    size_t count;
};

/* What precedes the body in the bytes of an answer. */
struct endpoint_head {
    int32_t status;      /* of HTTP */
    int32_t retry_after; /* seconds; 0: not said */
};

struct endpoint_service {
    int listener; /* a listening socket, not blocking */
    void *context;

    /* What else there is to do: on_ready is called when the descriptor, which must not block, can
     * be read, or perhaps can. */
    struct endpoint_watch {
        int fd;
        void (*on_ready)(void *context);
    } watches[ENDPOINT_WATCHES];

    /* Begins to make the answer to a request. Returns a descriptor that the answer can be read
     * from, a struct endpoint_head and a JSON text, until its end; the server closes it. Or -1 with
     * the answer, which the server frees; the connection is closed after it. */
    int (*answer)(void *context, const struct endpoint_request *request,
                  struct secret **ret_refusal);

    /* The server is about to close this descriptor of an answer: it has been read, or the client
     * has gone and nobody waits for it. */
    void (*end_answer)(void *context, int fd);
};

struct endpoint_module {
    struct module module;

    /* Serves until the process ends. Returns false if it cannot. */
    bool (*serve)(const struct endpoint_service *service);
};

#endif
