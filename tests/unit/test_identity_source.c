/* SPDX-License-Identifier: MIT */
/* Which service issues a managed identity's tokens, and where it is. */
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/entra/identity_source.h"

static void set_variables(const struct identity_source *source)
{
    for (size_t i = 0; i < ARRAY_SIZE(source->variables) && source->variables[i] != NULL; i++)
        setenv(source->variables[i], "http://127.0.0.1:1/token", 1);
}

static void each_source_is_found_by_its_variables(void **state)
{
    size_t count;
    const struct identity_source *sources = identity_sources_all(&count);
    for (size_t i = 0; i < count; i++) {
        clear_environment(state);
        set_variables(&sources[i]);
        assert_string_equal(identity_source_find()->name, sources[i].name);
    }
}

static void an_empty_variable_says_nothing(void **state)
{
    (void)state;
    setenv("MSI_ENDPOINT", "", 1);
    assert_string_equal(identity_source_find()->name, "IMDS");
    setenv("MSI_ENDPOINT", "http://127.0.0.1:1/token", 1);
    setenv("MSI_SECRET", "", 1);
    assert_string_equal(identity_source_find()->name, "Cloud Shell");
}

static void each_source_has_a_url(void **state)
{
    size_t count;
    const struct identity_source *sources = identity_sources_all(&count);
    for (size_t i = 0; i < count; i++) {
        clear_environment(state);
        set_variables(&sources[i]);
        autofree char *url = identity_source_url(&sources[i]);
        assert_non_null(url);
        assert_true(strncmp(url, "http://", strlen("http://")) == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(each_source_is_found_by_its_variables, clear_environment),
        cmocka_unit_test_setup(an_empty_variable_says_nothing, clear_environment),
        cmocka_unit_test_setup(each_source_has_a_url, clear_environment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
