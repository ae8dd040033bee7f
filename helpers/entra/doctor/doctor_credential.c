/* SPDX-License-Identifier: MIT */
/* The client credentials: whether each can be loaded, what it is, and until when. */
#define _GNU_SOURCE
#include <stdio.h>
#include <time.h>

#include "common/base/rfc3339.h"
#include "helpers/entra/doctor/doctor.h"

/* Time enough to make a new one. */
#define ENDS_SOON_SECONDS (30 * 24 * 3600)

static void tell_facts(struct doctor *doctor, const struct credential *credential,
                       const struct credential_facts *facts, bool is_used)
{
    int64_t left = facts->expires_on - time(NULL);
    char end[96] = "";
    if (facts->expires_on > 0)
        snprintf(end, sizeof end, ", until %s (%lld %s)", rfc3339_format(facts->expires_on).text,
                 (long long)(left > 172800 ? left / 86400 : left / 60),
                 left > 172800 ? "days" : "minutes");
    doctor_good(doctor, "%s: %s%s%s", credential->where, facts->text, end,
                !is_used ? "; an earlier one is used"
                : credential->kind == CREDENTIAL_CERTIFICATE && left < ENDS_SOON_SECONDS
                    ? "; make a new one soon"
                    : "");
}

/* One that cannot be loaded is passed over, as long as another one can be. */
static void check(struct doctor *doctor, const struct acquire_module *module,
                  const struct credential *credential, bool *is_found, struct error *first)
{
    struct error error = { 0 };
    struct credential_facts facts;
    if (doctor->request.unconfigured) {
        doctor_pass(doctor, "none is configured: a person, or a managed identity, needs none");
        *is_found = true;
    } else if (credential->kind == CREDENTIAL_MANAGED_IDENTITY) {
        doctor_pass(doctor, "%s: a managed identity needs none; the next check asks it",
                    credential->where);
        *is_found = true;
    } else if (module->check_credential(&doctor->request, credential, doctor_deadline(doctor),
                                        &facts, &error)) {
        tell_facts(doctor, credential, &facts, !*is_found);
        *is_found = true;
    } else if (error.code[0] != '\0' && facts.text[0] != '\0') { /* it is there, and no good */
        doctor_bad(doctor, &error);
        *is_found = true;
    } else {
        doctor_pass(doctor, "%s: %s", credential->where, error.message);
        if (first->kind == ERROR_NONE)
            *first = error;
    }
}

void doctor_credential(struct doctor *doctor)
{
    struct error error = { 0 };
    struct token_request *request = &doctor->request;
    bool is_found = false;
    if (request->credential_count == 0) {
        doctor_pass(doctor, "%s",
                    request->for_user ? "a person signs in; the app needs none"
                                      : "none is configured");
        return;
    }
    const struct acquire_module *module = doctor_acquire(&error);
    if (module == NULL || !token_store_fill_credentials(&doctor->tokens.store, request,
                                                        doctor->tokens.deadline, &error)) {
        doctor_bad(doctor, &error);
        return;
    }
    for (size_t i = 0; i < request->credential_count; i++)
        check(doctor, module, &request->credentials[i], &is_found, &error);
    if (!is_found)
        doctor_bad(doctor, &error);
}
