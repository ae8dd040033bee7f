/* SPDX-License-Identifier: MIT */
/* The keyring `runtime`, with a folder that passes for one in memory. */
#include "tests/unit/support.h"

#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>

#include "common/base/array.h"
#include "keyring/runtime.h"

int __wrap_fstatfs(int fd, struct statfs *ret_status);
int __wrap_fstatfs(int fd, struct statfs *ret_status)
{
    (void)fd;
    *ret_status = (struct statfs){ .f_type = TMPFS_MAGIC };
    return 0;
}

static int begin(void **state)
{
    clear_environment(state);
    make_runtime_folder();
    return 0;
}

/* A key with as many attributes as there can be, and what happens to be behind it in memory. */
struct full {
    struct keyring_key key;
    struct keyring_attribute behind;
};

static struct full full_key(const char *last, const char *behind)
{
    static const char *const names[KEYRING_ATTRIBUTES_MAX] = { "a", "b", "c", "d",
                                                               "e", "f", "g", "h" };
    struct full full = { .behind = { behind, behind } };
    for (size_t i = 0; i < KEYRING_ATTRIBUTES_MAX; i++)
        full.key.attributes[i] = (struct keyring_attribute){ names[i], "a value" };
    full.key.attributes[KEYRING_ATTRIBUTES_MAX - 1].value = last;
    return full;
}

static enum keyring_answer look_up(const struct keyring *keyring, const struct full *full)
{
    struct error error = { 0 };
    auto_secret struct secret *record = NULL;
    enum keyring_answer answer = keyring->lookup(&full->key, 0, &record, &error);
    if (answer == KEYRING_FOUND)
        assert_string_equal(record->bytes, "the record");
    return answer;
}

static void all_attributes_of_a_full_key_count_and_no_more(void **state)
{
    (void)state;
    struct error error = { 0 };
    const struct keyring *keyring = keyring_runtime(&error);
    auto_secret struct secret *record = secret_from_text("the record");
    auto_keyring_list struct keyring_list list = { 0 };
    const struct full stored = full_key("1", "x"), same = full_key("1", "y"),
                      other = full_key("2", "x");
    assert_true(keyring->store(&stored.key, "a label", record, 0, 0, &error));
    assert_int_equal(look_up(keyring, &same), KEYRING_FOUND);
    assert_int_equal(look_up(keyring, &other), KEYRING_NOTHING);
    assert_int_equal(keyring->list(&same.key, 0, &list, &error), KEYRING_FOUND);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.items[0].attribute_count, KEYRING_ATTRIBUTES_MAX);
    assert_true(keyring->erase(&other.key, 0, &error));
    assert_int_equal(look_up(keyring, &stored), KEYRING_FOUND);
    assert_true(keyring->erase(&same.key, 0, &error));
    assert_int_equal(look_up(keyring, &stored), KEYRING_NOTHING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(all_attributes_of_a_full_key_count_and_no_more, begin),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
