/* SPDX-License-Identifier: MIT */
/*
 * The process that signs with the key of a certificate (common/acquire/app/signer.h). It is no
 * program for users: no file has its name, and it does nothing unless one of ours starts it, with a
 * job in a pipe.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/acquire/acquire.h"
#include "common/entra/error_report.h"
#include "helpers/programs.h"

static bool is_pipe(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode);
}

/* What it says on stderr is its caller's word, and ends that with the same exit code. */
static int fail(const struct error *error)
{
    error_print(error);
    return ERROR_OTHER;
}

int entra_sign(int argc, char **argv)
{
    struct error error = { 0 };
    bool is_ours = argc == 3 && is_pipe(STDIN_FILENO) && is_pipe(STDOUT_FILENO);
    if (is_ours) { /* before memory can run out, which has to be said in the same way */
        program_invocation_short_name = argv[1];
        reporting.as_json = strcmp(argv[2], ACQUIRE_SIGNER_JSON) == 0;
    }
    program_begin();
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* it ends with the process that waits for it */
    if (!is_ours) {
        error_set(&error, ERROR_USAGE, "this is run by programs of entra-credential-helpers alone");
        return error_print(&error);
    }
    const struct acquire_module *module = acquire_load(&error);
    if (module == NULL)
        return fail(&error);
    module->run_signer();
    return ERROR_OTHER; /* not reached */
}
