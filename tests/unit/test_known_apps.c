/* SPDX-License-Identifier: MIT */
/* Microsoft's own applications, compared with a copy of their IDs that was checked by hand. */
#include "tests/unit/support.h"

#include <string.h>

#include "common/base/array.h"
#include "common/base/text.h"
#include "common/entra/known_apps.h"

/* Each ID was found in at least ten public repositories. */
static const struct {
    const char *constant, *id;
    const char *name; /* on the reference page */
    bool is_client, in_family;
} reference[] = {
    { KNOWN_APP_AZURE_DEVOPS, "499b84ac-1321-427f-aa17-267ca6975798", "Azure DevOps", false,
      false },
    { KNOWN_APP_AKS, "6dae42f8-4368-4678-94ff-3960e28e3630", "AKS", false, false },
    { KNOWN_APP_GRAPH, "00000003-0000-0000-c000-000000000000", "Microsoft Graph", false, false },
    { KNOWN_APP_RESOURCES, "797f4846-ba00-4fd7-ba43-dac1f8f63013", "Azure Resource Manager", false,
      false },
    { KNOWN_APP_KEY_VAULT, "cfa8b339-82a2-471a-a3c9-0fc0be7a4093", "Key Vault", false, false },
    { KNOWN_APP_STORAGE, "e406a681-f3d4-42a8-90b6-c2b029497af1", "Storage", false, false },
    { KNOWN_APP_AZURE_SQL, "022907d3-0f1b-48f7-badc-1ba6abab6d66", "Azure SQL", false, false },
    { KNOWN_APP_POSTGRESQL, "123cd850-d9df-40bd-94d5-c9f07b7fa203",
      "Azure Database for PostgreSQL and MySQL", false, false },
    { KNOWN_APP_DATA_EXPLORER, "2746ea77-4702-4b45-80ca-3c97e680e8b7", "Data Explorer", false,
      false },
    { KNOWN_APP_DATABRICKS, "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d", "Databricks", false, false },
    { KNOWN_APP_LOG_ANALYTICS, "ca7f3f0b-7d91-482c-8e09-c5d840d0eac5", "Log Analytics", false,
      false },
    { KNOWN_APP_DEFENDER, "fc780465-2017-40d4-a0c5-307022471b92", "Defender for Endpoint", false,
      false },
    { KNOWN_APP_OFFICE_365, "c5393580-f805-4401-95e8-94b7a6ef2fc2", "Office 365 Management", false,
      false },
    { KNOWN_APP_AZURE_CLI, "04b07795-8ddb-461a-bbee-02f9e1bf7b46", "Azure CLI", true, true },
    { KNOWN_APP_VISUAL_STUDIO, "872cd9fa-d31f-45e0-9eab-6e460a02d1f1", "Visual Studio", true,
      true },
    { KNOWN_APP_KUBELOGIN, "80faf920-1908-4b52-b5ef-a8e7bedfc67a", "kubelogin", true, false },
};

static void every_app_has_the_id_of_the_reference(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(reference); i++) {
        assert_string_equal(reference[i].constant, reference[i].id);
        const struct known_app *app = known_app_find(reference[i].id);
        assert_non_null(app);
        assert_string_equal(app->id, reference[i].id);
        assert_true(app->is_client == reference[i].is_client);
        assert_true(app->in_family == reference[i].in_family);
    }
}

static bool is_in_reference(const struct known_app *app)
{
    for (size_t i = 0; i < ARRAY_SIZE(reference); i++)
        if (strcmp(reference[i].id, app->id) == 0)
            return true;
    return false;
}

static void every_app_that_we_request_tokens_for_or_with_is_in_the_reference(void **state)
{
    (void)state;
    size_t count, others = 0;
    const struct known_app *apps = known_apps_all(&count);
    for (size_t i = 0; i < count; i++) {
        others += is_in_reference(&apps[i]) ? 0 : 1;
        assert_true(apps[i].is_client || is_in_reference(&apps[i]));
    }
    assert_int_equal(count - others, ARRAY_SIZE(reference));
}

static void every_id_is_a_guid_in_lower_case_and_there_only_once(void **state)
{
    (void)state;
    size_t count;
    const struct known_app *apps = known_apps_all(&count);
    for (size_t i = 0; i < count; i++) {
        assert_true(text_is_guid(apps[i].id));
        assert_int_equal(strcspn(apps[i].id, "ABCDEF"), strlen(apps[i].id));
        assert_ptr_equal(known_app_find(apps[i].id), &apps[i]);
    }
}

static void an_id_is_found_in_either_case(void **state)
{
    (void)state;
    const struct known_app *app = known_app_find("CFA8B339-82A2-471A-A3C9-0FC0BE7A4093");
    assert_non_null(app);
    assert_string_equal(app->id, KNOWN_APP_KEY_VAULT);
}

static void another_id_is_not_known(void **state)
{
    (void)state;
    assert_null(known_app_find(""));
    assert_null(known_app_find("97e0a5b7-d745-40b6-94fe-5f77d35c6e05"));
    assert_null(known_app_find(KNOWN_APP_AKS "/.default"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_app_has_the_id_of_the_reference),
        cmocka_unit_test(every_app_that_we_request_tokens_for_or_with_is_in_the_reference),
        cmocka_unit_test(every_id_is_a_guid_in_lower_case_and_there_only_once),
        cmocka_unit_test(an_id_is_found_in_either_case),
        cmocka_unit_test(another_id_is_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
