/* SPDX-License-Identifier: MIT */
/*
 * entra completion: prints the script with which a shell completes the programs' command lines.
 *
 * The scripts are thin: with each Tab they ask this program (`entra completion --answer SHELL`)
 * what may come next, which takes about a millisecond. So the three have one logic, made from the
 * programs' own records, and no list of options that could be an old one.
 *
 *     bash:  what was typed up to the cursor, and what of it is replaced   >   words, quoted
 *     zsh:   the words before the cursor, and the one there                >   words:help, escaped
 *     fish:  likewise                                                      >   words TAB help
 *
 * Each text of the question ends with \0, each line of the answer with a line break. Its first line
 * says what the rest is: "words TITLE", or that the shell is to complete "files" or "folders".
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/deadline.h"
#include "common/base/secret.h"
#include "common/base/text.h"
#include "common/entra/url_typed.h"
#include "helpers/entra/completion/bash_line.h"
#include "helpers/entra/completion/candidates.h"
#include "helpers/entra/entra.h"
#include "helpers/programs.h"

#define QUESTION_MAX          (128 * 1024)
#define QUESTION_MILLISECONDS 1000

/* ---- the scripts ---- */

/* The files of these names in this folder. */
extern const char entra_bash[], entra_zsh[], entra_fish[];

#define PLACE_OF_PROGRAMS "@PROGRAMS@"

static void print_programs(void)
{
    for (const struct called *called = programs; called->name != NULL; called++)
        printf("%s%s", called == programs ? "" : " ", called->name);
}

/* As `make install` does. */
static void print_script(const char *script)
{
    const char *place;
    for (; (place = strstr(script, PLACE_OF_PROGRAMS)) != NULL;
         script = place + strlen(PLACE_OF_PROGRAMS)) {
        printf("%.*s", (int)(place - script), script);
        print_programs();
    }
    fputs(script, stdout);
}

/* ---- answers ---- */

/* The texts of a question. */
struct question {
    char *texts[TYPED_WORDS_MAX];
    int count; /* at least 1 */
};

/* The texts are those of `input`. */
static bool read_question(struct secret *input, struct question *question)
{
    size_t at = 0;
    question->count = 0;
    while (at < input->length && question->count < TYPED_WORDS_MAX) {
        question->texts[question->count++] = input->bytes + at;
        at += strlen(input->bytes + at) + 1;
    }
    return question->count > 0 && at == input->length;
}

static void print_kind(const struct candidates *candidates)
{
    switch (candidates->kind) {
    case CANDIDATES_WORDS:
        printf("words %s\n", candidates->title);
        break;
    case CANDIDATES_FILES:
        puts("files");
        break;
    case CANDIDATES_FOLDERS:
        puts("folders");
        break;
    }
}

static void answer_bash(const struct question *question)
{
    auto_bash_line struct bash_line line = { 0 };
    auto_typed struct typed typed = { 0 };
    auto_candidates struct candidates candidates = { 0 };
    if (question->count != 2 || !bash_line_read(question->texts[0], question->texts[1], &line))
        return;
    typed_read(line.words, (int)line.count, line.current, &typed);
    candidates_find(&typed, false, &candidates);
    print_kind(&candidates);
    for (size_t i = 0; i < candidates.count; i++) {
        autofree char *word = text_format("%.*s%s", (int)(typed.text - typed.current),
                                          typed.current, candidates.items[i].word);
        autofree char *quoted = bash_line_quote(&line, word);
        puts(quoted);
    }
}

static void find_for_words(const struct question *question, struct typed *typed,
                           struct candidates *candidates)
{
    int last = question->count - 1;
    typed_read((char **)question->texts, last, question->texts[last], typed);
    candidates_find(typed, true, candidates);
    print_kind(candidates);
}

/* _describe takes the help from the first colon that is not escaped. */
static void answer_zsh(const struct question *question)
{
    auto_typed struct typed typed = { 0 };
    auto_candidates struct candidates candidates = { 0 };
    find_for_words(question, &typed, &candidates);
    for (size_t i = 0; i < candidates.count; i++) {
        const struct candidate *candidate = &candidates.items[i];
        for (const char *c = candidate->word; *c != '\0'; c++)
            printf("%s%c", strchr(":\\", *c) != NULL ? "\\" : "", *c);
        printf("%s%s\n", candidate->help != NULL ? ":" : "",
               candidate->help != NULL ? candidate->help : "");
    }
}

/* fish replaces the whole word, with the option's name before a value. It quotes all but a tilde at
 * its beginning, which it would take for a home folder, so such a word is not offered. */
static void answer_fish(const struct question *question)
{
    auto_typed struct typed typed = { 0 };
    auto_candidates struct candidates candidates = { 0 };
    find_for_words(question, &typed, &candidates);
    for (size_t i = 0; i < candidates.count; i++) {
        const struct candidate *candidate = &candidates.items[i];
        if (typed.text == typed.current && candidate->word[0] == '~')
            continue;
        printf("%.*s%s%s%s\n", (int)(typed.text - typed.current), typed.current, candidate->word,
               candidate->help != NULL ? "\t" : "", candidate->help != NULL ? candidate->help : "");
    }
}

/* ---- the command ---- */

static const struct shell {
    const char *name;
    const char *script;
    void (*answer)(const struct question *question);
} shells[] = {
    { "bash", entra_bash, answer_bash },
    { "zsh", entra_zsh, answer_zsh },
    { "fish", entra_fish, answer_fish },
};

static const struct shell *find_shell(const char *name, struct error *error)
{
    for (size_t i = 0; i < ARRAY_SIZE(shells); i++)
        if (strcmp(name, shells[i].name) == 0)
            return &shells[i];
    error_set(error, ERROR_USAGE, "there is no completion for '%s', only for bash, zsh and fish",
              url_typed_shown(name).text);
    return NULL;
}

static void answer(const struct shell *shell)
{
    struct question question;
    auto_secret struct secret *input =
        secret_read_input(STDIN_FILENO, QUESTION_MAX, NULL, deadline_in(QUESTION_MILLISECONDS));
    if (input != NULL && input->length <= QUESTION_MAX && read_question(input, &question))
        shell->answer(&question);
}

enum own_option {
    ANSWER,
};

static bool run_completion(const struct options *options, int count, char **operands,
                           struct error *error)
{
    const char *asked = options->own[ANSWER];
    if (count > (asked == NULL))
        return program_fail_operand(operands[count - 1], error);
    if (count == 0 && asked == NULL) {
        error_set(error, ERROR_USAGE, "which shell: bash, zsh or fish?");
        return error_hint(error, "See 'entra completion --help'.");
    }
    const struct shell *shell = find_shell(asked != NULL ? asked : operands[0], error);
    if (shell == NULL)
        return false;
    if (asked != NULL)
        answer(shell);
    else
        print_script(shell->script);
    return true;
}

static const struct option_spec own_options[] = {
    { "answer", "SHELL=bash|zsh|fish", NULL, OPTION_TEXT, OPTION_OWN(ANSWER), 0 },
    { .name = NULL },
};

const struct program entra_completion = {
    .name = "entra completion",
    .usage = "bash|zsh|fish",
    .summary = "Prints the script with which a shell completes the command lines of entra and\n"
               "its helpers: commands, options, and the names of APIs, accounts and contexts.\n"
               "An installation has the scripts where the shells look for them.",
    .examples = "source <(entra completion bash)\n"
                "source <(entra completion zsh)\n"
                "entra completion fish | source",
    .options = own_options,
    .operand = "SHELL=bash|zsh|fish",
    .is_typed = true,
    .run = run_completion,
};
