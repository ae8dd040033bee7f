/* SPDX-License-Identifier: MIT */
/*
 * git's credential protocol, read: gitcredentials(7), git-credential(1), and git's
 * Documentation/technical/api-credentials. Pure functions on buffers. The answers are in
 * git_answer.h.
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
#include "common/entra/url.h"

#define GIT_LINE_MAX  65535 /* with its newline; git's own limit */
#define GIT_INPUT_MAX (1024 * 1024)
#define GIT_LIST_MAX  32

/* Our state[]; the prefix tells it from that of other helpers (git-credential(1)). */
#define GIT_STATE_RECEIVED "entra:received_on="

/* The values of an attribute that may be repeated; those past the limit are ignored. */
struct git_list {
    const char *items[GIT_LIST_MAX];
    size_t count;
};

/* A request from git. The texts point into the buffer that was parsed; NULL: not present. */
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
    struct git_list wwwauth; /* the server's challenges (since git 2.41) */
    struct git_list state;   /* what helpers asked git to pass back (since git 2.46) */
    bool takes_authtype;     /* git accepts authtype and credential (since git 2.46) */
    bool takes_state;        /* git accepts state and continue (since git 2.46) */
};

/* Where a request ends that is being read: its length with its empty line, or 0 if there is more to
 * come. What follows the empty line is no part of it, and git's caller may leave its stdin open.
 * The first `seen` of these bytes have been looked at before (secret_read_input). */
size_t git_request_end(const char *bytes, size_t length, size_t seen);

/* Parses the attributes in a buffer of length bytes that has room for a NUL after them. Its lines
 * become strings. Fails with ERROR_USAGE if a line is too long or has no '=', if there is a NUL or
 * CR anywhere, if there is no protocol, or no host with http or https, or if there is a url that
 * contradicts these. A url says what is missing. */
bool git_request_parse(char *buffer, size_t length, struct git_request *ret_request,
                       struct error *error);

/* The URL that the credential is for. Returns false if it is not http or https, and so not ours. */
bool git_request_url(const struct git_request *request, struct url *ret_url);

/* The request's user name, if users can sign in with it; NULL if not. In the URLs that Azure DevOps
 * shows, it is the organization. */
const char *git_request_account(const struct git_request *request);

/* Whether git says that the credential must not be stored. */
bool git_request_is_ephemeral(const struct git_request *request);

/* When the credential expires, in Unix seconds; 0 if git does not say. */
int64_t git_request_expiry(const struct git_request *request);

/* When the token was received that git got from us before in this run, in Unix seconds; 0 if it got
 * none. */
int64_t git_request_received(const struct git_request *request);

/* If git got a token from us before in this run, and the server refused it: when that token was
 * received, in Unix seconds. 0 otherwise. A refusal comes with a challenge; git-lfs sends the state
 * back without one, after a 404 too. */
int64_t git_request_refused(const struct git_request *request);

#endif
