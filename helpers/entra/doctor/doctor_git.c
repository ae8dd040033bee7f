/* SPDX-License-Identifier: MIT */
/* The check git: whether git uses our helper for a URL, and which others. */
#define _GNU_SOURCE
#include <string.h>

#include "common/base/cleanup.h"
#include "common/base/subprocess.h"
#include "common/base/suggest.h"
#include "common/entra/child_environment.h"
#include "helpers/entra/doctor/doctor.h"
#include "helpers/entra/setup/git_helper.h"
#include "helpers/entra/setup/git_rivals.h"
#include "helpers/entra/setup/git_settings.h"

#define AZURE_DEVOPS_HOST "dev.azure.com"
#define AZURE_DEVOPS      "https://" AZURE_DEVOPS_HOST "/"

/* The characters of a program's name or path. */
#define PLAIN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-+"

/* What to show of a helper. One that begins with an exclamation mark is a shell's text, and may be
 * there to print a password: only the name of a program that it runs is shown. The caller frees the
 * result with free. */
static char *shown_helper(const char *helper)
{
    if (helper[0] != '!')
        return strdup(helper);
    size_t word = 1 + strspn(helper + 1, PLAIN);
    bool is_program = word > 1 && (helper[word] == ' ' || helper[word] == '\0');
    return is_program ? strndup(helper, word) : strdup("a shell command");
}

/* Reports what else in the configuration gets our token, or is used in its place. */
static void report_rivals(struct doctor *doctor, const struct git_settings *settings,
                          const struct secret *text, const struct url *url)
{
    struct error error = { 0 };
    for (size_t i = 0; i < settings->count; i++)
        if (git_rivals_check_helper(settings, i, url, &error))
            doctor_fail(doctor, &error);
        else if (!git_helper_is_ours(settings->helpers[i])) {
            autofree char *shown = shown_helper(settings->helpers[i]);
            doctor_detail(doctor, "also gets the token", shown, NULL);
        }
    if (git_rivals_check_header(text, url, &error))
        doctor_fail(doctor, &error);
}

/* Without useHttpPath, git sends helpers only the host (gitcredentials(7)). */
static void check_path(struct doctor *doctor, const struct url *url,
                       const struct git_settings *settings)
{
    struct error error = { 0 };
    struct url bare = *url;
    bare.has_path = false;
    bare.path[0] = '\0';
    if (settings->uses_path || doctor->config == NULL ||
        config_find_url(doctor->config, url, NULL, &error) != CONFIG_MATCH ||
        config_find_url(doctor->config, &bare, NULL, &error) != CONFIG_NO_MATCH)
        return;
    error_set(
        &error, ERROR_USAGE,
        "git sends no path for %s, but the API's BaseUrl has one, so our helper would not answer",
        url->host);
    error_known_as(&error, "git_use_http_path");
    autofree char *origin = url_origin(url);
    error_hint(&error, "Run 'git config --global credential.%s.useHttpPath true'.", origin);
    doctor_fail(doctor, &error);
}

/* The last of git's helpers that is ours; NULL if there is none. */
static const char *find_ours(const struct git_settings *settings)
{
    const char *ours = NULL;
    for (size_t i = 0; i < settings->count; i++)
        if (git_helper_is_ours(settings->helpers[i]))
            ours = settings->helpers[i];
    return ours;
}

/* Whether git can run the helper. */
static bool check_installed(struct doctor *doctor, const char *ours)
{
    struct error error = { 0 };
    if (strncmp(ours, "entra", strlen("entra")) != 0 ||
        doctor_finds_program("git-credential-entra"))
        return true;
    error_set(&error, ERROR_USAGE,
              "git's helper '%.100s' needs git-credential-entra, which is not in PATH", ours);
    error_known_as(&error, "program_not_found");
    doctor_fail(doctor, &error);
    return false;
}

/* Set-up is advised only for a host of an API: for another one, it would be refused. */
static void skip_url(struct doctor *doctor, const struct url *url)
{
    struct suggestion nearest = suggest_for(url->host);
    suggest_consider(&nearest, AZURE_DEVOPS_HOST);
    if (doctor->config == NULL || config_api_of_url(doctor->config, url) != NULL)
        doctor_skip(doctor, "git does not use our helper for %s (see 'entra setup git')",
                    url->host);
    else
        doctor_skip(doctor, "git does not use our helper for %s%s", url->host,
                    suggest_question(&nearest, ""));
}

static void check_url(struct doctor *doctor, const struct url *url,
                      const struct git_settings *settings)
{
    const char *ours = find_ours(settings);
    if (ours == NULL) {
        skip_url(doctor, url);
    } else if (check_installed(doctor, ours)) {
        doctor_ok(doctor, "git uses our helper for %s: %s", url->host, ours);
        if (doctor->helper_error.kind != ERROR_NONE)
            doctor_fail(doctor, &doctor->helper_error);
        else if (doctor->helper_unused != NULL)
            doctor_detail(doctor, "options not used by doctor", doctor->helper_unused, NULL);
        report_rivals(doctor, settings, doctor->git_text, url);
        check_path(doctor, url, settings);
    }
}

/* An API of the configuration whose host git may know, if no URL was given. */
static void check_base_url(void *context, const char *api, const struct url *base)
{
    struct doctor *doctor = context;
    struct git_settings settings;
    git_settings_find(doctor->git_text, base, &settings);
    if (strcmp(base->host, doctor->git_url.host) == 0 || find_ours(&settings) == NULL)
        return;
    if (strlen(base->path) > 1 && !settings.uses_path)
        doctor_skip(doctor,
                    "git sends no path for %s, so it gets no token of %s (see "
                    "credential.useHttpPath in git-credential-entra(1))",
                    base->host, api);
    else
        doctor_ok(doctor, "git uses our helper for %s: %s", base->host, find_ours(&settings));
}

/* The helper uses the account that the URL names, or else git's configuration for it, and without a
 * configured tenant, that of the URL as git sends it. */
static void take_context(struct doctor *doctor)
{
    doctor->git_request.username =
        doctor->typed.username != NULL ? doctor->typed.username : doctor->git.username;
    doctor->context.account = git_request_account(&doctor->git_request);
    doctor->tenant_url = doctor->git_url;
    if (!doctor->git.uses_path) {
        doctor->tenant_url.has_path = false;
        doctor->tenant_url.path[0] = '\0';
    }
    git_tenant_begin(&doctor->tenant, &doctor->git_request, &doctor->tenant_url);
    doctor->tenant.may_ask_server = true;
    doctor->tenant.deadline = doctor_deadline(doctor);
    doctor->context.learn_tenant = server_tenant_learn;
    doctor->context.learner = &doctor->tenant;
}

/* Reads git's credential settings: all that apply here, or only those that no repository can make.
 * The caller frees the result with secret_free. */
static struct secret *read_settings(const struct doctor *doctor, bool is_protected,
                                    struct error *error)
{
    static char *const all[] = { "git", "config", "--null", "--get-regexp", GIT_RIVALS_KEYS, NULL };
    static char *const protected[] = { "git",          "--git-dir=/dev/null", "config", "--null",
                                       "--get-regexp", GIT_RIVALS_KEYS,       NULL };
    int status = 0;
    char said[SUBPROCESS_SAID_MAX];
    auto_secret struct secret *text = subprocess_ask(
        is_protected ? protected : all, child_environment_without_secrets,
        is_protected ? "/" : NULL, GIT_CONFIG_MAX, doctor_deadline(doctor), &status, said, error);
    if (text == NULL || status <= 1) /* 1: there are no such settings */
        return steal(&text);
    error_set(error, ERROR_USAGE,
              "git cannot read its configuration (git config exited with %d)%s%s", status,
              said[0] != '\0' ? ": " : "", said);
    return NULL;
}

/* Whether git runs the helper like this in every repository. */
static bool is_everywhere(struct doctor *doctor, const char *ours)
{
    struct git_settings settings;
    auto_secret struct secret *text = read_settings(doctor, true, &doctor->helper_error);
    if (text == NULL)
        return false;
    git_settings_find(text, &doctor->git_url, &settings);
    const char *same = find_ours(&settings);
    return same != NULL && strcmp(same, ours) == 0;
}

/* Uses the options with which git runs our helper; not those of a repository, which may come from a
 * stranger, and name a configuration that runs a command. */
static void use_helper_options(struct doctor *doctor, const char *ours)
{
    struct git_helper_line *line = &doctor->helper_line;
    struct options options = { 0 };
    const struct option_set set = { .program = "git-credential-entra", .common = OPTIONS_ALL };
    int first;
    if (strchr(ours, ' ') == NULL)
        return;
    if (!is_everywhere(doctor, ours))
        doctor->helper_unused = "they are the repository's own";
    else if (!git_helper_split(ours, line))
        doctor->helper_unused = "they take a shell";
    else if (options_parse(line->count, line->words, &set, &options, &first, &doctor->helper_error))
        options_fill(&doctor->helper_options, &options);
    if (doctor->helper_unused != NULL || doctor->helper_error.kind != ERROR_NONE)
        line->count = 0;
}

void doctor_read_git(struct doctor *doctor)
{
    struct error unused;
    doctor->git_url = doctor->url;
    if (doctor->url_text == NULL)
        url_parse(AZURE_DEVOPS, strlen(AZURE_DEVOPS), &doctor->git_url, &unused);
    if (!doctor_finds_program("git"))
        return;
    doctor->git_text = read_settings(doctor, false, &doctor->git_error);
    if (doctor->git_text == NULL)
        return;
    git_settings_find(doctor->git_text, &doctor->git_url, &doctor->git);
    const char *ours = find_ours(&doctor->git);
    if (doctor->url_text == NULL || ours == NULL)
        return;
    use_helper_options(doctor, ours);
    take_context(doctor);
}

static void check_settings(struct doctor *doctor)
{
    check_url(doctor, &doctor->git_url, &doctor->git);
    if (doctor->url_text == NULL && doctor->config != NULL)
        config_each_base_url(doctor->config, check_base_url, doctor);
    if (find_ours(&doctor->git) != NULL)
        doctor_git_network(doctor);
}

void doctor_git(struct doctor *doctor)
{
    if (doctor->git_error.kind != ERROR_NONE)
        doctor_fail(doctor, &doctor->git_error);
    else if (doctor->git_text == NULL)
        doctor_skip(doctor, "git is not in PATH");
    else
        check_settings(doctor);
}
