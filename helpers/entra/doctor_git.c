/* git's configuration as it is: whether our helper is asked for a URL, and who else is. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/command.h"
#include "helpers/entra/doctor.h"
#include "helpers/entra/setup.h"

#define AZURE_DEVOPS   "https://dev.azure.com/"
#define GIT_CONFIG_MAX (1024 * 1024)
#define HELPERS_MAX    32

/* What of git's configuration is for one URL. The texts lie in what git printed. */
struct git_settings {
    const char *helpers[HELPERS_MAX]; /* that git runs, in this order */
    size_t count;
    bool uses_path;
};

/* git credential.<url> matches a URL below that one; git also takes one without a scheme. */
static bool is_for(const char *pattern, size_t length, const struct url *url)
{
    struct url base;
    struct error unused;
    autofree char *text = NULL;
    bool whole = memmem(pattern, length, "://", 3) != NULL;
    if (asprintf(&text, "%s%.*s", whole ? "" : "https://", (int)length, pattern) < 0) {
        text = NULL;
        return false;
    }
    return url_parse_base(text, strlen(text), &base, &unused) && url_is_below(url, &base);
}

/* credential.NAME or credential.URL.NAME; git writes section and NAME in lower case. */
static const char *name_for(const char *key, size_t length, const struct url *url)
{
    const char *section = "credential.";
    const char *name = memrchr(key, '.', length);
    if (length <= strlen(section) || strncasecmp(key, section, strlen(section)) != 0 ||
        name == NULL)
        return "";
    const char *pattern = key + strlen(section);
    if (name >= pattern && !is_for(pattern, (size_t)(name - pattern), url))
        return "";
    return name + 1;
}

/* An empty helper drops those before it (gitcredentials(7)). */
static void take(struct git_settings *settings, const char *name, size_t length, const char *value)
{
    if (length == strlen("helper") && strncasecmp(name, "helper", length) == 0) {
        if (value[0] == '\0')
            settings->count = 0;
        else if (settings->count < HELPERS_MAX)
            settings->helpers[settings->count++] = value;
    } else if (length == strlen("usehttppath") && strncasecmp(name, "usehttppath", length) == 0) {
        settings->uses_path = strcasecmp(value, "false") != 0 && strcmp(value, "0") != 0 &&
                              strcasecmp(value, "no") != 0 && strcasecmp(value, "off") != 0;
    }
}

/* KEY LF VALUE NUL, and so on; no LF where a key has no value. */
static void read_settings(const struct secret *text, const struct url *url,
                          struct git_settings *settings)
{
    *settings = (struct git_settings){ 0 };
    for (const char *entry = text->bytes; entry < text->bytes + text->length;
         entry += strlen(entry) + 1) {
        size_t length = strcspn(entry, "\n");
        const char *name = name_for(entry, length, url);
        if (name[0] != '\0')
            take(settings, name, (size_t)(entry + length - name),
                 entry[length] == '\n' ? entry + length + 1 : "true");
    }
}

/* Whether the token would also be handed to others, and whether one of them keeps it in clear. */
static void tell_others(struct doctor *doctor, const struct git_settings *settings)
{
    struct error error = { 0 };
    for (size_t i = 0; i < settings->count; i++) {
        const char *helper = settings->helpers[i];
        size_t word = strcspn(helper, " ");
        if (setup_git_is_helper(helper))
            continue;
        if (word == strlen("store") && strncmp(helper, "store", word) == 0) {
            error_set(&error, ERROR_USAGE,
                      "git hands the token to the helper '%.100s', which writes it into a file in "
                      "clear",
                      helper);
            error_known_as(&error, "git_plaintext_helper");
            doctor_bad(doctor, &error);
        } else {
            doctor_detail(doctor, "also asked, and told the token", helper, NULL);
        }
    }
}

/* Without useHttpPath git tells the host alone. */
static void check_path(struct doctor *doctor, const struct url *url,
                       const struct git_settings *settings)
{
    struct error error = { 0 };
    struct url bare = *url;
    bool has_scope;
    bare.has_path = false;
    bare.path[0] = '\0';
    if (settings->uses_path || doctor->config == NULL ||
        config_find_url(doctor->config, doctor->options, url, &has_scope, &error) != CONFIG_MATCH ||
        config_find_url(doctor->config, doctor->options, &bare, &has_scope, &error) !=
            CONFIG_NO_MATCH)
        return;
    error_set(&error, ERROR_USAGE,
              "git tells no path of %s, and the API's BaseUrl has one: our helper would not answer",
              url->host);
    error_known_as(&error, "git_use_http_path");
    doctor_bad(doctor, &error);
}

static void check_settings(struct doctor *doctor, const struct url *url,
                           const struct git_settings *settings)
{
    struct error error = { 0 };
    const char *ours = NULL;
    for (size_t i = 0; i < settings->count; i++)
        if (setup_git_is_helper(settings->helpers[i]))
            ours = settings->helpers[i];
    if (ours == NULL) {
        doctor_pass(doctor, "git does not ask our helper for %s (entra setup git has it do so)",
                    url->host);
        return;
    }
    if (strncmp(ours, "entra", strlen("entra")) == 0 &&
        !doctor_finds_program("git-credential-entra")) {
        error_set(&error, ERROR_USAGE, "git's helper '%.100s' is not in PATH: git-credential-entra",
                  ours);
        error_known_as(&error, "program_not_found");
        doctor_bad(doctor, &error);
        return;
    }
    doctor_good(doctor, "git asks our helper for %s: %s", url->host, ours);
    tell_others(doctor, settings);
    check_path(doctor, url, settings);
}

void doctor_git(struct doctor *doctor)
{
    static char *const command[] = { "git",          "config",         "--null",
                                     "--get-regexp", "^credential\\.", NULL };
    struct error error = { 0 };
    struct git_settings settings;
    struct url url = doctor->url;
    int status = 0;
    if (!doctor_finds_program("git")) {
        doctor_pass(doctor, "there is no git here");
        return;
    }
    if (doctor->url_text == NULL)
        url_parse(AZURE_DEVOPS, strlen(AZURE_DEVOPS), &url, &error);
    auto_secret struct secret *text =
        command_run(command, GIT_CONFIG_MAX, doctor_deadline(doctor), &status, &error);
    if (text != NULL && status > 1) /* 1: there is none */
        error_set(&error, ERROR_USAGE, "git cannot read its configuration (git config: %d)",
                  status);
    if (text == NULL || error.kind != ERROR_NONE) {
        doctor_bad(doctor, &error);
        return;
    }
    read_settings(text, &url, &settings);
    check_settings(doctor, &url, &settings);
}
