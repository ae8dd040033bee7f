/* SPDX-License-Identifier: MIT */
/* What helpers/entra/setup/git_*.c call to write git's configuration. Reading it does not. */
#include <stdlib.h>

#include "helpers/entra/setup/setup.h"

void setup_helper_options(const struct options *options, struct setup_storage *storage,
                          const char *ret_words[SETUP_WORDS_MAX])
{
    (void)options, (void)storage, (void)ret_words;
    abort();
}

char *setup_quote(char *const *words)
{
    (void)words;
    abort();
}

struct secret *setup_query(char *const *command, size_t max, struct error *error)
{
    (void)command, (void)max, (void)error;
    abort();
}

bool setup_run_as(const struct options *options, char *const *shown, char *const *command,
                  struct error *error)
{
    (void)options, (void)shown, (void)command, (void)error;
    abort();
}
