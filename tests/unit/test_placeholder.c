/* SPDX-License-Identifier: MIT */
/* Placeholders of sample files, and values that look a little like them. */
#include "tests/unit/support.h"

#include <string.h>

#include "common/base/array.h"
#include "common/entra/placeholder.h"

static void texts_of_samples_are_placeholders(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "[Enter here the scopes for your web API]",
        "[Client_id-of-web-app-eg-2ec40e65-ba09-4853-bcde-bcb60029e596]",
        "api://[Enter here the client id]/.default",
        "Enter_the_Client_Secret_Here",
        "Enter_the_Application_Id_here",
        "Enter_the_Tenant_Info_Here",
        "Enter the client secret's value here",
        "ENTER-CLIENT-ID",
        "enter_scope_1_here/.default",
        "<your-client-secret>",
        "<Client App Registration Client Secret>",
        "<client_id>",
        "api://<your-api>/.default",
        "{client-secret}",
        "{tenantId}",
        "{{client-secret}}",
        "\u2039client secret\u203A",
        "\u00ABtenant\u00BB",
        "your-client-secret",
        "your_tenant_id",
        "YOUR_CLIENT_ID_HERE",
        "your user-assigned identity",
        "client_secret_here",
        "Insert_Your_Id",
        "replace-with-your-secret",
        "PASTE_SECRET",
        "$(ClientSecret)",
        "${CLIENT_SECRET}",
        "#{ClientSecret}#",
        "__ClientSecret__",
        "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
        "XXXXXXXX",
        "*****",
        "https://Enter_the_Tenant_Subdomain_Here.ciamlogin.com/",
        "https://<Enter_the_Tenant_Subdomain_Here>.ciamlogin.com/",
        "https://login.microsoftonline.com/Enter_the_Tenant_Info_Here",
        "Enter_the_Tenant_Subdomain_Here.onmicrosoft.com",
        "<your-tenant>.onmicrosoft.com",
        "https://\u2039tenant\u203A.ciamlogin.com",
        "https://graph.microsoft.com/<version>/me",
    };
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        if (!placeholder_is(texts[i]))
            fail_msg("'%s' is taken for a value", texts[i]);
}

static void values_are_none(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "x",
        "*",
        "...",
        "[]",
        "{}",
        "<>",
        "[::1]",
        "https://[fe80::1]",
        "{\"access_token\":{\"nbf\":{\"essential\":true}}}",
        "[\"a scope\"]",
        "abC8Q~dEfGhIjKlMnOpQrStUvWxYz0123456789_",
        "k=]/[-+:5mBy?zUv",
        "[k3Y/+q]x",
        "<3x",
        "3x>",
        "here",
        "your",
        "enter",
        "yourcompany.onmicrosoft.com",
        "your-company.com",
        "contoso.onmicrosoft.com",
        "enterprise-app",
        "correct-horse-battery-staple",
        "there",
        "from-there",
        "api/todo/{id}",
        "api://my-web-api/.default",
        "https://graph.microsoft.com/.default",
        "https://login.microsoftonline.com/",
        "97e0a5b7-d745-40b6-94fe-5f77d35c6e05",
        "your-8Q~abc",
        "your--secret",
        "-your-secret",
        "/etc/your-file",
        "https://your-company.com/your-api",
        "https://contoso.com/api/{id}",
        "api/[controller]/<3>",
        "https://login.microsoftonline.com/{tenant}/v2.0",
    };
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        if (placeholder_is(texts[i]))
            fail_msg("'%s' is taken for a placeholder", texts[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_of_samples_are_placeholders),
        cmocka_unit_test(values_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
