/* SPDX-License-Identifier: MIT */
/* The user's kernel keyring, which holds other programs' keys too. Two lines of the input are one
 * key: its description and its payload. This file stands for libkeyutils. */
#include <errno.h>
#include <keyutils.h>

#include "keyring/kernel.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/keyring_check.h"

#define KEYS_MAX 64

extern const struct keyring_module entra_module;

static char *descriptions[KEYS_MAX], *payloads[KEYS_MAX];
static size_t count;

/* The serial of a key is its index and one more. */
static bool is_key(key_serial_t key)
{
    return key > 0 && (size_t)key <= count;
}

int keyctl_read_alloc(key_serial_t id, void **buffer)
{
    HOLDS(id == KEY_SPEC_USER_KEYRING);
    key_serial_t *serials = calloc(count + 1, sizeof *serials);
    HOLDS(serials != NULL);
    for (size_t i = 0; i < count; i++)
        serials[i] = (key_serial_t)(i + 1);
    *buffer = serials;
    return (int)(count * sizeof *serials);
}

int keyctl_describe_alloc(key_serial_t id, char **buffer)
{
    HOLDS(is_key(id));
    *buffer = strdup(descriptions[id - 1]);
    HOLDS(*buffer != NULL);
    return (int)strlen(*buffer);
}

/* As the kernel does: the length of the payload, however much of it fits. */
long keyctl_read(key_serial_t id, char *buffer, size_t size)
{
    HOLDS(is_key(id));
    const char *payload = payloads[id - 1];
    size_t length = payload != NULL ? strlen(payload) : 0;
    if (buffer != NULL)
        memcpy(buffer, payload, length < size ? length : size);
    return (long)length;
}

/* The session leads to the user's keyring, which is used wherever the fuzzer runs. */
key_serial_t keyctl_get_keyring_ID(key_serial_t id, int create)
{
    (void)create;
    HOLDS(id == KEY_SPEC_USER_KEYRING);
    return KEYS_MAX + 1;
}

long keyctl_search(key_serial_t ring, const char *type, const char *description,
                   key_serial_t destination)
{
    (void)type, (void)destination;
    if (ring == KEY_SPEC_SESSION_KEYRING)
        return keyctl_get_keyring_ID(KEY_SPEC_USER_KEYRING, 0);
    for (size_t i = 0; i < count; i++) {
        const char *ours = strrchr(descriptions[i], ';');
        if (ours != NULL && strcmp(ours + 1, description) == 0)
            return (long)(i + 1);
    }
    errno = ENOKEY;
    return -1;
}

key_serial_t add_key(const char *type, const char *description, const void *payload, size_t length,
                     key_serial_t ring)
{
    (void)type, (void)description, (void)payload, (void)length, (void)ring;
    errno = EDQUOT;
    return -1;
}

long keyctl_setperm(key_serial_t id, key_perm_t permissions)
{
    (void)id, (void)permissions;
    return 0;
}

long keyctl_set_timeout(key_serial_t id, unsigned seconds)
{
    (void)id, (void)seconds;
    return 0;
}

long keyctl_link(key_serial_t id, key_serial_t ring)
{
    (void)id, (void)ring;
    return 0;
}

long keyctl_unlink(key_serial_t id, key_serial_t ring)
{
    (void)id, (void)ring;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = fuzz_input(data, size);
    for (count = 0; count < KEYS_MAX; count++) {
        descriptions[count] = fuzz_line(&input);
        payloads[count] = fuzz_line(&input);
        if (descriptions[count] == NULL)
            break;
    }
    keyring_check(&entra_module.keyring, true);
    for (size_t i = 0; i < count; i++) {
        free(descriptions[i]);
        free(payloads[i]);
    }
    return 0;
}
