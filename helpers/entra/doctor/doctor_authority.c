/* SPDX-License-Identifier: MIT */
/* The checks clock and network, which share one request to the authority. */
#include <string.h>

#include "common/base/rfc3339.h"
#include "common/entra/identity_source.h"
#include "helpers/entra/doctor/doctor.h"

/* A wrong clock invalidates assertions and certificates; MSAL too allows for five minutes. */
#define CLOCK_SECONDS_WRONG (5 * 60)

/* Without a configuration, the user's request is the second candidate. A service of Azure that
 * hosts apps gives them their identity, and has no users. */
const struct token_request *doctor_authority(const struct doctor *doctor, const char **ret_why_none)
{
    const struct token_request *request = doctor->request;
    *ret_why_none = "the authority is not known";
    if (!doctor->is_identified)
        return NULL;
    if (request->unconfigured && !request->for_user && doctor->candidates.count > 1 &&
        !identity_source_find()->hosts_apps)
        request = &doctor->candidates.items[1];
    *ret_why_none = "a managed identity's token comes from this machine, not from an authority";
    bool has_identity =
        doctor->has_token && token_request_is_for_managed_identity(doctor->result.request);
    return has_identity || token_request_is_for_managed_identity(request) ? NULL : request;
}

/* Without a configuration, only a token tells who requests it. If that is a managed identity, which
 * may be in a network that does not reach the authority, the authority does not matter. */
static bool is_needed(struct doctor *doctor, const char **ret_why_not)
{
    if (doctor->is_complete && doctor->request->unconfigured && doctor->candidates.count > 1)
        doctor_get_token(doctor);
    return doctor_authority(doctor, ret_why_not) != NULL;
}

static void probe(struct doctor *doctor, const struct token_request *request)
{
    if (doctor->was_probed)
        return;
    doctor->was_probed = true;
    const struct acquire_module *module = acquire_load(&doctor->probe_error);
    if (module != NULL)
        module->probe(request, doctor_deadline(doctor), &doctor->probe, &doctor->probe_error);
}

void doctor_clock(struct doctor *doctor)
{
    const char *why_none;
    const struct token_request *request = doctor_authority(doctor, &why_none);
    if (request == NULL) {
        doctor_skip(doctor, "%s", why_none);
        return;
    }
    probe(doctor, request);
    if (!doctor->probe.clock_is_known) {
        doctor_skip(doctor, "not checked, since %s did not send the time", request->instance);
        return;
    }
    int64_t ahead = doctor->probe.clock_ahead;
    long long seconds = (long long)(ahead < 0 ? -ahead : ahead);
    const char *how = ahead < 0 ? "behind" : "ahead of";
    if (seconds < CLOCK_SECONDS_WRONG) {
        doctor_ok(doctor, "%lld s %s the authority's clock", seconds, how);
        return;
    }
    struct error error = { 0 };
    error_set(&error, ERROR_OTHER, "this machine's clock is %lld s %s the authority's", seconds,
              how);
    error_known_as(&error, "clock_wrong");
    doctor_fail(doctor, &error);
}

/* Shows how far the request got: the last detail is where it stopped. A configured proxy that was
 * not reached cannot be told from one that was not used, unless the authority was reached without
 * it. */
static void show_route(struct doctor *doctor)
{
    const struct authority_probe *seen = &doctor->probe;
    bool has_proxy = seen->proxy[0] != '\0';
    bool is_reached = doctor->probe_error.kind == ERROR_NONE || seen->issuer[0] != '\0';
    if (seen->by_proxy)
        doctor_detail(doctor, "proxy", seen->proxy, seen->address);
    else
        doctor_detail(doctor, "proxy", has_proxy ? seen->proxy : "none",
                      has_proxy && is_reached ? "not used for this host, or a SOCKS proxy" : NULL);
    if (seen->address[0] != '\0' && !seen->by_proxy && (!has_proxy || is_reached))
        doctor_detail(doctor, "DNS", seen->address, NULL);
    if (seen->issuer[0] != '\0')
        doctor_detail(doctor, "TLS certificate issuer", seen->issuer, NULL);
    if (seen->certified_to != 0)
        doctor_detail(doctor, "expires", rfc3339_format(seen->certified_to).text, NULL);
}

void doctor_network(struct doctor *doctor)
{
    const char *why_none;
    const struct token_request *request = doctor_authority(doctor, &why_none);
    if (request == NULL) {
        doctor_skip(doctor, "%s", why_none);
        return;
    }
    probe(doctor, request);
    if (doctor->probe_error.kind != ERROR_NONE && !is_needed(doctor, &why_none)) {
        doctor_skip(doctor, "%s", why_none);
        return;
    }
    if (doctor->probe_error.kind == ERROR_NONE)
        doctor_ok(doctor, "%s answers and knows the tenant %s", request->instance, request->tenant);
    else
        doctor_fail(doctor, &doctor->probe_error);
    show_route(doctor);
}
