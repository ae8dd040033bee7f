/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/git_helper.h"

#include <string.h>

#include "common/base/cleanup.h"
#include "common/base/text.h"
#include "helpers/entra/setup/helper_program.h"
#include "helpers/entra/setup/setup.h"

#define PROGRAM "git-credential-entra"

char *git_helper_command(const struct options *options)
{
    autofree char *program = helper_program(PROGRAM);
    struct setup_storage storage = { "" };
    const char *words[SETUP_WORDS_MAX + 1] = { "entra" };
    bool short_name = strcmp(program, PROGRAM) == 0;
    if (!short_name)
        words[0] = program;
    setup_helper_options(options, &storage, words + 1);
    autofree char *line = setup_quote((char *const *)words);
    return text_format("%s%s", short_name ? "" : "!", line);
}

bool git_helper_is_ours(const char *value)
{
    const char *path = strstr(value, "/" PROGRAM);
    const char *after = path != NULL                      ? path + strlen("/" PROGRAM)
                        : strncmp(value, "entra", 5) == 0 ? value + 5
                                                          : "?";
    return *after == '\0' || *after == ' ' || *after == '\'';
}

/* Characters that a shell takes literally outside of quotes. */
#define PLAIN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@%+=:,./-_"

bool git_helper_split(const char *value, struct git_helper_line *ret_line)
{
    struct git_helper_line *line = ret_line;
    char *out = line->text;
    const char *at = value[0] == '!' ? value + 1 : value;
    line->count = 0;
    if (strlen(at) >= sizeof line->text)
        return false;
    while (*(at += strspn(at, " ")) != '\0') {
        if (line->count == GIT_HELPER_WORDS_MAX)
            return false;
        line->words[line->count++] = out;
        for (bool quoted = false; *at != '\0' && (quoted || *at != ' '); at++) {
            if (*at == '\'')
                quoted = !quoted;
            else if (*at == '\\' && !quoted && at[1] != '\0')
                *out++ = *++at;
            else if (quoted || strchr(PLAIN, *at) != NULL)
                *out++ = *at;
            else
                return false;
            if (quoted && at[1] == '\0')
                return false; /* the quote does not end */
        }
        *out++ = '\0';
    }
    line->words[line->count] = NULL;
    return line->count > 0;
}
