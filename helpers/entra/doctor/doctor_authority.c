/* SPDX-License-Identifier: MIT */
/* The authority, looked at once: the clock, and the way there. */
#include <string.h>

#include "common/base/rfc3339.h"
#include "helpers/entra/doctor/doctor.h"

/* Assertions and certificates are judged by the clock; MSAL's own margin is five minutes. */
#define CLOCK_SECONDS_WRONG (5 * 60)

/* Why there is none to be looked at; NULL: there is one. */
static const char *no_authority(const struct doctor *doctor)
{
    if (!doctor->is_identified)
        return "it is not known whom to ask";
    if (doctor->request.unconfigured)
        return "nothing says who asks, so no authority is looked at";
    if (doctor->request.credential_count > 0 && !doctor->request.for_user &&
        doctor->request.credentials[0].kind == CREDENTIAL_MANAGED_IDENTITY)
        return "a managed identity's token comes from the machine, not from an authority";
    return NULL;
}

static void probe(struct doctor *doctor)
{
    if (doctor->was_probed)
        return;
    doctor->was_probed = true;
    const struct acquire_module *module = doctor_acquire(&doctor->probe_error);
    if (module != NULL)
        module->probe(&doctor->request, doctor_deadline(doctor), &doctor->probe,
                      &doctor->probe_error);
}

void doctor_clock(struct doctor *doctor)
{
    const char *none = no_authority(doctor);
    if (none != NULL) {
        doctor_pass(doctor, "%s", none);
        return;
    }
    probe(doctor);
    if (!doctor->probe.clock_is_known) {
        doctor_pass(doctor, "%s does not tell the time", doctor->request.instance);
        return;
    }
    int64_t ahead = doctor->probe.clock_ahead;
    long long seconds = (long long)(ahead < 0 ? -ahead : ahead);
    const char *how = ahead < 0 ? "behind" : "ahead of";
    if (seconds < CLOCK_SECONDS_WRONG) {
        doctor_good(doctor, "%lld s %s the authority's", seconds, how);
        return;
    }
    struct error error = { 0 };
    error_set(&error, ERROR_OTHER, "this machine's clock is %lld s %s the authority's", seconds,
              how);
    error_known_as(&error, "clock_wrong");
    doctor_bad(doctor, &error);
}

/* How far one came: the last line of these is where it ended. A proxy that was not reached and one
 * that was not asked look alike, unless the authority was reached without it. */
static void tell_route(struct doctor *doctor)
{
    const struct authority_probe *seen = &doctor->probe;
    bool has_proxy = seen->proxy[0] != '\0';
    bool is_reached = doctor->probe_error.kind == ERROR_NONE || seen->issuer[0] != '\0';
    if (seen->by_proxy)
        doctor_detail(doctor, "proxy", seen->proxy, seen->address);
    else
        doctor_detail(doctor, "proxy", has_proxy ? seen->proxy : "none",
                      has_proxy && is_reached ? "not for this host, or SOCKS" : NULL);
    if (seen->address[0] != '\0' && !seen->by_proxy && (!has_proxy || is_reached))
        doctor_detail(doctor, "DNS", seen->address, NULL);
    if (seen->issuer[0] != '\0')
        doctor_detail(doctor, "TLS, certified by", seen->issuer, NULL);
    if (seen->certified_to != 0)
        doctor_detail(doctor, "expires", rfc3339_format(seen->certified_to).text, NULL);
}

void doctor_network(struct doctor *doctor)
{
    const char *none = no_authority(doctor);
    if (none != NULL) {
        doctor_pass(doctor, "%s", none);
        return;
    }
    probe(doctor);
    if (doctor->probe_error.kind == ERROR_NONE)
        doctor_good(doctor, "%s answers, and knows the tenant %s", doctor->request.instance,
                    doctor->request.tenant);
    else
        doctor_bad(doctor, &doctor->probe_error);
    tell_route(doctor);
}
