/* The keyring: which one it is, and whether it gives back what it is given. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "helpers/entra/doctor.h"

#define STORE_KIND_TEST "doctor"
#define TEST_SECONDS    60

/* Digits that nobody else draws. */
struct nonce {
    char text[33];
};

static struct nonce draw(void)
{
    struct nonce nonce;
    unsigned char bytes[16] = { 0 };
    if (getrandom(bytes, sizeof bytes, GRND_NONBLOCK) != sizeof bytes)
        memcpy(bytes, &(struct timespec){ time(NULL), getpid() }, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(nonce.text + 2 * i, 3, "%02x", bytes[i]);
    return nonce;
}

/* What is asked for by name must work, and what auto chose is to work here too. */
static struct token_store strict(const struct token_store *store)
{
    return (struct token_store){ .keyring = store->keyring, .named = true };
}

/* A record is put there, looked up and dropped. */
static bool go_round(struct token_store *store, int64_t deadline, struct error *error)
{
    struct nonce id = draw(), content = draw();
    const struct keyring_key key = { { { STORE_KIND, STORE_KIND_TEST }, { "id", id.text } } };
    auto_secret struct secret *record = secret_from_text(content.text);
    auto_secret struct secret *found = NULL;
    if (!token_store_put(store, &key, "Microsoft Entra: a test by entra doctor", record,
                         time(NULL) + TEST_SECONDS, deadline, error))
        return false;
    enum keyring_answer answer = token_store_look_up(store, &key, deadline, &found, error);
    bool dropped = answer != KEYRING_FAILED && token_store_drop(store, &key, deadline, error);
    if (answer == KEYRING_FOUND && dropped &&
        secret_equals(found, content.text, strlen(content.text)))
        return true;
    if (error->kind == ERROR_NONE) {
        error_set(error, ERROR_KEYRING, "the keyring does not give back what it was given");
        error_known_as(error, "keyring_failed");
    }
    return false;
}

/* `auto` goes on to the next where there is no service; a lookup finds that out. */
static void settle(struct token_store *store, int64_t deadline)
{
    const struct keyring_key nothing = { { { STORE_KIND, STORE_KIND_TEST }, { "id", "none" } } };
    auto_secret struct secret *record = NULL;
    struct error unused = { 0 };
    token_store_look_up(store, &nothing, deadline, &record, &unused);
}

void doctor_keyring(struct doctor *doctor)
{
    struct token_store *store = &doctor->tokens.store;
    struct error error = { 0 };
    if (!doctor->has_store) {
        doctor_bad(doctor, &doctor->store_error);
        return;
    }
    settle(store, doctor->tokens.deadline);
    if (store->trouble.message[0] != '\0') {
        doctor_bad(doctor, &store->trouble);
        return;
    }
    if (strcmp(store->keyring->name, "none") == 0) {
        doctor_pass(doctor, "none is wanted, so nothing is kept");
        return;
    }
    struct token_store tested = strict(store);
    if (go_round(&tested, doctor->tokens.deadline, &error)) {
        doctor_good(doctor, "%s is open, and gives back what it is given", store->keyring->name);
        return;
    }
    error_wanted(&error, "%s", store->keyring->name);
    doctor_bad(doctor, &error);
}
