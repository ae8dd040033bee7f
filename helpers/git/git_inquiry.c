/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/git/git_inquiry.h"

#include <stdio.h>
#include <string.h>

#include "helpers/git/git_user.h"

/* Stands for a tenant that has yet to be learned. */
#define TENANT_UNKNOWN "unknown"

void git_inquiry_clear(struct git_inquiry *inquiry)
{
    config_free(inquiry->config);
    free(inquiry->typed_path);
    free(inquiry->claims);
}

/* A name as people sign in with it; Azure DevOps' own URLs have the organization's name there. */
static const char *account_of(const struct git_request *git)
{
    const char *at = git->username != NULL ? strchr(git->username, '@') : NULL;
    return at != NULL && at != git->username && at[1] != '\0' ? git->username : NULL;
}

/* Where typed credentials are looked for. In Azure DevOps one serves a whole organization. */
static bool find_typed_place(struct git_inquiry *inquiry, struct error *error)
{
    const struct git_request *git = inquiry->git;
    const char *path = inquiry->url.has_path ? inquiry->url.path + 1 : NULL;
    if (path != NULL && strcmp(inquiry->url.host, GIT_AZURE_DEVOPS_HOST) == 0)
        inquiry->typed_path = strndup(path, strcspn(path, "/"));
    else if (path != NULL)
        inquiry->typed_path = strdup(path);
    char port[8] = "";
    if (inquiry->url.port != (inquiry->url.https ? 443 : 80))
        snprintf(port, sizeof port, ":%u", inquiry->url.port);
    snprintf(inquiry->host, sizeof inquiry->host, "%s%s", inquiry->url.host, port);
    inquiry->typed = (struct credential_place){ inquiry->url.https ? "https" : "http",
                                                inquiry->host, inquiry->typed_path, git->username };
    return path == NULL || inquiry->typed_path != NULL || error_no_memory(error);
}

/* Of settings that are wrong, git hears where they would be used, and not for every host. */
static enum config_match find_api(struct git_inquiry *inquiry, struct error *error)
{
    const struct url *url = &inquiry->url;
    if (!git_request_url(inquiry->git, &inquiry->url)) {
        trace("configuration: not a host of ours: no answer");
        return CONFIG_NO_MATCH;
    }
    auto_config struct config *config = config_read(&inquiry->options, error);
    if (config == NULL)
        return CONFIG_FAILED;
    enum config_match match =
        config_find_url(config, &inquiry->options, url, &inquiry->wants_token, error);
    if (match == CONFIG_NO_MATCH)
        trace("configuration: no API's BaseUrl matches %s://%s: no answer%s",
              url->https ? "https" : "http", url->host,
              url->has_path ? "" : " (git told no path; see credential.useHttpPath)");
    else if (!config_check_settings(config, error))
        match = CONFIG_FAILED;
    if (match == CONFIG_MATCH)
        inquiry->config = steal(&config);
    return match;
}

enum config_match git_inquire(struct git_inquiry *inquiry, const struct options *options,
                              const struct git_request *git, struct error *error)
{
    *inquiry = (struct git_inquiry){ .git = git, .options = *options };
    enum config_match match = find_api(inquiry, error);
    if (match != CONFIG_MATCH)
        return match;
    if (inquiry->options.account == NULL)
        inquiry->options.account = account_of(git);
    if (!git_place_of(git, &inquiry->url, inquiry->place))
        inquiry->place[0] = '\0';
    return find_typed_place(inquiry, error) &&
                   tokens_open(&inquiry->tokens, &inquiry->options, error)
               ? CONFIG_MATCH
               : CONFIG_FAILED;
}

/* ---- whose token ---- */

static bool configure(struct git_inquiry *inquiry, const char *fallback_tenant,
                      struct token_request *request, struct error *error)
{
    token_request_clear(request);
    inquiry->options.fallback_tenant = fallback_tenant;
    return config_request_for_url(inquiry->config, &inquiry->options, &inquiry->url, request,
                                  error) == CONFIG_MATCH;
}

/* Where nothing says who asks, a tenant is a person's affair: a machine has no choice. */
static bool is_tenant(const struct token_request *request, const char *tenant)
{
    const char *own = request->or_user != NULL ? request->or_user->tenant : request->tenant;
    return own != NULL && strcmp(own, tenant) == 0;
}

/* Learns the place's tenant, from what it said before or, if it may be asked, says now. */
static bool learn_tenant(struct git_inquiry *inquiry, bool may_ask)
{
    if (inquiry->place[0] == '\0')
        return false;
    if (tenant_cache_find(inquiry->place, inquiry->tenant))
        return true;
    if (!may_ask || !git_tenant_ask(inquiry->place, inquiry->tokens.deadline, inquiry->tenant))
        return false;
    tenant_cache_keep(inquiry->place, inquiry->tenant);
    return true;
}

/* Why the place is not known, by which a tenant would be learned, and what helps. */
static void tell_place(const struct git_inquiry *inquiry, struct error *error)
{
    if (inquiry->place[0] != '\0' || !inquiry->url.https)
        return;
    if (!inquiry->url.has_path)
        error_hint(error,
                   "Run 'entra setup git', which has git name the organization, whose tenant "
                   "is then asked for; or configure it: see entra-appsettings(5).");
    else
        error_hint(error,
                   "The path '%.80s' names no organization, whose tenant could be asked for. "
                   "Correct the URL, or configure the tenant: see entra-appsettings(5).",
                   inquiry->url.path);
}

bool git_inquiry_request(struct git_inquiry *inquiry, bool may_ask_server,
                         struct token_request *request, struct error *error)
{
    bool told = inquiry->url.https && git_tenant_told(inquiry->git, inquiry->tenant);
    if (!configure(inquiry, told ? inquiry->tenant : TENANT_UNKNOWN, request, error))
        return false;
    if (is_tenant(request, TENANT_UNKNOWN)) {
        bool learned = learn_tenant(inquiry, may_ask_server);
        if (!configure(inquiry, learned ? inquiry->tenant : NULL, request, error)) {
            tell_place(inquiry, error);
            return false;
        }
    } else if (told && is_tenant(request, inquiry->tenant) && inquiry->place[0] != '\0') {
        tenant_cache_keep(inquiry->place, inquiry->tenant);
    }
    if (inquiry->options.fallback_tenant != NULL &&
        !is_tenant(request, inquiry->options.fallback_tenant))
        inquiry->options.fallback_tenant = NULL; /* the configuration had one */
    request->may_ask = git_may_ask;
    return true;
}

void git_inquiry_doubt_tenant(const struct git_inquiry *inquiry)
{
    if (inquiry->place[0] != '\0' && inquiry->options.fallback_tenant != NULL)
        tenant_cache_forget(inquiry->place);
}
