/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/kubectl/kubeconfig/edits.h"

#include <string.h>

/* Makes room for one more item. The room doubles, so that each is moved only a few times. */
static void *grow(void *items, size_t count, size_t size)
{
    bool is_full = (count & (count - 1)) == 0; /* at 0 and at each power of two */
    return is_full ? reallocarray(items, count > 0 ? 2 * count : 1, size) : items;
}

void edits_add(struct edits *edits, struct span span, char *text)
{
    edits->items = grow(edits->items, edits->count, sizeof *edits->items);
    edits->items[edits->count++] = (struct edit){ .span = span, .text = text };
}

void edits_add_hidden(struct edits *edits, struct span span, char *text)
{
    edits_add(edits, span, text);
    edits->items[edits->count - 1].is_hidden = true;
}

void edits_add_secret(struct edits *edits, struct span span)
{
    edits->secrets = grow(edits->secrets, edits->secret_count, sizeof *edits->secrets);
    edits->secrets[edits->secret_count++] = span;
}

void edits_drop(struct edits *edits, size_t count)
{
    while (edits->count > count)
        free(edits->items[--edits->count].text);
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

/* Makes one of secrets that overlap, so that their ends are in order too. */
static void merge_secrets(struct edits *edits)
{
    size_t last = 0;
    for (size_t i = 1; i < edits->secret_count; i++) {
        struct span *before = &edits->secrets[last];
        const struct span *next = &edits->secrets[i];
        if (next->start >= before->end)
            edits->secrets[++last] = *next;
        else if (next->end > before->end)
            before->end = next->end;
    }
    edits->secret_count = last + 1;
}

void edits_sort(struct edits *edits)
{
    if (edits->count > 0)
        qsort(edits->items, edits->count, sizeof *edits->items, compare);
    if (edits->secret_count == 0)
        return;
    qsort(edits->secrets, edits->secret_count, sizeof *edits->secrets, compare);
    merge_secrets(edits);
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

/* The index of the first secret that ends after a place. */
static size_t next_secret(const struct edits *edits, size_t at)
{
    size_t low = 0, high = edits->secret_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (edits->secrets[middle].end <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Prints bytes of the text with secrets as REDACTED. */
static void print_redacted(FILE *stream, const struct edits *edits, const struct secret *text,
                           struct span span)
{
    size_t at = span.start;
    for (size_t i = next_secret(edits, at);
         i < edits->secret_count && edits->secrets[i].start < span.end; i++) {
        const struct span *secret = &edits->secrets[i];
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
        fputs(hunk->first[i].is_hidden ? "REDACTED" : hunk->first[i].text, stream);
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

/* Where the diff is: lines are counted from one hunk to the next. */
struct progress {
    size_t at;    /* the lines up to this byte are counted */
    size_t lines; /* in the old text */
    size_t added; /* so many more lines has the new text */
};

static void print_hunk(FILE *stream, const struct edits *edits, const struct secret *text,
                       const struct hunk *hunk, struct progress *progress)
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

    progress->lines += count_newlines(text->bytes + progress->at, hunk->lines.start - progress->at);
    progress->at = hunk->lines.start;
    size_t line = progress->lines + 1;
    size_t lines = count_newlines(before, strlen(before)) + 1;
    size_t new_lines = count_newlines(after, strlen(after)) + 1;
    fprintf(stream, "@@ -%zu,%zu +%zu,%zu @@\n", line, lines, line + progress->added, new_lines);
    print_lines(stream, '-', before);
    print_lines(stream, '+', after);
    progress->added += new_lines - lines;
}

void edits_print_diff(const struct edits *edits, const struct secret *text, const char *path,
                      FILE *stream)
{
    struct progress progress = { 0 };
    fprintf(stream, "--- %s\n+++ %s\n", path, path);
    for (size_t i = 0; i < edits->count;) {
        struct hunk hunk = next_hunk(edits, text, i);
        print_hunk(stream, edits, text, &hunk, &progress);
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
