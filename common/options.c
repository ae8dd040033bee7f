#define _GNU_SOURCE
#include "common/options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPTIONS_MAX 32

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
    options->scopes[options->scope_count++] = value;
    return true;
}

static bool take_seconds(int *member, const struct option_spec *spec, const char *value,
                         struct error *error)
{
    char *end = NULL;
    errno = 0;
    long seconds = strtol(value, &end, 10);
    if (errno != 0 || end == value || *end != '\0' || seconds < 1 || seconds > 3600)
        return error_set(error, ERROR_USAGE,
                         "--%s takes a whole number from 1 to 3600, not '%.40s'", spec->name,
                         value);
    *member = (int)seconds;
    return true;
}

static bool take(struct options *options, const struct option_spec *spec, const char *value,
                 struct error *error)
{
    char *member = (char *)options + spec->offset;
    switch (spec->kind) {
    case OPTION_FLAG:
        *(bool *)(void *)member = true;
        return true;
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

/* Only the option's name: somebody may have tried to give a secret as its value. */
static bool not_an_option(int result, const char *word, struct error *error)
{
    if (result == ':')
        error_set(error, ERROR_USAGE, "an argument is missing after %.80s", word);
    else if (optopt > 0 && optopt < FIRST_VALUE)
        error_set(error, ERROR_USAGE, "unknown option -%c", optopt);
    else
        error_set(error, ERROR_USAGE, "unknown option %.*s", (int)strcspn(word, "="), word);
    return error_hint(error, "See --help.");
}

bool options_parse(int argc, char **argv, const struct option_spec *own, struct options *options,
                   int *first, struct error *error)
{
    const struct option_spec *specs[OPTIONS_MAX];
    struct option longs[OPTIONS_MAX + 1] = { 0 };
    size_t count = collect(own, specs);
    for (size_t i = 0; i < count; i++) {
        longs[i].name = specs[i]->name;
        longs[i].has_arg = specs[i]->argument != NULL ? required_argument : no_argument;
        longs[i].val = FIRST_VALUE + (int)i;
    }

    int result;
    opterr = 0;
    optind = 0; /* glibc: start afresh, with its permutation of operands */
    while ((result = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
        if (result < FIRST_VALUE)
            return not_an_option(result, argv[optind - 1], error);
        if (!take(options, specs[result - FIRST_VALUE], optarg, error))
            return false;
    }
    *first = optind;
    trace_is_on = options->verbose;
    return true;
}

void options_print_help(const char *usage, const char *summary, const struct option_spec *own)
{
    const struct option_spec *specs[OPTIONS_MAX];
    size_t count = collect(own, specs);
    printf("usage: %s\n%s\n\n", usage, summary);
    for (size_t i = 0; i < count; i++) {
        char left[40];
        if (specs[i]->help == NULL)
            continue;
        snprintf(left, sizeof left, "--%s%s%s", specs[i]->name, specs[i]->argument ? " " : "",
                 specs[i]->argument ? specs[i]->argument : "");
        printf("  %-22s %s\n", left, specs[i]->help);
    }
}
