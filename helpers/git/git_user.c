/* SPDX-License-Identifier: MIT */
#include "helpers/git/git_user.h"

#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/deadline.h"
#include "common/base/error.h"
#include "common/base/report.h"
#include "common/base/subprocess.h"
#include "common/base/user.h"
#include "common/entra/child_environment.h"
#include "helpers/git/git_bool.h"

#define GIT_MILLISECONDS 5000
#define VALUES_MAX       4096

/* "never" is Git Credential Manager's value. An empty variable means no too. */
static bool says_no(const char *value)
{
    return git_bool_is_no(value) || strcasecmp(value, "never") == 0;
}

/* The value of the last of "KEY LF VALUE NUL" entries; a key without a value has no LF. */
static const char *last_value(const struct secret *text)
{
    const char *value = "true";
    for (const char *entry = text->bytes; entry < text->bytes + text->length;
         entry += strlen(entry) + 1) {
        const char *end = strchr(entry, '\n');
        value = end != NULL ? end + 1 : "true";
    }
    return value;
}

/* git exits with 1 if the key is not set. If it does not say whether it is, the answer may have
 * been no. */
static bool git_is_interactive(void)
{
    char *const command[] = {
        "git", "config", "--null", "--get-regexp", "^credential\\.interactive$", NULL
    };
    struct error error = { 0 };
    int status = 0;
    auto_secret struct secret *values =
        subprocess_run(command, child_environment_without_secrets, NULL, VALUES_MAX,
                       deadline_in(GIT_MILLISECONDS), &status, &error);
    if (values != NULL && status == 0)
        return !says_no(last_value(values));
    if (values != NULL && status == 1)
        return true;
    if (values != NULL)
        error_set(&error, ERROR_USAGE, "git config exited with %d", status);
    warning("there is no prompt, since credential.interactive cannot be read: %s", error.message);
    return false;
}

static bool forbids_if_no(const char *value)
{
    return value != NULL && says_no(value);
}

/* As git_bool_is_no, but an empty variable counts as not set. */
static bool forbids_if_plain_no(const char *value)
{
    return value != NULL && value[0] != '\0' && says_no(value);
}

static bool forbids_if_set(const char *value)
{
    return value != NULL && value[0] != '\0';
}

/* By which git's callers say that there must be no prompt. */
static const struct {
    const char *name;
    bool (*forbids)(const char *value);
} variables[] = {
    { "GIT_TERMINAL_PROMPT", forbids_if_no },
    { "GCM_INTERACTIVE", forbids_if_plain_no },    /* GitHub Desktop's background tasks: 0 */
    { "VSCODE_GIT_FETCH_SILENT", forbids_if_set }, /* Visual Studio Code's automatic fetches */
};

bool git_may_ask(void)
{
    for (size_t i = 0; i < ARRAY_SIZE(variables); i++) {
        if (!variables[i].forbids(getenv(variables[i].name)))
            continue;
        trace("git: no prompt, since %s forbids it", variables[i].name);
        return false;
    }
    return user_is_present() && git_is_interactive();
}
