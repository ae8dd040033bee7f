/* SPDX-License-Identifier: MIT */
/* The check broker: the device's identity broker, and whether it gives a token without a prompt. */
#define _GNU_SOURCE
#include <string.h>

#include "common/base/cleanup.h"
#include "common/base/deadline.h"
#include "common/store/account_store.h"
#include "common/tokens/broker_tokens.h"
#include "helpers/entra/device_broker.h"
#include "helpers/entra/doctor/doctor.h"

/* How long the broker may take to start, and to say who is signed in. */
#define BROKER_MILLISECONDS 10000

/* What there is no broker for, and what works instead. */
static void explain_absence(struct doctor *doctor, const struct token_request *request,
                            const struct device_broker *broker)
{
    if (broker->is_forbidden)
        doctor_skip(doctor, "the device's identity broker may not be used (ENTRA_BROKER, Broker)");
    else if (request->broker == BROKER_USE_REQUIRED)
        doctor_fail(doctor, &broker->error);
    else if (device_broker_is_on_windows())
        doctor_skip(doctor,
                    "there is no identity broker in WSL: Windows' own is reached by a library of "
                    "Microsoft's only. 'entra login --browser' opens the browser of Windows, which "
                    "shows the device to the authority");
    else
        doctor_skip(doctor, "there is no identity broker in this session");
}

static void ask(struct doctor *doctor, const struct token_request *request,
                struct broker_outcome *outcome)
{
    auto_token struct token token = { 0 };
    auto_account struct account account = { 0 };
    struct token_request resolved = *request; /* owns the account that is resolved */
    struct error unused = { 0 };
    account_store_resolve(&doctor->tokens.store, &resolved, doctor_deadline(doctor), &unused);
    broker_tokens_try(&resolved, doctor_deadline(doctor), &token, &account, outcome);
    free(resolved.home_account_id);
    free(resolved.username);
}

void doctor_broker(struct doctor *doctor)
{
    struct device_broker broker;
    struct broker_outcome outcome = { .end = BROKER_NEEDS_USER };
    const struct token_request *request = device_broker_request(&doctor->candidates);
    if (request == NULL) {
        doctor_skip(doctor, "%s",
                    doctor->is_identified ? "no user's token is requested"
                                          : "not known without a configuration that is right");
        return;
    }
    device_broker_look(&doctor->tokens.store, request, true, deadline_in(BROKER_MILLISECONDS),
                       &broker);
    if (broker.end == BROKER_ABSENT) {
        explain_absence(doctor, request, &broker);
        return;
    }
    if (broker.end != BROKER_DONE) {
        if (request->broker == BROKER_USE_REQUIRED)
            doctor_fail(doctor, &broker.error);
        else
            doctor_skip(doctor, "%s", broker.error.message);
        return;
    }
    autofree char *name = device_broker_name(&broker);
    autofree char *accounts = device_broker_accounts(&broker);
    if (doctor->is_complete)
        ask(doctor, request, &outcome);
    if (outcome.end == BROKER_DONE)
        doctor_ok(doctor, "the device's identity broker gives a token without a prompt");
    else if (!doctor->is_complete)
        doctor_skip(doctor, "no request is known that the device's identity broker could answer");
    else if (request->broker == BROKER_USE_REQUIRED)
        doctor_fail(doctor, &outcome.reason);
    else
        doctor_skip(doctor, "no token without a prompt: %s", outcome.reason.message);
    doctor_detail(doctor, "broker", name, NULL);
    doctor_detail(doctor, "signed in", accounts, NULL);
}
