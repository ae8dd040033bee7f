/* SPDX-License-Identifier: MIT */
/*
 * A command line in a message, which users paste into a shell. What it is made of may come from
 * outside, such as a user name in a hostile URL.
 *
 *     struct shell_line line = { "" };
 *     options_each(&options, OPTION_OF_REQUEST, shell_line_add, &line);
 *     error_hint(error, "Run 'entra login%s'.", line.text);
 */
#ifndef COMMON_BASE_SHELL_LINE_H
#define COMMON_BASE_SHELL_LINE_H

/* The end of a command line: each word after a space. */
struct shell_line {
    char text[400];
};

/* Adds an option and its value (NULL: it has none), in quotation marks if the shell would not take
 * it literally without. "..." stands for a value that it would not take literally in them either,
 * that messages would not show as it is, or for which there is no room. line is a struct
 * shell_line; for options_each. */
void shell_line_add(void *line, const char *name, const char *value);

#endif
