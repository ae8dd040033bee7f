#include "common/claims.h"

#include <string.h>

/* The object under a key, made where it is not there. */
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

bool claims_merge(const char *challenge, json_object *capabilities, char **claims,
                  struct error *error)
{
    struct error why = { 0 };
    auto_json json_object *merged = challenge != NULL
                                        ? json_parse(challenge, strlen(challenge), &why)
                                        : json_object_new_object();
    *claims = NULL;
    if (!json_object_is_type(merged, json_type_object)) {
        error_set(error, ERROR_USAGE, "the claims are not a JSON object");
        return error_hint(error, "A challenge's claims come as Base64: decode them first.");
    }
    if (capabilities != NULL)
        json_object_object_add(object_at(object_at(merged, "access_token"), "xms_cc"), "values",
                               json_object_get(capabilities));
    if (json_object_object_length(merged) == 0)
        return true;
    *claims = strdup(json_object_to_json_string_ext(merged, JSON_C_TO_STRING_PLAIN |
                                                                JSON_C_TO_STRING_NOSLASHESCAPE));
    return *claims != NULL || error_no_memory(error);
}
