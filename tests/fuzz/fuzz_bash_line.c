/* SPDX-License-Identifier: MIT */
/* A command line that bash has completed: how much of it bash replaces, the line, and a word that
 * is offered. */
#include "helpers/entra/completion/bash_line.h"

#include "common/base/printable.h"
#include "common/base/text.h"
#include "tests/fuzz/fuzz.h"

/* bash closes the quotation marks that are open, unless the text seems to do so already. */
static char *completed_line(const char *line, size_t kept, const char *quoted, char quote)
{
    size_t length = strlen(quoted);
    bool is_closed = quote == 0 || (length > 0 && quoted[length - 1] == quote);
    return text_format("%.*s%s%.*s", (int)kept, line, quoted, !is_closed, &quote);
}

/* The word is what the completed line has there, and the words before it stay as they were. */
static void check_completed(const struct bash_line *line, const char *text, const char *word)
{
    struct bash_line after = { 0 };
    HOLDS(bash_line_read(text, "", &after));
    HOLDS(strcmp(after.current, word) == 0);
    HOLDS(after.quote == 0);
    HOLDS(after.count == line->count);
    for (size_t i = 0; i < line->count; i++)
        HOLDS(strcmp(after.words[i], line->words[i]) == 0);
    bash_line_clear(&after);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bash_line line = { 0 };
    struct fuzz_input input = fuzz_input(data, size);
    autofree char *number = fuzz_line(&input), *text = fuzz_line(&input), *rest = fuzz_line(&input);
    if (number == NULL || text == NULL)
        return 0;
    size_t length = strlen(text), replaced = strtoul(number, NULL, 10) % (length + 1);
    if (bash_line_read(text, text + length - replaced, &line)) {
        HOLDS(line.kept <= strlen(line.current));
        autofree char *word =
            text_format("%.*s%s", (int)line.kept, line.current, rest != NULL ? rest : "");
        autofree char *quoted = bash_line_quote(&line, word);
        autofree char *completed = completed_line(text, length - replaced, quoted, line.quote);
        if (printable_is(word) && word[0] != '\0')
            check_completed(&line, completed, word);
    }
    bash_line_clear(&line);
    return 0;
}
