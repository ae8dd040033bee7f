/* SPDX-License-Identifier: MIT */
/*
 * The sub-commands of `entra`, the command for people and scripts. One file each.
 */
#ifndef HELPERS_ENTRA_ENTRA_H
#define HELPERS_ENTRA_ENTRA_H

#include "common/base/program.h"

extern const struct program entra_token;  /* token.c */
extern const struct program entra_login;  /* login.c */
extern const struct program entra_logout; /* logout.c */
extern const struct program entra_list;   /* list.c */
extern const struct program entra_secret; /* secret.c */
extern const struct program entra_doctor; /* doctor.c */
extern const struct program entra_setup;  /* setup.c */

#endif
