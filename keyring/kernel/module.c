/* SPDX-License-Identifier: MIT */
/* The module of keyring/kernel.h. The kernel answers at once, so deadlines are ignored. */
#define _GNU_SOURCE
#include <errno.h>
#include <keyutils.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/base/json.h"
#include "common/base/text.h"
#include "keyring/kernel.h"
#include "keyring/keyring.h"

#define PREFIX "entra:"

/* All permissions for who possesses the key. Others with the user's uid may only look at its
 * description: a container without root has that uid too, and only possession keeps it out. */
#define PERMISSIONS (KEY_POS_ALL | KEY_USR_VIEW)

/* ---- whose the keyring is ---- */

/* The namespaces that a machine starts with (enum init_ns_ino in linux/nsfs.h). */
#define FIRST_USER_NAMESPACE 0xEFFFFFFDU
#define FIRST_PID_NAMESPACE  0xEFFFFFFCU

/* The number of a namespace of this process; 0 if it cannot be known. */
static ino_t namespace_number(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? status.st_ino : 0;
}

/* Whether the session keyring leads to the user's keyring, as that of a login does. */
static bool is_in_session(void)
{
    autofree char *name = text_format("_uid.%u", getuid());
    long found = keyctl_search(KEY_SPEC_SESSION_KEYRING, "keyring", name, 0);
    return found > 0 && found == keyctl_get_keyring_ID(KEY_SPEC_USER_KEYRING, 0);
}

/* Whether the keyring belongs to this user alone. All programs with the same uid have one, in
 * whichever container (user_namespaces(7)), unless the container has a user namespace; that is why
 * those that run containers make them a session that does not lead there. */
static bool is_own(void)
{
    if (namespace_number("/proc/self/ns/pid") == FIRST_PID_NAMESPACE)
        return true;
    ino_t user_namespace = namespace_number("/proc/self/ns/user");
    return (user_namespace != 0 && user_namespace != FIRST_USER_NAMESPACE) || is_in_session();
}

/* ---- failures ---- */

/* Whether a container's rules forbid the keyring, or the kernel does not have it. */
static bool is_forbidden(int code)
{
    return code == EPERM || code == ENOSYS;
}

static bool fail(struct error *error)
{
    int code = errno;
    const char *reason = code == EDQUOT ? "this user's quota of keys is used up"
                         : is_forbidden(code)
                             ? "it is not allowed here (a container's rules forbid it)"
                             : strerror(code);
    error_set(error, ERROR_KEYRING, "the kernel keyring failed: %s", reason);
    if (code == EDQUOT)
        return error_known_as(error, "keyring_full");
    if (is_forbidden(code))
        return error_known_as(error, "keyring_forbidden");
    return false;
}

/* Fails if the keyring is not this user's alone. */
static bool require_own(struct error *error)
{
    if (is_own())
        return true;
    error_set(error, ERROR_KEYRING,
              "the kernel keyring is not used here: this container shares it with others");
    return error_known_as(error, "keyring_forbidden");
}

static enum keyring_answer answer_of_failure(struct error *error)
{
    bool absent = is_forbidden(errno);
    fail(error);
    return absent ? KEYRING_ABSENT : KEYRING_FAILED;
}

/* The description of a key. The attributes keep their order, so that each key has only one. */
static char *describe(const struct keyring_key *key)
{
    auto_json json_object *attributes = keyring_key_to_json(key);
    return text_format(PREFIX "%s",
                       json_object_to_json_string_ext(
                           attributes, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

/* The payload of a big_key does not count against the user's small quota. Kernels without big_key
 * have user keys. */
#define BIG   "big_key"
#define SMALL "user"

/* After a call that was denied: makes this process possess the user's keys, and returns whether the
 * call is worth repeating. A process possesses what its session keyring leads to (keyrings(7)).
 * That of a login leads to the user's keyring; that of a systemd service (KeyringMode=private), of
 * cron, or of the caller of sudo does not, and one that has been revoked (after ssh, in tmux)
 * leads nowhere. Linking costs the user's quota a key for as long as this process lives, so it is
 * not done without need. */
static bool possess_after_denial(void)
{
    return errno == EACCES && keyctl_link(KEY_SPEC_USER_KEYRING, KEY_SPEC_PROCESS_KEYRING) == 0;
}

static bool is_not_found(int code)
{
    return code == ENOKEY || code == EKEYEXPIRED || code == EKEYREVOKED;
}

static key_serial_t find_key(const char *description)
{
    key_serial_t serial = (key_serial_t)keyctl_search(KEY_SPEC_USER_KEYRING, BIG, description, 0);
    if (serial < 0 && is_not_found(errno))
        serial = (key_serial_t)keyctl_search(KEY_SPEC_USER_KEYRING, SMALL, description, 0);
    return serial;
}

static long read_payload(key_serial_t serial, char *bytes, size_t size)
{
    long length = keyctl_read(serial, bytes, size);
    return length < 0 && possess_after_denial() ? keyctl_read(serial, bytes, size) : length;
}

/* Reads the payload of a key into as little locked memory as possible. If another process replaces
 * it by a longer one meanwhile, it is read again. Finds nothing if the key is gone meanwhile, or is
 * not one of ours. */
static enum keyring_answer read_key(key_serial_t serial, struct secret **ret_record,
                                    struct error *error)
{
    long length = read_payload(serial, NULL, 0);
    while (length > 0 && length <= KEYRING_RECORD_MAX) {
        auto_secret struct secret *record = secret_allocate((size_t)length);
        length = read_payload(serial, record->bytes, record->length);
        if (length > 0 && (size_t)length <= record->length) {
            record->length = (size_t)length;
            *ret_record = steal(&record);
            return KEYRING_FOUND;
        }
    }
    if (length >= 0 || is_not_found(errno))
        return KEYRING_NOTHING;
    fail(error);
    return KEYRING_FAILED;
}

static enum keyring_answer lookup(const struct keyring_key *key, int64_t deadline,
                                  struct secret **ret_record, struct error *error)
{
    (void)deadline;
    if (!require_own(error))
        return KEYRING_ABSENT;
    autofree char *description = describe(key);
    key_serial_t serial = find_key(description);
    if (serial >= 0)
        return read_key(serial, ret_record, error);
    return is_not_found(errno) ? KEYRING_NOTHING : answer_of_failure(error);
}

/* expires_on as for store. */
static bool finish_key(key_serial_t serial, int64_t expires_on)
{
    int64_t life = expires_on - time(NULL);
    return keyctl_setperm(serial, PERMISSIONS) == 0 &&
           (expires_on == 0 || keyctl_set_timeout(serial, life > 1 ? (unsigned)life : 1) == 0);
}

static bool store(const struct keyring_key *key, const char *label, const struct secret *record,
                  int64_t expires_on, int64_t deadline, struct error *error)
{
    (void)label, (void)deadline;
    if (!require_own(error))
        return false;
    autofree char *description = describe(key);
    key_serial_t serial =
        add_key(BIG, description, record->bytes, record->length, KEY_SPEC_USER_KEYRING);
    /* Only if there is no such type. After any other failure there may be an older big_key, which
     * would be found before the new key. */
    if (serial < 0 && errno == ENODEV)
        serial = add_key(SMALL, description, record->bytes, record->length, KEY_SPEC_USER_KEYRING);
    /* If it cannot be finished, the key stays, since it may be an older one with a new payload. */
    return (serial >= 0 && (finish_key(serial, expires_on) ||
                            (possess_after_denial() && finish_key(serial, expires_on)))) ||
           fail(error);
}

static bool erase(const struct keyring_key *key, int64_t deadline, struct error *error)
{
    (void)deadline;
    if (!require_own(error))
        return false;
    autofree char *description = describe(key);
    key_serial_t serial = find_key(description);
    if (serial < 0)
        return is_not_found(errno) || fail(error);
    return keyctl_unlink(serial, KEY_SPEC_USER_KEYRING) == 0 || fail(error);
}

/* A key that is no longer in the user's keyring is ENOENT to the kernel. */
static bool erase_item(const struct keyring_item *item, int64_t deadline, struct error *error)
{
    (void)deadline;
    if (!require_own(error))
        return false;
    key_serial_t serial = (key_serial_t)strtol(item->place, NULL, 10);
    return keyctl_unlink(serial, KEY_SPEC_USER_KEYRING) == 0 || errno == ENOENT ||
           is_not_found(errno) || fail(error);
}

/* ---- list ---- */

/* Fills in an item from a kernel key, whose description is "type;uid;gid;perm;entra:{...}". Finds
 * nothing if the kernel key is not ours, does not match, or is gone meanwhile. */
static enum keyring_answer read_item(key_serial_t serial, const struct keyring_key *key,
                                     struct keyring_item *item, struct error *error)
{
    struct error unused;
    autofree char *description = NULL;
    if (keyctl_describe_alloc(serial, &description) < 0) {
        description = NULL;
        if (is_not_found(errno) || errno == EACCES) /* ours can all be viewed */
            return KEYRING_NOTHING;
        fail(error);
        return KEYRING_FAILED;
    }
    const char *ours = strstr(description, ";" PREFIX);
    if (ours == NULL)
        return KEYRING_NOTHING;
    ours += strlen(";" PREFIX);
    auto_json json_object *attributes = json_parse(ours, strlen(ours), &unused);
    if (!json_object_is_type(attributes, json_type_object)) {
        trace("keyring: the kernel key %d is passed over: it has no attributes", serial);
        return KEYRING_NOTHING;
    }
    if (!keyring_key_is_in(key, attributes))
        return KEYRING_NOTHING;
    if (read_key(serial, &item->record, error) == KEYRING_FAILED)
        return KEYRING_FAILED;
    keyring_item_add_json(item, attributes);
    item->label = strdup(ours);
    item->place = text_format("%d", serial);
    return KEYRING_FOUND;
}

static enum keyring_answer list(const struct keyring_key *key, int64_t deadline,
                                struct keyring_list *ret_list, struct error *error)
{
    (void)deadline;
    *ret_list = (struct keyring_list){ 0 };
    if (!require_own(error))
        return KEYRING_ABSENT;
    void *keys = NULL;
    long size = keyctl_read_alloc(KEY_SPEC_USER_KEYRING, &keys);
    if (size < 0)
        return answer_of_failure(error);
    autofree key_serial_t *serials = keys;
    size_t count = (size_t)size / sizeof *serials;
    ret_list->items = calloc(count + 1, sizeof *ret_list->items);
    for (size_t i = 0; i < count; i++) {
        auto_keyring_item struct keyring_item item = { 0 };
        enum keyring_answer answer = read_item(serials[i], key, &item, error);
        if (answer == KEYRING_NOTHING)
            continue;
        if (answer != KEYRING_FOUND)
            return KEYRING_FAILED;
        if (ret_list->count == KEYRING_ITEMS_MAX) {
            keyring_fail_too_many("the kernel keyring", error);
            return KEYRING_FAILED;
        }
        ret_list->items[ret_list->count++] = item;
        item = (struct keyring_item){ 0 };
    }
    return KEYRING_FOUND;
}

MODULE_EXPORT const struct keyring_module entra_module = {
    .module = MODULE_HEAD,
    .keyring = { "kernel", lookup, store, erase, erase_item, list, list, NULL },
};
