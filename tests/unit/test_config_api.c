/* SPDX-License-Identifier: MIT */
/* Which API is requested: by name, by flags, or by the URL that it covers. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "common/config/internal.h"
#include "common/entra/known_apps.h"

#define SERVER   "11111111-2222-4333-8444-555555555555" /* of a cluster */
#define NONE     ((struct options){ 0 })
#define IDENTITY "'AzureAd':{'TenantId':'t','ClientId':'c','ClientSecret':'s'}"
#define TWO_APIS                                                                                   \
    "{" IDENTITY ",'First':{'Scopes':['api://first/.default']},"                                   \
    "'Second':{'Scopes':['api://second/.default']}}"

/* ---- by name ---- */

static void an_api_is_selected_by_name(void **state)
{
    (void)state;
    auto_asked struct asked asked = ask(TWO_APIS, (struct options){ .api = "SECOND" });
    assert_string_equal(asked.error.message, "");
    assert_string_equal(asked.request.api, "Second");
    assert_string_equal(asked.request.scope, "api://second/.default");
}

static void the_only_api_need_not_be_named(void **state)
{
    (void)state;
    auto_asked struct asked asked =
        ask("{" IDENTITY ",'First':{'Scopes':['api://first/.default']}}", NONE);
    assert_string_equal(asked.request.api, "First");
}

static void one_of_several_apis_must_be_named(void **state)
{
    (void)state;
    auto_asked struct asked several = ask(TWO_APIS, NONE);
    assert_error(&several.error, ERROR_USAGE, "Which API? The configuration has several");
    auto_asked struct asked none = ask("{" IDENTITY "}", NONE);
    assert_error(&none.error, ERROR_USAGE, "Which API?");
    assert_has(error_advice(&none.error), "Give --api, --resource or --scope.");
}

static void a_helper_may_have_a_default_api(void **state)
{
    (void)state;
    auto_asked struct asked by_helper = ask_or_else(TWO_APIS, NONE, "First");
    assert_string_equal(by_helper.request.api, "First");
    auto_asked struct asked by_flag =
        ask_or_else(TWO_APIS, (struct options){ .api = "Second" }, "First");
    assert_string_equal(by_flag.request.api, "Second");
    auto_asked struct asked by_scope = ask_or_else(
        TWO_APIS, (struct options){ .scopes = { "x/.default" }, .scope_count = 1 }, "First");
    assert_null(by_scope.request.api);
    assert_string_equal(by_scope.request.scope, "x/.default");
}

static void an_unknown_api_is_an_error(void **state)
{
    (void)state;
    auto_asked struct asked asked = ask(TWO_APIS, (struct options){ .api = "Third" });
    assert_error(&asked.error, ERROR_USAGE, "there is no API 'Third'");
    auto_asked struct asked slip = ask(TWO_APIS, (struct options){ .api = "AzureDevop" });
    assert_error(&slip.error, ERROR_USAGE, "did you mean 'AzureDevOps'?");
}

static void a_section_without_scopes_is_not_an_api_and_an_error_says_so(void **state)
{
    (void)state;
    static const struct {
        const char *section, *says;
    } cases[] = {
        { "'MyWebApi':{'BaseUrl':'https://localhost/','Scope':['x/.default']}",
          ":2: MyWebApi has no Scopes, only 'Scope', so it is not an API" },
        { "'mywebapi':{'Scpoes':'x/.default'}",
          ":2: mywebapi has no Scopes, only 'Scpoes', so it is not an API" },
        { "'MyWebApi':{'BaseUrl':'https://localhost/'}", ":2: MyWebApi has no Scopes, so it" },
        { "'Apis':{'MyWebApi':{'Url':'x'}}", ":2: MyWebApi has no Scopes, so it is not an API" },
        { "'MyWebApi':{'ClientId':'x'}", "there is no API 'MyWebApi'" },
        { "'MyWebApi':'x'", "there is no API 'MyWebApi'" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *text =
            text_format("{'AzureAd':{'TenantId':'t','ClientId':'c'},\n%s}", cases[i].section);
        auto_asked struct asked asked = ask(text, (struct options){ .api = "MyWebApi" });
        assert_error(&asked.error, ERROR_USAGE, cases[i].says);
        assert_string_equal(asked.error.code, "unknown_api");
        assert_null(strstr(asked.said, "has no Scopes"));
    }
}

static void an_error_says_what_was_wanted(void **state)
{
    (void)state;
    static const struct {
        struct options options;
        const char *wanted;
    } cases[] = {
        { { .api = "First" }, "no token for First" },
        { { .resource = "api://x" }, "no token for api://x" },
        { { .scopes = { "y/.default" }, .scope_count = 1 }, "no token for y/.default" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked =
            ask("{'AzureAd':{'TenantId':'t','ClientSecret':'s'},'First':{'Scopes':['a/.default']}}",
                cases[i].options);
        assert_false(asked.ok);
        assert_string_equal(asked.error.wanted, cases[i].wanted);
    }
}

/* ---- built-in APIs ---- */

static void azure_devops_and_aks_need_no_configuration(void **state)
{
    (void)state;
    auto_asked struct asked devops =
        ask("{" IDENTITY "}", (struct options){ .api = "azuredevops" });
    assert_string_equal(devops.request.api, "AzureDevOps");
    assert_string_equal(devops.request.scope, "499b84ac-1321-427f-aa17-267ca6975798/.default");
    auto_asked struct asked aks = ask_or_else("{" IDENTITY "}", NONE, "AKS");
    assert_string_equal(aks.request.scope, "6dae42f8-4368-4678-94ff-3960e28e3630/.default");
}

static void the_apis_of_azure_need_no_configuration(void **state)
{
    (void)state;
    static const struct {
        const char *name, *scope, *url; /* NULL: it has none */
    } cases[] = {
        { "Graph", "https://graph.microsoft.com/.default", "https://graph.microsoft.com/v1.0/me" },
        { "Azure", "https://management.azure.com/.default",
          "https://management.azure.com/subscriptions?api-version=2022-12-01" },
        { "KeyVault", "https://vault.azure.net/.default",
          "https://contoso.vault.azure.net/secrets/a" },
        { "Storage", "https://storage.azure.com/.default",
          "https://contoso.blob.core.windows.net/container/name" },
        { "Storage", "https://storage.azure.com/.default",
          "https://contoso.queue.core.windows.net/" },
        { "Storage", "https://storage.azure.com/.default",
          "https://contoso.table.core.windows.net/" },
        { "Storage", "https://storage.azure.com/.default",
          "https://contoso.file.core.windows.net/" },
        { "Storage", "https://storage.azure.com/.default",
          "https://contoso.dfs.core.windows.net/" },
        { "SQL", "https://database.windows.net//.default", NULL },
        { "PostgreSQL", "https://ossrdbms-aad.database.windows.net/.default", NULL },
        { "ContainerRegistry", "https://containerregistry.azure.net/.default",
          "https://contoso.azurecr.io/oauth2/exchange" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked by_name =
            ask("{" IDENTITY "}", (struct options){ .api = cases[i].name });
        assert_string_equal(by_name.error.message, "");
        assert_string_equal(by_name.request.api, cases[i].name);
        assert_string_equal(by_name.request.scope, cases[i].scope);
        if (cases[i].url == NULL)
            continue;
        auto_asked struct asked by_url = ask_for_url("{" IDENTITY "}", NONE, cases[i].url);
        assert_int_equal(by_url.match, CONFIG_MATCH);
        assert_string_equal(by_url.request.api, cases[i].name);
        assert_string_equal(by_url.request.scope, cases[i].scope);
    }
}

static void a_resource_may_have_two_names(void **state)
{
    (void)state;
    static const struct {
        const char *resource, *other;
        bool is_same;
    } cases[] = {
        { "api://x", "api://X/", true },
        { "api://x", "api://xy", false },
        { "https://management.azure.com", "https://management.core.windows.net/", true },
        { "https://management.core.windows.net", "https://management.azure.com/", true },
        { "https://management.core.windows.net", "https://management.core.windows.net/", true },
        { "https://management.azure.com", "https://management.core.chinacloudapi.cn/", false },
        { "https://management.chinacloudapi.cn", "https://management.core.chinacloudapi.cn", true },
        { "https://management.usgovcloudapi.net", "https://management.core.usgovcloudapi.net/",
          true },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_int_equal(config_is_same_resource(cases[i].resource, cases[i].other),
                         cases[i].is_same);
    assert_string_equal(config_api_of_scope(NULL, "https://management.core.windows.net/.default"),
                        "Azure");
}

static void a_user_asks_for_the_apis_of_azure_with_the_usual_client(void **state)
{
    (void)state;
    auto_asked struct asked asked = ask_for_url("{}", NONE, "https://graph.microsoft.com/v1.0/me");
    assert_int_equal(asked.match, CONFIG_MATCH);
    assert_int_equal(asked.candidates.count, 2);
    assert_int_equal(asked.candidates.items[0].credentials[0].kind, CREDENTIAL_MANAGED_IDENTITY);
    const struct token_request *user = &asked.candidates.items[1];
    assert_true(user->for_user);
    assert_string_equal(user->client_id, KNOWN_APP_AZURE_CLI);
    assert_null(user->second_client);
}

static void the_remedy_names_every_built_in_api(void **state)
{
    (void)state;
    struct error error = { 0 };
    error_known_as(&error, "unknown_api");
    for (size_t i = 0; builtin_api_at(i) != NULL; i++)
        assert_has(error_advice(&error), builtin_api_at(i)->name);
}

/* ---- other clouds ---- */

#define IN_CLOUD(host)                                                                             \
    "{'AzureAd':{'Instance':'https://" host "/','TenantId':'t','ClientId':'c','ClientSecret':'s'}"

static void the_cloud_of_the_authority_decides_what_a_built_in_api_is(void **state)
{
    (void)state;
    static const struct {
        const char *text, *api, *scope, *url;
    } cases[] = {
        { IN_CLOUD("login.microsoftonline.us") "}", "Graph", "https://graph.microsoft.us/.default",
          "https://graph.microsoft.us/v1.0/me" },
        { IN_CLOUD("login.microsoftonline.us") "}", "Azure",
          "https://management.usgovcloudapi.net/.default",
          "https://management.usgovcloudapi.net/subscriptions" },
        { IN_CLOUD("login.microsoftonline.us") "}", "KeyVault",
          "https://vault.usgovcloudapi.net/.default", "https://a.vault.usgovcloudapi.net/" },
        { IN_CLOUD("login.microsoftonline.us") "}", "Storage", "https://storage.azure.com/.default",
          "https://a.blob.core.usgovcloudapi.net/" },
        { IN_CLOUD("login.microsoftonline.us") "}", "ContainerRegistry",
          "https://containerregistry.azure.us/.default", "https://a.azurecr.us/" },
        { IN_CLOUD("login.partner.microsoftonline.cn") "}", "Graph",
          "https://microsoftgraph.chinacloudapi.cn/.default",
          "https://microsoftgraph.chinacloudapi.cn/v1.0/me" },
        { IN_CLOUD("login.chinacloudapi.cn") "}", "KeyVault", "https://vault.azure.cn/.default",
          "https://a.vault.azure.cn/" },
        { IN_CLOUD("login.chinacloudapi.cn") "}", "Azure",
          "https://management.chinacloudapi.cn/.default", "https://management.chinacloudapi.cn/" },
        { IN_CLOUD("login.microsoftonline.us") "}", "AKS", KNOWN_APP_AKS "/.default", NULL },
        { IN_CLOUD("login.microsoftonline.us") "}", "AzureDevOps",
          KNOWN_APP_AZURE_DEVOPS "/.default", "https://dev.azure.com/contoso" },
        { IN_CLOUD("login.sovcloud-identity.fr") ",'Graph':{'Scopes':['own/.default']}}", "Graph",
          "own/.default", NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked by_name =
            ask(cases[i].text, (struct options){ .api = cases[i].api });
        assert_string_equal(by_name.error.message, "");
        assert_string_equal(by_name.request.scope, cases[i].scope);
        if (cases[i].url == NULL)
            continue;
        auto_asked struct asked by_url = ask_for_url(cases[i].text, NONE, cases[i].url);
        assert_int_equal(by_url.match, CONFIG_MATCH);
        assert_string_equal(by_url.request.scope, cases[i].scope);
    }
}

/* The token of one cloud is not meant for the services of another. */
static void a_built_in_url_gets_no_token_of_another_cloud(void **state)
{
    (void)state;
    static const struct {
        const char *text, *url;
    } cases[] = {
        { IN_CLOUD("login.microsoftonline.us") "}", "https://graph.microsoft.com/v1.0/me" },
        { IN_CLOUD("login.microsoftonline.us") "}", "https://a.vault.azure.net/" },
        { IN_CLOUD("login.microsoftonline.us") "}", "https://a.azurecr.cn/" },
        { IN_CLOUD("login.chinacloudapi.cn") "}", "https://management.azure.com/" },
        { IN_CLOUD("login.microsoftonline.com") "}", "https://management.usgovcloudapi.net/" },
        { IN_CLOUD("login.sovcloud-identity.fr") "}", "https://graph.microsoft.com/" },
        { IN_CLOUD("login.microsoftonline.us") ",'Graph':{'Scopes':['a/.default']}}",
          "https://graph.microsoft.com/" },
        { "{}", "https://graph.microsoft.us/v1.0/me" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked = ask_for_url(cases[i].text, NONE, cases[i].url);
        assert_int_equal(asked.match, CONFIG_FAILED);
        assert_error(&asked.error, ERROR_USAGE,
                     " at this URL is not in the cloud of https://login.");
        assert_string_equal(asked.error.code, "other_cloud");
        /* Nor by naming the scope. */
        auto_asked struct asked by_scope = ask_for_url(
            cases[i].text, (struct options){ .scopes = { "x/.default" }, .scope_count = 1 },
            cases[i].url);
        assert_int_equal(by_scope.match, CONFIG_FAILED);
    }
}

static void an_api_that_is_not_known_in_a_cloud_must_be_configured(void **state)
{
    (void)state;
    static const char *const hosts[] = { "login.sovcloud-identity.fr", "login.sovcloud-identity.sg",
                                         "login.microsoftonline.de" };
    for (size_t i = 0; i < ARRAY_SIZE(hosts); i++) {
        auto_asked struct asked asked =
            ask("{" IDENTITY "}", (struct options){ .api = "KeyVault", .authority = hosts[i] });
        assert_error(&asked.error, ERROR_USAGE,
                     "KeyVault is not built in for the cloud of https://");
        assert_has(error_advice(&asked.error), "a section with its BaseUrl and Scopes");
    }
}

/* It knows its cloud, and gets no tokens of another one. */
static void a_managed_identity_is_of_the_cloud_that_the_url_is_in(void **state)
{
    (void)state;
    const struct options machine = { .managed_identity = true, .api = "KeyVault" };
    auto_asked struct asked by_url =
        ask_for_url("{}", machine, "https://a.vault.usgovcloudapi.net/");
    assert_string_equal(by_url.request.scope, "https://vault.usgovcloudapi.net/.default");
    auto_asked struct asked by_name = ask("{}", machine);
    assert_string_equal(by_name.request.scope, "https://vault.azure.net/.default");
    setenv("AZURE_AUTHORITY_HOST", "login.chinacloudapi.cn", 1);
    auto_asked struct asked by_variable = ask("{}", machine);
    assert_string_equal(by_variable.request.scope, "https://vault.azure.cn/.default");
}

/* The token would be good for the services of the machine's cloud, and be sent to the other's. */
static void a_url_does_not_show_the_cloud_if_the_resource_is_in_several(void **state)
{
    (void)state;
    const char *storage = "https://a.blob.core.chinacloudapi.cn/";
    const struct options machine = { .managed_identity = true };
    const struct {
        const char *text, *url;
        struct options options;
    } cases[] = {
        { "{}", storage, machine },
        { "{}", "https://a.dfs.core.usgovcloudapi.net/", machine },
        { "{'KeyVault':{'Scopes':['https://vault.azure.net/.default']}}",
          "https://a.vault.azure.cn/", machine },
        { "{}",
          "https://a.vault.azure.cn/",
          { .managed_identity = true, .resource = "https://vault.azure.net" } },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked = ask_for_url(cases[i].text, cases[i].options, cases[i].url);
        assert_error(&asked.error, ERROR_USAGE, "it is not known whether this machine is in");
        assert_string_equal(asked.error.code, "other_cloud");
        assert_non_null(strstr(asked.error.hint, "AZURE_AUTHORITY_HOST"));
    }
    auto_asked struct asked unset = ask_for_url("{}", machine, "https://a.blob.core.windows.net/");
    assert_string_equal(unset.request.scope, "https://storage.azure.com/.default");
    setenv("AZURE_AUTHORITY_HOST", "login.chinacloudapi.cn", 1);
    auto_asked struct asked known = ask_for_url("{}", machine, storage);
    assert_string_equal(known.request.scope, "https://storage.azure.com/.default");
    auto_asked struct asked other = ask_for_url("{}", machine, "https://a.blob.core.windows.net/");
    assert_error(&other.error, ERROR_USAGE, "it is not known whether");
}

/* ---- clients ---- */

static void one_client_asks_for_everything_unless_another_is_configured(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        struct options options;
        const char *client_id, *second_client;
    } cases[] = {
        { "{}", { .api = "AzureDevOps" }, KNOWN_APP_AZURE_CLI, KNOWN_APP_VISUAL_STUDIO },
        { "{}", { .api = "AKS" }, KNOWN_APP_AZURE_CLI, KNOWN_APP_KUBELOGIN },
        { "{}", { .resource = "api://x" }, KNOWN_APP_AZURE_CLI, NULL },
        /* Under any name. */
        { "{'Repos':{'Scopes':['499b84ac-1321-427f-aa17-267ca6975798/.default']}}",
          { .api = "Repos" },
          KNOWN_APP_AZURE_CLI,
          KNOWN_APP_VISUAL_STUDIO },
        /* A configured client takes precedence, and nothing asks in its place. */
        { "{'AzureAd':{'ClientId':'mine'}}", { .api = "AKS" }, "mine", NULL },
        { "{}", { .api = "AKS", .client_id = "mine" }, "mine", NULL },
    };
    const struct config_context for_user = { .for_user = true };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked = ask_with(cases[i].text, cases[i].options, &for_user);
        assert_true(asked.ok);
        assert_true(asked.request.for_user);
        assert_string_equal(asked.request.client_id, cases[i].client_id);
        if (cases[i].second_client != NULL)
            assert_string_equal(asked.request.second_client, cases[i].second_client);
        else
            assert_null(asked.request.second_client);
    }
}

/* az writes kubelogin's client into every kubeconfig; and an app's client is none for users. */
static void the_public_client_of_a_kubeconfig_is_nobodys_choice(void **state)
{
    (void)state;
    const struct config_context contexts[] = {
        { .for_user = true, .cluster.client_id = KNOWN_APP_KUBELOGIN },
        { .for_user = true, .public_client = true },
        { .public_client = true },
    };
    for (size_t i = 0; i < ARRAY_SIZE(contexts); i++) {
        auto_asked struct asked asked =
            ask_with("{}", (struct options){ .api = "AKS" }, &contexts[i]);
        assert_true(asked.ok && asked.request.for_user);
        assert_string_equal(asked.request.client_id, KNOWN_APP_AZURE_CLI);
        assert_string_equal(asked.request.second_client, KNOWN_APP_KUBELOGIN);
    }
    const char *app = "{'AzureAd':{'ClientId':'mine'}}";
    auto_asked struct asked of_cluster =
        ask_with(app, (struct options){ .api = "AKS" }, &contexts[0]);
    assert_string_equal(of_cluster.request.client_id, "mine");
    auto_asked struct asked of_args = ask_with(app, (struct options){ .api = "AKS" }, &contexts[1]);
    assert_string_equal(of_args.request.client_id, "mine");
    assert_string_equal(of_args.request.second_client, KNOWN_APP_KUBELOGIN);
    assert_false(of_args.request.client_overridden);
    const char *with_secret = "{'AzureAd':{'ClientId':'mine','ClientSecret':'s'}}";
    auto_asked struct asked of_app =
        ask_with(with_secret, (struct options){ .api = "AKS" }, &contexts[1]);
    assert_string_equal(of_app.request.client_id, KNOWN_APP_AZURE_CLI);
    assert_true(of_app.request.client_overridden);
}

/* ---- what a cluster may choose ---- */

static void a_cluster_chooses_among_what_is_for_clusters(void **state)
{
    (void)state;
    static const struct {
        const char *text, *server;
        const char *api; /* NULL: refused */
        const char *scope;
    } cases[] = {
        { "{" IDENTITY "}", KNOWN_APP_AKS, "AKS", KNOWN_APP_AKS "/.default" },
        { "{" IDENTITY ",'AKS':{'Scopes':['" SERVER "/.default']}}", SERVER, "AKS",
          SERVER "/.default" },
        { "{" IDENTITY ",'AKS':{'Scopes':['" SERVER "/.default']}}", KNOWN_APP_AKS, "AKS",
          KNOWN_APP_AKS "/.default" },
        { "{" IDENTITY ",'Mine':{'Scopes':'api://x//.default','ForClusters':true}}", "API://x",
          "Mine", "api://x//.default" },
        { "{" IDENTITY ",'Mine':{'Scopes':'" SERVER "/.default','ForClusters':true}}", SERVER "//",
          "Mine", SERVER "/.default" },
        { "{" IDENTITY ",'Mine':{'Scopes':'" SERVER "/.default','ForClusters':false}}", SERVER,
          NULL, NULL },
        { "{" IDENTITY ",'Mine':{'Scopes':'" SERVER "/.default','ForClusters':true}}", "", NULL,
          NULL },
        { "{" IDENTITY ",'Mine':{'Scopes':[],'ForClusters':true}}", SERVER, NULL, NULL },
        { "{" IDENTITY "}", SERVER, NULL, NULL },
        { "{" IDENTITY "}", KNOWN_APP_GRAPH, NULL, NULL },
        { "{" IDENTITY "}", KNOWN_APP_AZURE_DEVOPS, NULL, NULL },
        { "{" IDENTITY "}", "https://graph.microsoft.com", NULL, NULL },
        { "{" IDENTITY "}", "https://graph.microsoft.com/", NULL, NULL },
        { "{" IDENTITY "}", "https://management.azure.com", NULL, NULL },
        { "{" IDENTITY "}", "https://vault.azure.net", NULL, NULL },
        { "{" IDENTITY "}", "https://storage.azure.com", NULL, NULL },
        { "{" IDENTITY "}", "https://database.windows.net/", NULL, NULL },
        { "{" IDENTITY "}", "https://ossrdbms-aad.database.windows.net", NULL, NULL },
        { "{" IDENTITY "}", "https://containerregistry.azure.net", NULL, NULL },
        { "{" IDENTITY "}", "Graph", NULL, NULL },
        { "{" IDENTITY "}", "KeyVault", NULL, NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct config_context context = { .cluster.server_id = cases[i].server };
        auto_asked struct asked asked = ask_with(cases[i].text, NONE, &context);
        if (cases[i].api == NULL) {
            assert_error(&asked.error, ERROR_USAGE, "is not accepted from a cluster");
            continue;
        }
        assert_string_equal(asked.request.api, cases[i].api);
        assert_string_equal(asked.request.scope, cases[i].scope);
    }
}

static void built_in_apis_do_not_count_as_the_only_api(void **state)
{
    (void)state;
    auto_asked struct asked asked = ask("{" IDENTITY "}", NONE);
    assert_error(&asked.error, ERROR_USAGE, "Which API?");
}

static void the_file_may_configure_built_in_apis(void **state)
{
    (void)state;
    auto_asked struct asked asked = ask("{" IDENTITY ",'aks':{'Scopes':['api://server/.default']}}",
                                        (struct options){ .api = "AKS" });
    assert_string_equal(asked.request.scope, "api://server/.default");
}

/* ---- the scope ---- */

static void scope_flags_take_precedence_over_the_file(void **state)
{
    (void)state;
    auto_asked struct asked by_scope = ask(
        TWO_APIS, (struct options){ .api = "First", .scopes = { "x/.default" }, .scope_count = 1 });
    assert_string_equal(by_scope.request.scope, "x/.default");
    auto_asked struct asked by_resource =
        ask(TWO_APIS, (struct options){ .api = "First", .resource = "https://x/" });
    assert_string_equal(by_resource.request.scope, "https://x//.default");
}

static void scope_flags_cannot_be_combined(void **state)
{
    (void)state;
    auto_asked struct asked both =
        ask(TWO_APIS,
            (struct options){ .resource = "x", .scopes = { "x/.default" }, .scope_count = 1 });
    assert_error(&both.error, ERROR_USAGE, "--resource and --scope cannot be used together");
    auto_asked struct asked two = ask(
        TWO_APIS, (struct options){ .scopes = { "x/.default", "y/.default" }, .scope_count = 2 });
    assert_error(&two.error, ERROR_USAGE, "an app requests one scope, not 2");
}

static void scopes_may_be_a_single_string(void **state)
{
    (void)state;
    auto_asked struct asked asked = ask("{" IDENTITY ",'Api':{'Scopes':'api://a/.default'}}", NONE);
    assert_string_equal(asked.request.scope, "api://a/.default");
}

static void an_app_has_exactly_one_scope(void **state)
{
    (void)state;
    static const struct {
        const char *scopes, *message;
    } cases[] = {
        { "[]", ":2: Api has no scope" },
        { "''", ":2: Api has no scope" },
        { "['a/.default','b/.default']", ":2: Api has several scopes" },
        { "['a/.default b/.default']", "more than one scope" },
        { "'a/.default b/.default'", "more than one scope" },
        { "['']", "is not a scope" },
        { "['User.Read']", "does not end in /.default" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *text = NULL;
        if (asprintf(&text, "{" IDENTITY ",'Api':{\n'Scopes':%s}}", cases[i].scopes) < 0)
            fail();
        auto_asked struct asked asked = ask(text, NONE);
        assert_error(&asked.error, ERROR_USAGE, cases[i].message);
    }
}

#define AD_FS                                                                                      \
    "{'AzureAd':{'Authority':'https://sts.contoso.example/adfs','ClientId':'c',"                   \
    "'ClientSecret':'s'}"

static void an_app_of_an_ad_fs_may_request_any_one_scope(void **state)
{
    (void)state;
    static const struct {
        const char *scope, *message; /* NULL: accepted */
    } cases[] = {
        { "https://api.contoso.example/openid", NULL },
        { "api://my-web-api/access_as_app", NULL },
        { "openid", NULL },
        { "api://my-web-api/.default", NULL },
        { "api://a/openid api://b/openid", "is not a scope" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *text = NULL;
        if (asprintf(&text, AD_FS ",'Api':{'Scopes':'%s'}}", cases[i].scope) < 0)
            fail();
        auto_asked struct asked asked = ask(text, NONE);
        if (cases[i].message != NULL) {
            assert_error(&asked.error, ERROR_USAGE, cases[i].message);
            continue;
        }
        assert_string_equal(asked.error.message, "");
        assert_string_equal(asked.request.scope, cases[i].scope);
        auto_asked struct asked by_flag =
            ask(text, (struct options){ .scopes = { cases[i].scope }, .scope_count = 1 });
        assert_string_equal(by_flag.request.scope, cases[i].scope);
    }
    auto_asked struct asked two =
        ask(AD_FS "}",
            (struct options){ .scopes = { "api://a/openid", "api://b/openid" }, .scope_count = 2 });
    assert_error(&two.error, ERROR_USAGE, "an app requests one scope, not 2");
}

static void a_resource_of_an_ad_fs_becomes_a_scope_that_it_knows(void **state)
{
    (void)state;
    const struct options options = { .resource = "https://api.contoso.example/" };
    auto_asked struct asked app = ask(AD_FS "}", options);
    assert_string_equal(app.request.scope, "https://api.contoso.example//openid");
    const struct config_context for_user = { .for_user = true };
    auto_asked struct asked user = ask_with(AD_FS "}", options, &for_user);
    assert_string_equal(user.request.scope, "https://api.contoso.example//.default");
    auto_asked struct asked not_one = ask(AD_FS "}", (struct options){ .resource = "a b" });
    assert_error(&not_one.error, ERROR_USAGE, "is not the identifier of a resource");
}

static void the_placeholder_of_the_sample_is_not_a_scope(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "'[Enter here the scopes for your web API]'",
        "['[Enter here the scopes for your web API]']",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *text = NULL;
        if (asprintf(&text, "{" IDENTITY ",'Api':{\n'Scopes':%s}}", cases[i]) < 0)
            fail();
        auto_asked struct asked asked = ask(text, NONE);
        assert_error(&asked.error, ERROR_USAGE,
                     ":2: Scopes still has the placeholder of the sample file");
    }
}

static void an_identity_with_scopes_is_not_an_api(void **state)
{
    (void)state;
    auto_asked struct asked asked =
        ask("{'AzureAd':{'TenantId':'t','ClientId':'c','ClientSecret':'s','Scopes':'access'},"
            "'Api':{'Scopes':['api://a/.default']}}",
            NONE);
    assert_string_equal(asked.request.api, "Api");
}

static void an_api_may_be_inside_another_object(void **state)
{
    (void)state;
    auto_asked struct asked asked =
        ask("{" IDENTITY ",'DownstreamApis':{'A':{'Scopes':['api://a/.default']},"
            "'B':{'Scopes':['api://b/.default']}}}",
            (struct options){ .api = "B" });
    assert_string_equal(asked.request.scope, "api://b/.default");
}

/* ---- AcquireTokenOptions ---- */

static void an_api_may_force_a_refresh(void **state)
{
    (void)state;
    auto_asked struct asked by_file =
        ask("{" IDENTITY ",'Api':{'Scopes':['a/.default'],'AcquireTokenOptions':"
            "{'ForceRefresh':true}}}",
            NONE);
    assert_true(by_file.request.force_refresh);
    auto_asked struct asked by_flag =
        ask("{" IDENTITY ",'Api':{'Scopes':['a/.default'],'AcquireTokenOptions':"
            "{'ForceRefresh':false}}}",
            (struct options){ .force_refresh = true });
    assert_true(by_flag.request.force_refresh);
}

#define CLAIMS                                                                                     \
    "{" IDENTITY ",'Api':{'Scopes':['a/.default'],'AcquireTokenOptions':"                          \
    "{'Claims':'{\\u0022file\\u0022:1}'}}}"

static void a_challenge_comes_from_flag_or_file(void **state)
{
    (void)state;
    auto_asked struct asked by_file = ask(CLAIMS, NONE);
    assert_string_equal(by_file.request.claims, "{\"file\":1}");
    assert_true(by_file.request.challenged);
    auto_asked struct asked by_flag = ask(CLAIMS, (struct options){ .claims = "{\"flag\":1}" });
    assert_string_equal(by_flag.request.claims, "{\"flag\":1}");
}

static void claims_must_be_an_object(void **state)
{
    (void)state;
    static const char *const cases[] = { "",      "x",     "[]",
                                         "\"a\"", "7",     "null",
                                         "{",     "{} {}", "eyJhY2Nlc3NfdG9rZW4iOnt9fQ==" };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked = ask(CLAIMS, (struct options){ .claims = cases[i] });
        assert_error(&asked.error, ERROR_USAGE, "the claims are not a JSON object");
    }
}

static void capabilities_of_the_identity_are_merged_into_the_claims(void **state)
{
    (void)state;
    auto_asked struct asked asked =
        ask("{'AzureAd':{'TenantId':'t','ClientId':'c','ClientSecret':'s',"
            "'ClientCapabilities':['cp1']},'Api':{'Scopes':['a/.default']}}",
            NONE);
    assert_string_equal(asked.request.claims,
                        "{\"access_token\":{\"xms_cc\":{\"values\":[\"cp1\"]}}}");
    assert_false(asked.request.challenged);
}

/* ---- by URL ---- */

#define HOMES                                                                                      \
    "{" IDENTITY ",'Root':{'BaseUrl':'https://api.example/','Scopes':['root/.default']},"          \
    "'Deep':{'BaseUrl':'https://api.example/v1/deep/','Scopes':['deep/.default']},"                \
    "'Middle':{'BaseUrl':'https://api.example/v1','Scopes':['middle/.default']},"                  \
    "'Port':{'BaseUrl':'https://api.example:8443','Scopes':['port/.default']},"                    \
    "'Local':{'BaseUrl':'http://localhost:8080/','Scopes':['local/.default']},"                    \
    "'Homeless':{'Scopes':['homeless/.default']}}"

static void a_url_belongs_to_the_api_with_the_longest_match(void **state)
{
    (void)state;
    static const struct {
        const char *url, *api;
    } cases[] = {
        { "https://api.example/", "Root" },
        { "https://api.example/v2", "Root" },
        { "https://api.example/v1", "Middle" },
        { "https://api.example/v1/", "Middle" },
        { "https://api.example/v1/deeper", "Middle" },
        { "https://api.example/v1/deep", "Deep" },
        { "https://api.example/v1/deep/a?q#f", "Deep" },
        { "https://API.example:443/v1/deep/a", "Deep" },
        { "https://api.example/v1/deep/../../v2",
          "Root" }, /* ambiguous, so only the root covers it */
        { "https://api.example:8443/v1", "Port" },
        { "http://localhost:8080/v1", "Local" },
        { "https://dev.azure.com/contoso/_git/r", "AzureDevOps" },
        { "https://contoso.visualstudio.com/_git/r", "AzureDevOps" },
        { "https://contoso.pkgs.visualstudio.com/_packaging/f", "AzureDevOps" },
        { "https://pkgs.dev.azure.com/contoso/_packaging/f", "AzureDevOps" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked = ask_for_url(HOMES, NONE, cases[i].url);
        if (asked.match != CONFIG_MATCH)
            fail_msg("%s belongs to no API: %s", cases[i].url, asked.error.message);
        assert_string_equal(asked.request.api, cases[i].api);
    }
}

/* The same URL for each kind of host tool. */
static void built_in_urls_count_for_the_tools_they_are_for(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        bool matches[CONFIG_URLS_FOR_GO + 1];
    } cases[] = {
        { "https://dev.azure.com/contoso/_git/r", { true, true, false, true } },
        { "https://contoso.visualstudio.com/_git/r", { true, true, false, true } },
        { "https://pkgs.dev.azure.com/contoso/_packaging/f", { true, false, true, true } },
        { "https://contoso.pkgs.visualstudio.com/_packaging/f", { true, false, true, true } },
        { "https://graph.microsoft.com/", { true, false, false, false } },
        { "https://contoso.azurecr.io/", { true, false, false, false } },
        { "https://api.example/v1", { true, true, true, true } }, /* the configuration's own */
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        for (enum config_urls urls = CONFIG_URLS_ALL; urls <= CONFIG_URLS_FOR_GO; urls++) {
            const struct config_context context = { .urls = urls };
            auto_asked struct asked asked = ask_for_url_with(HOMES, &context, cases[i].url);
            if ((asked.match == CONFIG_MATCH) != cases[i].matches[urls])
                fail_msg("%s for %d", cases[i].url, urls);
        }
}

/* A token is only sent to the API that it is for. */
static void any_other_url_belongs_to_no_api(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "http://api.example/",
        "https://api.example:8444/",
        "https://api.example.evil/",
        "https://evil.example/",
        "https://a.api.example/",
        "http://localhost/",
        "https://localhost:8080/",
        "http://127.0.0.1:8080/",
        "http://dev.azure.com/contoso",
        "https://visualstudio.com/",
        "https://dev.azure.com.evil/",
        "https://dev.azure.com:8443/",
        "https://evildev.azure.com/",
        "https://contoso.visualstudio.com.evil/",
        "https://a.b.visualstudio.com/",
        "https://a.b.pkgs.visualstudio.com/",
        "https://a.pkgs.dev.azure.com/",
        "https://graph.microsoft.com.evil/",
        "https://a.graph.microsoft.com/",
        "http://graph.microsoft.com/",
        "https://vault.azure.net/",
        "https://a.b.vault.azure.net/",
        "https://a.blob.core.windows.net.evil/",
        "https://a.web.core.windows.net/",
        "https://core.windows.net/",
        "https://azurecr.io/",
        "https://a.azurecr.io:8443/",
        "https://a.database.windows.net/",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked = ask_for_url(HOMES, NONE, cases[i]);
        if (asked.match != CONFIG_NO_MATCH)
            fail_msg("%s belongs to %s", cases[i], asked.request.api);
        assert_int_equal(asked.error.kind, ERROR_NONE);
        assert_null(asked.request.client_id);
    }
}

#define ORGANIZATIONS                                                                              \
    "{" IDENTITY                                                                                   \
    ",'Contoso':{'BaseUrl':'https://dev.azure.com/Contoso/','Scopes':['c/.default']},"             \
    "'Fabrikam':{'BaseUrl':'https://dev.azure.com/fabrikam/Robots','Scopes':['f/.default']},"      \
    "'Other':{'BaseUrl':'https://git.example/Contoso/','Scopes':['o/.default']}}"

static void an_organization_of_azure_devops_has_no_letter_case(void **state)
{
    (void)state;
    static const struct {
        const char *url, *api; /* NULL: none */
    } cases[] = {
        { "https://dev.azure.com/contoso/app/_git/app", "Contoso" },
        { "https://dev.azure.com/Contoso", "Contoso" },
        { "https://dev.azure.com/CONTOSO/", "Contoso" },
        { "https://dev.azure.com/contoso-evil/", "AzureDevOps" },
        { "https://dev.azure.com/contos/", "AzureDevOps" },
        { "https://dev.azure.com/contoso/../fabrikam/", "AzureDevOps" },
        { "https://dev.azure.com/Fabrikam/Robots/_git/r", "Fabrikam" },
        { "https://dev.azure.com/fabrikam/robots/_git/r", "AzureDevOps" },
        { "https://git.example/Contoso/", "Other" },
        { "https://git.example/contoso/", NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked = ask_for_url(ORGANIZATIONS, NONE, cases[i].url);
        assert_int_equal(asked.match, cases[i].api != NULL ? CONFIG_MATCH : CONFIG_NO_MATCH);
        if (cases[i].api != NULL)
            assert_string_equal(asked.request.api, cases[i].api);
    }
}

/* git asks for every host. */
static void a_url_of_no_api_causes_no_warning(void **state)
{
    (void)state;
    auto_asked struct asked none =
        ask_for_url("{'AzureAd':{'TenantId':'t','Typo':1}}", NONE, "https://github.com/");
    assert_string_equal(none.said, "");
    auto_asked struct asked ours =
        ask_for_url("{'AzureAd':{'TenantId':'t','Typo':1}}", NONE, "https://dev.azure.com/");
    assert_has(ours.said, "unknown key 'Typo'");
}

static void a_named_api_is_the_only_one_that_counts(void **state)
{
    (void)state;
    auto_asked struct asked root =
        ask_for_url(HOMES, (struct options){ .api = "root" }, "https://api.example/v1/deep");
    assert_string_equal(root.request.api, "Root");
    auto_asked struct asked deep =
        ask_for_url(HOMES, (struct options){ .api = "Deep" }, "https://api.example/v2");
    assert_int_equal(deep.match, CONFIG_NO_MATCH);
    auto_asked struct asked without_url =
        ask_for_url(HOMES, (struct options){ .api = "Homeless" }, "https://api.example/");
    assert_int_equal(without_url.match, CONFIG_NO_MATCH);
    auto_asked struct asked missing =
        ask_for_url(HOMES, (struct options){ .api = "Missing" }, "https://api.example/");
    assert_int_equal(missing.match, CONFIG_FAILED);
    assert_error(&missing.error, ERROR_USAGE, "there is no API 'Missing'");
}

static void flags_do_not_send_a_token_to_another_url(void **state)
{
    (void)state;
    auto_asked struct asked asked =
        ask_for_url(HOMES, (struct options){ .resource = "api://x" }, "https://evil.example/");
    assert_int_equal(asked.match, CONFIG_NO_MATCH);
}

static void azure_devops_of_the_file_takes_precedence_over_the_built_in(void **state)
{
    (void)state;
    auto_asked struct asked by_name =
        ask_for_url("{" IDENTITY ",'AzureDevOps':{'Scopes':['own/.default']}}", NONE,
                    "https://dev.azure.com/contoso");
    assert_string_equal(by_name.request.scope, "own/.default");
    auto_asked struct asked by_url = ask_for_url(
        "{" IDENTITY ",'Own':{'BaseUrl':'https://dev.azure.com/','Scopes':['own/.default']}}", NONE,
        "https://dev.azure.com/contoso");
    assert_string_equal(by_url.request.api, "Own");
    auto_asked struct asked elsewhere = ask_for_url(
        "{" IDENTITY ",'AzureDevOps':{'BaseUrl':'https://tfs.example/','Scopes':['own/.default']}}",
        NONE, "https://dev.azure.com/contoso");
    assert_int_equal(elsewhere.match, CONFIG_NO_MATCH);
}

static void the_file_takes_precedence_over_every_built_in_api(void **state)
{
    (void)state;
    static const struct {
        const char *sections, *url;
        const char *scope; /* NULL: the URL belongs to no API */
    } cases[] = {
        { "'Graph':{'Scopes':['own/.default']}", "https://graph.microsoft.com/v1.0/me",
          "own/.default" },
        { "'Own':{'BaseUrl':'https://graph.microsoft.com/','Scopes':['own/.default']}",
          "https://graph.microsoft.com/beta/me", "own/.default" },
        { "'Own':{'BaseUrl':'https://*.vault.azure.net','Scopes':['own/.default']}",
          "https://contoso.vault.azure.net/", "own/.default" },
        { "'Own':{'BaseUrl':'https://a.vault.azure.net','Scopes':['own/.default']}",
          "https://a.vault.azure.net/", "own/.default" },
        { "'Graph':{'BaseUrl':'https://graph.microsoft.com/v1.0','Scopes':['own/.default']}",
          "https://graph.microsoft.com/beta/me", NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *text = NULL;
        if (asprintf(&text, "{" IDENTITY ",%s}", cases[i].sections) < 0)
            fail();
        auto_asked struct asked asked = ask_for_url(text, NONE, cases[i].url);
        assert_int_equal(asked.match, cases[i].scope != NULL ? CONFIG_MATCH : CONFIG_NO_MATCH);
        if (cases[i].scope != NULL)
            assert_string_equal(asked.request.scope, cases[i].scope);
    }
}

static void an_invalid_base_url_is_an_error_only_for_its_host(void **state)
{
    (void)state;
    static const struct {
        const char *base, *message;
    } cases[] = {
        { "http://api.example/", "not sent over http" },
        { "api.example", "does not begin with https://" },
        { "https://user@api.example/", "user name" },
        { "https://API.example:x/", "port" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *text = NULL;
        if (asprintf(&text, "{" IDENTITY ",'Api':{'Scopes':['a/.default'],\n'BaseUrl':'%s'}}",
                     cases[i].base) < 0)
            fail();
        auto_asked struct asked asked = ask_for_url(text, NONE, "https://api.example/");
        assert_int_equal(asked.match, CONFIG_FAILED);
        assert_error(&asked.error, ERROR_USAGE, cases[i].message);
        assert_has(asked.error.message, ":2: BaseUrl");
        auto_asked struct asked other = ask_for_url(text, NONE, "https://github.com/");
        assert_int_equal(other.match, CONFIG_NO_MATCH);
        assert_string_equal(other.said, "");
        auto_asked struct asked builtin = ask_for_url(text, NONE, "https://dev.azure.com/");
        assert_true(builtin.ok);
    }
}

static void a_base_url_without_a_host_covers_nothing(void **state)
{
    (void)state;
    static const char *const cases[] = { "https://*.com/", "[Enter here the URL]" };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *text = NULL;
        if (asprintf(&text, "{" IDENTITY ",'Api':{'Scopes':['a/.default'],'BaseUrl':'%s'}}",
                     cases[i]) < 0)
            fail();
        auto_asked struct asked asked = ask_for_url(text, NONE, "https://api.com/");
        assert_int_equal(asked.match, CONFIG_NO_MATCH);
    }
}

static void the_error_for_a_url_without_an_identity_says_what_was_wanted(void **state)
{
    (void)state;
    auto_asked struct asked asked = ask_for_url("{'AzureAd':{'TenantId':'t','ClientSecret':'s'}}",
                                                NONE, "https://dev.azure.com/contoso");
    assert_int_equal(asked.match, CONFIG_FAILED);
    assert_string_equal(asked.error.wanted, "no token for AzureDevOps");
}

#define TEST(function) cmocka_unit_test_setup(function, clear_environment)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_api_is_selected_by_name),
        TEST(the_only_api_need_not_be_named),
        TEST(one_of_several_apis_must_be_named),
        TEST(a_helper_may_have_a_default_api),
        TEST(an_unknown_api_is_an_error),
        TEST(a_section_without_scopes_is_not_an_api_and_an_error_says_so),
        TEST(a_resource_may_have_two_names),
        TEST(an_error_says_what_was_wanted),
        TEST(azure_devops_and_aks_need_no_configuration),
        TEST(the_apis_of_azure_need_no_configuration),
        TEST(a_user_asks_for_the_apis_of_azure_with_the_usual_client),
        TEST(the_remedy_names_every_built_in_api),
        TEST(the_cloud_of_the_authority_decides_what_a_built_in_api_is),
        TEST(a_built_in_url_gets_no_token_of_another_cloud),
        TEST(an_api_that_is_not_known_in_a_cloud_must_be_configured),
        TEST(a_managed_identity_is_of_the_cloud_that_the_url_is_in),
        TEST(a_url_does_not_show_the_cloud_if_the_resource_is_in_several),
        TEST(one_client_asks_for_everything_unless_another_is_configured),
        TEST(the_public_client_of_a_kubeconfig_is_nobodys_choice),
        TEST(a_cluster_chooses_among_what_is_for_clusters),
        TEST(built_in_apis_do_not_count_as_the_only_api),
        TEST(the_file_may_configure_built_in_apis),
        TEST(scope_flags_take_precedence_over_the_file),
        TEST(scope_flags_cannot_be_combined),
        TEST(scopes_may_be_a_single_string),
        TEST(an_app_has_exactly_one_scope),
        TEST(an_app_of_an_ad_fs_may_request_any_one_scope),
        TEST(a_resource_of_an_ad_fs_becomes_a_scope_that_it_knows),
        TEST(the_placeholder_of_the_sample_is_not_a_scope),
        TEST(an_identity_with_scopes_is_not_an_api),
        TEST(an_api_may_be_inside_another_object),
        TEST(an_api_may_force_a_refresh),
        TEST(a_challenge_comes_from_flag_or_file),
        TEST(claims_must_be_an_object),
        TEST(capabilities_of_the_identity_are_merged_into_the_claims),
        TEST(a_url_belongs_to_the_api_with_the_longest_match),
        TEST(built_in_urls_count_for_the_tools_they_are_for),
        TEST(any_other_url_belongs_to_no_api),
        TEST(an_organization_of_azure_devops_has_no_letter_case),
        TEST(a_url_of_no_api_causes_no_warning),
        TEST(a_named_api_is_the_only_one_that_counts),
        TEST(flags_do_not_send_a_token_to_another_url),
        TEST(azure_devops_of_the_file_takes_precedence_over_the_built_in),
        TEST(the_file_takes_precedence_over_every_built_in_api),
        TEST(an_invalid_base_url_is_an_error_only_for_its_host),
        TEST(a_base_url_without_a_host_covers_nothing),
        TEST(the_error_for_a_url_without_an_identity_says_what_was_wanted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
