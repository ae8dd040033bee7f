/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/shell_line.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Characters that a shell takes literally. */
#define PLAIN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@%+=:,./-_#~^"

void shell_line_add(void *line, const char *name, const char *value)
{
    char *text = ((struct shell_line *)line)->text;
    size_t used = strlen(text), size = sizeof((struct shell_line *)line)->text;
    bool plain = value == NULL || (value[0] != '\0' && strspn(value, PLAIN) == strlen(value));
    bool safe = value == NULL || strpbrk(value, "\"$`\\!") == NULL;
    snprintf(text + used, size - used, plain ? " %s%s%s" : " %s%s\"%s\"", name,
             value != NULL ? " " : "",
             value == NULL ? ""
             : safe        ? value
                           : "...");
}
