/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/kubectl/kubeconfig/hidden.h"

#include <string.h>

#include "common/base/array.h"

/* Keys whose values are secret. "value" is that of a variable in exec.env. */
static const char *const secret_keys[] = { "token",         "password",      "client-key-data",
                                           "access-token",  "refresh-token", "id-token",
                                           "client-secret", "value" };

/* Whether this is a flag that looks secret but names a store or a file. */
static bool is_safe_flag(const char *word)
{
    static const char *const flags[] = { "--keyring", "--token-cache-dir",
                                         "--federated-token-file" };
    for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
        size_t length = strlen(flags[i]);
        if (strncmp(word, flags[i], length) == 0 && strchr("=", word[length]) != NULL)
            return true;
    }
    return false;
}

static bool looks_secret(const char *text)
{
    static const char *const words[] = { "secret", "pass", "token", "key", "credential" };
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        if (strcasestr(text, words[i]) != NULL)
            return true;
    return false;
}

/* Whether an argument contains a secret: --flag=VALUE, VARIABLE=VALUE, or a whole shell command. */
static bool holds_secret(const char *word)
{
    return looks_secret(word) &&
           (strpbrk(word, " \t\n") != NULL || (strchr(word, '=') != NULL && !is_safe_flag(word)));
}

/* Whether the next argument is a secret. */
static bool precedes_secret(const char *word)
{
    return word[0] == '-' && looks_secret(word) && !is_safe_flag(word);
}

/* Hides secrets in a list of arguments, of any program. Rather hides too much than too little. */
static void hide_arguments(const struct yaml *yaml, const yaml_node_t *node, struct edits *edits)
{
    const yaml_node_t *item;
    for (size_t i = 0; (item = yaml_item(yaml, node, i)) != NULL; i++) {
        const char *word = yaml_scalar(item);
        const yaml_node_t *secret = word == NULL            ? NULL
                                    : holds_secret(word)    ? item
                                    : precedes_secret(word) ? yaml_item(yaml, node, i + 1)
                                                            : NULL;
        if (secret != NULL)
            edits_add_secret(edits, yaml_span(yaml, secret));
    }
}

void hidden_add(const struct yaml *yaml, struct edits *edits)
{
    const yaml_document_t *document = &yaml->document;
    for (const yaml_node_t *node = document->nodes.start; node < document->nodes.top; node++) {
        hide_arguments(yaml, node, edits);
        for (size_t i = 0; i < ARRAY_SIZE(secret_keys); i++) {
            struct yaml_pair pair = yaml_find(yaml, node, secret_keys[i]);
            if (pair.value != NULL)
                edits_add_secret(edits, yaml_span(yaml, pair.value));
        }
    }
}
