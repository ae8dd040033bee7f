/* SPDX-License-Identifier: MIT */
#include "common/entra/claims.h"

#include <string.h>

#include "common/base/hash.h"

/* The object under a key, which is created if necessary. */
static json_object *object_at(json_object *parent, const char *key)
{
    json_object *child = NULL;
    if (json_object_object_get_ex(parent, key, &child) &&
        json_object_is_type(child, json_type_object))
        return child;
    child = json_object_new_object();
    json_object_object_add(parent, key, child);
    return child;
}

static char *to_text(json_object *claims)
{
    return strdup(json_object_to_json_string_ext(claims, JSON_C_TO_STRING_PLAIN |
                                                             JSON_C_TO_STRING_NOSLASHESCAPE));
}

bool claims_merge(const char *challenge, json_object *capabilities, char **ret_claims,
                  struct error *error)
{
    struct error why = { 0 };
    auto_json json_object *merged = challenge != NULL
                                        ? json_parse(challenge, strlen(challenge), &why)
                                        : json_object_new_object();
    *ret_claims = NULL;
    if (!json_object_is_type(merged, json_type_object)) {
        error_set(error, ERROR_USAGE, "the claims are not a JSON object");
        return error_hint(error, "The claims of a challenge are Base64: decode them first.");
    }
    if (capabilities != NULL)
        json_object_object_add(object_at(object_at(merged, "access_token"), "xms_cc"), "values",
                               json_object_get(capabilities));
    if (json_object_object_length(merged) == 0)
        return true;
    *ret_claims = to_text(merged);
    return true;
}

/* Merges objects and replaces everything else. json_parse has limited the depth. */
static void merge_into(json_object *into, json_object *from)
{
    json_object_object_foreach(from, key, value) {
        json_object *there = NULL;
        if (json_object_is_type(value, json_type_object) &&
            json_object_object_get_ex(into, key, &there) &&
            json_object_is_type(there, json_type_object))
            merge_into(there, value);
        else
            json_object_object_add(into, key, json_object_get(value));
    }
}

char *claims_add_demand(const char *claims, const char *demand)
{
    struct error unused = { 0 };
    auto_json json_object *more = json_parse(demand, strlen(demand), &unused);
    auto_json json_object *all =
        claims != NULL ? json_parse(claims, strlen(claims), &unused) : json_object_new_object();
    if (!json_object_is_type(more, json_type_object) || !json_object_is_type(all, json_type_object))
        return NULL;
    merge_into(all, more);
    return to_text(all);
}

int64_t claims_hash(const char *claims)
{
    const char *const texts[] = { claims, NULL };
    return claims != NULL ? (int64_t)(hash_texts(texts) & INT64_MAX) : 0;
}
