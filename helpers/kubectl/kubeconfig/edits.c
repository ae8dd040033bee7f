/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/kubectl/kubeconfig/edits.h"

#include <string.h>

void edits_add(struct edits *edits, struct span span, char *text, char *user)
{
    edits->items = reallocarray(edits->items, edits->count + 1, sizeof *edits->items);
    edits->items[edits->count++] = (struct edit){ span, text, user };
}

void edits_add_secret(struct edits *edits, struct span span)
{
    edits->secrets = reallocarray(edits->secrets, edits->secret_count + 1, sizeof *edits->secrets);
    edits->secrets[edits->secret_count++] = span;
}

void edits_drop(struct edits *edits, size_t count)
{
    while (edits->count > count) {
        struct edit *last = &edits->items[--edits->count];
        free(last->text);
        free(last->user);
    }
}

/* Compares edits as well as spans, because an edit starts with its span. An insertion, whose span
 * is empty, comes before a replacement at the same place. */
static int compare(const void *a, const void *b)
{
    const struct span *left = a, *right = b;
    if (left->start == right->start)
        return left->end < right->end ? -1 : left->end > right->end;
    return left->start < right->start ? -1 : 1;
}

void edits_sort(struct edits *edits)
{
    if (edits->count > 0)
        qsort(edits->items, edits->count, sizeof *edits->items, compare);
    if (edits->secret_count > 0)
        qsort(edits->secrets, edits->secret_count, sizeof *edits->secrets, compare);
}

struct secret *edits_apply(const struct edits *edits, const struct secret *text)
{
    size_t length = text->length, from = 0, to = 0;
    for (size_t i = 0; i < edits->count; i++)
        length +=
            strlen(edits->items[i].text) - (edits->items[i].span.end - edits->items[i].span.start);
    struct secret *changed = secret_allocate(length);
    for (size_t i = 0; i < edits->count; i++) {
        const struct edit *edit = &edits->items[i];
        memcpy(changed->bytes + to, text->bytes + from, edit->span.start - from);
        to += edit->span.start - from;
        memcpy(changed->bytes + to, edit->text, strlen(edit->text));
        to += strlen(edit->text);
        from = edit->span.end;
    }
    memcpy(changed->bytes + to, text->bytes + from, text->length - from);
    return changed;
}

/* ---- the diff ---- */

/* Adjacent edits and the lines they are in. */
struct hunk {
    const struct edit *first;
    size_t count;
    struct span lines;
};

static size_t line_start(const struct secret *text, size_t at)
{
    const char *newline = memrchr(text->bytes, '\n', at);
    return newline != NULL ? (size_t)(newline + 1 - text->bytes) : 0;
}

static size_t line_end(const struct secret *text, size_t at)
{
    const char *newline = memchr(text->bytes + at, '\n', text->length - at);
    return newline != NULL ? (size_t)(newline - text->bytes) : text->length;
}

static size_t count_newlines(const char *bytes, size_t length)
{
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += bytes[i] == '\n';
    return count;
}

static struct hunk next_hunk(const struct edits *edits, const struct secret *text, size_t index)
{
    const struct edit *first = &edits->items[index];
    struct hunk hunk = { first,
                         1,
                         { line_start(text, first->span.start), line_end(text, first->span.end) } };
    while (index + hunk.count < edits->count && first[hunk.count].span.start <= hunk.lines.end) {
        hunk.lines.end = line_end(text, first[hunk.count].span.end);
        hunk.count++;
    }
    return hunk;
}

/* Prints bytes of the text with secrets as REDACTED. */
static void print_redacted(FILE *stream, const struct edits *edits, const struct secret *text,
                           struct span span)
{
    size_t at = span.start;
    for (size_t i = 0; i < edits->secret_count; i++) {
        const struct span *secret = &edits->secrets[i];
        if (secret->end <= at || secret->start >= span.end)
            continue;
        if (secret->start > at)
            fwrite(text->bytes + at, 1, secret->start - at, stream);
        fputs("REDACTED", stream);
        at = secret->end < span.end ? secret->end : span.end;
    }
    if (at < span.end)
        fwrite(text->bytes + at, 1, span.end - at, stream);
}

static void print_changed(FILE *stream, const struct edits *edits, const struct secret *text,
                          const struct hunk *hunk)
{
    size_t at = hunk->lines.start;
    for (size_t i = 0; i < hunk->count; i++) {
        print_redacted(stream, edits, text, (struct span){ at, hunk->first[i].span.start });
        fputs(hunk->first[i].text, stream);
        at = hunk->first[i].span.end;
    }
    print_redacted(stream, edits, text, (struct span){ at, hunk->lines.end });
}

static void print_lines(FILE *stream, char sign, const char *lines)
{
    for (const char *line = lines;; line++) {
        int length = (int)strcspn(line, "\n");
        fprintf(stream, "%c%.*s\n", sign, length, line);
        line += length;
        if (*line == '\0')
            return;
    }
}

static void print_hunk(FILE *stream, const struct edits *edits, const struct secret *text,
                       const struct hunk *hunk, size_t *added)
{
    autofree char *before = NULL;
    autofree char *after = NULL;
    size_t length = 0;
    FILE *old = open_memstream(&before, &length);
    print_redacted(old, edits, text, hunk->lines);
    fclose(old);
    FILE *new = open_memstream(&after, &length);
    print_changed(new, edits, text, hunk);
    fclose(new);

    size_t line = count_newlines(text->bytes, hunk->lines.start) + 1;
    size_t lines = count_newlines(before, strlen(before)) + 1;
    size_t new_lines = count_newlines(after, strlen(after)) + 1;
    fprintf(stream, "@@ -%zu,%zu +%zu,%zu @@\n", line, lines, line + *added, new_lines);
    print_lines(stream, '-', before);
    print_lines(stream, '+', after);
    *added += new_lines - lines;
}

void edits_print_diff(const struct edits *edits, const struct secret *text, const char *path,
                      FILE *stream)
{
    size_t added = 0;
    fprintf(stream, "--- %s\n+++ %s\n", path, path);
    for (size_t i = 0; i < edits->count;) {
        struct hunk hunk = next_hunk(edits, text, i);
        print_hunk(stream, edits, text, &hunk, &added);
        i += hunk.count;
    }
}

void edits_clear(struct edits *edits)
{
    edits_drop(edits, 0);
    free(edits->items);
    free(edits->secrets);
    *edits = (struct edits){ 0 };
}
