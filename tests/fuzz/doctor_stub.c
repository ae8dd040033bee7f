/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "tests/fuzz/doctor_stub.h"

#include "common/base/deadline.h"
#include "common/base/subprocess.h"
#include "tests/fuzz/fuzz.h"

static const struct secret *output;
static int exit_status;

struct secret *__wrap_subprocess_ask(char *const *command, bool (*filter)(const char *variable),
                                     const char *folder, size_t max, int64_t deadline,
                                     int *ret_status, char ret_said[SUBPROCESS_SAID_MAX],
                                     struct error *error);
struct secret *__wrap_subprocess_ask(char *const *command, bool (*filter)(const char *variable),
                                     const char *folder, size_t max, int64_t deadline,
                                     int *ret_status, char ret_said[SUBPROCESS_SAID_MAX],
                                     struct error *error)
{
    (void)command, (void)filter, (void)folder, (void)deadline, (void)error;
    HOLDS(output->length <= max);
    *ret_status = exit_status;
    snprintf(ret_said, SUBPROCESS_SAID_MAX, "fatal: said");
    return secret_new(output->bytes, output->length);
}

/* ---- instead of helpers/entra/doctor/doctor.c and doctor_token.c ---- */

int64_t doctor_deadline(const struct doctor *doctor)
{
    (void)doctor;
    return deadline_in(1000000);
}

bool doctor_finds_program(const char *name)
{
    return strcmp(name, "/missing/exec-credential-entra") != 0;
}

bool doctor_get_token(struct doctor *doctor)
{
    (void)doctor;
    return false;
}

void doctor_stub_run(const char *name, void (*check)(struct doctor *doctor),
                     const struct secret *printed, int status)
{
    static const struct options options;
    struct doctor doctor = { .options = &options, .check = name };
    struct error error = { 0 };
    char *report = NULL, *rest = NULL;
    size_t length;
    FILE *terminal = stdout;
    output = printed;
    exit_status = status;
    stdout = open_memstream(&report, &length);
    HOLDS(stdout != NULL);
    doctor_begin(&doctor);
    check(&doctor);
    if (!doctor_end(&doctor, &error))
        fuzz_check_error(&error);
    secret_free(doctor.git_text);
    HOLDS(fclose(stdout) == 0);
    stdout = terminal;
    HOLDS(length > 0 && length == strlen(report));
    for (char *line = strtok_r(report, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest))
        fuzz_check_shown(line);
    free(report);
}
