/* SPDX-License-Identifier: MIT */
/* docker's credential helper: credHelpers in the configuration of docker, podman and others. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/base/array.h"
#include "common/base/output.h"
#include "common/base/user.h"
#include "common/entra/error_report.h"
#include "common/entra/url_typed.h"
#include "common/tokens/tokens.h"
#include "helpers/docker/docker_answer.h"
#include "helpers/docker/docker_login.h"
#include "helpers/docker/docker_registry.h"
#include "helpers/host_tool.h"
#include "helpers/programs.h"

#define NAME "docker-credential-entra"

/* The answer was DOCKER_NOT_FOUND, for which there is an exit code, but nothing on stderr. */
static bool answered_not_found;

static bool answer_not_found(void)
{
    answered_not_found = true;
    output_line("%s", DOCKER_NOT_FOUND);
    return true;
}

/* ---- the request ---- */

/* A registry that was asked for, and whose it is. */
struct target {
    struct docker_server server;
    struct config *config; /* NULL: it is not one of ours */
    const struct config_api *api;
};

static void target_clear(struct target *target)
{
    docker_server_clear(&target->server);
    config_free(target->config);
}
#define auto_target CLEANUP(target_clear)

/* The server is empty if it is none that could be given a token. */
static bool read_server(const struct options *options, struct docker_server *ret_server,
                        struct error *error)
{
    struct error unused;
    auto_secret struct secret *input =
        host_tool_read(options, "the request", DOCKER_SERVER_MAX, docker_server_end, error);
    if (input == NULL)
        return false;
    if (input->bytes[strspn(input->bytes, " \t\r\n")] == '\0')
        return error_set(error, ERROR_USAGE, DOCKER_NO_SERVER);
    docker_server_parse(input->bytes, input->length, ret_server, &unused);
    return true;
}

/* Says what was wanted of the registry, by its name, in place of the API's. */
static bool want(const struct docker_server *server, const char *before, const char *after,
                 struct error *error)
{
    error->wanted[0] = '\0';
    return error_wanted(error, "%s%s%s", before, server->registry, after);
}

/* ---- get ---- */

/* Whether the host tool may go on without credentials, since an anonymous pull may do: nobody is
 * signed in and nobody can be asked, the registry does not know this identity, or is in another
 * cloud. */
static bool may_go_on(const struct error *error)
{
    return error->kind == ERROR_SIGN_IN || strcmp(error->code, "registry_refused") == 0 ||
           strcmp(error->code, "other_cloud") == 0;
}

static bool get_token(const struct options *options, const struct target *target,
                      struct error *error)
{
    struct tokens tokens;
    auto_token_candidates struct token_candidates candidates = { 0 };
    auto_tokens_result struct tokens_result result = { 0 };
    if (!docker_registry_request(target->config, target->api, &target->server, &candidates,
                                 error) ||
        !tokens_open(&tokens, options, error))
        return false;
    tokens.may_ask = user_is_present;
    if (!tokens_get(&tokens, &candidates, &result, error))
        return false;
    auto_secret struct secret *answer = docker_answer_format(&target->server, &result.token);
    return host_tool_write(answer, error);
}

static bool get(const struct options *options, struct error *error)
{
    auto_target struct target target = { 0 };
    if (!read_server(options, &target.server, error) ||
        (target.server.text != NULL &&
         docker_registry_find_if_any(options, &target.server, &target.config, &target.api, error) ==
             CONFIG_FAILED))
        return false;
    if (target.config == NULL)
        return answer_not_found();
    if (get_token(options, &target, error))
        return true;
    want(&target.server, "no token for ", "", error);
    if (!may_go_on(error))
        return false;
    error_warn(error);
    *error = (struct error){ 0 };
    return answer_not_found();
}

/* ---- store, erase and list ---- */

/* The token may be another identity's, so that it does not take the place of ours. */
static void tell_of_token(const struct options *options, const struct target *target,
                          const struct docker_login *login)
{
    struct tokens tokens;
    struct error unused = { 0 };
    auto_token_candidates struct token_candidates candidates = { 0 };
    bool is_ours = docker_registry_request(target->config, target->api, &login->server, &candidates,
                                           &unused) &&
                   tokens_open(&tokens, options, &unused) &&
                   tokens_has(&tokens, &candidates, login->secret->bytes, login->secret->length);
    if (!is_ours)
        notice("This token for %s is not stored. entra gets one of its own when it is needed.",
               login->server.registry);
}

static bool fail_to_store(const struct docker_login *login, bool is_ours, struct error *error)
{
    error_set(error, ERROR_USAGE,
              is_ours ? "the password for %s is not stored: only Entra tokens are used there"
                      : "the password for %s is not stored: it is not a registry of ours",
              url_shown(login->server_text).text);
    if (is_ours)
        return error_hint(error, "To log in with it, run 'entra setup docker --remove %s' first.",
                          login->server.registry);
    return error_hint(error, "To log in with it, name another helper in docker's configuration.");
}

/* docker logs in with what it got from us, or `az acr login` with a token of its own: there is
 * nothing to store, since each get has a token. A password of another kind is not kept. */
static bool store(const struct options *options, struct error *error)
{
    auto_docker_login struct docker_login login = { 0 };
    auto_target struct target target = { 0 };
    auto_secret struct secret *input =
        host_tool_read(options, "the request", DOCKER_LOGIN_MAX, NULL, error);
    if (input == NULL || !docker_login_parse(input->bytes, input->length, &login, error))
        return false;
    if (login.server.text != NULL && docker_registry_find(options, &login.server, &target.config,
                                                          &target.api, error) == CONFIG_FAILED)
        return want(&login.server, "the login for ", " is not stored", error);
    if (target.config == NULL || !docker_login_is_token(&login))
        return fail_to_store(&login, target.config != NULL, error);
    tell_of_token(options, &target, &login);
    return true;
}

static bool erase_tokens(struct tokens *tokens, const char *registry, struct error *error)
{
    struct error why = { 0 };
    auto_keyring_list struct keyring_list items = { 0 };
    const struct keyring_key key = { { { STORE_KIND, STORE_KIND_REGISTRY_TOKEN },
                                       { STORE_REGISTRY, registry } } };
    bool is_whole = store_hides_nothing(&tokens->store, tokens->deadline, &why) &&
                    store_match(&tokens->store, &key, tokens->deadline, &items, &why);
    for (size_t i = 0; i < items.count; i++) {
        if (items.items[i].is_locked)
            is_whole = keyring_fail_locked(&why);
        else if (!store_drop_match(&tokens->store, &items.items[i], tokens->deadline, error))
            return false;
    }
    if (!is_whole)
        *error = why;
    return is_whole && store_saw_all(&tokens->store, error);
}

/* Whatever is kept for the registry goes, of each identity, and whether the configuration has the
 * registry, or can be read, or not. The sign-in stays, and gets a new token when one is asked for.
 */
static bool erase(const struct options *options, struct error *error)
{
    struct tokens tokens;
    auto_docker_server struct docker_server server = { 0 };
    if (!read_server(options, &server, error))
        return false;
    return server.text == NULL ||
           (tokens_open(&tokens, options, error) &&
            erase_tokens(&tokens, server.registry, error)) ||
           want(&server, "the token for ", " is not erased", error);
}

static bool list(const struct options *options, struct error *error)
{
    struct tokens tokens;
    auto_keyring_list struct keyring_list items = { 0 };
    const struct keyring_key every = { { { STORE_KIND, STORE_KIND_REGISTRY_TOKEN } } };
    if (!tokens_open(&tokens, options, error) ||
        !store_match(&tokens.store, &every, tokens.deadline, &items, error))
        return error_wanted(error, "the registries cannot be listed");
    auto_json json_object *servers = docker_answer_list(&items, time(NULL));
    output_line("%s", json_object_to_json_string_ext(servers, JSON_LINE));
    return true;
}

static bool version(const struct options *options, struct error *error)
{
    (void)options;
    (void)error;
    output_line("%s", NAME " (entra-credential-helpers) " ENTRA_VERSION);
    return true;
}

/* ---- the program ---- */

static const struct {
    const char *name;
    bool (*run)(const struct options *, struct error *);
} actions[] = {
    { "get", get }, { "store", store }, { "erase", erase }, { "list", list }, { "version", version }
};

static bool run_action(const struct options *options, int count, char **operands,
                       struct error *error)
{
    if (count != 1) {
        error_set(error, ERROR_USAGE, "expected one action: get, store, erase, list or version");
        return error_hint(error, "Host tools call this program for the servers of credHelpers in "
                                 "their configuration: see entra-setup-docker(1).");
    }
    for (size_t i = 0; i < ARRAY_SIZE(actions); i++)
        if (strcmp(operands[0], actions[i].name) == 0)
            return actions[i].run(options, error);
    return error_set(error, ERROR_USAGE, "unknown action: %s", url_typed_shown(operands[0]).text);
}

/* Of three texts, host tools know the meaning. */
static bool is_known_text(const char *text)
{
    return strcmp(text, DOCKER_NO_SERVER) == 0 || strcmp(text, DOCKER_NO_USERNAME) == 0;
}

/* Says why on stdout too, where host tools look for it. */
static bool answer_docker(const struct options *options, int count, char **operands,
                          struct error *error)
{
    if (run_action(options, count, operands, error))
        return true;
    autofree char *cause = error_cause(error);
    output_line("%s%s", is_known_text(cause) ? "" : NAME ": ", cause);
    return false;
}

/* docker asks for the version by -v, too. */
static const struct option_spec own_options[] = {
    { "v", NULL, NULL, OPTION_FLAG, offsetof(struct options, version), 0 },
    { .name = NULL },
};

const struct program docker_credential_program = {
    .name = NAME,
    .usage = "[OPTION]... get|store|erase|list|version",
    .summary = "Gives docker, podman and others that have docker's credential helpers tokens for\n"
               "Azure Container Registry. They call it for the registries of credHelpers in\n"
               "their configuration, which names it entra.",
    .examples = "entra setup docker contoso.azurecr.io\n"
                "echo contoso.azurecr.io | docker-credential-entra get",
    .options = own_options,
    .common = OPTIONS_OF_STORE | OPTIONS_OF_APP | OPTION_FORCE_REFRESH | OPTION_MANAGED_IDENTITY |
              OPTION_ACCOUNT,
    .operand = "=get|store|erase|list|version",
    .run = answer_docker,
};

int docker_credential_entra(int argc, char **argv)
{
    int code = program_main(argc, argv, &docker_credential_program);
    return code == 0 && answered_not_found ? ERROR_OTHER : code;
}
