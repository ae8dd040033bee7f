/* SPDX-License-Identifier: MIT */
/* A setting in pip.conf or uv.toml. */
#include "tests/unit/support.h"

#include <string.h>

#include "common/base/array.h"
#include "common/base/secret.h"
#include "helpers/entra/setup/setting_line.h"

#define MARK "# by 'entra setup pip'"

static const struct setting pip = { "global", "keyring-provider", "subprocess" };
static const struct setting uv = { NULL, "keyring-provider", "\"subprocess\"" };

static enum setting_state state_of(const struct setting *setting, const char *text)
{
    auto_secret struct secret *secret = secret_from_text(text);
    return setting_find(setting, secret);
}

static void assert_change(const struct setting *setting, const char *before, const char *after)
{
    auto_secret struct secret *text = secret_from_text(before);
    auto_secret struct secret *changed = setting_set(setting, text);
    assert_string_equal(changed->bytes, after);
    assert_int_equal(setting_find(setting, changed), SETTING_OURS);
    auto_secret struct secret *back = setting_unset(setting, changed);
    assert_string_equal(back->bytes, before);
}

static void a_setting_is_added_to_pip_conf_and_taken_back(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after;
    } cases[] = {
        { "", MARK "\n[global]\nkeyring-provider = subprocess\n" },
        { "[global]\nindex-url = https://a.example/\n\n[install]\nuser = true\n",
          "[global]\n" MARK "\nkeyring-provider = subprocess\nindex-url = https://a.example/\n\n"
          "[install]\nuser = true\n" },
        { "[install]\nuser = true\n",
          "[install]\nuser = true\n" MARK "\n[global]\nkeyring-provider = subprocess\n" },
        /* Less indented, it would be a part of the value above; more, take in the one below. */
        { "[global]\n# first\n    index-url = a\n    user = true\n",
          "[global]\n    " MARK "\n    keyring-provider = subprocess\n# first\n    index-url = a\n"
          "    user = true\n" },
        { "[global]\n\n\t[install]\n",
          "[global]\n\t" MARK "\n\tkeyring-provider = subprocess\n\n\t[install]\n" },
        { "[global]\nextra-index-url =\n  https://a.example/\n  [global]\n",
          "[global]\n" MARK "\nkeyring-provider = subprocess\nextra-index-url =\n"
          "  https://a.example/\n  [global]\n" },
        { "[global]\n  Keyring_Provider: import\nuser = true\n",
          "[global]\n  " MARK ", in place of: Keyring_Provider: import\n"
          "  keyring-provider = subprocess\nuser = true\n" },
        { "[global]\r\nuser = true\r\n",
          "[global]\r\n" MARK "\r\nkeyring-provider = subprocess\r\nuser = true\r\n" },
        { "; keyring-provider = import\n[a]\nkeyring-provider = auto\n[global] ; x\n",
          "; keyring-provider = import\n[a]\nkeyring-provider = auto\n[global] ; x\n" MARK
          "\nkeyring-provider = subprocess\n" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_change(&pip, cases[i].before, cases[i].after);
}

static void a_section_inherits_what_is_in_default(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum setting_state found;
    } cases[] = {
        { "[DEFAULT]\nkeyring-provider = disabled\n[global]\n", SETTING_OTHER },
        { "[global]\n[DEFAULT]\nkeyring-provider = subprocess\n", SETTING_SAME },
        { "[DEFAULT]\nkeyring-provider = disabled\n", SETTING_MISSING },
        { "[DEFAULT]\nkeyring-provider = disabled\n[global]\nkeyring-provider = subprocess\n",
          SETTING_SAME },
        { "[default]\nkeyring-provider = disabled\n[global]\n", SETTING_MISSING },
        { "[global]\n", SETTING_MISSING },
        { "", SETTING_MISSING },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_secret struct secret *text = secret_from_text(cases[i].text);
        assert_int_equal(setting_find_inherited(&pip, text), cases[i].found);
    }
}

static void a_setting_is_added_to_uv_toml_and_taken_back(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after;
    } cases[] = {
        { "", MARK "\nkeyring-provider = \"subprocess\"\n" },
        { "# mine\n[[index]]\nurl = \"https://a.example/\"\n",
          MARK "\nkeyring-provider = \"subprocess\"\n# mine\n[[index]]\nurl = "
               "\"https://a.example/\"\n" },
        { "offline = true\nkeyring-provider = \"disabled\" # no\n[pip]\n",
          "offline = true\n" MARK ", in place of: keyring-provider = \"disabled\" # no\n"
          "keyring-provider = \"subprocess\"\n[pip]\n" },
        { "x = [\n  [1],\n]\n'keyring-provider'='a'\n",
          "x = [\n  [1],\n]\n" MARK ", in place of: 'keyring-provider'='a'\n"
          "keyring-provider = \"subprocess\"\n" },
        { "[pip]\nkeyring-provider = \"disabled\"\n",
          MARK "\nkeyring-provider = \"subprocess\"\n[pip]\nkeyring-provider = \"disabled\"\n" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_change(&uv, cases[i].before, cases[i].after);
}

static void the_end_of_the_last_line_may_be_missing(void **state)
{
    (void)state;
    auto_secret struct secret *text = secret_from_text("[global]");
    auto_secret struct secret *changed = setting_set(&pip, text);
    assert_string_equal(changed->bytes, "[global]\n" MARK "\nkeyring-provider = subprocess\n");
    auto_secret struct secret *back = setting_unset(&pip, changed);
    assert_string_equal(back->bytes, "[global]\n");
}

static void what_the_user_added_to_our_section_stays(void **state)
{
    (void)state;
    auto_secret struct secret *text =
        secret_from_text(MARK "\n[global]\nkeyring-provider = subprocess\nuser = true\n");
    auto_secret struct secret *back = setting_unset(&pip, text);
    assert_string_equal(back->bytes, "[global]\nuser = true\n");
}

static void each_state_is_told(void **state)
{
    (void)state;
    assert_int_equal(state_of(&pip, "[global]\nkeyring-provider = subprocess\n"), SETTING_SAME);
    assert_int_equal(state_of(&pip, "[global]\n--keyring-provider=subprocess"), SETTING_SAME);
    assert_int_equal(state_of(&pip, "[global]\nkeyring-provider = auto\n"), SETTING_OTHER);
    assert_int_equal(state_of(&pip, "[global]\nkeyring-providers = auto\n"), SETTING_MISSING);
    assert_int_equal(state_of(&pip, "[globals]\nkeyring-provider = auto\n"), SETTING_MISSING);
    assert_int_equal(state_of(&uv, "keyring-provider=\"subprocess\" # x\n"), SETTING_SAME);
    assert_int_equal(state_of(&uv, "'keyring-provider' = \"subprocess\"\n"), SETTING_SAME);
    assert_int_equal(state_of(&uv, "x = \"\"\"\nkeyring-provider = \"a\"\n\"\"\"\n"),
                     SETTING_MISSING);
    assert_int_equal(state_of(&uv, "x = { keyring-provider = \"a\" }\n"), SETTING_MISSING);
    assert_int_equal(state_of(&uv, "Keyring-Provider = \"subprocess\"\n"), SETTING_MISSING);
}

static void a_file_that_cannot_be_changed_safely_is_told(void **state)
{
    (void)state;
    static const char *const inis[] = {
        "[global]\nkeyring-provider = a\n[global]\n",
        "[global]\nkeyring-provider = a\nkeyring_provider = b\n",
        "[global]\nkeyring-provider =\n  subprocess\n",
        "[global]\nkeyring-provider = a\n\n# x\n  b\n",
    };
    static const char *const tomls[] = {
        "keyring-provider = \"a\"\nkeyring-provider = \"b\"\n",
        "keyring-provider = \"\"\"\nx\"\"\"\n",
        "keyring-provider.x = 1\n",
        "keyring-provider = \n",
        "offline = true\n[index\n",
        "\xef\xbb\xbf[pip]\n",
    };
    for (size_t i = 0; i < ARRAY_SIZE(inis); i++)
        assert_int_equal(state_of(&pip, inis[i]), SETTING_UNCLEAR);
    for (size_t i = 0; i < ARRAY_SIZE(tomls); i++)
        assert_int_equal(state_of(&uv, tomls[i]), SETTING_UNCLEAR);
    auto_secret struct secret *nul = secret_new("[global]\n\0x", 11);
    assert_int_equal(setting_find(&pip, nul), SETTING_UNCLEAR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_setting_is_added_to_pip_conf_and_taken_back),
        cmocka_unit_test(a_section_inherits_what_is_in_default),
        cmocka_unit_test(a_setting_is_added_to_uv_toml_and_taken_back),
        cmocka_unit_test(the_end_of_the_last_line_may_be_missing),
        cmocka_unit_test(what_the_user_added_to_our_section_stays),
        cmocka_unit_test(each_state_is_told),
        cmocka_unit_test(a_file_that_cannot_be_changed_safely_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
