/* SPDX-License-Identifier: MIT */
/* What is sent to a broker, and which client asks. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <string.h>

#include "common/entra/known_apps.h"
#include "tests/unit/broker_case.h"

/* The authParameters of the job's request. The caller releases them with json_object_put. */
static json_object *parameters(const struct broker_job *job)
{
    struct error error = { 0 };
    json_object *found = NULL;
    auto_secret struct secret *text = broker_request_token(job);
    auto_json json_object *request = json_parse(text->bytes, text->length, &error);
    assert_non_null(request);
    assert_int_equal(json_object_object_length(request), 1);
    assert_true(json_object_object_get_ex(request, "authParameters", &found));
    return json_object_get(found);
}

static void assert_member(const json_object *object, const char *name, const char *value)
{
    const char *found = json_string(object, name);
    assert_non_null(found);
    assert_string_equal(found, value);
}

static int64_t number(const json_object *object, const char *name)
{
    int64_t value = INT64_MIN;
    assert_true(json_int64(object, name, &value));
    return value;
}

static void a_silent_request_has_what_every_broker_demands(void **state)
{
    (void)state;
    auto_json json_object *sent = parameters(broker_case());
    json_object *scopes = json_object_object_get(sent, "requestedScopes");
    assert_member(sent, "clientId", BROKER_CLIENT);
    assert_member(sent, "redirectUri", BROKER_REDIRECT);
    assert_member(sent, "authority", "https://login.microsoftonline.com/organizations");
    assert_member(sent, "username", "Ada@contoso.com");
    assert_int_equal(number(sent, "authorizationType"), 1);
    assert_int_equal(number(sent, "uxContextHandle"), -1);
    assert_int_equal(json_object_array_length(scopes), 1);
    assert_string_equal(json_object_get_string(json_object_array_get_idx(scopes, 0)), BROKER_SCOPE);
    assert_null(json_object_object_get(sent, "decodedClaims"));
    assert_null(json_object_object_get(sent, "popParams"));
    assert_null(json_object_object_get(sent, "accessTokenToRenew"));
    assert_null(json_object_object_get(sent, "prompt"));
}

static void the_account_goes_back_as_it_came(void **state)
{
    (void)state;
    struct error error = { 0 };
    autofree char *text = json_text(BROKER_ACCOUNT);
    auto_json json_object *sent = parameters(broker_case());
    auto_json json_object *expected = json_parse(text, strlen(text), &error);
    assert_true(json_object_equal(json_object_object_get(sent, "account"), expected));
}

static void a_prompt_is_of_the_other_type(void **state)
{
    (void)state;
    struct broker_job *job = broker_case();
    broker_case_wanted()->prompts = true;
    auto_json json_object *sent = parameters(job);
    assert_int_equal(number(sent, "authorizationType"), 6);
    assert_member(sent, "username", "Ada@contoso.com"); /* Himmelblau's demands it */
    assert_null(json_object_object_get(sent, "prompt"));
}

static void where_the_user_chooses_no_account_is_named(void **state)
{
    (void)state;
    struct broker_job *job = broker_case();
    broker_case_wanted()->prompts = true;
    job->account = NULL;
    auto_json json_object *sent = parameters(job);
    assert_member(sent, "prompt", "select_account");
    assert_null(json_object_object_get(sent, "account"));
    assert_null(json_object_object_get(sent, "username"));
}

static void claims_are_a_text_in_the_request(void **state)
{
    (void)state;
    struct broker_job *job = broker_case();
    autofree char *claims = json_text("{'access_token':{'nbf':{'essential':true,'value':'1'}}}");
    broker_case_request()->claims = claims;
    auto_json json_object *sent = parameters(job);
    assert_member(sent, "decodedClaims", claims);
}

static void the_token_to_replace_is_named(void **state)
{
    (void)state;
    struct broker_job *job = broker_case();
    auto_secret struct secret *refused = secret_from_text("e30.e30.c2ln");
    broker_case_wanted()->refused = refused;
    auto_json json_object *sent = parameters(job);
    assert_member(sent, "accessTokenToRenew", "e30.e30.c2ln");
    assert_member(sent, "clientId", BROKER_CLIENT);
}

static void a_proof_names_our_key(void **state)
{
    (void)state;
    struct broker_job *job = broker_case();
    memcpy(broker_case_request()->pop_key.id, BROKER_KEY, sizeof BROKER_KEY);
    broker_case_request()->pop_host = "cluster.example";
    auto_json json_object *sent = parameters(job);
    json_object *pop = json_object_object_get(sent, "popParams");
    assert_member(pop, "authenticationScheme", "pop");
    assert_member(pop, "kid", BROKER_KEY);
    assert_member(pop, "uriHost", "cluster.example");
    assert_member(pop, "httpMethod", "GET");
}

static void nothing_breaks_out_of_its_text(void **state)
{
    (void)state;
    struct broker_job *job = broker_case();
    broker_case_request()->tenant = "x\",\"clientId\":\"y";
    auto_json json_object *sent = parameters(job);
    assert_member(sent, "clientId", BROKER_CLIENT);
    assert_member(sent, "authority", "https://login.microsoftonline.com/x\",\"clientId\":\"y");
}

static void the_other_requests_have_the_form_of_other_clients(void **state)
{
    (void)state;
    auto_secret struct secret *accounts = broker_request_accounts(&broker_case()->client);
    auto_secret struct secret *version = broker_request_version();
    autofree char *expected =
        json_text("{'clientId':'" BROKER_CLIENT "','redirectUri':'" BROKER_REDIRECT "'}");
    assert_string_equal(accounts->bytes, expected);
    assert_has(version->bytes, "{\"msalCppVersion\":\"");
}

/* ---- clients ---- */

static struct broker_client client_for(const char *client_id, const char *scope,
                                       enum broker_kind kind)
{
    struct token_request request = { .client_id = (char *)client_id, .scope = (char *)scope };
    return broker_client_for(&request, kind);
}

static void an_own_registration_asks_for_itself(void **state)
{
    (void)state;
    for (int kind = BROKER_OF_MICROSOFT; kind <= BROKER_OF_HIMMELBLAU; kind++) {
        struct broker_client client = client_for(BROKER_CLIENT, BROKER_SCOPE, kind);
        assert_string_equal(client.id, BROKER_CLIENT);
        assert_string_equal(client.redirect_uri, BROKER_REDIRECT);
        assert_int_equal(client.service, BROKER_SERVES);
    }
}

static void azure_devops_is_asked_for_by_the_client_that_microsoft_serves(void **state)
{
    (void)state;
    static const char *const clients[] = { KNOWN_APP_AZURE_CLI, KNOWN_APP_VISUAL_STUDIO,
                                           KNOWN_APP_AZURE_ARTIFACTS };
    for (size_t i = 0; i < ARRAY_SIZE(clients); i++) {
        struct broker_client client = client_for(clients[i], BROKER_SCOPE, BROKER_OF_MICROSOFT);
        assert_string_equal(client.id, KNOWN_APP_AZURE_ARTIFACTS);
        assert_string_equal(client.redirect_uri,
                            "https://login.microsoftonline.com/oauth2/nativeclient");
        assert_int_equal(client.service, BROKER_SERVES);
    }
}

static void other_apis_are_tried_by_clients_of_which_nothing_is_known(void **state)
{
    (void)state;
    static const char graph[] = "https://graph.microsoft.com/.default";
    assert_int_equal(
        client_for(KNOWN_APP_AZURE_CLI, "api://my-web-api/.default", BROKER_OF_MICROSOFT).service,
        BROKER_MAY_SERVE);
    assert_int_equal(client_for(KNOWN_APP_AZURE_CLI, graph, BROKER_OF_MICROSOFT).service,
                     BROKER_MAY_SERVE);
    assert_int_equal(client_for(KNOWN_APP_KUBELOGIN, graph, BROKER_OF_MICROSOFT).service,
                     BROKER_MAY_SERVE);
    assert_int_equal(client_for(KNOWN_APP_VISUAL_STUDIO, graph, BROKER_OF_MICROSOFT).service,
                     BROKER_SERVES_NOT);
    assert_int_equal(client_for(KNOWN_APP_AZURE_CLI, NULL, BROKER_OF_MICROSOFT).service,
                     BROKER_MAY_SERVE);
}

static void himmelblau_serves_every_client_by_the_redirect_of_its_browser(void **state)
{
    (void)state;
    static const char *const clients[] = { KNOWN_APP_AZURE_CLI, KNOWN_APP_VISUAL_STUDIO,
                                           KNOWN_APP_KUBELOGIN };
    for (size_t i = 0; i < ARRAY_SIZE(clients); i++) {
        struct broker_client client = client_for(clients[i], BROKER_SCOPE, BROKER_OF_HIMMELBLAU);
        assert_string_equal(client.id, clients[i]);
        assert_string_equal(client.redirect_uri, "http://localhost");
        assert_int_equal(client.service, BROKER_SERVES);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_silent_request_has_what_every_broker_demands),
        cmocka_unit_test(the_account_goes_back_as_it_came),
        cmocka_unit_test(a_prompt_is_of_the_other_type),
        cmocka_unit_test(where_the_user_chooses_no_account_is_named),
        cmocka_unit_test(claims_are_a_text_in_the_request),
        cmocka_unit_test(the_token_to_replace_is_named),
        cmocka_unit_test(a_proof_names_our_key),
        cmocka_unit_test(nothing_breaks_out_of_its_text),
        cmocka_unit_test(the_other_requests_have_the_form_of_other_clients),
        cmocka_unit_test(an_own_registration_asks_for_itself),
        cmocka_unit_test(azure_devops_is_asked_for_by_the_client_that_microsoft_serves),
        cmocka_unit_test(other_apis_are_tried_by_clients_of_which_nothing_is_known),
        cmocka_unit_test(himmelblau_serves_every_client_by_the_redirect_of_its_browser),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
