/* SPDX-License-Identifier: MIT */
/* The check credential: whether each client credential can be loaded, and when it expires. */
#define _GNU_SOURCE
#include <stdio.h>
#include <time.h>

#include "common/base/rfc3339.h"
#include "common/store/client_secret_store.h"
#include "helpers/entra/doctor/doctor.h"

/* Leaves time to make a new one. */
#define EXPIRES_SOON_SECONDS (30 * 24 * 3600)

static void report_facts(struct doctor *doctor, const struct credential *credential,
                         const struct credential_facts *facts, bool is_used)
{
    int64_t left = facts->expires_on - time(NULL);
    char end[96] = "";
    if (facts->expires_on > 0)
        snprintf(end, sizeof end, ", valid until %s (%lld %s)",
                 rfc3339_format(facts->expires_on).text,
                 (long long)(left > 172800 ? left / 86400 : left / 60),
                 left > 172800 ? "days" : "minutes");
    doctor_ok(doctor, "%s: %s%s%s", credential->where, facts->text, end,
              !is_used ? "; an earlier one is used"
              : credential->kind == CREDENTIAL_CERTIFICATE && left < EXPIRES_SOON_SECONDS
                  ? "; make a new one soon"
                  : "");
}

/* A credential that cannot be loaded only counts as a failure if no other one can. *first receives
 * the first such error. */
static void check_one(struct doctor *doctor, const struct acquire_module *module,
                      const struct credential *credential, bool *is_found, struct error *first)
{
    struct error error = { 0 };
    struct credential_facts facts;
    if (doctor->request->unconfigured) {
        doctor_skip(doctor, "none is configured; a user or a managed identity needs none");
        *is_found = true;
    } else if (credential->kind == CREDENTIAL_MANAGED_IDENTITY) {
        doctor_skip(doctor, "%s: a managed identity needs none; the next check uses it",
                    credential->where);
        *is_found = true;
    } else if (module->check_credential(doctor->request, credential, false, doctor_deadline(doctor),
                                        &facts, &error)) {
        report_facts(doctor, credential, &facts, !*is_found);
        *is_found = true;
    } else if (error.code[0] != '\0' && facts.text[0] != '\0') { /* found, but unusable */
        doctor_fail(doctor, &error);
        *is_found = true;
    } else {
        doctor_skip(doctor, "%s: %s", credential->where, error.message);
        if (first->kind == ERROR_NONE)
            *first = error;
    }
}

void doctor_credential(struct doctor *doctor)
{
    struct error error = { 0 };
    struct token_request *request = doctor->request;
    bool is_found = false;
    if (request->credential_count == 0) {
        doctor_skip(doctor, "%s",
                    !doctor->is_identified ? "not known without a configuration that is right"
                    : request->for_user    ? "a user signs in, so the app needs none"
                                           : "none is configured");
        return;
    }
    const struct acquire_module *module = acquire_load(&error);
    if (module == NULL || !client_secret_store_fill(&doctor->tokens.store, request,
                                                    doctor->tokens.deadline, &error)) {
        doctor_fail(doctor, &error);
        return;
    }
    for (size_t i = 0; i < request->credential_count; i++)
        check_one(doctor, module, &request->credentials[i], &is_found, &error);
    if (!is_found)
        doctor_fail(doctor, &error);
}
