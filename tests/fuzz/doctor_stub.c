/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "tests/fuzz/doctor_stub.h"

#include "common/base/deadline.h"
#include "common/base/subprocess.h"
#include "tests/fuzz/fuzz.h"

static const struct secret *output;
static int exit_status;

struct secret *__wrap_subprocess_run(char *const *command, bool (*filter)(const char *variable),
                                     const char *folder, size_t max, int64_t deadline,
                                     int *ret_status, struct error *error);
struct secret *__wrap_subprocess_run(char *const *command, bool (*filter)(const char *variable),
                                     const char *folder, size_t max, int64_t deadline,
                                     int *ret_status, struct error *error)
{
    (void)command, (void)filter, (void)folder, (void)deadline, (void)error;
    HOLDS(output->length <= max);
    *ret_status = exit_status;
    return secret_new(output->bytes, output->length);
}

struct secret *__wrap_subprocess_read(char *const *command, bool (*filter)(const char *variable),
                                      const char *folder, size_t max, int64_t deadline,
                                      struct error *error);
struct secret *__wrap_subprocess_read(char *const *command, bool (*filter)(const char *variable),
                                      const char *folder, size_t max, int64_t deadline,
                                      struct error *error)
{
    int status;
    return __wrap_subprocess_run(command, filter, folder, max, deadline, &status, error);
}

/* ---- instead of helpers/entra/doctor/doctor.c ---- */

int64_t doctor_deadline(const struct doctor *doctor)
{
    (void)doctor;
    return deadline_in(1000000);
}

bool doctor_finds_program(const char *name)
{
    return strcmp(name, "/missing/exec-credential-entra") != 0;
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
