/* SPDX-License-Identifier: MIT */
/*
 * All programs are this one file, under several names: each is little beside the core that they
 * share. It runs the program by whose name it was called.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>

#include "common/base/array.h"
#include "helpers/program.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} helpers[] = {
    { "git-credential-entra", git_credential_entra },
    { "exec-credential-entra", exec_credential_entra },
    { "curl-credential-entra", curl_credential_entra },
};

int main(int argc, char **argv)
{
    for (size_t i = 0; i < ARRAY_SIZE(helpers); i++)
        if (strcmp(program_invocation_short_name, helpers[i].name) == 0)
            return helpers[i].run(argc, argv);
    return entra(argc, argv);
}
