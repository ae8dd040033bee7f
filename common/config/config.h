/* SPDX-License-Identifier: MIT */
/*
 * The configuration: whose token to get, and for which API. It is a .NET daemon's appsettings.json
 * as it is, the environment and the options. From these, requests for a token are made.
 *
 *     auto_config struct config *config = config_load(options, NULL, &error);
 *     if (config == NULL || !config_request(config, NULL, &candidates, &error))
 *         return error_print(&error);
 *
 * The sources, strongest first: options; environment variables of the form Section__Key; the
 * files, the user's before the machine's; AZURE_* variables, which are used for what the others
 * leave out.
 *
 * Any object of the files with ClientId or TenantId is an identity (AzureAd is the default one);
 * any other object with Scopes is an API. Azure DevOps, AKS, Microsoft Graph and others are built
 * in as APIs (builtin_api.c).
 */
#ifndef COMMON_CONFIG_CONFIG_H
#define COMMON_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/cleanup.h"
#include "common/base/error.h"
#include "common/base/options.h"
#include "common/entra/request.h"
#include "common/entra/url.h"

/* What a cluster says of the token that it takes. The cluster may be hostile, so nothing of this is
 * used before it has been checked against what a cluster may choose (cluster.c). Each may be NULL.
 * Options take precedence over all of it. */
struct config_cluster {
    const char *server_id; /* the resource; if the options name no API */
    const char *scope;     /* to request instead of those of the server's API */
    const char *tenant;    /* a user's; an app's is checked against it */
    const char *instance;  /* likewise; in its canonical form and a known cloud's */
    const char *client_id; /* a user's, if nothing else names one */
};

/* Which AZURE_* variables may give the app's credential, where the file gives none. */
enum config_chain {
    CONFIG_CHAIN_WHOLE,       /* all, as for Azure's DefaultAzureCredential */
    CONFIG_CHAIN_ENVIRONMENT, /* those of a secret or a certificate */
    CONFIG_CHAIN_WORKLOAD,    /* those of a federated token */
};

/* Which of the built-in URLs count. git and package managers ask about every host, and would give
 * the token to whatever a repository's URL, or a project's list of indexes, names. */
enum config_urls {
    CONFIG_URLS_ALL,
    CONFIG_URLS_FOR_GIT,   /* of git repositories */
    CONFIG_URLS_FOR_FEEDS, /* of package feeds: no others of their API, where anybody's files are */
    CONFIG_URLS_FOR_GO,    /* of package feeds and git repositories */
};

/* What the calling program knows in addition to the common options: what a server, a kubeconfig or
 * git's request said, and what its own options say. All may be NULL, 0 or false. It owns nothing,
 * and must outlive the configuration and the requests. */
struct config_context {
    /* What the command line says, if the options say more than that: an option without an effect is
     * a mistake in the former only. NULL: the options. */
    const struct options *given;
    const char *client_id_from; /* what the options' client ID is from; NULL: --client-id */
    const char *tenant_from;    /* likewise their tenant; NULL: --tenant */
    const char *authority_from; /* and their authority; NULL: --authority */
    struct config_cluster cluster;
    enum config_urls urls;
    bool for_user;                /* request a user's token, whatever RequestAppToken says */
    const char *user_because;     /* likewise: what asks for it, as a clause; NULL: nothing does */
    const char *job_remedy;       /* as in struct token_request */
    bool for_app;                 /* request the token of an app with a credential, and nobody
                                   * else's, whatever RequestAppToken and ManagedIdentity say */
    bool public_client;           /* a user's client is the usual public one, not an app's */
    enum sign_in_method sign_in;  /* how the user signs in */
    uint16_t redirect_port;       /* as in struct token_request */
    const char *device_code;      /* as in struct token_request */
    bool without_azure_variables; /* ignore AZURE_* variables */
    bool without_client_variable; /* ignore AZURE_CLIENT_ID, which names an app */
    enum config_chain chain;

    /* Returns the tenant, or NULL if it is not known. Called only if nothing else names a tenant.
     * The text is copied. */
    const char *(*learn_tenant)(void *learner);
    void *learner;

    const char *account;                 /* the user's; --account is stronger */
    const char *account_folder;          /* as in struct token_request */
    const char *claims;                  /* of a challenge; --claims is stronger */
    const char *identity_resource_id;    /* of the managed identity; --client-id is stronger */
    const struct credential *credential; /* the only one of the app; the requests borrow it */
};

struct config;

/* Reads the file that --config or $ENTRA_CONFIG names, by an absolute path; else, if they exist,
 * $XDG_CONFIG_HOME/entra/appsettings.json and, for what it leaves out, /etc/entra/appsettings.json.
 * Lets the environment override them, and checks the result. The options and the
 * context, which may be NULL, are not copied. The caller frees the configuration with config_free.
 * Returns NULL with ERROR_USAGE. */
struct config *config_load(const struct options *options, const struct config_context *context,
                           struct error *error);

/* The two steps of config_load, for a caller that must not report errors in a configuration that
 * does not concern it. Between them, only config_find_url, config_find_registry,
 * config_each_base_url and config_api_has_scope may be called.
 *
 * Reads the file and the environment. Fails as config_load does. */
struct config *config_read(const struct options *options, const struct config_context *context,
                           struct error *error);

/* Fails with ERROR_USAGE if there are too many identities or APIs, or options that contradict each
 * other. */
bool config_check(const struct config *config, struct error *error);

/* Frees a configuration, which may be NULL, and wipes its secrets. */
void config_free(struct config *config);

/* The functions below warn once on stderr about unknown keys, and about a file with secrets that
 * others can read.
 *
 * Makes the requests for the API that the options name (--api, --scope, --resource); if they name
 * none, for the API of the context's cluster, or for default_api; if that is NULL, for the only API
 * of the file. The caller clears
 * *ret_candidates with token_candidates_clear, also on failure: they then have what was known by
 * that point. Fails with ERROR_USAGE, also if an option that says whose token is wanted has no
 * effect on them. */
bool config_request(struct config *config, const char *default_api,
                    struct token_candidates *ret_candidates, struct error *error);

/* Makes the request with which a user signs in for the API that the options name; if they name
 * none, its scope is NULL. The caller clears *ret_request with token_request_clear, also on
 * failure. Fails with ERROR_USAGE. */
bool config_sign_in_request(struct config *config, struct token_request *ret_request,
                            struct error *error);

/* Fills in only the instance, tenant, client ID and credentials: of the identity that the API of
 * --api uses, or of the default one. The caller clears *ret_request with token_request_clear, also
 * on failure. Fails with ERROR_USAGE. */
bool config_identity(struct config *config, struct token_request *ret_request, struct error *error);

enum config_match {
    CONFIG_MATCH,
    CONFIG_NO_MATCH, /* the URL belongs to no API, so it gets no token from us */
    CONFIG_FAILED,   /* with an error */
};

struct config_api;

/* Finds the API that the URL belongs to (by the most specific BaseUrl); with --api, only that one
 * is considered. A token may be sent to this URL only if this returns CONFIG_MATCH. *ret_api
 * belongs to the configuration and is valid until the next call; ret_api may be NULL. Fails with
 * ERROR_USAGE. */
enum config_match config_find_url(struct config *config, const struct url *url,
                                  const struct config_api **ret_api, struct error *error);

/* The name of the API that the URL belongs to, whichever one --api names; NULL if there is none.
 * The configuration owns it. */
const char *config_api_of_url(struct config *config, const struct url *url);

/* Fails with ERROR_USAGE: the URL belongs to no API, or to another one than --api names, or no
 * token is sent over http. The configuration is NULL if it was not read. */
bool config_fail_url(struct config *config, const char *url, struct error *error);

/* Its name, which belongs to the configuration. */
const char *config_api_name(const struct config_api *api);

/* Whether the API takes tokens: false if its Scopes are an empty array. */
bool config_api_has_scope(const struct config_api *api);

/* As config_find_url, for the host of a container registry's URL: the API that is found must be
 * ContainerRegistry, or one with its scope, and its BaseUrl without a path. An Entra token may be
 * sent to the registry only if this returns CONFIG_MATCH. */
enum config_match config_find_registry(struct config *config, const struct url *url,
                                       const struct config_api **ret_api, struct error *error);

/* Whether the URL is that of a container registry, or of a package feed, without any configuration.
 */
bool config_is_builtin_registry(const struct url *url);
bool config_is_builtin_feed(const struct url *url);

/* The answer if config_read has failed with this error, for a program that its host tool asks about
 * every server. Without the configuration, it is not known whether another URL than a built-in one
 * is ours. Most are not, and an error would keep the host tool from going on without a token: the
 * error becomes a warning, *error is cleared, and CONFIG_NO_MATCH is returned. For a built-in URL,
 * returns CONFIG_FAILED with the error as it is. */
enum config_match config_fail_unread(bool is_builtin, struct error *error);

/* As config_request, for an API that config_find_url has found. The options may be those of all
 * APIs for which a host tool runs its helper, so each need not have an effect. */
bool config_request_for_api(struct config *config, const struct config_api *api,
                            struct token_candidates *ret_candidates, struct error *error);

/* config_find_url and config_request_for_api in one, for a URL that the command line names. Fails
 * with ERROR_USAGE, also if --api names no API, or an option has no effect. */
enum config_match config_request_for_url(struct config *config, const struct url *url,
                                         struct token_candidates *ret_candidates,
                                         struct error *error);

/* Calls visit() for each BaseUrl in the file that can be used, with the name of its API, which
 * belongs to the configuration. The host may begin with "*.". */
void config_each_base_url(const struct config *config,
                          void (*visit)(void *context, const char *api, const struct url *base),
                          void *context);

/* Calls visit() for each API that --api may name: those of the file, then those that are built in.
 * The configuration, which may be NULL, owns the names. May be called between the two steps of
 * config_load. */
void config_each_api(const struct config *config, void (*visit)(void *context, const char *name),
                     void *context);

#define CONFIG_BASE_URLS_MAX 5

/* The base URLs of an API, with NULL after the last; not those of a built-in API's package feeds. A
 * built-in API's are those of the request's cloud, or of the public one if the request is NULL.
 * They belong to the configuration. Fails with ERROR_USAGE if there is no such API or it has no
 * base URL. */
bool config_base_urls(const struct config *config, const char *name,
                      const struct token_request *request,
                      const char *urls[CONFIG_BASE_URLS_MAX + 1], struct error *error);

#define CONFIG_HEADERS_MAX 32

struct config_header {
    const char *name;  /* a token of RFC 9110, 5.6.2 */
    const char *value; /* visible ASCII and spaces; it may be a secret */
};

/* An HTTP call to an API, as its section describes it. */
struct config_call {
    char *url;          /* below the API's BaseUrl, and as url_parse accepts it */
    const char *method; /* in capitals */
    struct config_header headers[CONFIG_HEADERS_MAX];
    size_t header_count;
};

/* Checks the types of what describes the call to the API that --api names. config_call does so too;
 * before config_request, which warns of what it does not need itself, nothing is said twice. Fails
 * with ERROR_USAGE. */
bool config_check_call(const struct config *config, struct error *error);

/* Makes the call to the API that --api names: BaseUrl, path (NULL: RelativePath) and
 * ExtraQueryParameters, HttpMethod, AcceptHeader, ContentType and ExtraHeaderParameters. The path
 * may come from anyone. The request is one for the API, in whose cloud a built-in API is. The token
 * may be sent to the URL once config_find_url has found it too. The caller clears *ret_call with
 * config_call_clear, also on failure; the texts of the headers belong to the configuration. Fails
 * with ERROR_USAGE. */
bool config_call(struct config *config, const char *path, const struct token_request *request,
                 struct config_call *ret_call, struct error *error);

void config_call_clear(struct config_call *call);
#define auto_config_call CLEANUP(config_call_clear)

/* Fails with ERROR_USAGE if there is no API of this name, built in or in the configuration. */
bool config_knows_api(const struct config *config, const char *name, struct error *error);

/* The name of the API whose tokens have this scope (several, with spaces in between, for a user);
 * NULL if there is none. The configuration, which may be NULL, owns the text of an API of its own.
 */
const char *config_api_of_scope(const struct config *config, const char *scope);

/* Calls visit() with the name of each API of the file that has a scope of this resource, whatever
 * else that scope says. A slash at the end of the resource makes no difference. The configuration
 * owns the names. */
void config_each_api_of_resource(const struct config *config, const char *resource,
                                 void (*visit)(void *context, const char *name), void *context);

/* Whether both are of the same resource (scope_is_same_resource), or of the two by which a built-in
 * API is requested: https://management.core.windows.net/ is Azure, too. */
bool config_is_same_resource(const char *resource, const char *other);

/* A value of the configuration, for display. */
struct config_value {
    const char *name;  /* AzureAd:TenantId, AZURE_TENANT_ID, --tenant */
    const char *value; /* "set" if it may be a secret */
    const char
        *where; /* what sets it: FILE:LINE, "the environment variable X", "the command line" */
};

/* Passes every value to show(), strongest first: those of the options, of the file as the
 * environment overrides it, and of AZURE_* variables. The texts are valid only during the call. */
void config_each_value(const struct config *config,
                       void (*show)(void *context, const struct config_value *value),
                       void *context);

/* The path of a file that was read, strongest first; NULL if there are not so many. *ret_has_secret
 * is whether the file holds a secret. */
const char *config_file(const struct config *config, size_t index, bool *ret_has_secret);

/* Whether a variable, as NAME=value, has a credential of an app, for this configuration: by one of
 * the names of Azure's SDKs, or as a secret of an identity: of AzureAd, or of another one that the
 * files have, or that has a tenant. Those of other programs' sections, such as
 * Authentication__Google__ClientSecret, are none of ours. */
bool config_is_credential(const struct config *config, const char *variable);

/* The variable in which `entra run` tells its command which of these it has withheld: NAME,NAME. An
 * app that lacks one gets its tokens as the managed identity that the command has in its place. */
#define CONFIG_WITHHELD_VARIABLE "ENTRA_WITHHELD"

/* Whether a text contains a device's PIN: pkcs11:...?pin-value=... (RFC 7512, section 2.4). */
bool config_has_pin(const char *text);

/* The API to try if none is named: the first one of the file, or AzureDevOps if it has none. */
const char *config_some_api(const struct config *config);

static inline void cleanup_config(struct config **config)
{
    config_free(*config);
}
#define auto_config CLEANUP(cleanup_config)

#endif
