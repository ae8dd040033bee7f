/* SPDX-License-Identifier: MIT */
/*
 * Shared by the files of this directory. Others use config.h.
 */
#ifndef COMMON_CONFIG_INTERNAL_H
#define COMMON_CONFIG_INTERNAL_H

#include <stddef.h>

#include "common/base/file.h"
#include "common/base/json.h"
#include "common/config/config.h"
#include "common/entra/authority.h"

#define CONFIG_DEFAULT_IDENTITY "AzureAd"

#define CONFIG_FILE_MAX     (1024 * 1024)
#define CONFIG_SECTIONS_MAX 64
#define CONFIG_DEPTH_MAX    32
#define CONFIG_WHERE_MAX    512
#define CONFIG_NAME_MAX     256

/* The path of a value: keys from the root down, and indices of arrays in decimal. */
struct config_path {
    const char *steps[CONFIG_DEPTH_MAX];
    size_t depth;
};

/* An object of the configuration and its path. */
struct section {
    json_object *object;
    struct config_path path;
};

/* An API of the file, a built-in one, or a built-in one that the file configures. */
struct config_api {
    const char *name;
    struct section section; /* object NULL: not in the file */
    const struct builtin_api *builtin;
    const struct builtin_place *place; /* of the built-in URL that was found; NULL: none was */
    const char *second_client;         /* as in struct token_request */
    const char *scope;                 /* instead of those of the section; NULL: those */
};

/* A file of the configuration. */
struct layer {
    char *path;
    struct file_rights rights;
    bool has_secrets;
    json_object *root; /* its content, until it has become part of the configuration's */
};

#define CONFIG_LAYERS_MAX 2

struct config {
    const struct options *options;          /* not owned */
    const struct config_context *context;   /* not owned; never NULL */
    struct layer layers[CONFIG_LAYERS_MAX]; /* strongest first */
    size_t layer_count;
    json_object *root;       /* what they contain, as the environment overrides it */
    char *hidden;            /* the warning of what another file hides; NULL: there is none */
    bool warned;             /* config_warn has been called */
    struct config_api found; /* what config_find_url found last */
};

/* ---- tree.c: the tree of values ---- */

/* What set a value. */
struct config_origin {
    const char *source; /* the file's path, or the variable ("NAME=value"); not owned */
    size_t line;        /* in the file; 0: it is a variable */
};

/* What set the value at a path, or else what is above it. NULL if nothing did. */
const struct config_origin *config_origin(const struct config *config,
                                          const struct config_path *path);

/* Whether a step of a path can be the index of an array: up to three digits. */
bool config_is_index(const char *step);

/* The member of an object, or the item of an array. NULL if it is absent or null. */
json_object *config_child(const json_object *parent, const char *step);

enum config_put {
    CONFIG_PUT_DONE,
    CONFIG_PUT_TAKEN, /* there is a value already, or one in the way */
    CONFIG_PUT_FULL,  /* there are too many keys, or a gap in an array is too wide */
};

/* Puts a value (a string, an empty object or array, or NULL for null), which becomes the tree's, at
 * a path below the root. Objects and arrays that are missing on the way are made. What is there is
 * replaced if `replaces`. An empty object or array leaves one that is there as it is. */
enum config_put config_put(json_object *root, const struct config_path *path, json_object *value,
                           const struct config_origin *origin, bool replaces);

/* What keeps config_put from putting a value at a path (CONFIG_PUT_TAKEN): what is there, which is
 * NULL for null. *ret_depth is the number of steps to it: all, or fewer, if it has none below it.
 */
json_object *config_in_the_way(json_object *root, const struct config_path *path,
                               size_t *ret_depth);

/* A place at which one of two trees has a text and the other one an object. */
struct config_difference {
    json_object *above, *below; /* not owned */
    struct config_path path;    /* it points into the trees */
};

/* Finds the first such place. *difference is empty, or has the path of both. Returns false if there
 * is none. */
bool config_find_difference(json_object *above, json_object *below,
                            struct config_difference *difference);

/* Adds to a tree what it lacks of another one: members of objects by key, items of arrays by index.
 * A null in place of a text stays. The trees share values afterwards. */
void config_lay_under(json_object *above, json_object *below);

/* Removes what is null from all arrays of a tree. */
void config_close_gaps(json_object *value);

/* ---- layer.c: one file ---- */

/* Reads and checks the file at layer->path. The caller clears the layer with layer_clear, also on
 * failure. Fails with ERROR_USAGE. */
bool layer_read(struct layer *layer, struct error *error);

void layer_clear(struct layer *layer);

/* ---- file.c: the files ---- */

/* Finds and reads the files, and sets config->root to what they contain. Fails with ERROR_USAGE. */
bool config_read_files(struct config *config, struct error *error);

/* The path of the file where the user would add what is missing, for messages: the strongest that
 * was read, or else the user's own. NULL if there is no home directory. The caller frees it. */
char *config_file_to_edit(const struct config *config);

/* Warns on stderr of each file that contains a secret and that others can read; and of a text or
 * section that is not read, since the file above it has the other one in its place. */
void config_warn_of_files(const struct config *config);

/* ---- paths.c: relative paths ---- */

/* Makes the paths in a file's content absolute. To be called before the content becomes part of the
 * configuration, because a relative path of another file or of a variable is not this file's. */
void config_resolve_paths_of_file(json_object *content, const char *file);

/* Makes those absolute that are below $CREDENTIALS_DIRECTORY, wherever they were set. */
void config_resolve_paths_of_credentials(struct config *config);

/* Makes the paths of an app's credentials absolute that begin with ~/, wherever they were set: no
 * shell has read the file, nor the variables of a systemd unit. */
void config_find_home(struct token_request *request);

/* Checks that the paths of an app's credentials are absolute, and the programs of its commands are
 * absolute or have no slash. Fails with ERROR_USAGE. */
bool config_check_paths(const struct token_request *request, struct error *error);

/* Takes the paths that fail that check out of the request, so that nothing opens them. The trouble
 * of their credentials says why. */
void config_take_out_paths(struct token_request *request);

/* ---- broker.c: the device's identity broker ---- */

/* Fills in whether it is asked for a user's token. Fails with ERROR_USAGE. */
bool config_fill_broker(const struct config *config, const struct section *identity,
                        struct token_request *request, struct error *error);

/* ---- config.c ---- */

/* Warns once on stderr about mistakes in the configuration. Called when a request is made, so that
 * git, which asks about every host, causes no warnings for hosts that are not ours. */
void config_warn(struct config *config);

/* The value of an AZURE_* variable, which is used if options and file leave the setting out. NULL
 * if it is not set, or if the context ignores such variables. */
const char *config_variable(const struct config *config, const char *name);

/* ---- environment.c: Section__Key ---- */

/* Overrides config->root with the environment. */
void config_overlay_environment(struct config *config);

/* Splits the name of a variable such as "A__B__0" or "A:B:0" in place. Returns false if it is not
 * of this form. */
bool config_split_variable(char *name, struct config_path *path);

/* ---- settings.c: which keys there are ---- */

enum setting_type {
    SETTING_STRING,
    SETTING_PATH, /* a string, as are the next two; a relative one is below the file's folder */
    SETTING_PATH_OR_URI, /* a path, or the URI of a key or certificate that is not in a file */
    SETTING_PATH_OF_CREDENTIAL, /* below $CREDENTIALS_DIRECTORY, if it is set */
    SETTING_BOOL,               /* true or false, in any case */
    SETTING_STRINGS,            /* an array of strings, or one string */
    SETTING_LIST,               /* an array of strings */
    SETTING_OBJECT,
    SETTING_OBJECTS, /* an array of objects */
    SETTING_ANY,
};

/* What a setting has an effect on. Elsewhere, a value of another type does no harm. */
enum setting_effect {
    SETTING_OF_TOKEN,
    SETTING_OF_CALL, /* the HTTP call that an API's section describes (config_call) */
    SETTING_UNUSED,
};

struct setting {
    const char *name; /* NULL ends a table */
    enum setting_type type;
    bool secret; /* others must not read its value */
    enum setting_effect effect;
    const struct setting *inside; /* the keys of the object, or of each object; NULL: any */
};

/* The setting of this name in any of the tables; NULL if none has it. */
const struct setting *config_known_setting(const char *name);

/* That, or else the one whose name is so near that it was meant; NULL if none is. */
const struct setting *config_nearest_setting(const char *name);

/* Whether that is a setting whose value others must not read. */
bool config_is_secret_setting(const char *name);

/* The setting of this name inside another one; NULL if that does not have it, or is NULL. */
const struct setting *config_setting_inside(const struct setting *outer, const char *name);

/* What has the settings of an identity, and of an API: their sections. */
extern const struct setting config_identity_section, config_api_section;

/* Check the types of an identity or an API that is used for a token, and of an API's call. Its
 * object may be NULL. Fail with ERROR_USAGE. */
bool config_check_identity(const struct config *config, const struct section *identity,
                           struct error *error);
bool config_check_api(const struct config *config, const struct section *api, struct error *error);
bool config_check_types_of_call(const struct config *config, const struct section *api,
                                struct error *error);

/* Warns about every value of a wrong type, and about every unknown key, with the nearest known one,
 * except in an identity that nothing names, which may be another program's section. */
void config_warn_of_settings(const struct config *config);

/* ---- misplaced.c: settings that are not read for where they are ---- */

/* Warns about settings of an identity or API that are in no section; about a section that has the
 * name of a built-in API, or a BaseUrl and nearly Scopes, and is no API; and about keys that are
 * the names of variables. */
void config_warn_of_misplaced(const struct config *config);

/* Whether a key is of the form A__B, in which only the environment has settings. */
bool config_names_variable(const char *key);

/* ---- secrets.c: what others must not read ---- */

/* Whether a file's content has a secret or a PIN, wherever it is. */
bool config_has_secrets(json_object *content);

/* ---- section.c: sections and members ---- */

/* Collect the identities (AzureAd, and objects with ClientId or TenantId) and the APIs (other
 * objects with Scopes) anywhere below the root. Return their number. */
size_t config_identities(const struct config *config, struct section sections[CONFIG_SECTIONS_MAX]);
size_t config_apis(const struct config *config, struct section sections[CONFIG_SECTIONS_MAX]);

/* Finds an object of this name that would be an API, had it Scopes: it is no identity either. False
 * if there is none. */
bool config_find_unscoped(const struct config *config, const char *name,
                          struct section *ret_section);

/* The key of an object without Scopes that is nearly that, and has such a value; NULL if none is.
 * The object owns it. */
const char *config_nearly_scopes(const json_object *object);

/* What is said of an object without Scopes: "FILE:7: MyWebApi has no Scopes, only 'Scope'". The
 * caller frees it. */
char *config_lack_of_scopes(const struct config *config, const struct section *section);

/* Fails with ERROR_USAGE if there are too many of them. */
bool config_check_size(const struct config *config, struct error *error);

/* The last step of a section's path, which is its name for users. */
const char *section_name(const struct section *section);

/* The member of an object, whose key is compared without regard to case. NULL if it is absent or
 * null. */
json_object *config_member(const json_object *object, const char *key);

/* The path with one more step, unless it already has CONFIG_DEPTH_MAX steps. */
struct config_path config_path_to(const struct config_path *path, const char *step);

/* Whether a path leads to something inside what is at another one. */
bool config_path_is_below(const struct config_path *path, const struct config_path *above);

/* The steps of a path, for messages: "AzureAd:ClientId". Writes the text to name, and returns name.
 */
const char *config_path_name(const struct config_path *path, char name[CONFIG_NAME_MAX]);

/* What sets the value at a path, for messages: "FILE:LINE", "the environment variable X" or "the
 * environment". Writes the text to where, and returns where. */
const char *config_where(const struct config *config, const struct config_path *path,
                         char where[CONFIG_WHERE_MAX]);

/* A key of a section and what sets it: "FILE:LINE: KEY". The caller frees it. */
char *config_where_of_key(const struct config *config, const struct section *section,
                          const char *key);

/* Puts that in front of the message of an error about the value. Always returns false. */
bool config_fail_at(const struct config *config, const struct section *section, const char *key,
                    struct error *error);

/* The string value at a path; NULL if it is absent, null or empty. Returns NULL with ERROR_USAGE if
 * it is a placeholder (placeholder.h). */
const char *config_text(const struct config *config, const struct config_path *path,
                        json_object *value, struct error *error);

/* Checks that a text is no placeholder. where ("": nothing) and name say what has it. Fails with
 * ERROR_USAGE. */
bool config_check_placeholder(const char *where, const char *name, const char *text,
                              struct error *error);

/* As config_text, for the value under a section's key. */
const char *section_string(const struct config *config, const struct section *section,
                           const char *key, struct error *error);

/* Whether a string is "true", in any case. */
bool config_is_true(json_object *string);

/* The boolean under a section's key; the value of `absent` if there is none. */
bool section_bool(const struct section *section, const char *key, bool absent);

/* ---- builtin_api.c: the APIs that need no configuration ---- */

#define BUILTIN_APIS_MAX 16

/* An API in one of Entra's clouds. */
struct builtin_place {
    const char *scope;                               /* NULL: it is not known there */
    const char *base_urls[CONFIG_BASE_URLS_MAX + 1]; /* NULL ends them */
};

struct builtin_api {
    const char *name;
    const char *second_client;  /* that of the API's own tools; NULL: there is none */
    bool is_same_in_all_clouds; /* as in the public one */
    bool is_for_git;            /* git is answered for its URLs */
    const char *feed_urls[CONFIG_BASE_URLS_MAX + 1]; /* base URLs, too */
    struct builtin_place places[AUTHORITY_CLOUDS];
    const char *other_scopes[AUTHORITY_CLOUDS]; /* by which some programs request it; NULL: none */
};

/* Go through the built-in APIs; NULL ends them. */
const struct builtin_api *builtin_api_at(size_t index);

/* The built-in API of this name, which may be NULL; NULL if there is none. */
const struct builtin_api *builtin_api_find(const char *name);

/* The name of the built-in API with this scope in any cloud, also if it is its other one; NULL if
 * there is none. */
const char *builtin_api_of_scope(const char *scope);

/* The API in a cloud. */
const struct builtin_place *builtin_api_place(const struct builtin_api *builtin,
                                              enum authority_cloud cloud);

/* Whether it has URLs that count. */
bool builtin_api_has_urls(const struct builtin_api *builtin, enum config_urls urls);

/* If one of those covers the URL by more bytes than *covered, raises *covered to their number and
 * sets *ret_place to where that is. */
void builtin_api_cover(const struct builtin_api *builtin, enum config_urls urls,
                       const struct url *url, size_t *covered,
                       const struct builtin_place **ret_place);

/* The second client (struct token_request) of the built-in API of this name, which may be NULL; and
 * of the one with this scope. NULL if there is none. */
const char *config_second_client(const char *name);
const char *config_second_client_of_scope(const char *scope);

/* The cloud that the request's authority is of; for a managed identity, which has none, that of
 * --authority or AZURE_AUTHORITY_HOST. */
enum authority_cloud config_cloud(const struct config *config, const struct token_request *request);

/* Checks that the API is built in for the request's cloud, or the file has its scope; and that a
 * URL that was found for it is in that cloud, because a token is of no use in another one, and not
 * meant for it. Fails with ERROR_USAGE. */
bool config_check_cloud(const struct config *config, const struct config_api *api,
                        const struct token_request *request, struct error *error);

/* ---- api.c: the APIs ---- */

/* Raises *covered to the bytes of host and path that the base has in common with the URL, whose
 * organization is in lower case, if it covers the URL and they are more. Fails with ERROR_USAGE if
 * the text is not a base URL. */
bool config_base_covers(const char *base, const struct url *url, size_t *covered,
                        struct error *error);

/* Find the API of this name, and the only API of the file. Fail with ERROR_USAGE. */
bool config_find_api(const struct config *config, const char *name, struct config_api *api,
                     struct error *error);
bool config_find_only_api(const struct config *config, struct config_api *api, struct error *error);

/* The API of a section of the file. */
struct config_api config_api_of_section(const struct section *section);

/* Whether the section's Scopes are this text, with spaces in between. */
bool config_scopes_are(const struct section *section, const char *scope);

/* Warns about every BaseUrl that covers no URL or has a part that is ignored. */
void config_warn_of_base_urls(const struct config *config);

/* ---- authority.c: instance and tenant ---- */

/* Fills in instance and tenant, each from the strongest source that has it: options, an API's
 * AcquireTokenOptions, the identity, AZURE_* variables. Fails with ERROR_USAGE. */
bool config_fill_authority(const struct config *config, const struct section *identity,
                           const struct section *acquire, struct token_request *request,
                           struct error *error);

/* Has the context's learn_tenant give the tenant, if the request has none. A server may be asked
 * for it, so this comes once the tenant is needed: not for a managed identity, which has no choice
 * of it. Fails with ERROR_USAGE. */
bool config_learn_tenant(const struct config *config, struct token_request *request,
                         struct error *error);

/* Warns about an Authority or Instance that names another tenant than the key that counts, or
 * another instance, in the same file. */
void config_warn_of_authorities(const struct config *config);

/* ---- identity.c: which identity, and its client id ---- */

/* Fills in instance, tenant, client ID and credentials of the identity that an API's
 * AcquireTokenOptions name, or else of the default one, from options, file and AZURE_* variables.
 * Their Tenant is weaker than the options and stronger than the identity. What is not found stays
 * NULL; config_request reports it. Fails with ERROR_USAGE. */
bool config_fill_identity(const struct config *config, const struct section *acquire,
                          struct token_request *request, struct error *error);

/* Checks the types of the identity that an API's AcquireTokenOptions name, if there is one. Fails
 * with ERROR_USAGE. */
bool config_check_identity_of(const struct config *config, const struct section *acquire,
                              struct error *error);

/* Finds the identity of this name; if name is NULL, AzureAd or the only one. If name is NULL and
 * the file has no identity, succeeds with object NULL: the environment may be enough. Fails with
 * ERROR_USAGE. */
bool config_find_identity(const struct config *config, const char *name, struct section *identity,
                          struct error *error);

/* Whether requests may use the identity without naming it, or an API names it; and the latter. */
bool config_identity_is_named(const struct config *config, const struct section *identity);
bool config_identity_has_api(const struct config *config, const struct section *identity);

/* Whether the text can be a client ID: letters, digits and -._~:/ */
bool config_is_client_id(const char *text);

/* The ClientCapabilities of the identity that an API's AcquireTokenOptions name: an array, or NULL.
 * The configuration owns it. */
json_object *config_capabilities(const struct config *config, const struct section *acquire);

/* ---- cluster.c: what the context's cluster may choose ---- */

/* Finds the API of the cluster's server: AKS, or one that the file has for clusters. Fails with
 * ERROR_USAGE if it is neither. */
bool config_find_cluster_api(const struct config *config, struct config_api *api,
                             struct error *error);

/* Checks that an app's request, which is complete but for a tenant, goes where it would go without
 * the cluster. Fails with ERROR_USAGE. */
bool config_check_cluster_authority(const struct config *config,
                                    const struct token_request *request, struct error *error);

/* Sets the instance and the tenant of a user's request to the cluster's, if it names them. Fails
 * with ERROR_USAGE. */
bool config_fill_from_cluster(const struct config *config, struct token_request *request,
                              struct error *error);

/* Checks the cluster's client, if it is of interest because a user's request has none yet. A
 * cluster may name the AKS client only, which counts as no choice. Fails with ERROR_USAGE. */
bool config_check_client_of_cluster(const struct config *config,
                                    const struct token_request *request, struct error *error);

/* ---- effect.c: whether the options have a part in the request ---- */

/* Checks for options that contradict each other, whatever is requested. Fails with ERROR_USAGE. */
bool config_check_options(const struct config *config, struct error *error);

/* What the command line says: the context's, or else the options. */
const struct options *config_given(const struct config *config);

/* Whether the options say what no managed identity has: an account, or claims. */
bool config_wants_user(const struct config *config);

/* Checks that each option that says whose token is wanted had a part in the requests. wanted names
 * what the token is for. Fails with ERROR_USAGE. */
bool config_check_effect(const struct config *config, const struct config_api *api,
                         const char *wanted, const struct token_candidates *candidates,
                         struct error *error);

/* ---- user.c ---- */

/* Changes the request into one for a user's token. unconfigured is the result of
 * config_is_unconfigured. If no client is configured, config_fill_public_client sets it later,
 * after the scope is known. Fails with ERROR_USAGE. */
bool config_fill_user(const struct config *config, const struct config_api *api, bool unconfigured,
                      struct token_request *request, struct error *error);

/* If the request is for a user's token and has no client, sets the public client that asks for
 * everything, and the second client for this API; and that one also if a kubeconfig has the usual
 * client. */
void config_fill_public_client(const struct config *config, const struct config_api *api,
                               struct token_request *request);

/* ---- scope.c ---- */

/* Fills in the scope from the options, the file or the built-in API, in this order. It stays NULL
 * if no API is named, which is allowed for a user who only signs in. Fails with ERROR_USAGE. */
bool config_fill_scope(const struct config *config, const struct config_api *api,
                       struct token_request *request, struct error *error);

/* ---- managed_identity.c ---- */

/* Changes the request into one for the token of a managed identity: the one that --client-id, the
 * section (whose object may be NULL) or AZURE_CLIENT_ID names, in this order, or the
 * system-assigned one. Fails with ERROR_USAGE. */
bool config_fill_managed_identity(const struct config *config, const struct section *section,
                                  struct token_request *request, struct error *error);

/* Likewise, into one for the token of the app that it is for, by the endpoint of `entra run`, which
 * withholds the app's credential. */
bool config_fill_app_of_endpoint(struct token_request *request, struct error *error);

/* Whether no identity is configured, by options, file or environment. */
bool config_is_unconfigured(const struct config *config, const struct token_request *request);

/* As config_fill_managed_identity, if no identity is configured: the last step of Azure's
 * DefaultAzureCredential. AZURE_CLIENT_ID may name a user-assigned identity. */
bool config_default_managed_identity(const struct config *config, struct token_request *request,
                                     struct error *error);

/* ---- credential.c: how an app authenticates ---- */

/* Fills in the credential of the context; or those of the identity (whose object may be NULL), in
 * their order; or the one of the environment, in the order of Azure's DefaultAzureCredential. Fails
 * with ERROR_USAGE. */
bool config_fill_credentials(const struct config *config, const struct section *identity,
                             struct token_request *request, struct error *error);

/* strdup, for a text that may be NULL. */
char *config_copy(const char *text);

/* Adds a credential to a request; where is what configured it. Returns NULL with ERROR_USAGE if the
 * request has CREDENTIALS_MAX credentials. */
struct credential *config_add_credential(struct token_request *request, enum credential_kind kind,
                                         const char *where, struct error *error);

/* ---- credential_variable.c: what `entra run` has withheld ---- */

enum config_withheld {
    CONFIG_NOT_WITHHELD,
    CONFIG_WITHHELD,        /* a credential of the identity */
    CONFIG_PARTLY_WITHHELD, /* likewise, and the rest of its ClientCredentials is still here */
};

/* Whether the identity, whose object may be NULL, would have a credential but for that. */
enum config_withheld config_withheld(const struct config *config, const struct section *identity);

/* ---- job.c: the credential of a CI job ---- */

/* Adds the token of the job in which this program runs to a request that has no credential, if
 * AZURE_TENANT_ID and AZURE_CLIENT_ID, or --tenant and --client-id, say which app the job is. Fails
 * with ERROR_USAGE. */
bool config_fill_job_credential(const struct config *config, struct token_request *request,
                                struct error *error);

/* What keeps a CI job from being the app of a request, which config_fill_user is to change into a
 * user's, even if the variables named one: an option, for example. A clause for messages, which the
 * caller frees; NULL: nothing does. */
char *config_user_because(const struct config *config, const struct config_api *api,
                          const struct token_request *request);

/* ---- source_type.c: the file's credentials ---- */

/* Fills in the credentials of the identity in the file, in their order. Fails with ERROR_USAGE. */
bool config_fill_file_credentials(const struct config *config, const struct section *identity,
                                  struct token_request *request, struct error *error);

#endif
