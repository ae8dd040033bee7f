/* SPDX-License-Identifier: MIT */
/* The keyring in keyring/kernel/, where the real kernel cannot be brought into the state: who
 * possesses its keys, and whose it is. This file stands for libkeyutils, with one key. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <errno.h>
#include <keyutils.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "common/base/array.h"
#include "keyring/kernel.h"

#define KEY     7
#define RING    8
#define OTHER   9
#define PAYLOAD "the record"

extern const struct keyring_module entra_module;
static const struct keyring *const keyring = &entra_module.keyring;
static const struct keyring_key about = { { { "kind", "access_token" } } };

/* What the kernel does, and what was done to it. */
static struct {
    bool is_possessed;
    int link_error, search_error, unlink_error; /* 0: none */
    bool is_denied;                             /* whoever possesses the key */
    ino_t pid_namespace, user_namespace;
    key_serial_t ring_in_session;
    int keys, links, uses;
    key_perm_t permissions;
    unsigned timeout;
} kernel;

static bool fails_with(int code)
{
    errno = code;
    return code != 0;
}

static bool is_denied(key_serial_t id)
{
    assert_int_equal(id, KEY);
    kernel.uses++;
    return fails_with(kernel.is_denied || !kernel.is_possessed ? EACCES : 0);
}

long keyctl_link(key_serial_t id, key_serial_t ring)
{
    assert_int_equal(id, KEY_SPEC_USER_KEYRING);
    assert_int_equal(ring, KEY_SPEC_PROCESS_KEYRING);
    kernel.links++;
    if (fails_with(kernel.link_error))
        return -1;
    kernel.is_possessed = true;
    return 0;
}

long keyctl_search(key_serial_t ring, const char *type, const char *description,
                   key_serial_t destination)
{
    (void)description, (void)destination;
    if (ring == KEY_SPEC_USER_KEYRING) {
        kernel.uses++;
        return fails_with(kernel.search_error) ? -1 : KEY;
    }
    assert_int_equal(ring, KEY_SPEC_SESSION_KEYRING);
    assert_string_equal(type, "keyring");
    return fails_with(kernel.ring_in_session == 0 ? ENOKEY : 0) ? -1 : kernel.ring_in_session;
}

key_serial_t keyctl_get_keyring_ID(key_serial_t id, int create)
{
    (void)create;
    assert_int_equal(id, KEY_SPEC_USER_KEYRING);
    return RING;
}

long keyctl_read(key_serial_t id, char *buffer, size_t size)
{
    if (is_denied(id))
        return -1;
    if (buffer != NULL)
        memcpy(buffer, PAYLOAD, size < strlen(PAYLOAD) ? size : strlen(PAYLOAD));
    return (long)strlen(PAYLOAD);
}

key_serial_t add_key(const char *type, const char *description, const void *payload, size_t length,
                     key_serial_t ring)
{
    (void)type, (void)description, (void)payload, (void)length;
    assert_int_equal(ring, KEY_SPEC_USER_KEYRING);
    kernel.uses++;
    return KEY;
}

long keyctl_setperm(key_serial_t id, key_perm_t permissions)
{
    if (is_denied(id))
        return -1;
    kernel.permissions = permissions;
    return 0;
}

long keyctl_set_timeout(key_serial_t id, unsigned seconds)
{
    if (is_denied(id))
        return -1;
    kernel.timeout = seconds;
    return 0;
}

long keyctl_unlink(key_serial_t id, key_serial_t ring)
{
    (void)ring;
    assert_int_equal(id, KEY);
    kernel.uses++;
    return fails_with(kernel.unlink_error) ? -1 : 0;
}

int keyctl_read_alloc(key_serial_t id, void **buffer)
{
    assert_int_equal(id, KEY_SPEC_USER_KEYRING);
    kernel.uses++;
    key_serial_t *keys = calloc((size_t)kernel.keys, sizeof *keys);
    for (int i = 0; i < kernel.keys; i++)
        keys[i] = KEY;
    *buffer = keys;
    return kernel.keys * (int)sizeof *keys;
}

int keyctl_describe_alloc(key_serial_t id, char **buffer)
{
    assert_int_equal(id, KEY);
    *buffer = strdup("user;0;0;3f010000;entra:{\"kind\":\"access_token\"}");
    return (int)strlen(*buffer);
}

int __wrap_stat(const char *path, struct stat *ret_status);
int __wrap_stat(const char *path, struct stat *ret_status)
{
    *ret_status =
        (struct stat){ .st_ino = strcmp(path, "/proc/self/ns/pid") == 0 ? kernel.pid_namespace
                                                                        : kernel.user_namespace };
    return fails_with(ret_status->st_ino == 0 ? ENOENT : 0) ? -1 : 0;
}

/* The namespaces that a machine starts with, and others. */
#define FIRST_PID  0xEFFFFFFCU
#define FIRST_USER 0xEFFFFFFDU
#define LATER      0xF0000001U

static int setup(void **state)
{
    (void)state;
    memset(&kernel, 0, sizeof kernel);
    kernel.is_possessed = true;
    kernel.keys = 1;
    kernel.pid_namespace = FIRST_PID;
    kernel.user_namespace = FIRST_USER;
    return 0;
}

static enum keyring_answer look_up(struct error *error)
{
    auto_secret struct secret *record = NULL;
    enum keyring_answer answer = keyring->lookup(&about, 0, &record, error);
    if (answer == KEYRING_FOUND)
        assert_memory_equal(record->bytes, PAYLOAD, strlen(PAYLOAD));
    return answer;
}

static bool store(struct error *error)
{
    auto_secret struct secret *record = secret_from_text(PAYLOAD);
    return keyring->store(&about, "a label", record, time(NULL) + 3600, 0, error);
}

/* ---- who possesses the keys ---- */

static void what_the_session_leads_to_is_not_linked_again(void **state)
{
    (void)state;
    struct error error;
    assert_int_equal(look_up(&error), KEYRING_FOUND);
    assert_true(store(&error));
    assert_int_equal(kernel.links, 0);
}

static void a_key_that_is_not_possessed_is_read_all_the_same(void **state)
{
    (void)state;
    struct error error;
    kernel.is_possessed = false;
    assert_int_equal(look_up(&error), KEYRING_FOUND);
    assert_int_equal(kernel.links, 1);
}

static void it_is_listed_with_its_record(void **state)
{
    (void)state;
    struct error error;
    kernel.is_possessed = false;
    auto_keyring_list struct keyring_list list = { 0 };
    assert_int_equal(keyring->list(&about, 0, &list, &error), KEYRING_FOUND);
    assert_int_equal(list.count, 1);
    assert_memory_equal(list.items[0].record->bytes, PAYLOAD, strlen(PAYLOAD));
}

static void a_list_that_would_be_too_long_fails(void **state)
{
    (void)state;
    struct error error = { 0 };
    auto_keyring_list struct keyring_list most = { 0 }, part = { 0 };
    kernel.keys = KEYRING_ITEMS_MAX;
    assert_int_equal(keyring->list(&about, 0, &most, &error), KEYRING_FOUND);
    assert_int_equal(most.count, KEYRING_ITEMS_MAX);
    kernel.keys++;
    assert_int_equal(keyring->list(&about, 0, &part, &error), KEYRING_FAILED);
    assert_error(&error, ERROR_KEYRING, "more than 1000 items");
    assert_int_equal(part.count, KEYRING_ITEMS_MAX);
}

static void it_is_stored_whole(void **state)
{
    (void)state;
    struct error error;
    kernel.is_possessed = false;
    assert_true(store(&error));
    assert_int_equal(kernel.permissions, KEY_POS_ALL | KEY_USR_VIEW);
    assert_true(kernel.timeout == 3599 || kernel.timeout == 3600);
}

static void whoever_may_not_read_it_even_so_is_told(void **state)
{
    (void)state;
    struct error error;
    kernel.is_denied = true;
    assert_int_equal(look_up(&error), KEYRING_FAILED);
    assert_error(&error, ERROR_KEYRING, "Permission denied");
    assert_false(store(&error));
    assert_error(&error, ERROR_KEYRING, "Permission denied");
}

static void a_full_quota_is_named(void **state)
{
    (void)state;
    struct error error;
    kernel.is_possessed = false;
    kernel.link_error = EDQUOT;
    assert_int_equal(look_up(&error), KEYRING_FAILED);
    assert_string_equal(error.code, "keyring_full");
    assert_false(store(&error));
    assert_string_equal(error.code, "keyring_full");
}

/* ---- keys that are not there, or cannot be reached ---- */

static const struct {
    int code;
    bool is_gone; /* such a key needs not be erased any more */
} search_errors[] = {
    { ENOKEY, true },  { EKEYEXPIRED, true }, { EKEYREVOKED, true },
    { EACCES, false }, { EDQUOT, false },     { EPERM, false },
};

static void only_a_key_that_is_gone_counts_as_erased(void **state)
{
    for (size_t i = 0; i < ARRAY_SIZE(search_errors); i++) {
        setup(state);
        struct error error = { 0 };
        bool is_gone = search_errors[i].is_gone;
        kernel.search_error = search_errors[i].code;
        assert_int_equal(look_up(&error), is_gone                          ? KEYRING_NOTHING
                                          : search_errors[i].code == EPERM ? KEYRING_ABSENT
                                                                           : KEYRING_FAILED);
        error = (struct error){ 0 };
        assert_int_equal(keyring->erase(&about, 0, &error), is_gone);
        assert_int_equal(error.kind, is_gone ? ERROR_NONE : ERROR_KEYRING);
    }
}

/* The kernel says ENOENT of a key that is no longer in the keyring. */
static void an_item_that_cannot_be_erased_is_an_error_unless_it_is_gone(void **state)
{
    char serial[] = "7";
    const struct keyring_item item = { .place = serial };
    for (size_t i = 0; i < ARRAY_SIZE(search_errors); i++) {
        setup(state);
        struct error error = { 0 };
        kernel.unlink_error = search_errors[i].code;
        assert_int_equal(keyring->erase_item(&item, 0, &error), search_errors[i].is_gone);
        assert_int_equal(error.kind, search_errors[i].is_gone ? ERROR_NONE : ERROR_KEYRING);
    }
    struct error error = { 0 };
    kernel.unlink_error = ENOENT;
    assert_true(keyring->erase_item(&item, 0, &error));
    kernel.unlink_error = EACCES;
    assert_false(keyring->erase(&about, 0, &error));
    assert_error(&error, ERROR_KEYRING, "Permission denied");
}

/* ---- whose the keyring is ---- */

static const struct {
    ino_t pid_namespace, user_namespace;
    key_serial_t ring_in_session;
    bool is_used;
} cases[] = {
    { FIRST_PID, FIRST_USER, 0, true },
    { FIRST_PID, LATER, 0, true },
    { LATER, LATER, 0, true },       /* a container with a user namespace */
    { LATER, FIRST_USER, 0, false }, /* one without */
    { LATER, FIRST_USER, RING, true } /* WSL; a login in a container that is a whole system */,
    { LATER, FIRST_USER, OTHER, false }, /* a keyring of the same name */
    { 0, 0, 0, false },                  /* nothing is known: there is no /proc */
    { 0, 0, RING, true },
};

static void a_keyring_that_other_containers_share_is_not_used(void **state)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        setup(state);
        kernel.pid_namespace = cases[i].pid_namespace;
        kernel.user_namespace = cases[i].user_namespace;
        kernel.ring_in_session = cases[i].ring_in_session;
        struct error error = { 0 };
        auto_keyring_list struct keyring_list list = { 0 };
        char serial[] = "7";
        struct keyring_item item = { .place = serial };
        bool is_used = cases[i].is_used;
        assert_int_equal(look_up(&error), is_used ? KEYRING_FOUND : KEYRING_ABSENT);
        assert_int_equal(keyring->list(&about, 0, &list, &error),
                         is_used ? KEYRING_FOUND : KEYRING_ABSENT);
        assert_int_equal(store(&error), is_used);
        assert_int_equal(keyring->erase(&about, 0, &error), is_used);
        assert_int_equal(keyring->erase_item(&item, 0, &error), is_used);
        assert_int_equal(kernel.uses > 0, is_used);
        assert_int_equal(kernel.links, 0);
        if (!is_used)
            assert_error(&error, ERROR_KEYRING, "this container shares it with others");
    }
}

#define TEST(test) cmocka_unit_test_setup(test, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_the_session_leads_to_is_not_linked_again),
        TEST(a_key_that_is_not_possessed_is_read_all_the_same),
        TEST(it_is_listed_with_its_record),
        TEST(a_list_that_would_be_too_long_fails),
        TEST(it_is_stored_whole),
        TEST(whoever_may_not_read_it_even_so_is_told),
        TEST(a_full_quota_is_named),
        TEST(only_a_key_that_is_gone_counts_as_erased),
        TEST(an_item_that_cannot_be_erased_is_an_error_unless_it_is_gone),
        TEST(a_keyring_that_other_containers_share_is_not_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
