/* SPDX-License-Identifier: MIT */
/* The floor of an answer from the Secret Service: one lookup by libsecret's simple API, and nothing
 * else.
 *
 *     libsecret_lookup SCOPE
 */
#include <libsecret/secret.h>
#include <stdio.h>

static const SecretSchema schema = {
    .name = "any",
    .flags = SECRET_SCHEMA_DONT_MATCH_NAME,
    .attributes = { { "scope", SECRET_SCHEMA_ATTRIBUTE_STRING } },
};

int main(int argc, char **argv)
{
    gchar *record =
        argc == 2 ? secret_password_lookup_sync(&schema, NULL, NULL, "scope", argv[1], NULL) : NULL;
    if (record == NULL)
        return 1;
    puts(record);
    secret_password_free(record);
    return 0;
}
