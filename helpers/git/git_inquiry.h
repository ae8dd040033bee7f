/* SPDX-License-Identifier: MIT */
/*
 * One request of git's for a host of ours: where that is, and whose token it is about.
 *
 *     auto_git_inquiry struct git_inquiry inquiry;
 *     if (git_inquire(&inquiry, options, request, error) == CONFIG_MATCH && inquiry.wants_token &&
 *         git_inquiry_request(&inquiry, true, &token_request, error))
 *         ...
 */
#ifndef HELPERS_GIT_GIT_INQUIRY_H
#define HELPERS_GIT_GIT_INQUIRY_H

#include "common/config/config.h"
#include "common/store/stored_credentials.h"
#include "common/tokens/tokens.h"
#include "helpers/git/git_request.h"
#include "helpers/git/git_tenant.h"

struct git_inquiry {
    const struct git_request *git; /* not owned */
    struct url url;
    struct options options; /* the command line's, and what git's request adds to them */
    struct config *config;  /* NULL where it cannot be used, or was not needed */
    bool wants_token; /* false: the API has no scope, so its host takes typed credentials alone */
    struct tokens tokens;
    struct credential_place typed; /* where a typed credential is looked for */

    /* What those point to. */
    char host[HOST_MAX + 8]; /* with its port */
    char *typed_path;
    char *claims;
    char place[GIT_PLACE_MAX]; /* git_tenant.h; "" where it is not known */
    char tenant[AUTHORITY_TENANT_MAX];
};

/* Finds out whether the request is for a host of ours; the keyring is opened, and the time begins
 * to run. Not CONFIG_MATCH: there is nothing to do, or an error: of the configuration where config
 * is NULL then, else of the keyring or its option. Clear it in any case. */
enum config_match git_inquire(struct git_inquiry *inquiry, const struct options *options,
                              const struct git_request *git, struct error *error);

/* Makes the request for the token. Where the configuration names no tenant, it is the one that the
 * server names, or once named, or, if it may be asked, says now. The caller clears it. False with
 * any kind of error. */
bool git_inquiry_request(struct git_inquiry *inquiry, bool may_ask_server,
                         struct token_request *request, struct error *error);

/* After a failure: a learned tenant that led to no token that the server takes may not be its own
 * any more. */
void git_inquiry_doubt_tenant(const struct git_inquiry *inquiry);

void git_inquiry_clear(struct git_inquiry *inquiry);
#define auto_git_inquiry CLEANUP(git_inquiry_clear)

#endif
