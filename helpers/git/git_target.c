/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/git/git_target.h"

#include <stdio.h>
#include <string.h>

#include "common/base/text.h"

void git_target_clear(struct git_target *target)
{
    config_free(target->config);
    free(target->place_path);
    free(target->wants_path);
    free(target->name_account);
    free(target->claims);
}

/* ---- the API ---- */

static void set_host(struct git_target *target)
{
    char port[8] = "";
    if (target->url.port != (target->url.https ? 443 : 80))
        snprintf(port, sizeof port, ":%u", target->url.port);
    snprintf(target->host, sizeof target->host, "%s%s", target->url.host, port);
}

/* Without credential.useHttpPath, git sends no path, and the URL is below no BaseUrl that has one.
 */
static void find_path(void *context, const char *api, const struct url *base)
{
    struct git_target *target = context;
    struct url host = *base;
    host.path[0] = '\0';
    if (target->wants_path == NULL && !target->url.has_path && strlen(base->path) > 1 &&
        url_is_below(&target->url, &host))
        target->wants_path = strdup(api);
}

/* Finds the API by URL. Errors in the settings are reported only for a host of ours, since git asks
 * about every host. */
static enum config_match find_api(struct git_target *target, const struct options *options,
                                  struct error *error)
{
    const struct url *url = &target->url;
    if (!git_request_url(target->git, &target->url)) {
        trace("configuration: not a host of ours: no answer");
        return CONFIG_NO_MATCH;
    }
    organization_lower(&target->url);
    set_host(target);
    auto_config struct config *config = config_read(options, &target->context, error);
    if (config == NULL)
        return CONFIG_FAILED;
    enum config_match match = config_find_url(config, url, &target->api, error);
    if (match == CONFIG_NO_MATCH) {
        config_each_base_url(config, find_path, target);
        trace("configuration: no API's BaseUrl matches %s://%s: no answer",
              url->https ? "https" : "http", url->host);
    } else if (!config_check(config, error)) {
        match = CONFIG_FAILED;
    }
    if (match == CONFIG_MATCH) {
        target->wants_token = config_api_has_scope(target->api);
        target->config = steal(&config);
    }
    return match;
}

/* Where stored credentials are looked for. In Azure DevOps, one is for a whole organization. */
static void find_place(struct git_target *target)
{
    const struct git_request *git = target->git;
    enum organization_in organization = organization_in(&target->url);
    const char *path = target->url.path + 1;
    if (target->url.has_path && organization != ORGANIZATION_IN_HOST)
        target->place_path =
            strndup(path, organization == ORGANIZATION_IN_PATH ? strcspn(path, "/") : strlen(path));
    target->place =
        (struct credential_place){ .protocol = target->url.https ? "https" : "http",
                                   .host = target->host,
                                   .path = target->place_path,
                                   .path_has_no_case = organization == ORGANIZATION_IN_PATH,
                                   .username = git->username };
}

/* The account that git names is that of its configuration for the URL (gitcredentials(7)). The URL
 * is that of the organization, whose name needs no quotes, or the host alone. */
static void say_how_to_name_account(struct git_target *target)
{
    target->name_account =
        target->tenant.url[0] != '\0'
            ? text_format("git config --global credential.%s.username NAME", target->tenant.url)
            : text_format("git config --global credential.%s://%s.username NAME",
                          target->place.protocol, target->host);
    target->tokens.name_account = target->name_account;
}

enum config_match git_target_find(struct git_target *ret_target, const struct options *options,
                                  const struct git_request *git, struct error *error)
{
    struct git_target *target = ret_target;
    *target = (struct git_target){ .git = git,
                                   .context = { .urls = CONFIG_URLS_FOR_GIT,
                                                .learn_tenant = server_tenant_learn,
                                                .learner = &target->tenant,
                                                .account = git_request_account(git) } };
    enum config_match match = find_api(target, options, error);
    if (match != CONFIG_MATCH)
        return match;
    git_tenant_begin(&target->tenant, git, &target->url);
    find_place(target);
    if (!tokens_open(&target->tokens, options, error))
        return CONFIG_FAILED;
    say_how_to_name_account(target);
    return CONFIG_MATCH;
}

bool git_target_candidates(struct git_target *target, bool may_ask_server,
                           struct token_candidates *ret_candidates, struct error *error)
{
    target->tenant.may_ask_server = may_ask_server;
    target->tenant.deadline = target->tokens.deadline;
    target->tenant.is_missing = false;
    target->tenant.name[0] = '\0';
    return config_request_for_api(target->config, target->api, ret_candidates, error) ||
           git_tenant_explain(&target->tenant, &target->url, error);
}

char *git_target_url(const struct git_target *target)
{
    static const char literal[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789-._~/";
    char *url = NULL;
    size_t size = 0;
    FILE *text = open_memstream(&url, &size);
    fprintf(text, "%s://%s", target->place.protocol, target->host);
    if (target->place_path != NULL)
        fputc('/', text);
    for (const char *c = target->place_path; c != NULL && *c != '\0'; c++)
        fprintf(text, strchr(literal, *c) != NULL ? "%c" : "%%%02X", (unsigned char)*c);
    fclose(text);
    return url;
}
