/* SPDX-License-Identifier: MIT */
#include "helpers/kubectl/kubeconfig/splice.h"

#include <string.h>

#include "helpers/kubectl/kubeconfig/exec_text.h"

const char *splice_newline(const struct kubeconfig *file)
{
    const char *newline = memchr(file->yaml.text, '\n', file->yaml.length);
    return newline != NULL && newline > file->yaml.text && newline[-1] == '\r' ? "\r\n" : "\n";
}

void splice_text(struct edits *edits, struct span span, char *text, const char *user)
{
    edits_add(edits, span, text, user != NULL ? strdup(user) : NULL);
}

void splice_scalar(const struct kubeconfig *file, const yaml_node_t *node, const char *text,
                   const char *user, struct edits *edits)
{
    bool quoted = node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    splice_text(edits, yaml_span(&file->yaml, node), exec_text_quote(text, quoted), user);
}
