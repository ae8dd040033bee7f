/* SPDX-License-Identifier: MIT */
/* The keyring: which one it is, and whether it gives back what it is given. */
#define _GNU_SOURCE
#include <string.h>

#include "common/store/self_test.h"
#include "helpers/entra/doctor/doctor.h"

/* `auto` goes on to the next where there is no service; a lookup finds that out. */
static void settle(struct token_store *store, int64_t deadline)
{
    const struct keyring_key nothing = { { { STORE_KIND, STORE_KIND_SELF_TEST },
                                           { "id", "none" } } };
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
    if (self_test_run(store, doctor->tokens.deadline, &error)) {
        doctor_good(doctor, "%s is open, and gives back what it is given", store->keyring->name);
        return;
    }
    error_wanted(&error, "%s", store->keyring->name);
    doctor_bad(doctor, &error);
}
