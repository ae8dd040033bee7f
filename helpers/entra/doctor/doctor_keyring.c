/* SPDX-License-Identifier: MIT */
/* The check keyring: which keyring is used, and whether it works. */
#define _GNU_SOURCE
#include <string.h>

#include "common/store/self_test.h"
#include "helpers/entra/doctor/doctor.h"

/* Has `auto` choose its keyring: the first lookup finds out which service is there. */
static void choose_keyring(struct store *store, int64_t deadline)
{
    const struct keyring_key nothing = { { { STORE_KIND, STORE_KIND_SELF_TEST },
                                           { "id", "none" } } };
    auto_secret struct secret *record = NULL;
    struct error unused = { 0 };
    store_look_up(store, &nothing, deadline, &record, &unused);
}

void doctor_keyring(struct doctor *doctor)
{
    struct store *store = &doctor->tokens.store;
    struct error error = { 0 };
    if (!doctor->has_store) {
        doctor_fail(doctor, &doctor->store_error);
        return;
    }
    choose_keyring(store, doctor->tokens.deadline);
    if (store->trouble.message[0] != '\0') {
        doctor_fail(doctor, &store->trouble);
        return;
    }
    if (strcmp(store->keyring->name, "none") == 0) {
        doctor_skip(doctor, "none is used, so tokens are not stored");
        return;
    }
    if (self_test_run(store, doctor->tokens.deadline, &error)) {
        doctor_ok(doctor, "%s is open; a test item was stored and read back", store->keyring->name);
        if (store->absent.message[0] != '\0')
            doctor_detail(doctor, "desktop keyring", "not used", store->absent.message);
        return;
    }
    error_wanted(&error, "%s", store->keyring->name);
    doctor_fail(doctor, &error);
}
