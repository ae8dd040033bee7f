/* SPDX-License-Identifier: MIT */
/*
 * The words of a user's args, and the options in them, as they will be.
 */
#ifndef HELPERS_KUBECTL_KUBECONFIG_COMMAND_LINE_H
#define HELPERS_KUBECTL_KUBECONFIG_COMMAND_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/cleanup.h"
#include "helpers/kubectl/kubeconfig/kubeconfig.h"

#define COMMAND_LINE_WORDS 256 /* of a user in the file */
#define COMMAND_LINE_ADDED (KUBECONFIG_ARGS + 2)

/* A word of the file. */
struct word {
    char *text; /* as it will be; owned */
    bool is_changed, is_dropped;
};

struct command_line {
    struct word words[COMMAND_LINE_WORDS];
    size_t count;
    const char *added[COMMAND_LINE_ADDED + 1]; /* to be inserted; not owned; NULL after the last */
    size_t added_count;
};

/* The value of an option: the last one, which counts. NULL if it is not given. Options are NAME
 * VALUE, NAME=VALUE, and for those with a letter -l VALUE, -l=VALUE and -lVALUE. */
const char *command_line_value(const struct command_line *line, const char *name);

/* Gives an option this value: in its place, or added. Of --scope, every value counts. Drops the
 * other names of the option (login.h). name and value must outlive line. */
void command_line_set(struct command_line *line, const char *name, const char *value);
void command_line_set_flag(struct command_line *line, const char *name);

/* Drops an option wherever it is; is_flag: it has no value. */
void command_line_drop(struct command_line *line, const char *name, bool is_flag);

void command_line_clear(struct command_line *line);
#define auto_command_line CLEANUP(command_line_clear)

#endif
