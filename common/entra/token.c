/* SPDX-License-Identifier: MIT */
#include "common/entra/token.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/json.h"

/* Seconds. */
#define RENEWAL_PAUSE_MIN 30
#define RENEWAL_RESERVE   (5 * 60)

bool token_is_valid_text(const char *bytes, size_t length)
{
    size_t i = 0;
    while (i < length && bytes[i] != '\0' &&
           strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/",
                  bytes[i]) != NULL)
        i++;
    if (i == 0)
        return false;
    while (i < length && bytes[i] == '=')
        i++;
    return i == length && length <= TOKEN_LENGTH_MAX;
}

int64_t token_fresh_until(const struct token *token)
{
    return token->expires_on - TOKEN_MARGIN;
}

bool token_is_fresh(const struct token *token, int64_t now)
{
    /* A clock that was set back since then would keep a token fresh after it has expired. */
    return now >= token->received_on - TOKEN_MARGIN && now < token_fresh_until(token);
}

/* A random part of so many seconds, of which there are at most TOKEN_LIFE_MAX. */
static int64_t part_of(int64_t seconds, uint32_t random)
{
    return seconds > 0 ? (int64_t)((uint64_t)seconds * random >> 32) : 0;
}

int64_t token_renewal_time(int64_t received_on, int64_t expires_on, int64_t refresh_in,
                           int64_t was_due_on, uint32_t random)
{
    int64_t life = expires_on - received_on;
    bool in_time = was_due_on > 0 && received_on - was_due_on <= life / 30;
    int64_t usable = life - TOKEN_MARGIN;
    int64_t of_life = life * 88 / 100, of_usable = usable * 96 / 100;
    int64_t latest = of_life < of_usable ? of_life : of_usable;
    int64_t late = latest * 92 / 100;
    int64_t earliest = refresh_in > 0 ? refresh_in : in_time ? late : latest / 4;
    int64_t end = in_time && earliest < late ? earliest + latest - late : latest;
    int64_t wait = earliest + part_of(end - earliest, random);
    return wait > 0 && wait < usable ? received_on + wait : 0;
}

int64_t token_renewal_pause(const struct token *token, int64_t now, int64_t retry_after,
                            uint32_t random)
{
    int64_t left = token_fresh_until(token) - RENEWAL_RESERVE - now - retry_after;
    return retry_after + RENEWAL_PAUSE_MIN + part_of(left, random);
}

bool token_is_due(const struct token *token, int64_t now)
{
    return token_is_fresh(token, now) && token->refresh_on > 0 && now >= token->refresh_on;
}

bool token_is_alive(const struct token *token, int64_t now)
{
    return now >= token->received_on - TOKEN_MARGIN && now < token->expires_on;
}

struct secret *token_to_json(const struct token *token)
{
    bool is_bound = token->key_id[0] != '\0';
    /* Not json-c, which would leave a copy of the text in memory. No character of a token needs
     * escaping. */
    return secret_format(
        "{\"access_token\":\"%s\",\"received_on\":%" PRId64 ",\"expires_on\":%" PRId64
        ",\"refresh_on\":%" PRId64 ",\"claims\":%" PRId64 "%s%s%s}",
        token->access_token->bytes, token->received_on, token->expires_on, token->refresh_on,
        token->claims, is_bound ? ",\"key_id\":\"" : "", token->key_id, is_bound ? "\"" : "");
}

/* A token that is bound to a key names it, in a member that a bearer token does not have. */
static bool read_key_id(const json_object *record, struct token *token)
{
    const char *key_id = json_string(record, "key_id");
    if (!json_object_object_get_ex(record, "key_id", NULL))
        return true;
    if (key_id == NULL || !pop_key_is_id(key_id))
        return false;
    memcpy(token->key_id, key_id, sizeof token->key_id);
    return true;
}

static bool times_are_credible(const struct token *token)
{
    return token->received_on > 0 && token->expires_on > token->received_on &&
           token->expires_on - token->received_on <= TOKEN_LIFE_MAX && token->refresh_on >= 0 &&
           token->refresh_on <= token->expires_on;
}

bool token_from_json(const char *text, size_t length, struct token *ret_token, struct error *error)
{
    auto_json_secret json_object *record = json_parse(text, length, error);
    if (record == NULL)
        return false;

    struct token read = { .source = TOKEN_FROM_KEYRING };
    const char *access_token = json_string(record, "access_token");
    if (access_token == NULL || !token_is_valid_text(access_token, strlen(access_token)) ||
        !json_int64(record, "received_on", &read.received_on) ||
        !json_int64(record, "expires_on", &read.expires_on) ||
        !json_int64(record, "refresh_on", &read.refresh_on) || !times_are_credible(&read) ||
        !read_key_id(record, &read))
        return error_set(error, ERROR_OTHER, "not the record of a token");

    if (!json_int64(record, "claims", &read.claims)) /* older records do not have it */
        read.claims = 0;
    read.access_token = secret_from_text(access_token);
    *ret_token = read;
    return true;
}

void token_clear(struct token *token)
{
    secret_free(token->access_token);
    token->access_token = NULL;
}

void token_move(struct token *to, struct token *from)
{
    token_clear(to);
    *to = *from;
    *from = (struct token){ 0 };
}
