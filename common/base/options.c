/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/options.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/duration.h"
#include "common/base/output.h"
#include "common/base/suggest.h"
#include "common/base/text.h"

#define OPTION_NAME_MAX 80
#define HELP_COLUMN     22

/* The name lies in a text with its dashes, which options_each passes on. */
#define NAME(name) (&("--" name)[2])

/* Everything about the common options: what the parser, --help, options_each and those who use it
 * (renewal's command line, hints, setup, doctor) know of them. */
#define REQUEST (OPTION_OF_REQUEST | OPTION_OF_HELPER)
static const struct option_spec common_options[] = {
    { NAME("config"), "FILE=@file", "read this appsettings.json", OPTION_TEXT,
      offsetof(struct options, config), REQUEST | OPTION_CONFIG },
    { NAME("api"), "NAME=@api", "get a token for this API of the configuration", OPTION_TEXT,
      offsetof(struct options, api), REQUEST | OPTION_API },
    { NAME("scope"), "SCOPE", "request this scope; RESOURCE/.default for an app", OPTION_SCOPE,
      offsetof(struct options, scopes), REQUEST | OPTION_SCOPES },
    { NAME("resource"), "URI", "request the scope URI/.default", OPTION_TEXT,
      offsetof(struct options, resource), REQUEST | OPTION_RESOURCE },
    { NAME("tenant"), "TENANT", "the tenant's GUID or domain", OPTION_TEXT,
      offsetof(struct options, tenant), REQUEST | OPTION_TENANT },
    { NAME("client-id"), "ID", "the app's (client) ID", OPTION_TEXT,
      offsetof(struct options, client_id), REQUEST | OPTION_CLIENT_ID },
    { NAME("authority"), "URL", "the cloud's login host, or host and tenant", OPTION_TEXT,
      offsetof(struct options, authority), REQUEST | OPTION_AUTHORITY },
    { NAME("force-refresh"), NULL, "ask the authority even if the keyring has a token", OPTION_FLAG,
      offsetof(struct options, force_refresh), OPTION_OF_HELPER | OPTION_FORCE_REFRESH },
    { NAME("claims"), "JSON", "a claims challenge that the token must satisfy", OPTION_TEXT,
      offsetof(struct options, claims), OPTION_OF_HELPER | OPTION_CLAIMS },
    { NAME("managed-identity"), NULL, "use the managed identity of this machine or app",
      OPTION_FLAG, offsetof(struct options, managed_identity), REQUEST | OPTION_MANAGED_IDENTITY },
    { NAME("account"), "NAME=@account", "the user name of the account, if not the default one",
      OPTION_TEXT, offsetof(struct options, account), REQUEST | OPTION_ACCOUNT },
    { NAME("keyring"), "STORE=auto|secret-service|kernel|runtime|none",
      "auto, secret-service, kernel, runtime or none", OPTION_TEXT,
      offsetof(struct options, keyring), REQUEST | OPTION_KEYRING },
    { NAME("timeout"), "SECONDS", "give up after this many seconds (30)", OPTION_SECONDS,
      offsetof(struct options, timeout), OPTION_OF_HELPER | OPTION_TIMEOUT },
    { NAME("verbose"), NULL, "trace each step on stderr", OPTION_FLAG,
      offsetof(struct options, verbose), OPTION_OF_RUN },
    { NAME("help"), NULL, "show this help", OPTION_FLAG, offsetof(struct options, help),
      OPTION_OF_RUN },
    { NAME("version"), NULL, "show the version", OPTION_FLAG, offsetof(struct options, version),
      OPTION_OF_RUN },
    { NAME("h"), NULL, NULL, OPTION_FLAG, offsetof(struct options, help), 0 },
    { NAME("V"), NULL, NULL, OPTION_FLAG, offsetof(struct options, version), 0 },
    { .name = NULL },
};
_Static_assert(ARRAY_SIZE(common_options) - 1 <= OPTIONS_COMMON_MAX,
               "OPTIONS_COMMON_MAX is too small");

static const struct option_spec *find_spec(const struct option_spec *const *specs, size_t count,
                                           const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(specs[i]->name, name) == 0)
            return specs[i];
    return NULL;
}

/* Whether a program with these options takes this common one. */
static bool is_taken(const struct option_set *set, const struct option_spec *spec)
{
    return (spec->uses & ~15U) == 0 || (spec->uses & set->common) != 0;
}

size_t options_list(const struct option_set *set, const struct option_spec *ret_specs[OPTIONS_MAX])
{
    size_t count = 0;
    const struct option_spec *tables[] = { set->own, common_options };
    for (size_t t = 0; t < 2; t++)
        for (const struct option_spec *s = tables[t]; s != NULL && s->name != NULL; s++)
            if (count < OPTIONS_MAX && is_taken(set, s) &&
                find_spec(ret_specs, count, s->name) == NULL)
                ret_specs[count++] = s;
    return count;
}

static bool add_scope(struct options *options, const char *value, struct error *error)
{
    if (options->scope_count == OPTIONS_SCOPES_MAX)
        return error_set(error, ERROR_USAGE, "more than %d scopes", OPTIONS_SCOPES_MAX);
    if (value[0] == '\0')
        return error_set(error, ERROR_USAGE, "--scope is empty");
    options->scopes[options->scope_count++] = value;
    return true;
}

static bool add_to_list(struct option_list *list, const struct option_spec *spec, const char *value,
                        struct error *error)
{
    if (value[0] == '\0')
        return error_set(error, ERROR_USAGE, "--%s is empty", spec->name);
    if (list->count == OPTIONS_LIST_MAX)
        return error_set(error, ERROR_USAGE, "more than %d times --%s", OPTIONS_LIST_MAX,
                         spec->name);
    list->items[list->count++] = value;
    return true;
}

/* Parses a boolean as Go's strconv.ParseBool does; no value means true. */
static bool set_switch(const char **member, const struct option_spec *spec, const char *value,
                       struct error *error)
{
    static const char *const words[][6] = { { "false", "0", "f", "F", "FALSE", "False" },
                                            { "true", "1", "t", "T", "TRUE", "True" } };
    for (size_t truth = 0; truth < 2; truth++)
        for (size_t i = 0; i < 6; i++)
            if (strcmp(value != NULL ? value : "true", words[truth][i]) == 0)
                *member = words[truth][0];
    return *member != NULL || error_set(error, ERROR_USAGE, "--%s takes true or false, not '%.40s'",
                                        spec->name, value);
}

/* Whether a value is one of several with bars in between, as options_values gives them. */
static bool is_choice(const char *values, const char *value)
{
    size_t length = strlen(value);
    for (; values != NULL && length > 0; values = strchr(values, '|')) {
        values += *values == '|';
        if (strcspn(values, "|") == length && strncmp(values, value, length) == 0)
            return true;
    }
    return false;
}

static bool set_option(struct options *options, const struct option_spec *spec, const char *value,
                       struct error *error)
{
    char *member = (char *)options + spec->offset;
    switch (spec->kind) {
    case OPTION_FLAG:
        *(bool *)(void *)member = true;
        return true;
    case OPTION_OWN_FLAG:
        *(const char **)(void *)member = "true";
        return true;
    case OPTION_SWITCH:
        *(const char **)(void *)member = NULL;
        return set_switch((const char **)(void *)member, spec, value, error);
    case OPTION_TEXT:
        if (value[0] == '\0')
            return error_set(error, ERROR_USAGE, "--%s is empty", spec->name);
        *(const char **)(void *)member = value;
        return true;
    case OPTION_ANY_TEXT:
        *(const char **)(void *)member = value;
        return true;
    case OPTION_CHOICE:
        if (!is_choice(options_values(spec->argument), value))
            return error_set(error, ERROR_USAGE, "--%s takes %s, not '%.40s'", spec->name,
                             spec->help, value);
        *(const char **)(void *)member = value;
        return true;
    case OPTION_SCOPE:
        return add_scope(options, value, error);
    case OPTION_OWN_LIST:
        return add_to_list((struct option_list *)(void *)member, spec, value, error);
    case OPTION_SECONDS:
        *(int *)(void *)member = duration_seconds(value);
        return *(int *)(void *)member > 0 ||
               error_set(error, ERROR_USAGE, "--%s takes a whole number from 1 to %d, not '%.40s'",
                         spec->name, DURATION_SECONDS_MAX, value);
    }
    return false;
}

/* The first of getopt_long's values for long options. Each option has its own value: getopt_long
 * takes an ambiguous abbreviation for the first match if all matches have the same value. */
#define FIRST_VALUE 1000

/* Whether it is a common option, which other programs take. */
static bool is_common(const char *name)
{
    for (const struct option_spec *spec = common_options; spec->name != NULL; spec++)
        if (strcmp(spec->name, name) == 0)
            return true;
    return false;
}

static void fail_unknown(const struct option_set *set, const char *name,
                         const struct option_spec *const *specs, size_t count, struct error *error)
{
    if (is_common(name)) {
        error_set(error, ERROR_USAGE, "--%s has no effect on '%s'", name, set->program);
        return;
    }
    struct suggestion nearest = suggest_for(name);
    for (size_t i = 0; i < count; i++)
        if (specs[i]->help != NULL)
            suggest_consider(&nearest, specs[i]->name);
    error_set(error, ERROR_USAGE, "unknown option --%s%s", name, suggest_question(&nearest, "--"));
}

/* Fails on what getopt_long rejected. The error quotes only the option's name, since its value may
 * be a secret. */
static bool fail_option(const struct option_set *set, int result, const char *word,
                        const struct option_spec *const *specs, size_t count, struct error *error)
{
    char name[OPTION_NAME_MAX];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
    if (result == ':')
        error_set(error, ERROR_USAGE, "%.80s requires an argument", word);
    else if (optopt > 0 && optopt < FIRST_VALUE)
        error_set(error, ERROR_USAGE, "unknown option -%c", optopt);
    else
        fail_unknown(set, name + strspn(name, "-"), specs, count, error);
    if (strstr(name, "secret") != NULL || strstr(name, "password") != NULL)
        return error_hint(error, "No option takes a secret, since every user of the machine can "
                                 "read the command line: set AZURE_CLIENT_SECRET, or have the "
                                 "keyring keep the secret: see SourceType Keyring in "
                                 "entra-appsettings(5).");
    return error_hint(error, "See '%s --help'.", set->program);
}

/* The arguments of getopt_long. */
struct grammar {
    struct option longs[OPTIONS_MAX + 1];
    char letters[2 * OPTIONS_MAX + 3];
};

static void make_grammar(const struct option_spec *const *specs, size_t count,
                         struct grammar *grammar)
{
    size_t long_count = 0, length = strlen(grammar->letters);
    for (size_t i = 0; i < count; i++) {
        if (specs[i]->name[1] == '\0') {
            grammar->letters[length++] = specs[i]->name[0];
            if (specs[i]->kind != OPTION_FLAG)
                grammar->letters[length++] = ':';
            if (specs[i]->help == NULL) /* an abbreviation of a longer option */
                continue;
        }
        grammar->longs[long_count++] = (struct option){
            .name = specs[i]->name,
            .has_arg = specs[i]->argument != NULL        ? required_argument
                       : specs[i]->kind == OPTION_SWITCH ? optional_argument
                                                         : no_argument,
            .val = FIRST_VALUE + (int)i,
        };
    }
}

bool options_parse(int argc, char **argv, const struct option_set *set, struct options *options,
                   int *ret_first, struct error *error)
{
    const struct option_spec *specs[OPTIONS_MAX];
    struct grammar grammar = { .letters = ":" };
    if (set->ends_at_operand)
        memcpy(grammar.letters, "+:", sizeof "+:");
    size_t count = options_list(set, specs);
    make_grammar(specs, count, &grammar);

    int result;
    opterr = 0;
    optind = 0; /* glibc: start over and permute the operands */
    if (!set->ends_at_operand)
        unsetenv("POSIXLY_CORRECT"); /* which would stop at the first operand */
    while ((result = getopt_long(argc, argv, grammar.letters, grammar.longs, NULL)) != -1) {
        if (result == '?' || result == ':')
            return fail_option(set, result, argv[optind - 1], specs, count, error);
        bool is_letter = result < FIRST_VALUE;
        const struct option_spec *spec =
            is_letter ? find_spec(specs, count, (char[]){ (char)result, '\0' })
                      : specs[result - FIRST_VALUE];
        /* Go programs take -l=VALUE as -l VALUE. */
        if (!set_option(options, spec,
                        is_letter && spec->kind != OPTION_FLAG && optarg[0] == '=' ? optarg + 1
                                                                                   : optarg,
                        error))
            return false;
    }
    *ret_first = optind;
    return true;
}

void options_each(const struct options *options, unsigned uses,
                  void (*show)(void *context, const char *name, const char *value), void *context)
{
    for (const struct option_spec *spec = common_options; spec->name != NULL; spec++) {
        const char *name = spec->name - strlen("--");
        const void *member = (const char *)options + spec->offset;
        char seconds[16];
        if ((spec->uses & uses) == 0)
            continue;
        switch (spec->kind) {
        case OPTION_FLAG:
            if (*(const bool *)member)
                show(context, name, NULL);
            break;
        case OPTION_SECONDS:
            snprintf(seconds, sizeof seconds, "%d", *(const int *)member);
            if (*(const int *)member > 0)
                show(context, name, seconds);
            break;
        case OPTION_SCOPE:
            for (size_t i = 0; i < options->scope_count; i++)
                show(context, name, options->scopes[i]);
            break;
        default:
            if (*(const char *const *)member != NULL)
                show(context, name, *(const char *const *)member);
        }
    }
}

static void keep_first(void *context, const char *name, const char *value)
{
    const char **first = context;
    (void)value;
    if (*first == NULL)
        *first = name;
}

const char *options_first(const struct options *options, unsigned uses)
{
    const char *first = NULL;
    options_each(options, uses, keep_first, (void *)&first);
    return first;
}

const char *options_values(const char *argument)
{
    const char *equals = strchr(argument, '=');
    return equals != NULL ? equals + 1 : "";
}

static void print_option(const struct option_spec *spec)
{
    char left[64];
    const char *argument = spec->argument != NULL ? spec->argument : "";
    snprintf(left, sizeof left, "--%s%s%.*s", spec->name, argument[0] != '\0' ? " " : "",
             (int)strcspn(argument, "="), argument);
    /* The help of a long option goes on the next line. */
    if (strlen(left) > HELP_COLUMN) {
        printf("  %s\n", left);
        left[0] = '\0';
    }
    autofree char *prefix = text_format("  %-*s ", HELP_COLUMN, left);
    output_paragraph(prefix, 2 + HELP_COLUMN + 1, "%s", spec->help);
}

/* The topics of the common options. A program's own have no title. */
static const struct {
    const char *title;
    unsigned common; /* of enum option_common; 0: what every program takes */
} topics[] = {
    { "Which token", OPTIONS_OF_API | OPTION_CLAIMS | OPTION_FORCE_REFRESH },
    { "Whose token", OPTIONS_OF_APP | OPTION_ACCOUNT | OPTION_MANAGED_IDENTITY },
    { "Keyring and time", OPTIONS_OF_STORE },
    { "Other", 0 },
};

static bool is_of_topic(const struct option_spec *spec, unsigned common)
{
    return common != 0 ? (spec->uses & common) != 0 : (spec->uses & OPTIONS_ALL) == 0;
}

/* Whether the help shows this option of a table: the program takes it, and has none of its own in
 * its place. */
static bool is_shown(const struct option_set *set, const struct option_spec *table,
                     const struct option_spec *spec)
{
    bool is_replaced = false;
    for (const struct option_spec *own = set->own; own != NULL && own->name != NULL; own++)
        is_replaced = is_replaced || strcmp(own->name, spec->name) == 0;
    return spec->help != NULL && (table == set->own || (is_taken(set, spec) && !is_replaced));
}

static void print_topic(const char *title, unsigned common, const struct option_set *set,
                        const struct option_spec *table)
{
    bool is_first = true;
    for (const struct option_spec *spec = table; spec != NULL && spec->name != NULL; spec++) {
        if (!is_shown(set, table, spec) || !is_of_topic(spec, common))
            continue;
        if (is_first)
            printf("\n%s:\n", title);
        is_first = false;
        print_option(spec);
    }
}

void options_print_help(const struct option_set *set)
{
    print_topic("Options", 0, set, set->own);
    for (size_t i = 0; i < ARRAY_SIZE(topics); i++)
        print_topic(topics[i].title, topics[i].common, set, common_options);
}

static void fill_one(struct options *to, const struct options *from, const struct option_spec *spec)
{
    void *into = (char *)to + spec->offset;
    const void *value = (const char *)from + spec->offset;
    switch (spec->kind) {
    case OPTION_TEXT:
        if (*(const char **)into == NULL)
            *(const char **)into = *(const char *const *)value;
        break;
    case OPTION_FLAG:
        *(bool *)into = *(bool *)into || *(const bool *)value;
        break;
    case OPTION_SECONDS:
        if (*(int *)into == 0)
            *(int *)into = *(const int *)value;
        break;
    default: /* scopes; a program's own options are not common */
        break;
    }
}

void options_fill(struct options *to, const struct options *from)
{
    struct options rest = *from;
    if (to->api != NULL || to->resource != NULL || to->scope_count > 0) {
        rest.api = rest.resource = NULL;
    } else {
        memcpy(to->scopes, from->scopes, sizeof to->scopes);
        to->scope_count = from->scope_count;
    }
    for (const struct option_spec *spec = common_options; spec->name != NULL; spec++)
        fill_one(to, &rest, spec);
}
