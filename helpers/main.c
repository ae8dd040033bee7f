/* SPDX-License-Identifier: MIT */
/*
 * All programs are this one file, under several names: each is little beside the core that they
 * share. It runs the program by whose name it was called: by that of the link, such as a
 * `kubelogin` that leads to exec-credential-entra, or else by that of what the link leads to.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "common/acquire/acquire.h"
#include "common/base/cleanup.h"
#include "common/base/text.h"
#include "helpers/programs.h"

#define LINKS_MAX 40 /* as in the kernel */

/* Follows a link by one step. The caller frees the result; NULL if the path is no link. */
static char *next_path(const char *path)
{
    char target[PATH_MAX];
    ssize_t length = readlink(path, target, sizeof target - 1);
    if (length < 0)
        return NULL;
    target[length] = '\0';
    const char *end = target[0] != '/' ? strrchr(path, '/') : NULL;
    return text_format("%.*s%s", end != NULL ? (int)(end + 1 - path) : 0, path, target);
}

/* The program to which the path that was executed leads; NULL if it is entra itself. */
static const struct called *find_by_links(void)
{
    const char *executed = (const char *)getauxval(AT_EXECFN); /* NOLINT: a pointer */
    autofree char *path = executed != NULL ? strdup(executed) : NULL;
    const struct called *called = NULL;
    for (int steps = 0; called == NULL && path != NULL && steps < LINKS_MAX; steps++) {
        char *next = next_path(path);
        free(path);
        path = next;
        called = path != NULL ? programs_find(basename(path)) : NULL;
    }
    return called;
}

int main(int argc, char **argv)
{
    if (strcmp(program_invocation_short_name, ACQUIRE_SIGNER) == 0)
        return entra_sign(argc, argv);
    const struct called *called = programs_find(program_invocation_short_name);
    if (called == NULL)
        called = find_by_links();
    return (called != NULL ? called : &programs[0])->run(argc, argv);
}
