/* SPDX-License-Identifier: MIT */
/*
 * The programs, each in a folder of its own. All are one file, which helpers/main.c begins.
 */
#ifndef HELPERS_PROGRAMS_H
#define HELPERS_PROGRAMS_H

#include "helpers/program.h"

/* A program under the name that it is called by. */
struct called {
    const char *name; /* NULL ends the table */
    int (*run)(int argc, char **argv);
    const struct program *program;
};

/* The one for users comes first. */
extern const struct called programs[];

/* The program of this name; NULL if there is none. */
const struct called *programs_find(const char *name);

/* What a user of the command line runs, with its commands below. */
extern const struct program git_credential_program, exec_credential_program,
    curl_credential_program, cargo_credential_program, docker_credential_program,
    keyring_credential_program, nuget_plugin_program, entra_program;

int git_credential_entra(int argc, char **argv);
int exec_credential_entra(int argc, char **argv);
int curl_credential_entra(int argc, char **argv);
int cargo_credential_entra(int argc, char **argv);
int docker_credential_entra(int argc, char **argv);
int keyring_credential_entra(int argc, char **argv);
int nuget_plugin_entra(int argc, char **argv);
int entra(int argc, char **argv);

/* What these start to sign with a key (ACQUIRE_SIGNER). No link has its name. */
int entra_sign(int argc, char **argv);

#endif
