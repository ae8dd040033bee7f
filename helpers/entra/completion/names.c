/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/completion/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/deadline.h"
#include "common/base/subprocess.h"
#include "common/config/config.h"
#include "common/store/account_store.h"
#include "common/tokens/tokens.h"
#include "helpers/entra/setup/kubeconfig_list.h"
#include "helpers/entra/setup/setup.h"

#define NAMES_MAX (256 * 1024) /* bytes of all of them */

/* A keyring that takes longer is not remembered as one that does not answer (silence.h): the
 * process that waits for it is ended before that. */
#define MILLISECONDS            900
#define MILLISECONDS_OF_KEYRING 500

static void add_name(void *context, const char *name)
{
    FILE *names = context;
    if ((size_t)ftell(names) + strlen(name) >= NAMES_MAX)
        return;
    fputs(name, names);
    fputc('\0', names);
}

static void find_apis(const struct options *options, FILE *names)
{
    struct error unused;
    auto_config struct config *config = config_read(options, NULL, &unused);
    config_each_api(config, add_name, names);
}

static void find_accounts(const struct options *options, FILE *names)
{
    struct error unused;
    struct tokens tokens;
    if (tokens_open(&tokens, options, &unused))
        account_store_each_username(&tokens.store, deadline_in(MILLISECONDS_OF_KEYRING), add_name,
                                    names);
}

static void find_contexts(const struct options *options, FILE *names)
{
    struct error unused;
    auto_kubeconfig_list struct kubeconfig_list list = { 0 };
    list.module = (const struct kubeconfig_module *)module_load(KUBECONFIG_MODULE, &unused);
    if (list.module == NULL ||
        !kubeconfig_list_find(&list, options->own[SETUP_KUBECONFIG], &unused))
        return;
    for (size_t i = 0; i < list.count; i++)
        if (kubeconfig_list_load(&list, &list.items[i], &unused))
            list.module->each_context(list.items[i].file, add_name, names);
}

static const struct {
    const char *kind;
    void (*find)(const struct options *options, FILE *names);
} kinds[] = {
    { NAMES_OF_APIS, find_apis },
    { NAMES_OF_ACCOUNTS, find_accounts },
    { NAMES_OF_CONTEXTS, find_contexts },
};

/* Reads the options that choose a configuration, a keyring or a kubeconfig. The line is not whole,
 * so it may have faults; what comes before one counts. The caller frees *ret_config, to which
 * *ret_options points. */
static void read_options(const struct typed *typed, struct options *ret_options, char **ret_config)
{
    struct error unused;
    int first = 0, count = typed->count + 1;
    const struct option_set set = program_options(typed->program);
    autofree char **words = calloc((size_t)count + 1, sizeof *words);
    words[0] = (char *)typed->program->name;
    memcpy(words + 1, typed->words, (size_t)typed->count * sizeof *words);
    options_parse(count, words, &set, ret_options, &first, &unused);
    if (!program_find_config(typed->program, ret_options, ret_config, &unused))
        ret_options->config = NULL;
}

struct finding {
    const struct typed *typed;
    void (*find)(const struct options *options, FILE *names);
};

static void keep_quiet(const char *code, const char *text, const char *advice)
{
    (void)code, (void)text, (void)advice;
}

static bool find(void *context, int fd)
{
    const struct finding *finding = context;
    struct options options = { 0 };
    autofree char *config = NULL, *text = NULL;
    size_t length = 0;
    FILE *names = open_memstream(&text, &length);
    reporting = (struct reporting){ .file = -1, .on_warning = keep_quiet };
    read_options(finding->typed, &options, &config);
    finding->find(&options, names);
    fclose(names);
    auto_secret struct secret *whole = secret_new(text, length);
    return secret_write(whole, fd);
}

struct secret *names_find(const char *kind, const struct typed *typed)
{
    int status = 0;
    struct secret *names = NULL;
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        if (strcmp(kind, kinds[i].kind) == 0)
            subprocess_fork(find, &(struct finding){ typed, kinds[i].find }, NAMES_MAX,
                            deadline_in(MILLISECONDS), &status, &names);
    return names;
}
