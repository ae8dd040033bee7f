#define _GNU_SOURCE
#include "common/options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/nearest.h"

#define OPTIONS_MAX     64
#define OPTION_NAME_MAX 80
#define SECONDS_MAX     3600
#define HELP_COLUMN     22

static const struct option_spec common_options[] = {
    { "config", "FILE", "read this appsettings.json", OPTION_TEXT,
      offsetof(struct options, config) },
    { "api", "NAME", "ask for this API of the configuration", OPTION_TEXT,
      offsetof(struct options, api) },
    { "scope", "SCOPE", "ask for this scope, R/.default for an app", OPTION_SCOPE,
      offsetof(struct options, scopes) },
    { "resource", "URI", "ask for URI/.default", OPTION_TEXT, offsetof(struct options, resource) },
    { "tenant", "TENANT", "the tenant's GUID or domain", OPTION_TEXT,
      offsetof(struct options, tenant) },
    { "client-id", "ID", "the app's (client) id", OPTION_TEXT,
      offsetof(struct options, client_id) },
    { "authority", "URL", "the cloud's login host, or with the tenant as its path", OPTION_TEXT,
      offsetof(struct options, authority) },
    { "force-refresh", NULL, "ask the authority even if the keyring has a token", OPTION_FLAG,
      offsetof(struct options, force_refresh) },
    { "claims", "JSON", "a claims challenge that the token must satisfy", OPTION_TEXT,
      offsetof(struct options, claims) },
    { "managed-identity", NULL, "as the identity that Azure gave this machine or app", OPTION_FLAG,
      offsetof(struct options, managed_identity) },
    { "account", "NAME", "the person who asks, by user name, if not the default one", OPTION_TEXT,
      offsetof(struct options, account) },
    { "keyring", "STORE", "auto, secret-service, kernel, runtime or none", OPTION_TEXT,
      offsetof(struct options, keyring) },
    { "timeout", "SECONDS", "give up after so long (30)", OPTION_SECONDS,
      offsetof(struct options, timeout) },
    { "verbose", NULL, "say on stderr what is done", OPTION_FLAG,
      offsetof(struct options, verbose) },
    { "help", NULL, "show this help", OPTION_FLAG, offsetof(struct options, help) },
    { "version", NULL, "show the version", OPTION_FLAG, offsetof(struct options, version) },
    { NULL, NULL, NULL, OPTION_FLAG, 0 },
};

/* The program's own options, then the common ones, as one list. */
static size_t collect(const struct option_spec *own, const struct option_spec *specs[OPTIONS_MAX])
{
    size_t count = 0;
    const struct option_spec *tables[] = { own, common_options };
    for (size_t t = 0; t < 2; t++)
        for (const struct option_spec *s = tables[t]; s != NULL && s->name != NULL; s++)
            if (count < OPTIONS_MAX)
                specs[count++] = s;
    return count;
}

static bool take_scope(struct options *options, const char *value, struct error *error)
{
    if (options->scope_count == OPTIONS_SCOPES_MAX)
        return error_set(error, ERROR_USAGE, "more than %d scopes", OPTIONS_SCOPES_MAX);
    if (value[0] == '\0')
        return error_set(error, ERROR_USAGE, "--scope is empty");
    options->scopes[options->scope_count++] = value;
    return true;
}

/* How many seconds a unit of Go's durations has; 0 where it is none that is used here. */
static long unit_seconds(char unit)
{
    return unit == 'h' ? 3600 : unit == 'm' ? 60 : unit == 's' ? 1 : 0;
}

/* "90", or a Go duration of whole hours, minutes and seconds: "1m30s". 0 where it is neither, or
 * too long. */
static long parse_seconds(const char *value)
{
    long seconds = 0;
    for (const char *rest = value; rest[0] != '\0';) {
        char *end = NULL;
        errno = 0;
        long number = strtol(rest, &end, 10);
        long unit = rest == value && *end == '\0' ? 1 : unit_seconds(*end);
        if (errno != 0 || end == rest || unit == 0 || number < 0 || number > SECONDS_MAX / unit)
            return 0;
        seconds += number * unit;
        if (seconds > SECONDS_MAX)
            return 0;
        rest = *end == '\0' ? end : end + 1;
    }
    return seconds;
}

static bool take_seconds(int *member, const struct option_spec *spec, const char *value,
                         struct error *error)
{
    *member = (int)parse_seconds(value);
    return *member > 0 ||
           error_set(error, ERROR_USAGE, "--%s takes a whole number from 1 to %d, not '%.40s'",
                     spec->name, SECONDS_MAX, value);
}

/* Go's strconv.ParseBool; the name alone is true. */
static bool take_switch(const char **member, const struct option_spec *spec, const char *value,
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

static bool take(struct options *options, const struct option_spec *spec, const char *value,
                 struct error *error)
{
    char *member = (char *)options + spec->offset;
    switch (spec->kind) {
    case OPTION_FLAG:
        *(bool *)(void *)member = true;
        return true;
    case OPTION_SWITCH:
        *(const char **)(void *)member = NULL;
        return take_switch((const char **)(void *)member, spec, value, error);
    case OPTION_TEXT:
        if (value[0] == '\0')
            return error_set(error, ERROR_USAGE, "--%s is empty", spec->name);
        *(const char **)(void *)member = value;
        return true;
    case OPTION_SCOPE:
        return take_scope(options, value, error);
    case OPTION_SECONDS:
        return take_seconds((int *)(void *)member, spec, value, error);
    }
    return false;
}

/* getopt's values of long options: each its own, or a name cut short that could be several would be
 * taken for the first of them. */
#define FIRST_VALUE 1000

static void unknown_option(const char *name, const struct option_spec *const *specs, size_t count,
                           struct error *error)
{
    struct nearest nearest = nearest_to(name);
    for (size_t i = 0; i < count; i++)
        if (specs[i]->help != NULL)
            nearest_consider(&nearest, specs[i]->name);
    error_set(error, ERROR_USAGE, "unknown option --%s%s", name, nearest_question(&nearest, "--"));
}

/* Only the option's name: somebody may have tried to give a secret as its value. */
static bool not_an_option(int result, const char *word, const struct option_spec *const *specs,
                          size_t count, struct error *error)
{
    char name[OPTION_NAME_MAX];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
    if (result == ':')
        error_set(error, ERROR_USAGE, "an argument is missing after %.80s", word);
    else if (optopt > 0 && optopt < FIRST_VALUE)
        error_set(error, ERROR_USAGE, "unknown option -%c", optopt);
    else
        unknown_option(name + strspn(name, "-"), specs, count, error);
    if (strstr(name, "secret") != NULL || strstr(name, "password") != NULL)
        return error_hint(error, "No option takes a secret, since every user of the machine can "
                                 "read a command line: put it into AZURE_CLIENT_SECRET, or into "
                                 "the keyring ('entra secret set').");
    return error_hint(error, "See --help.");
}

/* What getopt_long is told. */
struct grammar {
    struct option longs[OPTIONS_MAX + 1];
    char letters[2 * OPTIONS_MAX + 2]; /* each takes an argument */
};

static void make_grammar(const struct option_spec *const *specs, size_t count,
                         struct grammar *grammar)
{
    size_t long_count = 0, length = strlen(grammar->letters);
    for (size_t i = 0; i < count; i++) {
        if (specs[i]->name[1] == '\0') {
            grammar->letters[length++] = specs[i]->name[0];
            grammar->letters[length++] = ':';
            if (specs[i]->help == NULL) /* it stands for a longer name */
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

static const struct option_spec *find_letter(const struct option_spec *const *specs, size_t count,
                                             char letter)
{
    size_t i = 0;
    while (i + 1 < count && (specs[i]->name[0] != letter || specs[i]->name[1] != '\0'))
        i++;
    return specs[i];
}

bool options_parse(int argc, char **argv, const struct option_spec *own, struct options *options,
                   int *first, struct error *error)
{
    const struct option_spec *specs[OPTIONS_MAX];
    struct grammar grammar = { .letters = ":" };
    size_t count = collect(own, specs);
    make_grammar(specs, count, &grammar);

    int result;
    opterr = 0;
    optind = 0; /* glibc: start afresh, with its permutation of operands */
    while ((result = getopt_long(argc, argv, grammar.letters, grammar.longs, NULL)) != -1) {
        if (result == '?' || result == ':')
            return not_an_option(result, argv[optind - 1], specs, count, error);
        bool is_letter = result < FIRST_VALUE;
        const struct option_spec *spec =
            is_letter ? find_letter(specs, count, (char)result) : specs[result - FIRST_VALUE];
        /* -l=VALUE is -l VALUE to Go's programs. */
        if (!take(options, spec, is_letter && optarg[0] == '=' ? optarg + 1 : optarg, error))
            return false;
    }
    *first = optind;
    return true;
}

void options_print_help(const char *usage, const char *summary, const struct option_spec *own)
{
    const struct option_spec *specs[OPTIONS_MAX];
    size_t count = collect(own, specs);
    printf("usage: %s\n%s\n\n", usage, summary);
    for (size_t i = 0; i < count; i++) {
        char left[64];
        if (specs[i]->help == NULL)
            continue;
        snprintf(left, sizeof left, "--%s%s%s", specs[i]->name, specs[i]->argument ? " " : "",
                 specs[i]->argument ? specs[i]->argument : "");
        /* A long name has its help below it. */
        if (strlen(left) > HELP_COLUMN) {
            printf("  %s\n", left);
            left[0] = '\0';
        }
        printf("  %-*s %s\n", HELP_COLUMN, left, specs[i]->help);
    }
}
