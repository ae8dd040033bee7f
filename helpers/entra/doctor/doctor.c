/* SPDX-License-Identifier: MIT */
/* entra doctor: checks the configuration, the authority, the keyring, git and kubectl. */
#define _GNU_SOURCE
#include "helpers/entra/doctor/doctor.h"

#include <stdio.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/deadline.h"
#include "common/base/search_path.h"
#include "common/entra/remedies.h"
#include "helpers/entra/entra.h"
#include "keyring/silence.h"

static const struct {
    const char *name;
    void (*run)(struct doctor *doctor);
} checks[] = {
    { "configuration", doctor_configuration },
    { "permissions", doctor_permissions },
    { "host", doctor_host },
    { "clock", doctor_clock },
    { "network", doctor_network },
    { "credential", doctor_credential },
    { "token", doctor_token },
    { "keyring", doctor_keyring },
    { "git", doctor_git },
    { "kubectl", doctor_kubectl },
};

int64_t doctor_deadline(const struct doctor *doctor)
{
    return deadline_in((int64_t)tokens_timeout(doctor->options) * 1000);
}

bool doctor_finds_program(const char *name)
{
    autofree char *path = search_path_find(name);
    return path != NULL;
}

/* ---- warnings, which are reported as findings ---- */

static struct doctor *current;

static void on_warning(const char *code, const char *text)
{
    struct error error = { 0 };
    if (strcmp(code, "file_readable") == 0 || strcmp(code, "certificate_expired") == 0 ||
        strncmp(code, "keyring_", strlen("keyring_")) == 0)
        return; /* a check reports it */
    error_set(&error, ERROR_USAGE, "%s", text);
    if (code[0] != '\0')
        error_known_as(&error, code);
    doctor_fail(current, &error);
}

/* ---- running the checks ---- */

/* If the keyring cannot be opened, the other checks run without one. */
static void open_store(struct doctor *doctor)
{
    static struct options without_keyring;
    doctor->has_store = tokens_open(&doctor->tokens, doctor->options, &doctor->store_error);
    if (doctor->has_store)
        return;
    struct error unused;
    without_keyring = *doctor->options;
    without_keyring.keyring = "none";
    tokens_open(&doctor->tokens, &without_keyring, &unused);
}

static bool run_checks(struct doctor *doctor, struct error *error)
{
    doctor_begin(doctor);
    current = doctor;
    reporting.on_warning = on_warning;
    silence_forget();
    doctor->helper_options = *doctor->options;
    doctor_read_git(doctor);
    doctor->options = &doctor->helper_options;
    open_store(doctor);
    for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
        doctor->check = checks[i].name;
        trace("doctor: checking %s", checks[i].name);
        doctor->tokens.deadline = doctor_deadline(doctor);
        checks[i].run(doctor);
    }
    reporting.on_warning = NULL;
    bool ok = doctor_end(doctor, error);
    token_candidates_clear(&doctor->candidates);
    config_free(doctor->config);
    secret_free(doctor->git_text);
    return ok;
}

/* ---- --explain ---- */

static void explain_entry(const struct remedy *entry, json_object *array)
{
    if (array == NULL) {
        printf("%s\n    %s\n    %s\n", entry->codes, entry->meaning, entry->remedy);
        return;
    }
    json_object *object = json_object_new_object();
    json_object_object_add(object, "codes", json_object_new_string(entry->codes));
    json_object_object_add(object, "meaning", json_object_new_string(entry->meaning));
    json_object_object_add(object, "remedy", json_object_new_string(entry->remedy));
    json_object_array_add(array, object);
}

/* Users often copy only the number of an AADSTS code. */
static const struct remedy *find_entry(const char *code)
{
    char name[32];
    snprintf(name, sizeof name, "AADSTS%.20s", code);
    const struct remedy *entry = remedies_find(code);
    return entry != NULL ? entry : remedies_find(name);
}

static bool explain(const char *code, bool as_json, struct error *error)
{
    size_t count;
    const struct remedy *entries = remedies_all(&count);
    const struct remedy *one = find_entry(code);
    auto_json json_object *array = as_json ? json_object_new_array() : NULL;
    if (one == NULL && strcmp(code, "all") != 0) {
        error_set(error, ERROR_USAGE, "unknown code '%.60s'", code);
        return error_hint(error, "'entra doctor --explain all' lists the known codes.");
    }
    for (size_t i = 0; i < count; i++)
        if (one == NULL || one == &entries[i])
            explain_entry(&entries[i], array);
    if (as_json)
        json_print(array);
    return true;
}

/* The index of our own option in options->own. */
enum own_option {
    EXPLAIN,
};

static bool run_doctor(const struct options *options, int count, char **operands,
                       struct error *error)
{
    const char *output = options->output != NULL ? options->output : "text";
    bool as_json = strcmp(output, "json") == 0;
    if (!as_json && strcmp(output, "text") != 0)
        return error_set(error, ERROR_USAGE, "--output takes text or json, not '%.40s'", output);
    if (options->own[EXPLAIN] != NULL && count == 0)
        return explain(options->own[EXPLAIN], as_json, error);
    if (count > 1 || options->own[EXPLAIN] != NULL)
        return error_set(error, ERROR_USAGE, "unexpected argument '%.40s'", operands[count - 1]);
    static struct doctor doctor;
    doctor = (struct doctor){ .options = options,
                              .request = &doctor.candidates.items[0],
                              .as_json = as_json };
    if (count == 1) {
        doctor.url_text = operands[0];
        if (!url_parse(operands[0], strlen(operands[0]), &doctor.url, error))
            return error_wanted(error, "'%.200s'", operands[0]);
    }
    return run_checks(&doctor, error);
}

static const struct option_spec own_options[] = {
    { "output", "FORM", "text or json", OPTION_TEXT, offsetof(struct options, output), 0 },
    { "explain", "CODE", "explain an error code, or all of them", OPTION_TEXT, OPTION_OWN(EXPLAIN),
      0 },
    { .name = NULL },
};

const struct program entra_doctor = {
    .name = "entra doctor",
    .usage = "[URL] [OPTION]...",
    .summary = "Checks whether a token can be obtained, and whether git, kubectl or a URL would\n"
               "get it. Exits with 0 only if no check fails.",
    .examples = "entra doctor\n"
                "entra doctor https://dev.azure.com/contoso/p/_git/app\n"
                "entra doctor --explain AADSTS7000215",
    .options = own_options,
    .common = OPTIONS_ALL & ~(unsigned)OPTION_FORCE_REFRESH,
    .is_typed = true,
    .run = run_doctor,
};
