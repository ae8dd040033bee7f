/* SPDX-License-Identifier: MIT */
/* The authority as git-credential-entra reaches it: by the proxy and the CAs of git's
 * configuration.
 */
#define _GNU_SOURCE
#include <stdio.h>

#include "common/base/environment.h"
#include "common/entra/authority.h"
#include "helpers/entra/doctor/doctor.h"
#include "helpers/git/git_network.h"

static bool probe(struct doctor *doctor, const struct token_request *request, struct error *error)
{
    struct authority_probe seen;
    network_source = &git_network;
    const struct acquire_module *module = acquire_load(error);
    bool answered = module != NULL && module->probe(request, doctor_deadline(doctor), &seen, error);
    network_source = NULL; /* the other checks are for all programs */
    struct error unused;
    acquire_load(&unused);
    return answered;
}

/* The setting's value, if git has one, and the variable that goes before it, if there is one.
 * Returns whether git-credential-entra uses it. */
static bool show(struct doctor *doctor, const char *name, const char *value,
                 const char *const *variables)
{
    const char *variable = NULL;
    char where[80] = "for git-credential-entra";
    if (value == NULL)
        return false;
    for (; *variables != NULL; variables++)
        if (environment(*variables) != NULL)
            variable = *variables;
    if (variable != NULL)
        snprintf(where, sizeof where, "not used, since %s is set", variable);
    doctor_detail(doctor, name, value, where);
    return variable == NULL;
}

void doctor_git_network(struct doctor *doctor)
{
    static const char *const none[] = { NULL };
    static const char *const proxies[] = { "ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy",
                                           NULL };
    static const char *const cas[] = { "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", NULL };
    auto_network_settings struct network_settings found = { 0 };
    struct error error = { 0 };
    char proxy[300];
    const char *unused;
    const struct token_request *request = doctor_authority(doctor, &unused);
    if (request == NULL)
        return;
    autofree char *url = authority_endpoint(request->instance, request->tenant, "token");
    if (!git_network.find(url, doctor_deadline(doctor), &found, &error)) {
        doctor_fail(doctor, &error);
        return;
    }
    if (found.proxy != NULL)
        network_proxy_plain(found.proxy, proxy, sizeof proxy);
    bool is_used = show(doctor, "http.proxy", found.proxy != NULL ? proxy : NULL, proxies);
    is_used = show(doctor, "http.proxySSLCAInfo", found.proxy_ca_file, none) || is_used;
    is_used = show(doctor, "http.sslCAInfo", found.ca_file, cas) || is_used;
    is_used = show(doctor, "http.sslCAPath", found.ca_folder, cas) || is_used;
    if (is_used && probe(doctor, request, &error))
        doctor_ok(doctor, "with these settings, git-credential-entra reaches %s",
                  request->instance);
    else if (is_used)
        doctor_fail(doctor, &error);
}
