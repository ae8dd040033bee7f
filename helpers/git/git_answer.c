/* SPDX-License-Identifier: MIT */
#include "helpers/git/git_answer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/array.h"

/* Azure DevOps accepts any user name that is not empty. In Basic, a colon would end it (RFC 7617,
 * section 2). The one of git's request comes first, so that git passes the same one to store and
 * erase. */
static const char *username_for(const struct git_request *request, const char *owner)
{
    const char *names[] = { request->username, owner };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (names[i] != NULL && names[i][0] != '\0' && strpbrk(names[i], ":\r\n") == NULL)
            return names[i];
    return "app";
}

/* These lines make git call get again, with the server's challenge, if the server refuses this
 * token. So a revoked token is replaced and a claims challenge satisfied in the same run. This is
 * done only once, or git would not end with a server that accepts no token at all. */
static struct secret *format_state(const struct git_request *request, const struct token *token)
{
    if (!request->takes_state || git_request_received(request) != 0)
        return secret_new("", 0);
    return secret_format("capability[]=state\nstate[]=" GIT_STATE_RECEIVED "%" PRId64
                         "\ncontinue=1\n",
                         token->received_on);
}

struct secret *git_answer_format(const struct git_request *request, const char *owner,
                                 const struct token *token)
{
    if (!request->takes_authtype)
        return secret_format("username=%s\npassword=%s\npassword_expiry_utc=%" PRId64 "\n",
                             username_for(request, owner), token->access_token->bytes,
                             token->expires_on);
    auto_secret struct secret *state = format_state(request, token);
    /* ephemeral: no helper has to store the token, since it is in our keyring already. */
    return secret_format("capability[]=authtype\n%sauthtype=Bearer\ncredential=%s\nephemeral=1\n"
                         "password_expiry_utc=%" PRId64 "\n",
                         state->bytes, token->access_token->bytes, token->expires_on);
}

/* "name=text", or nothing. */
static struct secret *format_line(const char *name, const struct secret *text)
{
    return text != NULL ? secret_format("%s=%s\n", name, text->bytes) : secret_new("", 0);
}

struct secret *git_answer_format_stored(const struct stored_credential *credential)
{
    char expiry[64] = "";
    auto_secret struct secret *username = format_line("username", credential->username);
    auto_secret struct secret *password = format_line("password", credential->password);
    auto_secret struct secret *authtype = format_line("authtype", credential->authtype);
    auto_secret struct secret *secret = format_line("credential", credential->credential);
    auto_secret struct secret *refresh =
        format_line("oauth_refresh_token", credential->oauth_refresh_token);
    if (credential->expires_on > 0)
        snprintf(expiry, sizeof expiry, "password_expiry_utc=%" PRId64 "\n",
                 credential->expires_on);
    return secret_format(
        "%s%s%s%s%s%s%s", credential->credential != NULL ? "capability[]=authtype\n" : "",
        authtype->bytes, secret->bytes, username->bytes, password->bytes, expiry, refresh->bytes);
}
