/* SPDX-License-Identifier: MIT */
/*
 * The registries in a configuration of Cargo's (config.toml), and who gives it their tokens:
 *
 *     [registries.contoso]
 *     index = "sparse+https://pkgs.dev.azure.com/contoso/_packaging/feed/Cargo/index/"
 *     credential-provider = ["cargo-credential-entra", "--account", "ada@contoso.com"]
 *
 * cargo_config.c reads it, cargo_config_edit.c changes it, and cargo_config_others.c compares it.
 *
 * Pure functions on a text, of which all but the credential-provider stays as it is. A registry may
 * also be an inline table, or be written with keys of several parts.
 *
 * Source: The Cargo Book, "Configuration".
 */
#ifndef HELPERS_ENTRA_SETUP_CARGO_CONFIG_H
#define HELPERS_ENTRA_SETUP_CARGO_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/cleanup.h"
#include "common/base/error.h"
#include "common/base/secret.h"
#include "common/base/text.h"
#include "helpers/kubectl/kubeconfig/edits.h"

#define CARGO_CONFIG_REGISTRIES "registries"
#define CARGO_CONFIG_PROVIDER   "credential-provider"

#define CARGO_CONFIG_MAX     (1024 * 1024)
#define CARGO_REGISTRIES_MAX 256
#define CARGO_WORDS_MAX      64

enum cargo_provider {
    CARGO_PROVIDER_NONE,
    CARGO_PROVIDER_OURS,
    CARGO_PROVIDER_OTHER,
};

struct cargo_registry {
    char *name;
    char *index; /* NULL: it has none here */
    enum cargo_provider provider;
    char *words[CARGO_WORDS_MAX]; /* the provider and its arguments */
    size_t word_count;
    bool is_table;  /* false: it is something else, or twice there, and cannot be changed */
    bool is_dotted; /* keys of several parts made it, so that it can have no header */

    /* Where it is in the text; bytes is NULL for what is not there. */
    struct slice header;     /* the line of [registries.NAME] */
    struct slice table;      /* NAME = { ... } */
    struct slice last_line;  /* after which a line may be added: of a member, or the header */
    struct slice prefix;     /* of the key there, before its last part */
    struct slice value;      /* of its credential-provider */
    struct slice value_line; /* with its newline */
    struct slice value_key;
    const char *member_before; /* in an inline table: the end of the last member before it, */
    const char *member_after;  /* and the beginning of the next */
    size_t statement_count;    /* below its header */
};

struct cargo_config {
    const struct secret *text; /* not owned */
    struct cargo_registry *registries;
    size_t count;
    size_t open;          /* while it is read: whose header was the last one; count: none's */
    bool is_closed;       /* no table can be added to registries */
    struct span *secrets; /* values that are never shown */
    size_t secret_count;
};

/* Reads the registries of a text, which must outlive *ret_config. The caller clears it with
 * cargo_config_clear. Fails with ERROR_USAGE if the text is not TOML, or has too many. */
bool cargo_config_read(const struct secret *text, struct cargo_config *ret_config,
                       struct error *error);

/* The registry of this name; NULL if it is not there. */
const struct cargo_registry *cargo_config_find(const struct cargo_config *config, const char *name);

/* Whether a registry's provider has these words, which end with NULL. */
bool cargo_registry_has_words(const struct cargo_registry *registry, const char *const *words);

/* Whether a provider, with its arguments in one text as Cargo takes them, is ours. */
bool cargo_provider_is_ours(const char *provider);

/* Whether a name can be that of a registry: letters, digits, hyphens and underscores. */
bool cargo_registry_is_name(const char *name);

/* Adds the edits that give a registry this provider; the words end with NULL. One of ours is
 * replaced. Fails with ERROR_USAGE if it has another provider, or cannot be changed. */
bool cargo_config_set(const struct cargo_config *config, const char *name, const char *const *words,
                      struct edits *edits, struct error *error);

/* Adds the edits that take our provider away from a registry that has it, and the table with it if
 * nothing else is in it. */
void cargo_config_unset(const struct cargo_config *config, const struct cargo_registry *registry,
                        struct edits *edits);

/* Whether two texts have the same tables and values, but for the providers of these registries.
 * Both are TOML. */
bool cargo_config_keeps_others(const struct secret *before, const struct secret *after,
                               const char *const *names, size_t count);

/* The line that gives a registry this provider, without a newline. The caller frees it. */
char *cargo_config_line(const char *const *words);

void cargo_config_clear(struct cargo_config *config);
#define auto_cargo_config CLEANUP(cargo_config_clear)

#endif
