/* SPDX-License-Identifier: MIT */
/*
 * What the files of this folder share. Others use config.h.
 */
#ifndef COMMON_CONFIG_INTERNAL_H
#define COMMON_CONFIG_INTERNAL_H

#include <stddef.h>

#include "common/base/json.h"
#include "common/config/config.h"

#define CONFIG_DEFAULT_IDENTITY "AzureAd"

#define CONFIG_FILE_MAX     (1024 * 1024)
#define CONFIG_SECTIONS_MAX 64
#define CONFIG_DEPTH_MAX    6
#define CONFIG_WHERE_MAX    512

struct config {
    char *path;                   /* of the file; NULL: there is none */
    unsigned mode;                /* of the file */
    struct secret *text;          /* of the file; NULL: there is none */
    bool has_secrets;             /* the file */
    json_object *root;            /* the file's content, the environment laid over it */
    bool warned;                  /* of what config_warn says */
    bool without_azure_variables; /* as the options say */
};

/* The way to a value: keys from the root down, indices of arrays in decimal. */
struct config_path {
    const char *steps[CONFIG_DEPTH_MAX];
    size_t depth;
};

/* An object of the configuration and the way to it. */
struct section {
    json_object *object;
    struct config_path path;
};

/* ---- file.c: the file ---- */

/* Finds, checks and parses the file. True with config->root NULL where there is none. */
bool config_read_file(struct config *config, const struct options *options, struct error *error);

/* Warns where the file holds a secret and others can read it. Before the environment is laid over.
 */
void config_warn_of_readers(const struct config *config);

/* ---- config.c ---- */

/* Says once on stderr what is not as it should be, now that the configuration is used: a request
 * that is not ours to answer (git asks about every host) draws no word. */
void config_warn(struct config *config);

/* A variable AZURE_* that stands in for what flags and file leave out. NULL where it says nothing,
 * or where the options have none of them heard. */
const char *config_variable(const struct config *config, const char *name);

/* ---- environment.c: Section__Key ---- */

/* Lays the environment over config->root. */
bool config_overlay_environment(struct config *config, struct error *error);

/* The name of the environment variable that gives the value at this path; NULL where none does. */
const char *config_environment_name(const struct config_path *path);

/* The same, or else of a variable that gives a value below it. */
const char *config_environment_name_below(const struct config_path *path);

/* ---- settings.c: which keys there are ---- */

enum setting_type {
    SETTING_STRING,
    SETTING_BOOL,
    SETTING_STRINGS, /* an array of strings, or one string */
    SETTING_OBJECT,  /* whatever is in it is not looked at */
    SETTING_OBJECTS, /* an array of objects, likewise */
};

struct setting {
    const char *name; /* NULL ends a table */
    enum setting_type type;
    bool secret;                  /* its value must not be read by others */
    const struct setting *inside; /* the keys of the object, or of each object; NULL: any */
};

/* The setting of this name in whichever table; NULL where no table has it. */
const struct setting *config_known_setting(const char *name);

/* Warns of every key that its table does not have, with the nearest that it has. */
void config_warn_of_settings(const struct config *config);

/* Whether a text has a device's PIN in it: pkcs11:...?pin-value=... (RFC 7512, 2.4). */
bool config_has_pin(const char *text);

/* Whether any setting with a secret stands in the file, or a PIN. */
bool config_has_secrets(const struct config *config);

/* ---- section.c: finding things ---- */

/* Collect the identities (objects with ClientId or TenantId, and AzureAd) and the APIs (objects
 * with Scopes that are no identity), wherever they stand below the root; give their number. */
size_t config_identities(const struct config *config, struct section sections[CONFIG_SECTIONS_MAX]);
size_t config_apis(const struct config *config, struct section sections[CONFIG_SECTIONS_MAX]);

/* Whether they are few enough to be all looked at. False with ERROR_USAGE. */
bool config_check_size(const struct config *config, struct error *error);

/* The last step of a section's path: what people call it. */
const char *section_name(const struct section *section);

/* The member of an object, its key without regard to case; NULL where absent or null. */
json_object *config_member(const json_object *object, const char *key);

/* The path one step further; past CONFIG_DEPTH_MAX it stays. */
struct config_path config_path_to(const struct config_path *path, const char *step);

/* Where the value at a path comes from, for messages: "FILE:LINE", "the environment variable X" or
 * "the environment"; into where, which is given back. */
const char *config_where(const struct config *config, const struct config_path *path,
                         char where[CONFIG_WHERE_MAX]);

/* The string that a value at a path is; NULL where it is absent, null or empty. The sample files'
 * place holders ("[Enter here ...]") are an error: NULL, and *error is filled. */
const char *config_text(const struct config *config, const struct config_path *path,
                        json_object *value, struct error *error);

/* The same for the value under a section's key. */
const char *section_string(const struct config *config, const struct section *section,
                           const char *key, struct error *error);

/* The bool under a section's key, or what it is where absent. */
bool section_bool(const struct section *section, const char *key, bool absent);

/* ---- api.c: which APIs there are ---- */

struct builtin_api {
    const char *name;
    const char *base_urls[CONFIG_BASE_URLS_MAX + 1]; /* NULL ends them */
    const char *scope;
    const char *public_client; /* by which persons ask for it, where they bring none of their own */
};

/* One of the configuration's APIs, or a built-in one, or both where the file says more of it. */
struct config_api {
    const char *name;
    struct section section; /* object NULL: not in the file */
    const struct builtin_api *builtin;
    const char *public_client; /* by which a person asks, where no client is configured */
};

/* The client by which a person asks for the built-in API of this name (NULL: any other). */
const char *config_public_client(const char *name);

/* The same by the API's scope; NULL where no built-in API has it. */
const char *config_public_client_of_scope(const char *scope);

/* The API of this name, and where none is named, the only one in the file. */
bool config_find_api(const struct config *config, const char *name, struct config_api *api,
                     struct error *error);
bool config_find_only_api(const struct config *config, struct config_api *api, struct error *error);

/* The API that covers most of the URL, the file's before the built-in ones; with --api, that one.
 */
enum config_match config_find_api_by_url(const struct config *config, const struct options *options,
                                         const struct url *url, struct config_api *best,
                                         struct error *error);

/* Warns of every BaseUrl that covers no URL, or that has a part that is passed over. */
void config_warn_of_base_urls(const struct config *config);

/* ---- identity.c: who asks ---- */

/* Fills in instance, tenant, client_id and credential from the identity of this name (NULL: the
 * default one), the flags and AZURE_*. api_tenant, if not NULL, comes between flags and identity.
 * What is not found is left NULL: config_request says what is missing. */
bool config_fill_identity(const struct config *config, const struct options *options,
                          const char *name, const char *api_tenant, struct token_request *request,
                          struct error *error);

/* ---- person.c ---- */

/* Makes the request a person's. silent: config_is_silent said so. The client, where the
 * configuration has none, is filled in after the scope. */
bool config_fill_user(const struct config *config, const struct options *options,
                      const struct config_api *api, bool silent, struct token_request *request,
                      struct error *error);

/* Fills in the client by which a person asks, where no other is known. */
bool config_fill_public_client(const struct config_api *api, struct token_request *request,
                               struct error *error);

/* ---- scope.c ---- */

/* Fills in the scope, of the flags, the file and what is built in, in this order; NULL where none
 * of them names an API, for a person who only signs in. */
bool config_fill_scope(const struct config *config, const struct options *options,
                       const struct config_api *api, struct token_request *request,
                       struct error *error);

/* ---- managed_identity.c ---- */

/* Makes the request one of a managed identity: the one that --client-id or the section (object
 * NULL: none says more) names, or else the system-assigned one. */
bool config_fill_managed_identity(const struct config *config, const struct options *options,
                                  const struct section *section, struct token_request *request,
                                  struct error *error);

/* Whether nothing at all says who asks, neither flags nor file nor environment, so that only a
 * managed identity is left to try. */
bool config_is_silent(const struct config *config, const struct options *options,
                      const struct token_request *request);

/* As config_fill_managed_identity, where config_is_silent: the end of DefaultAzureCredential's
 * chain. AZURE_CLIENT_ID may name a user-assigned one. */
bool config_default_managed_identity(const struct config *config, struct token_request *request,
                                     struct error *error);

/* ---- identity.c, again ---- */

/* Whether this can be a client id: letters, digits and -._~:/ */
bool config_is_client_id(const char *text);

/* ClientCapabilities of the identity that an API's AcquireTokenOptions name: an array, or NULL. */
json_object *config_capabilities(const struct config *config, const struct section *acquire);

/* ---- credential.c: how it proves who it is ---- */

/* Fills in the options' own credential; or else those of the identity (object NULL: there is none
 * in the file), in their order; or else what the environment offers, in the order of Azure's
 * DefaultAzureCredential. */
bool config_fill_credentials(const struct config *config, const struct options *options,
                             const struct section *identity, struct token_request *request,
                             struct error *error);

/* strdup, for what may be left out. */
char *config_copy(const char *text);

/* The next free place among a request's credentials, with what configured it. NULL with an error
 * where there is none. */
struct credential *config_add_credential(struct token_request *request, enum credential_kind kind,
                                         const char *where, struct error *error);

/* ---- source_type.c: the file's credentials ---- */

/* Fills in the credentials of the identity in the file, in their order. */
bool config_fill_file_credentials(const struct config *config, const struct section *identity,
                                  struct token_request *request, struct error *error);

#endif
