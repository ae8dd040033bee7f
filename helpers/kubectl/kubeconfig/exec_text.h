/* SPDX-License-Identifier: MIT */
/*
 * How an `exec` section of ours is written into a kubeconfig.
 */
#ifndef HELPERS_KUBECTL_KUBECONFIG_EXEC_TEXT_H
#define HELPERS_KUBECTL_KUBECONFIG_EXEC_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct exec_text {
    const char *const *args; /* NULL ends them */
    bool flow;               /* in brackets, as JSON has it; else a block */
    size_t column;           /* of the block's first line */
    const char *newline;     /* the file's */
};

/* "exec:" and what belongs under it, without a newline at its end, to be put where its first line
 * begins. NULL if there is no memory. Free with free. */
char *exec_text_format(const struct exec_text *form);

/* Where words come to stand in a list of arguments. */
enum exec_text_place {
    EXEC_TEXT_ALONE,  /* "a, b" or "a LF - b" */
    EXEC_TEXT_BEFORE, /* right before an item: "a, b, " or "a LF - b LF - " */
    EXEC_TEXT_AFTER,  /* right after one: ", a, b" or "LF - a LF - b" */
};

/* Words as items of a list of arguments. As above. */
char *exec_text_items(const struct exec_text *form, enum exec_text_place place);

/* A string as YAML and, where flow is true, as JSON. NULL if there is no memory. Free with free. */
char *exec_text_quote(const char *text, bool flow);

#endif
