/* SPDX-License-Identifier: MIT */
/*
 * Configuration: whose identity, for which API. The appsettings.json of a .NET daemon as it is, the
 * environment, and the command line's flags, made into a token_request.
 *
 *     auto_config struct config *config = config_load(&options, &error);
 *     if (config == NULL || !config_request(config, &options, NULL, &request, &error))
 *         return error_print(&error);
 *
 * Sources, the stronger first: flags; the environment's Section__Key form; the file; the
 * environment's AZURE_* names, which stand in for what all of these leave out.
 *
 * Any object of the file with ClientId or TenantId is an identity (AzureAd the default one), any
 * object with Scopes is an API. Azure DevOps and AKS are built in as APIs.
 */
#ifndef COMMON_CONFIG_CONFIG_H
#define COMMON_CONFIG_CONFIG_H

#include <stdbool.h>

#include "common/base/cleanup.h"
#include "common/base/error.h"
#include "common/base/options.h"
#include "common/entra/request.h"
#include "common/entra/url.h"

struct config;

/* Reads the file (the first found of --config, $ENTRA_CONFIG, $XDG_CONFIG_HOME/entra/
 * appsettings.json, /etc/entra/appsettings.json; there may be none) and lays the environment over
 * it. NULL with ERROR_USAGE. Free with config_free. */
struct config *config_load(const struct options *options, struct error *error);

/* config_load in two steps, for who has yet to find out whether the configuration is meant at all,
 * and is to be silent where it is not. What is read may be asked which URLs it covers
 * (config_find_url), and must be checked before anything else. */
struct config *config_read(const struct options *options, struct error *error);

/* Checks every identity and API against the settings that there are: a wrong type is an error, and
 * so are more of them than are looked at. */
bool config_check_settings(const struct config *config, struct error *error);

void config_free(struct config *config);

/* The functions below warn once on stderr of unknown keys, and of a file with secrets that others
 * can read.
 *
 * Makes the request for the API that the options name (--api, --scope, --resource), or else for
 * default_api, or else, where that is NULL, for the only API that the file has. The caller clears
 * it. False with ERROR_USAGE; the request
 * then holds what was known so far and is to be cleared all the same. */
bool config_request(struct config *config, const struct options *options, const char *default_api,
                    struct token_request *request, struct error *error);

/* Makes the request of a person who signs in, for the API that the options name, or for none: its
 * scope is NULL then. As config_request. */
bool config_sign_in_request(struct config *config, const struct options *options,
                            struct token_request *request, struct error *error);

/* Fills in who asks and no more: instance, tenant and client id of the identity that the options'
 * --api uses, or else of the default one. The caller clears it. False with ERROR_USAGE. */
bool config_identity(struct config *config, const struct options *options,
                     struct token_request *request, struct error *error);

enum config_match {
    CONFIG_MATCH,
    CONFIG_NO_MATCH, /* no API is at home there: the request is not ours to answer */
    CONFIG_FAILED,
};

/* As config_request, for the API to whose BaseUrl the URL belongs (the most specific one); with
 * --api, for that one alone. A token is for this URL only if this says CONFIG_MATCH. */
enum config_match config_request_for_url(struct config *config, const struct options *options,
                                         const struct url *url, struct token_request *request,
                                         struct error *error);

/* Whether any API (with --api, that one) is at home at the URL, whoever would ask there.
 * *has_scope: a token is meant for it; an API whose Scopes are an empty array has none. */
enum config_match config_find_url(const struct config *config, const struct options *options,
                                  const struct url *url, bool *has_scope, struct error *error);

#define CONFIG_BASE_URLS_MAX 2

/* The base URLs of an API, NULL after the last; they belong to the configuration. False with
 * ERROR_USAGE where there is no such API, or it has none. */
bool config_base_urls(const struct config *config, const char *name,
                      const char *urls[CONFIG_BASE_URLS_MAX + 1], struct error *error);

/* One value that was given, for people: what it is called, what it is, and where it stands. */
struct config_value {
    const char *name;  /* AzureAd:TenantId, AZURE_TENANT_ID, --tenant */
    const char *value; /* "set" in the place of what may be a secret */
    const char *where; /* FILE:LINE, "the environment variable X", "the command line" */
};

/* Hands over every value, of the flags, of the file with the environment laid over it, and of the
 * environment's AZURE_* names: the stronger first. The texts are good for the one call. */
void config_each_value(const struct config *config, const struct options *options,
                       void (*take)(void *context, const struct config_value *value),
                       void *context);

/* The file that was read, and its permissions (st_mode); NULL: there was none. */
const char *config_file(const struct config *config, unsigned *mode);

/* Whether that file holds a secret. */
bool config_has_secret(const struct config *config);

/* An API to try where none is named: the first of the file, or else AzureDevOps. */
const char *config_some_api(const struct config *config);

static inline void cleanup_config(struct config **config)
{
    config_free(*config);
}
#define auto_config CLEANUP(cleanup_config)

#endif
