/* SPDX-License-Identifier: MIT */
/* The checks configuration (which files and values are used), permissions (who can read and write
 * the files) and host (which API a URL belongs to). */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/cleanup.h"
#include "common/base/file.h"
#include "common/base/shell_line.h"
#include "common/entra/id_shown.h"
#include "helpers/entra/doctor/doctor.h"
#include "helpers/entra/setup/setup.h"

/* ---- configuration ---- */

static void show_value(void *context, const struct config_value *value)
{
    struct url_shown shown;
    doctor_detail(context, value->name, url_typed_safe(value->value, &shown), value->where);
}

/* Makes a request for the API that the URL belongs to, else for what the options name, else for any
 * API, so that there is a token to try. */
static bool make_request(struct doctor *doctor, struct error *error)
{
    const struct options *options = doctor->options;
    bool is_named = options->api != NULL || options->resource != NULL || options->scope_count > 0;
    if (doctor->url_text != NULL) {
        switch (config_request_for_url(doctor->config, &doctor->url, &doctor->candidates, error)) {
        case CONFIG_MATCH:
            return true;
        case CONFIG_FAILED:
            return false;
        case CONFIG_NO_MATCH:
            break;
        }
    }
    return config_request(doctor->config, is_named ? NULL : config_some_api(doctor->config),
                          &doctor->candidates, error);
}

static void report_request(struct doctor *doctor)
{
    const struct token_request *request = doctor->request;
    if (request->unconfigured)
        doctor_skip(doctor,
                    "no identity is configured: %s is requested for a signed-in user, or else for "
                    "a managed identity of this machine",
                    request->scope);
    else if (token_request_is_for_managed_identity(request))
        doctor_ok(doctor, "a managed identity requests %s", request->scope);
    else
        doctor_ok(doctor, "the app %s of the tenant %s requests %s from %s, %s",
                  id_shown(request->client_id), request->tenant, request->scope, request->instance,
                  request->for_user ? "for a user" : "as itself");
}

/* A request that is incomplete may still have an identity and an authority for the other checks. */
static void identify(struct doctor *doctor)
{
    struct error unused = { 0 };
    token_candidates_clear(&doctor->candidates);
    doctor->candidates.count = 1;
    doctor->is_identified = config_identity(doctor->config, doctor->request, &unused);
}

static void report_helper_options(struct doctor *doctor)
{
    if (doctor->helper_line.count < 2)
        return;
    autofree char *line = setup_quote(doctor->helper_line.words + 1);
    doctor_detail(doctor, "options", line, "of git's helper");
}

/* Returns whether there are any. */
static bool report_files(struct doctor *doctor)
{
    bool has_secret;
    const char *file = config_file(doctor->config, 0, &has_secret);
    const char *below = config_file(doctor->config, 1, &has_secret);
    if (below != NULL)
        doctor_ok(doctor, "read %s, and for what it leaves out %s", file, below);
    else if (file != NULL)
        doctor_ok(doctor, "read %s", file);
    return file != NULL;
}

void doctor_configuration(struct doctor *doctor)
{
    struct error error = { 0 };
    doctor->config = config_load(doctor->options, &doctor->context, &error);
    if (doctor->config == NULL) {
        doctor_fail(doctor, &error);
        return;
    }
    if (!report_files(doctor))
        doctor_skip(doctor, "no configuration file found: neither $ENTRA_CONFIG nor "
                            "~/.config/entra/appsettings.json nor /etc/entra/appsettings.json");
    report_helper_options(doctor);
    config_each_value(doctor->config, show_value, doctor);
    doctor->is_complete = make_request(doctor, &error);
    doctor->is_identified = doctor->is_complete;
    if (doctor->is_complete) {
        report_request(doctor);
        if (doctor->tenant.name[0] != '\0')
            doctor_detail(doctor, "tenant", doctor->tenant.name, "named by the server, for git");
    } else {
        git_tenant_explain(&doctor->tenant, &doctor->tenant_url, &error);
        doctor_fail(doctor, &error);
        identify(doctor);
    }
}

/* ---- permissions ---- */

/* Reports who else can read or write a file. Returns whether there is a file; name may be NULL. The
 * check credential reports a missing one. */
static bool check_file(struct doctor *doctor, const char *name, bool is_secret)
{
    struct error error = { 0 };
    struct stat status;
    if (name == NULL || file_is_uri(name)) /* a device's URI */
        return false;
    const char *path = file_path(name);
    if (stat(path, &status) != 0) {
        bool is_missing = errno == ENOENT || errno == ENOTDIR;
        error_set(&error, ERROR_USAGE, "%s cannot be examined: %s", path, strerror(errno));
        if (!is_missing)
            doctor_fail(doctor, &error);
        return !is_missing;
    }
    const struct file_rights rights = { status.st_mode, status.st_uid, status.st_gid };
    if (is_secret && file_has_readers(path, &rights)) {
        autofree char *command = file_hiding_command(path, &rights);
        error_set(&error, ERROR_USAGE, "%s holds a secret and others can read it (mode %04o)", path,
                  status.st_mode & 07777U);
        error_known_as(&error, "file_readable");
        error_hint(&error, "Run '%s'.", command);
    }
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        error_set(&error, ERROR_USAGE, "%s: others can write it (mode %04o)", path,
                  status.st_mode & 07777U);
        error_known_as(&error, "file_writable");
        struct shell_line command = { "" };
        shell_line_add(&command, "chmod go-w", path);
        error_hint(&error, "Check its contents, then run '%s'.", command.text + 1);
    }
    if (error.kind != ERROR_NONE)
        doctor_fail(doctor, &error);
    else
        doctor_ok(doctor, "%s (mode %04o, uid %u)", path, status.st_mode & 07777U,
                  (unsigned)status.st_uid);
    return true;
}

/* A certificate's file counts as secret unless the key has a file of its own. The file of a
 * federated token does not: whatever renews it sets its mode, and in Kubernetes the whole container
 * can read it. */
static bool check_credential_files(struct doctor *doctor, const struct credential *credential)
{
    bool is_secret = credential->kind == CREDENTIAL_CLIENT_SECRET_FILE ||
                     (credential->kind == CREDENTIAL_CERTIFICATE && credential->key_path == NULL);
    bool any = check_file(doctor, credential->path, is_secret);
    return check_file(doctor, credential->key_path, true) || any;
}

void doctor_permissions(struct doctor *doctor)
{
    bool any = false, has_secret = false;
    const char *file;
    for (size_t i = 0;
         doctor->config != NULL && (file = config_file(doctor->config, i, &has_secret)) != NULL;
         i++)
        any = check_file(doctor, file, has_secret) || any;
    for (size_t i = 0; i < doctor->request->credential_count; i++)
        any = check_credential_files(doctor, &doctor->request->credentials[i]) || any;
    if (!any)
        doctor_skip(doctor, "%s",
                    doctor->config != NULL ? "no file to check"
                                           : "not known without a configuration that can be read");
}

/* ---- host ---- */

void doctor_host(struct doctor *doctor)
{
    struct error error = { 0 };
    const struct config_api *api;
    if (doctor->url_text == NULL) {
        doctor_skip(doctor, "no URL given; 'entra doctor URL' shows which API a URL belongs to");
        return;
    }
    if (doctor->config == NULL) {
        doctor_skip(doctor, "there is no configuration to look up %s in",
                    url_shown(doctor->url_text).text);
        return;
    }
    switch (config_find_url(doctor->config, &doctor->url, &api, &error)) {
    case CONFIG_MATCH:
        doctor_ok(doctor, "%s belongs to %s%s%s", url_shown(doctor->url_text).text,
                  doctor->request->api != NULL ? "the API " : "an API",
                  doctor->request->api != NULL ? doctor->request->api : "",
                  config_api_has_scope(api) ? "" : ", whose Scopes are empty, so it gets no token");
        return;
    case CONFIG_FAILED:
        doctor_fail(doctor, &error);
        return;
    case CONFIG_NO_MATCH:
        doctor->is_elsewhere = true;
        config_fail_url(doctor->config, doctor->url_text, &error);
        doctor_fail(doctor, &error);
        return;
    }
}
