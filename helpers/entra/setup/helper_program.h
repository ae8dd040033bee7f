/* SPDX-License-Identifier: MIT */
/*
 * How another program's configuration names a helper of ours.
 */
#ifndef HELPERS_ENTRA_SETUP_HELPER_PROGRAM_H
#define HELPERS_ENTRA_SETUP_HELPER_PROGRAM_H

/* The name itself if that finds our program in PATH, or nothing better is known; else the path of
 * the helper. The caller frees it. */
char *helper_program(const char *name);

#endif
