/* SPDX-License-Identifier: MIT */
/*
 * Formats an exec section for exec-credential-entra as YAML text.
 */
#ifndef HELPERS_KUBECTL_KUBECONFIG_EXEC_TEXT_H
#define HELPERS_KUBECTL_KUBECONFIG_EXEC_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#define EXEC_TEXT_GROUP "client.authentication.k8s.io"
/* Supported by every kubectl since 1.11. interactiveMode defaults to IfAvailable, unlike in v1,
 * which requires it. */
#define EXEC_TEXT_VERSION EXEC_TEXT_GROUP "/v1beta1"

/* kubelogin's variable for the login method, which takes precedence over args. */
#define EXEC_TEXT_LOGIN_VARIABLE "AAD_LOGIN_METHOD"

struct exec_text {
    const char *const *args; /* NULL after the last */
    bool flow;               /* flow style, which is JSON; else block style */
    size_t column;           /* of the block's first line */
    const char *newline;     /* "\n" or "\r\n" */
};

/* The text of "exec:" and its mapping, without a newline at the end; its first line is not
 * indented. The caller frees the result. */
char *exec_text_format(const struct exec_text *form);

/* Where items are inserted in a list of arguments. */
enum exec_text_place {
    EXEC_TEXT_ALONE,  /* "a, b" or "a LF - b" */
    EXEC_TEXT_BEFORE, /* before an item: "a, b, " or "a LF - b LF - " */
    EXEC_TEXT_AFTER,  /* after an item: ", a, b" or "LF - a LF - b" */
};

/* The text of the args as list items. The caller frees the result. */
char *exec_text_items(const struct exec_text *form, enum exec_text_place place);

/* A string as a YAML scalar, in quotes if it needs them; with flow, always as a JSON string. The
 * caller frees the result. */
char *exec_text_quote(const char *text, bool flow);

#endif
