/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/git/git_claims.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/base/json.h"
#include "common/base/runtime_folder.h"
#include "common/entra/challenge.h"

/* Users run git again soon; much later, the reason for the challenge may no longer hold. */
#define KEPT_SECONDS 600
#define KEPT_MAX     (16384 + 32) /* the claims of a challenge, and the time */

static char *claims_told(const struct git_request *request)
{
    for (size_t i = 0; i < request->wwwauth.count; i++) {
        char *claims = challenge_claims(request->wwwauth.items[i]);
        if (claims != NULL)
            return claims;
    }
    return NULL;
}

/* username may be NULL. */
static struct runtime_name file_of(const char *username, const struct url *url)
{
    char port[8];
    snprintf(port, sizeof port, "%u", url->port);
    const char *const texts[] = { url->host, port, username != NULL ? username : "", NULL };
    return runtime_name("claims", texts);
}

/* Whether a kept text is claims: other programs of the user can write into the folder too. */
static bool is_claims(const char *text)
{
    struct error unused;
    auto_json json_object *claims = json_parse(text, strlen(text), &unused);
    return json_object_is_type(claims, json_type_object);
}

char *git_claims_find(const struct git_request *request, const struct url *url)
{
    char *claims = claims_told(request);
    autoclose int folder = claims == NULL ? runtime_folder_open() : -1;
    if (folder < 0)
        return claims;
    struct runtime_name file = file_of(request->username, url);
    auto_secret struct secret *kept = runtime_read(folder, file.text, KEPT_MAX);
    char *text = NULL;
    if (kept == NULL)
        return NULL;
    long long until = strtoll(kept->bytes, &text, 10);
    if (*text == ' ' && until >= time(NULL) && until <= time(NULL) + KEPT_SECONDS &&
        is_claims(text + 1))
        return strdup(text + 1);
    unlinkat(folder, file.text, 0);
    return NULL;
}

void git_claims_keep(const struct git_request *request, const struct url *url)
{
    autofree char *claims = claims_told(request);
    autoclose int folder = claims != NULL ? runtime_folder_open() : -1;
    if (folder < 0)
        return;
    auto_secret struct secret *text =
        secret_format("%" PRId64 " %s", (int64_t)time(NULL) + KEPT_SECONDS, claims);
    if (text->length > KEPT_MAX)
        return;
    /* The user name may be that of our answer, which the next get does not have. */
    runtime_write(folder, file_of(request->username, url).text, text);
    if (request->username != NULL)
        runtime_write(folder, file_of(NULL, url).text, text);
}

void git_claims_drop(const struct git_request *request, const struct url *url)
{
    autoclose int folder = runtime_folder_open();
    if (folder < 0)
        return;
    unlinkat(folder, file_of(request->username, url).text, 0);
    unlinkat(folder, file_of(NULL, url).text, 0);
}
