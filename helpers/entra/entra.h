/* SPDX-License-Identifier: MIT */
/*
 * The sub-commands of `entra`, the command for users and scripts. Each has a file of its own.
 */
#ifndef HELPERS_ENTRA_ENTRA_H
#define HELPERS_ENTRA_ENTRA_H

#include "helpers/program.h"

extern const struct program entra_token;      /* token.c */
extern const struct program entra_login;      /* login.c */
extern const struct program entra_logout;     /* logout.c */
extern const struct program entra_status;     /* status/status.c */
extern const struct program entra_switch;     /* switch.c */
extern const struct program entra_list;       /* list/list.c */
extern const struct program entra_forget;     /* forget.c */
extern const struct program entra_secret;     /* secret.c */
extern const struct program entra_run;        /* run/run.c */
extern const struct program entra_doctor;     /* doctor/doctor.c */
extern const struct program entra_setup;      /* setup/setup_all.c */
extern const struct program entra_completion; /* completion/completion.c */

extern const struct program entra_setup_git;     /* setup/setup_git.c */
extern const struct program entra_setup_kubectl; /* setup/setup_kubectl.c */
extern const struct program entra_setup_docker;  /* setup/setup_docker.c */
extern const struct program entra_setup_cargo;   /* setup/setup_cargo.c */
extern const struct program entra_setup_nuget;   /* setup/setup_nuget.c */
extern const struct program entra_setup_pip;     /* setup/setup_pip.c */

#endif
