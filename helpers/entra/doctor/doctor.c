/* SPDX-License-Identifier: MIT */
/* entra doctor: checks the configuration, the authority, the keyring and the host tools. */
#define _GNU_SOURCE
#include "helpers/entra/doctor/doctor.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/deadline.h"
#include "common/base/own_program.h"
#include "common/base/search_path.h"
#include "common/base/text.h"
#include "helpers/document.h"
#include "helpers/entra/doctor/explanation.h"
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
    { "keyring", doctor_keyring },
    { "broker", doctor_broker },
    { "credential", doctor_credential },
    { "token", doctor_token },
    { "git", doctor_git },
    { "kubectl", doctor_kubectl },
    { "docker", doctor_docker },
    { "cargo", doctor_cargo },
    { "nuget", doctor_nuget },
    { "pip", doctor_pip },
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

bool doctor_check_helper(struct doctor *doctor, const char *user, const char *program)
{
    struct error error = { 0 };
    autofree char *path = search_path_find(program);
    if (path != NULL && own_program_is(path))
        return true;
    if (path == NULL)
        error_set(&error, ERROR_USAGE, "%.100s needs %.200s, which is not %s", user, program,
                  program[0] == '/' ? "there" : "in PATH");
    else
        error_set(&error, ERROR_USAGE, "%.100s runs another program than ours: %.200s", user, path);
    if (path == NULL)
        error_known_as(&error, "program_not_found");
    doctor_fail(doctor, &error);
    return false;
}

/* ---- warnings, which are reported as findings ---- */

static struct doctor *current;

static void on_warning(const char *code, const char *text, const char *advice)
{
    struct error error = { 0 };
    if (strcmp(code, "file_readable") == 0 || strcmp(code, "certificate_expired") == 0 ||
        strncmp(code, "keyring_", strlen("keyring_")) == 0)
        return; /* a check reports it */
    error_set(&error, ERROR_USAGE, "%s", text);
    error_hint(&error, "%s", advice);
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
    tokens_result_clear(&doctor->result);
    token_candidates_clear(&doctor->candidates);
    config_free(doctor->config);
    secret_free(doctor->git_text);
    url_typed_clear(&doctor->typed);
    return ok;
}

/* The index of our own option in options->own. */
enum own_option {
    EXPLAIN,
};

/* A message that is pasted without quotation marks is several operands. */
static bool explain(const char *code, int count, char **operands, bool as_json, struct error *error)
{
    autofree char *text = strdup(code);
    for (int i = 0; i < count; i++) {
        char *longer = text_format("%s %s", text, operands[i]);
        free(text);
        text = longer;
    }
    return explanation_print(text, as_json, error);
}

static bool run_doctor(const struct options *options, int count, char **operands,
                       struct error *error)
{
    bool as_json = document_is_wanted(options);
    const char *other = options_first(options, OPTION_OF_HELPER);
    if (options->own[EXPLAIN] != NULL && other != NULL)
        return error_set(error, ERROR_USAGE, "--explain and %s cannot be used together", other);
    if (options->own[EXPLAIN] != NULL)
        return explain(options->own[EXPLAIN], count, operands, as_json, error);
    if (count > 1)
        return program_fail_operand(operands[count - 1], error);
    static struct doctor doctor;
    doctor = (struct doctor){ .options = options,
                              .request = &doctor.candidates.items[0],
                              .as_json = as_json };
    if (count == 1) {
        if (!url_typed_parse(operands[0], &doctor.typed, &doctor.url, error))
            return error_wanted(error, "'%s'", url_shown(operands[0]).text);
        doctor.url_text = doctor.typed.text;
    }
    return run_checks(&doctor, error);
}

static const struct option_spec own_options[] = {
    DOCUMENT_OPTION("text|json", "text or json"),
    { "explain", "CODE", "explain an error code or message, or all codes", OPTION_TEXT,
      OPTION_OWN(EXPLAIN), 0 },
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
