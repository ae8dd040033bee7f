/* SPDX-License-Identifier: MIT */
/* Advice that is completed for the request: its command, its links, Microsoft's page of a code. */
#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

#include "common/base/array.h"
#include "common/entra/authority.h"
#include "common/entra/error_report.h"
#include "common/entra/known_apps.h"
#include "common/entra/remedies.h"
#include "common/tokens/advice.h"

#define APP "97e0a5b7-d745-40b6-94fe-5f77d35c6e05"

static struct token_request request_of(char *instance, char *client_id, bool for_user)
{
    return (struct token_request){ .instance = instance,
                                   .tenant = (char *)"contoso.com",
                                   .client_id = client_id,
                                   .scope = (char *)"api://a/.default",
                                   .for_user = for_user };
}

static struct error completed(const struct token_request *request, const struct options *options,
                              const char *code, const char *oauth_error)
{
    struct error error = { 0 };
    error_set(&error, ERROR_REFUSED, "refused");
    error_known_as(&error, code);
    snprintf(error.oauth_error, sizeof error.oauth_error, "%s", oauth_error);
    advice_complete(request, options, &error);
    return error;
}

static void an_apps_own_id_is_named(void **state)
{
    (void)state;
    struct token_request request = request_of((char *)AUTHORITY_PUBLIC_CLOUD, (char *)APP, false);
    struct error error = completed(&request, &(struct options){ 0 }, "AADSTS90009", "");
    assert_has(error.hint, "set Scopes to " APP "/.default,");
    request.client_id = (char *)"not-a-guid";
    error = completed(&request, &(struct options){ 0 }, "AADSTS90009", "");
    assert_has(error_advice(&error), "set Scopes to CLIENT_ID/.default,");
}

static void a_command_of_the_catalogue_gets_the_options_of_the_request(void **state)
{
    (void)state;
    static const char *const codes[] = { "AADSTS50076", "AADSTS50173", "AADSTS70019",
                                         "AADSTS53003", "AADSTS65004", "AADSTS70008" };
    struct token_request request = request_of((char *)AUTHORITY_PUBLIC_CLOUD, (char *)APP, true);
    const struct options options = { .config = "/x/y.json", .tenant = "contoso.com" };
    for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
        struct error error = completed(&request, &options, codes[i], "invalid_grant");
        assert_has(error.hint, "'entra login --config /x/y.json --tenant contoso.com "
                               "--scope api://a/.default");
        assert_lacks(error.hint, "'entra login'");
    }
    struct error hinted = { .hint = "Use 'entra login --browser'. See entra(1)." };
    advice_complete(&request, &options, &hinted);
    assert_string_equal(hinted.hint, "Use 'entra login --config /x/y.json --tenant contoso.com "
                                     "--scope api://a/.default --browser'. See entra(1).");
    const struct error once = hinted;
    advice_complete(&request, &options, &hinted);
    assert_string_equal(hinted.hint, once.hint);
    struct error browser = completed(&request, &options, "AADSTS53003", "");
    assert_has(browser.hint, "--scope api://a/.default --browser'");
}

static void a_setting_is_called_what_it_was_taken_from(void **state)
{
    (void)state;
    static const struct {
        const char *from, *name;
    } cases[] = {
        { "--tenant", "Check --tenant: there is" },
        { "AZURE_TENANT_ID", "Check AZURE_TENANT_ID: there is" },
        { "--tenant-id in the kubeconfig", "Check --tenant-id in the kubeconfig: there is" },
        { "/x/appsettings.json:3: TenantId", "Check TenantId: there is" },
        { "/x/appsettings.json:3: Authority", "Check Authority: there is" },
        { "the environment variable AzureAd__TenantId: TenantId",
          "Check the environment variable AzureAd__TenantId: there is" },
        { NULL, "Check the tenant: there is" },
    };
    struct token_request request = request_of((char *)AUTHORITY_PUBLIC_CLOUD, (char *)APP, false);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error =
            completed(&request, &(struct options){ 0 }, "AADSTS90002", "invalid_request");
        request.tenant_from = (char *)cases[i].from;
        advice_name_settings(&request, &error);
        assert_has(error_advice(&error), cases[i].name);
        assert_has(error_advice(&error), "no such tenant in the public cloud.");
        assert_lacks(error_advice(&error), "Instance");
        const struct error once = error;
        advice_name_settings(&request, &error);
        assert_string_equal(error.hint, once.hint);
    }
}

static void the_client_id_too_and_before_a_link(void **state)
{
    (void)state;
    struct token_request request = request_of((char *)AUTHORITY_PUBLIC_CLOUD, (char *)APP, false);
    request.client_id_from = (char *)"--client-id";
    struct error error = completed(&request, &(struct options){ 0 }, "AADSTS7000215", "");
    advice_name_settings(&request, &error);
    assert_has(error.hint, "Check --client-id, and that the secret");
    assert_has(error.hint, "/Credentials/appId/" APP);
}

static void an_instance_that_nobody_chose_is_not_named(void **state)
{
    (void)state;
    size_t count;
    const struct remedy *entries = remedies_all(&count);
    struct token_request request = request_of((char *)AUTHORITY_PUBLIC_CLOUD, (char *)APP, false);
    for (size_t i = 0; i < count; i++) {
        char code[48];
        if (entries[i].by_default == NULL)
            continue;
        assert_has(entries[i].remedy, "Instance");
        snprintf(code, sizeof code, "%.*s", (int)strcspn(entries[i].codes, " "), entries[i].codes);
        request.instance_from = NULL;
        struct error error = completed(&request, &(struct options){ 0 }, code, "");
        advice_name_settings(&request, &error);
        assert_lacks(error.hint, "Check Instance");
        request.instance_from = (char *)"AZURE_AUTHORITY_HOST";
        error = completed(&request, &(struct options){ 0 }, code, "");
        advice_name_settings(&request, &error);
        assert_has(error.hint, "AZURE_AUTHORITY_HOST");
        assert_lacks(error.hint, "Instance");
    }
}

/* What is not said of a request that was made is of the configuration, and names its keys. */
static void every_instance_to_check_has_another_text(void **state)
{
    (void)state;
    size_t count;
    const struct remedy *entries = remedies_all(&count);
    for (size_t i = 0; i < count; i++)
        if (strstr(entries[i].remedy, "Check Instance") != NULL)
            assert_non_null(entries[i].by_default);
}

static void an_app_does_not_sign_in(void **state)
{
    (void)state;
    struct token_request request = request_of((char *)AUTHORITY_PUBLIC_CLOUD, (char *)APP, false);
    struct error error = completed(&request, &(struct options){ 0 }, "AADSTS50076", "");
    assert_string_equal(error.hint, "");
}

static void the_portal_is_that_of_the_cloud(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { AUTHORITY_PUBLIC_CLOUD, "https://portal.azure.com/#view/" },
        { "https://login.microsoftonline.us", "https://portal.azure.us/#view/" },
        { "https://login.partner.microsoftonline.cn", "https://portal.azure.cn/#view/" },
        { "https://login.example.com", NULL },
    };
    static const char *const codes[] = { "AADSTS7000215", "AADSTS7000222", "AADSTS700027",
                                         "AADSTS7000277" };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct token_request request = request_of((char *)cases[i][0], (char *)APP, false);
        for (size_t c = 0; c < ARRAY_SIZE(codes); c++) {
            struct error error = completed(&request, &(struct options){ 0 }, codes[c], "");
            assert_has(error_advice(&error), remedies_text(codes[c]));
            if (cases[i][1] == NULL) {
                assert_string_equal(error.hint, "");
                continue;
            }
            assert_has(error.hint, cases[i][1]);
            assert_has(error.hint, "/Credentials/appId/" APP);
        }
    }
}

static void consent_is_at_the_authority_itself(void **state)
{
    (void)state;
    struct token_request request =
        request_of((char *)"https://login.microsoftonline.us", (char *)APP, false);
    struct error error = completed(&request, &(struct options){ 0 }, "AADSTS65001", "");
    assert_has(error.hint,
               "https://login.microsoftonline.us/contoso.com/adminconsent?client_id=" APP);
}

static void only_an_app_of_ones_own_in_entra_has_a_page(void **state)
{
    (void)state;
    static const char *const clients[] = { "name of AD FS", KNOWN_APP_AZURE_CLI,
                                           KNOWN_APP_KUBELOGIN, KNOWN_APP_VISUAL_STUDIO };
    for (size_t i = 0; i < ARRAY_SIZE(clients); i++) {
        struct token_request request =
            request_of((char *)AUTHORITY_PUBLIC_CLOUD, (char *)clients[i], false);
        struct error error = completed(&request, &(struct options){ 0 }, "AADSTS65001", "");
        assert_string_equal(error.hint, "");
    }
    struct token_request adfs = request_of((char *)"https://fs.contoso.com", (char *)APP, false);
    adfs.tenant = (char *)"adfs";
    struct error error = completed(&adfs, &(struct options){ 0 }, "AADSTS65001", "");
    assert_string_equal(error.hint, "");
}

static void a_number_that_nobody_knows_has_microsofts_page(void **state)
{
    (void)state;
    struct token_request request = request_of((char *)AUTHORITY_PUBLIC_CLOUD, (char *)APP, false);
    struct error error =
        completed(&request, &(struct options){ 0 }, "AADSTS999999", "invalid_client");
    assert_has(error.hint, remedies_text("invalid_client"));
    assert_has(error.hint, "https://login.microsoftonline.com/error?code=999999");
    static const char *const others[] = { "AADSTS0", "AADSTS", "AADSTSx", "keyring_locked", "" };
    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        struct error other = completed(&request, &(struct options){ 0 }, others[i], "");
        assert_string_equal(other.hint, "");
    }
}

static void advice_that_would_be_cut_stays_as_it_is(void **state)
{
    (void)state;
    struct token_request request = request_of((char *)AUTHORITY_PUBLIC_CLOUD, (char *)APP, false);
    struct error error = { .code = "AADSTS7000215" };
    memset(error.hint, 'x', sizeof error.hint - 20);
    const struct error before = error;
    advice_complete(&request, &(struct options){ 0 }, &error);
    assert_string_equal(error.hint, before.hint);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_apps_own_id_is_named),
        cmocka_unit_test(a_command_of_the_catalogue_gets_the_options_of_the_request),
        cmocka_unit_test(a_setting_is_called_what_it_was_taken_from),
        cmocka_unit_test(the_client_id_too_and_before_a_link),
        cmocka_unit_test(an_instance_that_nobody_chose_is_not_named),
        cmocka_unit_test(every_instance_to_check_has_another_text),
        cmocka_unit_test(an_app_does_not_sign_in),
        cmocka_unit_test(the_portal_is_that_of_the_cloud),
        cmocka_unit_test(consent_is_at_the_authority_itself),
        cmocka_unit_test(only_an_app_of_ones_own_in_entra_has_a_page),
        cmocka_unit_test(a_number_that_nobody_knows_has_microsofts_page),
        cmocka_unit_test(advice_that_would_be_cut_stays_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
