/* SPDX-License-Identifier: MIT */
/* The checks clock and network, which share one request to the authority. */
#include <string.h>

#include "common/base/rfc3339.h"
#include "helpers/entra/doctor/doctor.h"

/* A wrong clock invalidates assertions and certificates; MSAL too allows for five minutes. */
#define CLOCK_SECONDS_WRONG (5 * 60)

const char *doctor_why_no_authority(const struct doctor *doctor)
{
    if (!doctor->is_identified)
        return "the authority is not known";
    if (doctor->request->unconfigured)
        return "no identity is configured, so there is no authority to check";
    if (doctor->request->credential_count > 0 && !doctor->request->for_user &&
        doctor->request->credentials[0].kind == CREDENTIAL_MANAGED_IDENTITY)
        return "a managed identity's token comes from this machine, not from an authority";
    return NULL;
}

static void probe(struct doctor *doctor)
{
    if (doctor->was_probed)
        return;
    doctor->was_probed = true;
    const struct acquire_module *module = acquire_load(&doctor->probe_error);
    if (module != NULL)
        module->probe(doctor->request, doctor_deadline(doctor), &doctor->probe,
                      &doctor->probe_error);
}

void doctor_clock(struct doctor *doctor)
{
    const char *reason = doctor_why_no_authority(doctor);
    if (reason != NULL) {
        doctor_skip(doctor, "%s", reason);
        return;
    }
    probe(doctor);
    if (!doctor->probe.clock_is_known) {
        doctor_skip(doctor, "%s did not send the time", doctor->request->instance);
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
    const char *reason = doctor_why_no_authority(doctor);
    if (reason != NULL) {
        doctor_skip(doctor, "%s", reason);
        return;
    }
    probe(doctor);
    if (doctor->probe_error.kind == ERROR_NONE)
        doctor_ok(doctor, "%s answers and knows the tenant %s", doctor->request->instance,
                  doctor->request->tenant);
    else
        doctor_fail(doctor, &doctor->probe_error);
    show_route(doctor);
}
