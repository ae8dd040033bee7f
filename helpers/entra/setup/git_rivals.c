/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/git_rivals.h"

#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/text.h"
#include "helpers/entra/setup/git_helper.h"

/* ---- helpers ---- */

/* git's own helpers that store what they are given, and give it back: before git 2.46 without
 * looking whether it has expired, or without being told when it does. */
static const char *const storing[] = { "cache", "libsecret", "gnome-keyring" };

static struct slice take_word(const char **rest)
{
    *rest += strspn(*rest, " ");
    struct slice word = { *rest, strcspn(*rest, " ") };
    *rest += word.length;
    return word;
}

static bool skip_prefix(struct slice *word, const char *prefix)
{
    size_t length = strlen(prefix);
    if (word->length < length || strncmp(word->bytes, prefix, length) != 0)
        return false;
    *word = (struct slice){ word->bytes + length, word->length - length };
    return true;
}

/* The name of a helper: cache in "cache --timeout 60", "/usr/lib/git-core/git-credential-cache" and
 * "!git credential-cache". */
static struct slice name_of(const char *helper)
{
    const char *rest = helper + (helper[0] == '!');
    struct slice word = take_word(&rest);
    const char *slash = memrchr(word.bytes, '/', word.length);
    if (slash != NULL)
        word = (struct slice){ slash + 1, (size_t)(word.bytes + word.length - slash) - 1 };
    if (word.length == strlen("git") && strncmp(word.bytes, "git", word.length) == 0) {
        word = take_word(&rest);
        skip_prefix(&word, "credential-");
    }
    skip_prefix(&word, "git-credential-");
    return word;
}

static bool is_named(struct slice name, const char *text)
{
    return name.length == strlen(text) && strncmp(name.bytes, text, name.length) == 0;
}

/* Says how to keep a helper away from the URL. Always returns true. */
static bool advise_setup(const struct url *url, const char *code, struct error *error)
{
    autofree char *origin = url_origin(url);
    error_known_as(error, code);
    error_hint(error,
               "Run 'entra setup git %s', which keeps that helper away from the host, unless the "
               "repository's own configuration names it.",
               origin);
    return true;
}

bool git_rivals_check_helper(const struct git_settings *settings, size_t index,
                             const struct url *url, struct error *ret_error)
{
    const char *helper = settings->helpers[index];
    struct slice name = name_of(helper);
    bool is_before = false, stores = false;
    if (git_helper_is_ours(helper))
        return false;
    if (is_named(name, "store")) {
        error_set(
            ret_error, ERROR_USAGE,
            "git also passes the token to the helper '%.100s', which stores it unencrypted in "
            "a file",
            helper);
        return advise_setup(url, "git_plaintext_helper", ret_error);
    }
    for (size_t i = index + 1; i < settings->count; i++)
        is_before = is_before || git_helper_is_ours(settings->helpers[i]);
    for (size_t i = 0; i < ARRAY_SIZE(storing); i++)
        stores = stores || is_named(name, storing[i]);
    if (!is_before || !stores)
        return false;
    error_set(ret_error, ERROR_USAGE,
              "git asks the helper '%.100s' before ours, and it may give a token that has expired",
              helper);
    return advise_setup(url, "git_storing_helper", ret_error);
}

/* ---- headers ---- */

static bool is_authorization(const char *header)
{
    static const char name[] = "Authorization";
    size_t length = strlen(name);
    return strncasecmp(header, name, length) == 0 &&
           header[length + strspn(header + length, " \t")] == ':';
}

bool git_rivals_check_header(const struct secret *text, const struct url *url,
                             struct error *ret_error)
{
    bool sends = false;
    struct git_line line = { 0 };
    while (git_line_next(text, &line)) {
        if (line.value == NULL ||
            !git_line_is(&line, git_line_variable(&line, "http.", url), "extraheader"))
            continue;
        /* An empty value clears the list (git-config(1)). */
        sends = line.value[0] != '\0' && (sends || is_authorization(line.value));
    }
    if (!sends)
        return false;
    error_set(ret_error, ERROR_USAGE,
              "git sends an Authorization header of its own to %s, in place of our token",
              url->host);
    return !error_known_as(ret_error, "git_extra_header");
}
