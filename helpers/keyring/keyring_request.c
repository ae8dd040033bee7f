/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/keyring/keyring_request.h"

#include <string.h>

#include "common/base/array.h"

static const struct {
    const char *name;
    const char *values[2];
} options[] = {
    { "--mode", { "password", "creds" } },
    { "--output", { "plain", "json" } },
};

/* How many words the option at the first one takes, with its value: 1 for --mode=creds, 2 for
 * --mode creds. 0 if it is no option with a value that we know. */
static size_t option_length(char *const *words)
{
    for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
        size_t length = strlen(options[i].name);
        if (strncmp(words[0], options[i].name, length) != 0)
            continue;
        bool is_joined = words[0][length] == '=';
        const char *value = is_joined                  ? words[0] + length + 1
                            : words[0][length] == '\0' ? words[1]
                                                       : NULL;
        for (size_t j = 0; value != NULL && j < ARRAY_SIZE(options[i].values); j++)
            if (strcmp(value, options[i].values[j]) == 0)
                return is_joined ? 1 : 2;
    }
    return 0;
}

bool keyring_request_is_get(char *const *words)
{
    size_t operands = 0;
    while (*words != NULL) {
        size_t length = (*words)[0] == '-' ? option_length(words) : 1;
        if (length == 0 || (operands == 0 && (*words)[0] != '-' && strcmp(*words, "get") != 0))
            return false;
        operands += (*words)[0] != '-';
        words += length;
    }
    return operands == 2 || operands == 3; /* get SERVICE [USERNAME] */
}

bool keyring_request_is_username(const char *username)
{
    for (; username != NULL && *username != '\0'; username++)
        if ((unsigned char)*username < ' ' || *username == 0x7f)
            return false;
    return true;
}
