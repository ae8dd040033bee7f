/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/store/self_test.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define SELF_TEST_SECONDS 60

/* Random hexadecimal digits. */
struct nonce {
    char text[33];
};

static struct nonce make_nonce(void)
{
    struct nonce nonce;
    unsigned char bytes[2 * sizeof(int64_t)] = { 0 };
    if (getrandom(bytes, sizeof bytes, GRND_NONBLOCK) != sizeof bytes) {
        const int64_t fallback[] = { time(NULL), getpid() };
        memcpy(bytes, fallback, sizeof bytes);
    }
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(nonce.text + 2 * i, 3, "%02x", bytes[i]);
    return nonce;
}

bool self_test_run(const struct store *store, int64_t deadline, struct error *error)
{
    struct store strict = { .keyring = store->keyring, .named = true };
    struct nonce id = make_nonce(), content = make_nonce();
    const struct keyring_key key = { { { STORE_KIND, STORE_KIND_SELF_TEST }, { "id", id.text } } };
    auto_secret struct secret *record = secret_from_text(content.text);
    auto_secret struct secret *found = NULL;
    if (!store_put(&strict, &key, "Microsoft Entra self-test", record,
                   time(NULL) + SELF_TEST_SECONDS, deadline, error))
        return false;
    enum keyring_answer answer = store_look_up(&strict, &key, deadline, &found, error);
    bool dropped = answer != KEYRING_FAILED && store_drop(&strict, &key, deadline, error);
    if (answer == KEYRING_FOUND && dropped &&
        secret_equals(found, content.text, strlen(content.text)))
        return true;
    if (error->kind == ERROR_NONE) {
        error_set(error, ERROR_KEYRING, "the keyring does not return what was stored in it");
        error_known_as(error, "keyring_failed");
    }
    return false;
}
