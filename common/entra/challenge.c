/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/entra/challenge.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/text.h"
#include "common/entra/authority.h"
#include "common/entra/jwt.h"

/* The claims of a challenge are a few hundred bytes long. */
#define CLAIMS_MAX 16384

static bool slice_is(struct slice slice, const char *word)
{
    return slice.length == strlen(word) && strncasecmp(slice.bytes, word, slice.length) == 0;
}

static struct slice take_slice(const char **rest, size_t length)
{
    struct slice taken = { *rest, length };
    *rest += length;
    return taken;
}

/* Stores a byte in a value of size bytes, if there is room for it and a NUL. Always succeeds if
 * value is NULL, for a value that is skipped. */
static bool put_byte(char *value, size_t size, size_t at, char byte)
{
    if (value == NULL)
        return true;
    if (at + (byte != '\0') >= size)
        return false;
    value[at] = byte;
    return true;
}

/* Parses a quoted string and removes its quotes and backslashes. */
static bool parse_quoted(const char **rest, char *value, size_t size)
{
    size_t length = 0;
    bool fits = true;
    const char *p = *rest + 1;
    for (; *p != '\0' && *p != '"'; p++) {
        if (*p == '\\' && p[1] != '\0')
            p++;
        fits = fits && put_byte(value, size, length++, *p);
    }
    *rest = p + (*p == '"');
    return *p == '"' && fits && put_byte(value, size, length, '\0');
}

/* Parses a value without quotes, which ends at a comma or a space. The grammar requires a token
 * there, but Azure DevOps sends a URL. */
static bool parse_bare(const char **rest, char *value, size_t size)
{
    struct slice bare = take_slice(rest, strcspn(*rest, ", \t"));
    bool fits = true;
    for (size_t i = 0; i < bare.length && fits; i++)
        fits = put_byte(value, size, i, bare.bytes[i]);
    return fits && put_byte(value, size, bare.length, '\0');
}

bool challenge_parameter(const char *field, const char *scheme, const char *name, char *ret_value,
                         size_t size)
{
    bool in_scheme = false;
    for (const char *rest = field; *(rest += strspn(rest, ", \t")) != '\0';) {
        struct slice word = take_slice(&rest, strcspn(rest, "=, \t"));
        if (*rest != '=') {
            in_scheme = slice_is(word, scheme); /* a word without '=' begins a challenge */
            continue;
        }
        rest++;
        bool wanted = in_scheme && slice_is(word, name);
        char *value = wanted ? ret_value : NULL;
        bool ok = (*rest == '"' ? parse_quoted : parse_bare)(&rest, value, size);
        if (wanted)
            return ok;
    }
    return false;
}

bool challenge_tenant_of_guid(const char *guid, char ret_tenant[AUTHORITY_TENANT_MAX])
{
    if (!text_is_guid(guid))
        return false;
    bool has_none = strspn(guid, "0-") == strlen(guid);
    snprintf(ret_tenant, AUTHORITY_TENANT_MAX, "%s", has_none ? "organizations" : guid);
    text_lower(ret_tenant);
    return true;
}

bool challenge_tenant(const char *field, char ret_tenant[AUTHORITY_TENANT_MAX])
{
    static const char *const endings[] = { "/oauth2/authorize", "/oauth2/v2.0/authorize" };
    char uri[1024];
    autofree char *instance = NULL;
    autofree char *name = NULL;
    struct error unused;
    if (!challenge_parameter(field, "Bearer", "authorization_uri", uri, sizeof uri))
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(endings); i++) {
        size_t length = strlen(uri), tail = strlen(endings[i]);
        if (length > tail && strcasecmp(uri + length - tail, endings[i]) == 0)
            uri[length - tail] = '\0';
    }
    if (!authority_split(uri, &instance, &name, &unused) || !authority_is_known_cloud(instance) ||
        !authority_is_tenant_of_app(name, &unused) || strlen(name) >= AUTHORITY_TENANT_MAX)
        return false;
    if (challenge_tenant_of_guid(name, ret_tenant))
        return true;
    text_lower(name);
    memcpy(ret_tenant, name, strlen(name) + 1);
    return true;
}

/* Converts Base64 of either alphabet to base64url without padding, in place. Returns its length. */
static size_t to_base64url(char *text)
{
    size_t length = strcspn(text, "=");
    for (size_t i = 0; i < length; i++)
        text[i] = (char)(text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i]);
    return length;
}

char *challenge_claims(const char *field)
{
    char text[CLAIMS_MAX];
    struct error unused;
    if (!challenge_parameter(field, "Bearer", "error", text, sizeof text) ||
        strcmp(text, "insufficient_claims") != 0 ||
        !challenge_parameter(field, "Bearer", "claims", text, sizeof text))
        return NULL;
    auto_json json_object *claims = jwt_part(text, to_base64url(text), &unused);
    return claims != NULL ? strdup(json_object_to_json_string_ext(
                                claims, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE))
                          : NULL;
}
