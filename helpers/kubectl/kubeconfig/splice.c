/* SPDX-License-Identifier: MIT */
#include "helpers/kubectl/kubeconfig/splice.h"

#include <string.h>

#include "helpers/kubectl/kubeconfig/exec_text.h"

const char *splice_newline(const struct kubeconfig *file)
{
    const char *newline = memchr(file->yaml.text, '\n', file->yaml.length);
    return newline != NULL && newline > file->yaml.text && newline[-1] == '\r' ? "\r\n" : "\n";
}

void splice_scalar(const struct kubeconfig *file, const yaml_node_t *node, const char *text,
                   struct edits *edits)
{
    bool quoted = node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    edits_add(edits, yaml_span(&file->yaml, node), exec_text_quote(text, quoted));
}

/* ---- removing ---- */

static void remove_span(struct edits *edits, size_t start, size_t end)
{
    edits_add(edits, (struct span){ start, end }, strdup(""));
}

/* Removes an entry of a block, with its lines if nothing else is on them. */
static void remove_lines(const struct yaml *yaml, struct span entry, struct edits *edits)
{
    size_t start = entry.start, end = entry.end;
    while (start > 0 && strchr(" \t", yaml->text[start - 1]) != NULL)
        start--;
    while (end < yaml->length && strchr(" \t\r", yaml->text[end]) != NULL)
        end++;
    bool is_alone = (start == 0 || yaml->text[start - 1] == '\n') &&
                    (end == yaml->length || yaml->text[end] == '\n');
    if (is_alone)
        remove_span(edits, start, end + (end < yaml->length));
    else
        remove_span(edits, entry.start, entry.end);
}

static struct span pair_span(const struct yaml *yaml, const struct yaml_pair *pair)
{
    return (struct span){ yaml_span(yaml, pair->key).start, yaml_span(yaml, pair->value).end };
}

/* Removes a pair of a flow mapping with the comma that separates it from its neighbour. */
static void remove_flow_pair(const struct yaml *yaml, const yaml_node_t *mapping, size_t index,
                             struct edits *edits)
{
    struct yaml_pair pair = yaml_pair_at(yaml, mapping, index);
    struct yaml_pair before = index > 0 ? yaml_pair_at(yaml, mapping, index - 1) : pair;
    struct yaml_pair after = yaml_pair_at(yaml, mapping, index + 1);
    struct span span = pair_span(yaml, &pair);
    size_t end = pair_span(yaml, &before).end;
    if (index == 0) {
        remove_span(edits, span.start,
                    after.key != NULL ? yaml_span(yaml, after.key).start : span.end);
    } else if (memchr(yaml->text + end, '#', span.start - end) == NULL) {
        remove_span(edits, end, span.end);
    } else {
        const char *comma = memchr(yaml->text + end, ',', span.start - end);
        size_t at = comma != NULL ? (size_t)(comma - yaml->text) : end;
        remove_span(edits, at, at + (comma != NULL));
        remove_span(edits, span.start, span.end);
    }
}

void splice_remove_pair(const struct kubeconfig *file, const yaml_node_t *mapping, size_t index,
                        struct edits *edits)
{
    const struct yaml *yaml = &file->yaml;
    struct yaml_pair pair = yaml_pair_at(yaml, mapping, index);
    if (yaml_is_flow(mapping))
        remove_flow_pair(yaml, mapping, index, edits);
    else
        remove_lines(yaml, pair_span(yaml, &pair), edits);
}

/* An item of a block sequence with its dash. */
static struct span item_span(const struct yaml *yaml, const yaml_node_t *item)
{
    struct span span = yaml_span(yaml, item);
    size_t start = span.start;
    while (start > 0 && strchr(" \t\r\n", yaml->text[start - 1]) != NULL)
        start--;
    if (start > 0 && yaml->text[start - 1] == '-')
        span.start = start - 1;
    return span;
}

void splice_remove_items(const struct kubeconfig *file, const yaml_node_t *sequence, size_t first,
                         size_t last, struct edits *edits)
{
    const struct yaml *yaml = &file->yaml;
    if (!yaml_is_flow(sequence)) {
        for (size_t i = first; i <= last; i++)
            remove_lines(yaml, item_span(yaml, yaml_item(yaml, sequence, i)), edits);
        return;
    }
    const yaml_node_t *after = yaml_item(yaml, sequence, last + 1);
    struct span span = { yaml_span(yaml, yaml_item(yaml, sequence, first)).start,
                         yaml_span(yaml, yaml_item(yaml, sequence, last)).end };
    if (first > 0)
        span.start = yaml_span(yaml, yaml_item(yaml, sequence, first - 1)).end;
    else if (after != NULL)
        span.end = yaml_span(yaml, after).start;
    remove_span(edits, span.start, span.end);
}
