/* SPDX-License-Identifier: MIT */
#include "common/entra/pop_key.h"

#include <string.h>

#include "common/base/json.h"

#define ALPHANUMERIC "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

bool pop_key_is_id(const char *text)
{
    return strlen(text) == POP_KEY_ID_LENGTH &&
           strspn(text, ALPHANUMERIC "-_") == POP_KEY_ID_LENGTH;
}

static bool is_base64(const char *text)
{
    size_t length = strlen(text);
    size_t digits = strspn(text, ALPHANUMERIC "+/");
    return digits > 0 && length <= POP_KEY_MAX && length % 4 == 0 && length - digits <= 2 &&
           strspn(text + digits, "=") == length - digits;
}

struct secret *pop_key_to_json(const struct pop_key *key)
{
    /* Not json-c, which would leave a copy of the key in memory. Nothing here needs escaping. */
    return secret_format("{\"id\":\"%s\",\"private_key\":\"%s\"}", key->id,
                         key->private_key->bytes);
}

bool pop_key_from_json(const char *text, size_t length, struct pop_key *ret_key,
                       struct error *error)
{
    auto_json_secret json_object *record = json_parse(text, length, error);
    if (record == NULL)
        return false;
    const char *id = json_string(record, "id");
    const char *private_key = json_string(record, "private_key");
    if (id == NULL || !pop_key_is_id(id) || private_key == NULL || !is_base64(private_key))
        return error_set(error, ERROR_OTHER, "not the record of a key");
    memcpy(ret_key->id, id, sizeof ret_key->id);
    ret_key->private_key = secret_from_text(private_key);
    return true;
}

void pop_key_clear(struct pop_key *key)
{
    secret_free(key->private_key);
    *key = (struct pop_key){ 0 };
}
