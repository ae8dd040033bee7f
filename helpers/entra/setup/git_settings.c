/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/git_settings.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/cleanup.h"
#include "helpers/git/git_bool.h"

/* ---- lines ---- */

/* The output is a sequence of KEY LF VALUE NUL, or KEY NUL for a key without a value. */
bool git_line_next(const struct secret *text, struct git_line *line)
{
    const char *start = line->key == NULL ? text->bytes : line->key + strlen(line->key) + 1;
    if (start >= text->bytes + text->length)
        return false;
    line->key = start;
    line->key_length = strcspn(start, "\n");
    line->value = start[line->key_length] == '\n' ? start + line->key_length + 1 : NULL;
    return true;
}

bool git_line_is(const struct git_line *line, const char *variable, const char *name)
{
    size_t length = variable != NULL ? (size_t)(line->key + line->key_length - variable) : 0;
    return length == strlen(name) && strncasecmp(variable, name, length) == 0;
}

/* ---- which sections apply to a URL ---- */

/* Writes a pattern's host with each asterisk, which matches one label, replaced by that label of
 * the URL's host (git-config(1), http.<url>.*). */
static void write_host(FILE *text, const char *pattern, const char *end, const char *host)
{
    while (pattern < end) {
        size_t label = strcspn(pattern, ".:/"), known = strcspn(host, ".");
        if (label > (size_t)(end - pattern))
            label = (size_t)(end - pattern);
        bool is_any = label == 1 && pattern[0] == '*';
        fwrite(is_any ? host : pattern, 1, is_any ? known : label, text);
        pattern += label;
        host += known + (host[known] == '.');
        if (pattern < end)
            fputc(*pattern++, text);
    }
}

/* A section's URL with its asterisks replaced, and with a scheme, which git allows to be left out.
 */
static char *expand_pattern(const char *pattern, size_t length, const char *host)
{
    char *filled = NULL;
    size_t size = 0;
    FILE *text = open_memstream(&filled, &size);
    const char *end = pattern + length;
    const char *colon = memmem(pattern, length, "://", 3);
    if (colon != NULL) {
        fwrite(pattern, 1, (size_t)(colon - pattern), text);
        pattern = colon + 3;
    } else {
        fputs("https", text);
    }
    const char *slash = memchr(pattern, '/', (size_t)(end - pattern));
    fputs("://", text);
    write_host(text, pattern, slash != NULL ? slash : end, host);
    if (slash != NULL)
        fwrite(slash, 1, (size_t)(end - slash), text);
    fclose(text);
    return filled;
}

/* credential.<url> applies to every URL at or below that one. */
static bool applies_to(const char *pattern, size_t length, const struct url *url)
{
    struct url base;
    struct error unused;
    autofree char *text = expand_pattern(pattern, length, url->host);
    return url_parse_base(text, strlen(text), &base, &unused) &&
           strcmp(base.host, url->host) == 0 && url_is_below(url, &base);
}

const char *git_line_variable(const struct git_line *line, const char *section,
                              const struct url *url)
{
    const char *dot = memrchr(line->key, '.', line->key_length);
    const char *pattern = line->key + strlen(section);
    if (line->key_length <= strlen(section) ||
        strncasecmp(line->key, section, strlen(section)) != 0 || dot == NULL)
        return NULL;
    /* credential.NAME, or credential.URL.NAME */
    return dot < pattern || applies_to(pattern, (size_t)(dot - pattern), url) ? dot + 1 : NULL;
}

/* ---- the settings ---- */

/* An empty helper clears the list (gitcredentials(7)). */
static void add_helper(struct git_settings *settings, const char *value)
{
    if (value[0] == '\0') {
        settings->count = 0;
        settings->is_reset = true;
    } else if (settings->count < GIT_HELPERS_MAX) {
        settings->helpers[settings->count++] = value;
    }
}

void git_settings_find(const struct secret *text, const struct url *url,
                       struct git_settings *ret_settings)
{
    struct git_line line = { 0 };
    *ret_settings = (struct git_settings){ 0 };
    while (git_line_next(text, &line)) {
        const char *variable = git_line_variable(&line, GIT_CREDENTIAL, url);
        if (git_line_is(&line, variable, "helper") && line.value != NULL)
            add_helper(ret_settings, line.value);
        else if (git_line_is(&line, variable, "usehttppath"))
            ret_settings->uses_path = line.value == NULL || !git_bool_is_no(line.value);
        else if (git_line_is(&line, variable, "username"))
            ret_settings->username = line.value;
    }
}
