/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/keyring/next_keyring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "common/base/cleanup.h"
#include "common/base/environment.h"
#include "common/base/own_program.h"
#include "common/base/report.h"
#include "common/base/script.h"
#include "common/base/search_path.h"
#include "common/base/secret.h"
#include "common/base/signals.h"
#include "common/base/text.h"

/* To which program a run was handed on. */
#define MARK "ENTRA_NEXT_KEYRING"

static char **arguments;
static char **variables; /* with room for the mark, which is not among them */

/* A copy of the array, without the mark and with room for two pointers more. The texts stay where
 * they are: what is unset later is only taken from the list. */
static char **copy(char **texts)
{
    size_t count = 0, kept = 0;
    while (texts[count] != NULL)
        count++;
    char **copied = calloc(count + 2, sizeof *copied);
    for (size_t i = 0; i < count; i++)
        if (strncmp(texts[i], MARK "=", strlen(MARK "=")) != 0)
            copied[kept++] = texts[i];
    return copied;
}

void next_keyring_begin(char **argv)
{
    arguments = copy(argv);
    variables = copy(environ);
}

static bool is_another(const char *path)
{
    return !own_program_is(path);
}

char *next_keyring_find(void)
{
    if (getauxval(AT_SECURE) != 0)
        return NULL;
    return search_path_find_behind("keyring", environment(MARK), is_another);
}

bool next_keyring_become(const char *path, struct error *error)
{
    size_t count = 0;
    autofree char *mark = text_format(MARK "=%s", path);
    while (variables[count] != NULL)
        count++;
    variables[count] = mark;
    trace("keyring: handed on to %s", path);
    signals_give_back();
    secret_unprotect_child();
    execve(path, arguments, variables);
    int why = errno;
    secret_protect_process();
    variables[count] = NULL;
    if (!script_check(path, error))
        return false;
    error_set(error, ERROR_OTHER, "%s cannot be run: %s", path, strerror(why));
    return error_hint(error, "Install it again, or remove it.");
}
