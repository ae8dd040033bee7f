/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/kubectl/kubeconfig/exec_text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/json.h"
#include "helpers/kubectl/kubeconfig/users.h"

/* Whether YAML reads the text as a string without quotes. */
static bool is_plain(const char *text)
{
    static const char *const words[] = {
        "true", "false", "yes", "no", "on", "off", "null", "y", "n"
    };
    const char *rest = strncmp(text, "--", 2) == 0 ? text + 2 : text;
    if (strspn(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._/") !=
            strlen(rest) ||
        strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", rest[0]) == NULL ||
        rest[0] == '\0')
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        if (strcasecmp(text, words[i]) == 0)
            return false;
    return true;
}

char *exec_text_quote(const char *text, bool flow)
{
    if (!flow && is_plain(text))
        return strdup(text);
    auto_json json_object *string = json_object_new_string(text);
    return strdup(json_object_to_json_string_ext(string, JSON_C_TO_STRING_NOSLASHESCAPE));
}

static void put_separator(FILE *stream, const struct exec_text *form)
{
    if (form->flow)
        fputs(", ", stream);
    else
        fprintf(stream, "%s%*s- ", form->newline, (int)form->column, "");
}

static void put_items(FILE *stream, const struct exec_text *form)
{
    for (size_t i = 0; form->args[i] != NULL; i++) {
        if (i > 0)
            put_separator(stream, form);
        autofree char *quoted = exec_text_quote(form->args[i], form->flow);
        fputs(quoted, stream);
    }
}

char *exec_text_format(const struct exec_text *form)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    struct exec_text inside = *form;
    inside.column += 2;
    int indent = (int)inside.column;
    if (form->flow)
        fputs("\"exec\": {\"apiVersion\": \"" EXEC_TEXT_VERSION "\", \"args\": [", stream);
    else
        fprintf(stream, "exec:%s%*sapiVersion: " EXEC_TEXT_VERSION "%s%*sargs:%s%*s- ",
                form->newline, indent, "", form->newline, indent, "", form->newline, indent, "");
    put_items(stream, &inside);
    if (form->flow)
        fputs("], \"command\": \"" OUR_PROGRAM "\", \"installHint\": \"" INSTALL_HINT "\"}",
              stream);
    else
        fprintf(stream, "%s%*scommand: " OUR_PROGRAM "%s%*sinstallHint: " INSTALL_HINT,
                form->newline, indent, "", form->newline, indent, "");
    fclose(stream);
    return text;
}

char *exec_text_items(const struct exec_text *form, enum exec_text_place place)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    if (place == EXEC_TEXT_AFTER)
        put_separator(stream, form);
    put_items(stream, form);
    if (place == EXEC_TEXT_BEFORE)
        put_separator(stream, form);
    fclose(stream);
    return text;
}
