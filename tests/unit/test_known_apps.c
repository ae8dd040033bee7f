/* SPDX-License-Identifier: MIT */
/* Microsoft's own applications, compared with a copy of their ids that was checked by hand. */
#include "tests/unit/support.h"

#include <string.h>

#include "common/base/array.h"
#include "common/entra/known_apps.h"

static void every_app_has_the_id_of_the_reference(void **state)
{
    (void)state;
    /* Each id was found in at least ten public repositories. */
    static const struct {
        const char *constant, *id;
    } reference[] = {
        { KNOWN_APP_AZURE_DEVOPS, "499b84ac-1321-427f-aa17-267ca6975798" },
        { KNOWN_APP_AKS, "6dae42f8-4368-4678-94ff-3960e28e3630" },
        { KNOWN_APP_GRAPH, "00000003-0000-0000-c000-000000000000" },
        { KNOWN_APP_RESOURCES, "797f4846-ba00-4fd7-ba43-dac1f8f63013" },
        { KNOWN_APP_KEY_VAULT, "cfa8b339-82a2-471a-a3c9-0fc0be7a4093" },
        { KNOWN_APP_STORAGE, "e406a681-f3d4-42a8-90b6-c2b029497af1" },
        { KNOWN_APP_AZURE_SQL, "022907d3-0f1b-48f7-badc-1ba6abab6d66" },
        { KNOWN_APP_POSTGRESQL, "123cd850-d9df-40bd-94d5-c9f07b7fa203" },
        { KNOWN_APP_DATA_EXPLORER, "2746ea77-4702-4b45-80ca-3c97e680e8b7" },
        { KNOWN_APP_DATABRICKS, "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d" },
        { KNOWN_APP_LOG_ANALYTICS, "ca7f3f0b-7d91-482c-8e09-c5d840d0eac5" },
        { KNOWN_APP_DEFENDER, "fc780465-2017-40d4-a0c5-307022471b92" },
        { KNOWN_APP_OFFICE_365, "c5393580-f805-4401-95e8-94b7a6ef2fc2" },
        { KNOWN_APP_AZURE_CLI, "04b07795-8ddb-461a-bbee-02f9e1bf7b46" },
        { KNOWN_APP_VISUAL_STUDIO, "872cd9fa-d31f-45e0-9eab-6e460a02d1f1" },
        { KNOWN_APP_KUBELOGIN, "80faf920-1908-4b52-b5ef-a8e7bedfc67a" },
        { KNOWN_APP_AZURE_ARTIFACTS, "d5a56ea4-7369-46b8-a538-c370805301bf" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(reference); i++)
        assert_string_equal(reference[i].constant, reference[i].id);
}

static void clients_of_the_family_are_known_in_either_case(void **state)
{
    (void)state;
    assert_true(known_app_is_in_family(KNOWN_APP_AZURE_CLI));
    assert_true(known_app_is_in_family(KNOWN_APP_VISUAL_STUDIO));
    assert_true(known_app_is_in_family("04B07795-8DDB-461A-BBEE-02F9E1BF7B46"));
}

static void other_clients_are_not_of_the_family(void **state)
{
    (void)state;
    assert_false(known_app_is_in_family(""));
    assert_false(known_app_is_in_family(KNOWN_APP_KUBELOGIN));
    assert_false(known_app_is_in_family("97e0a5b7-d745-40b6-94fe-5f77d35c6e05"));
    assert_false(known_app_is_in_family(KNOWN_APP_AZURE_CLI "/.default"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_app_has_the_id_of_the_reference),
        cmocka_unit_test(clients_of_the_family_are_known_in_either_case),
        cmocka_unit_test(other_clients_are_not_of_the_family),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
