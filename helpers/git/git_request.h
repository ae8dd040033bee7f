/* SPDX-License-Identifier: MIT */
/*
 * git's credential protocol, read and written: gitcredentials(7), git-credential(1), and git's
 * Documentation/technical/api-credentials. Pure functions on buffers.
 *
 *     protocol=https
 *     host=dev.azure.com
 *     path=contoso/project/_git/repository
 *     (an empty line, or the end)
 */
#ifndef HELPERS_GIT_GIT_REQUEST_H
#define HELPERS_GIT_GIT_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/base/secret.h"
#include "common/entra/request.h"
#include "common/entra/token.h"
#include "common/entra/url.h"
#include "common/store/stored_credentials.h"

#define GIT_LINE_MAX  65535 /* with its newline; git's own limit */
#define GIT_INPUT_MAX (1024 * 1024)
#define GIT_LIST_MAX  32

/* The values of an attribute that may come several times; those past the limit are left out. */
struct git_list {
    const char *items[GIT_LIST_MAX];
    size_t count;
};

/* What git tells. The texts lie in the buffer that was parsed; NULL: not told. */
struct git_request {
    const char *protocol;
    const char *host;
    const char *path;
    const char *url;
    const char *username;
    const char *password;
    const char *authtype;
    const char *credential;
    const char *password_expiry_utc;
    const char *oauth_refresh_token;
    const char *ephemeral;
    struct git_list wwwauth; /* the server's challenges (git 2.41) */
    struct git_list state;   /* what helpers asked to be told again (git 2.46) */
    bool takes_authtype;     /* it announced that it takes authtype and credential (git 2.46) */
    bool takes_state;        /* likewise state and continue */
};

/* Parses the attributes in a buffer of length bytes, which is changed: lines become strings. After
 * them it must have room for a NUL. False with ERROR_USAGE where it is not git's protocol to the
 * letter: an over-long line, one without '=', a NUL or CR anywhere, no protocol, no host where it
 * is http's, a url beside them. */
bool git_request_parse(char *buffer, size_t length, struct git_request *request,
                       struct error *error);

/* Where the credential is for. False where that is no URL of http or https: not ours to answer. */
bool git_request_url(const struct git_request *request, struct url *url);

/* Whether git says that the credential is not to be kept. */
bool git_request_is_ephemeral(const struct git_request *request);

/* When the credential ends, in Unix seconds; 0: never, as far as git knows. */
int64_t git_request_expiry(const struct git_request *request);

/* Our own state, as an answer had it: when the token came that git was given then, and refused
 * with. 0: git was given none in this run. */
int64_t git_request_refused(const struct git_request *request);

/* The answer to get: authtype and credential where git takes them, else user name and password.
 * Where git takes that too, it may come again with the server's refusal, once. NULL if there is no
 * memory.
 */
struct secret *git_answer_format(const struct git_request *request,
                                 const struct token_request *token_request,
                                 const struct token *token);

/* The answer with a credential that a person typed. NULL if there is no memory. */
struct secret *git_answer_format_stored(const struct stored_credential *credential);

#endif
