/* SPDX-License-Identifier: MIT */
/* The configuration: what was found, where each value came from, who can read and write it, and
 * whether an API of it is at home at a URL. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/file.h"
#include "helpers/entra/doctor/doctor.h"

/* ---- configuration ---- */

static void show_value(void *context, const struct config_value *value)
{
    doctor_detail(context, value->name, value->value, value->where);
}

/* By URL, where one is given and an API is at home there; else what the options name; else some
 * API, so that there is something to try. */
static bool make_request(struct doctor *doctor, struct error *error)
{
    const struct options *options = doctor->options;
    bool is_named = options->api != NULL || options->resource != NULL || options->scope_count > 0;
    if (doctor->url_text != NULL) {
        switch (config_request_for_url(doctor->config, options, &doctor->url, &doctor->request,
                                       error)) {
        case CONFIG_MATCH:
            return true;
        case CONFIG_FAILED:
            return false;
        case CONFIG_NO_MATCH:
            break;
        }
    }
    return config_request(doctor->config, options,
                          is_named ? NULL : config_some_api(doctor->config), &doctor->request,
                          error);
}

static void tell_who_asks(struct doctor *doctor)
{
    const struct token_request *request = &doctor->request;
    if (request->unconfigured)
        doctor_pass(doctor,
                    "nothing says who asks for %s: a person who has signed in, or else a managed "
                    "identity of this machine's",
                    request->scope);
    else if (request->credential_count > 0 && !request->for_user &&
             request->credentials[0].kind == CREDENTIAL_MANAGED_IDENTITY)
        doctor_good(doctor, "a managed identity asks for %s", request->scope);
    else
        doctor_good(doctor, "%s the app %s of the tenant %s asks %s for %s",
                    request->for_user ? "for a person," : "as itself,", request->client_id,
                    request->tenant, request->instance, request->scope);
}

/* What cannot be asked for may still be asked whom: the other checks go on with that. */
static void identify(struct doctor *doctor)
{
    struct error unused = { 0 };
    token_request_clear(&doctor->request);
    doctor->request = (struct token_request){ 0 };
    doctor->is_identified =
        config_identity(doctor->config, doctor->options, &doctor->request, &unused);
}

void doctor_configuration(struct doctor *doctor)
{
    struct error error = { 0 };
    unsigned mode = 0;
    doctor->config = config_load(doctor->options, &error);
    if (doctor->config == NULL) {
        doctor_bad(doctor, &error);
        return;
    }
    const char *file = config_file(doctor->config, &mode);
    if (file != NULL)
        doctor_good(doctor, "%s is read", file);
    else
        doctor_pass(doctor, "there is no file: neither $ENTRA_CONFIG nor "
                            "~/.config/entra/appsettings.json nor /etc/entra/appsettings.json");
    config_each_value(doctor->config, doctor->options, show_value, doctor);
    doctor->is_complete = make_request(doctor, &error);
    doctor->is_identified = doctor->is_complete;
    if (doctor->is_complete) {
        tell_who_asks(doctor);
    } else {
        doctor_bad(doctor, &error);
        identify(doctor);
    }
}

/* ---- permissions ---- */

/* What others can write is not read at all, so that is found where the file is. */
static bool check_file(struct doctor *doctor, const char *name, bool is_secret)
{
    struct error error = { 0 };
    struct stat status;
    const char *path = name != NULL ? file_path(name) : NULL;
    if (path == NULL || stat(path, &status) != 0)
        return false; /* a device's URI, or a file that the credential's check misses */
    if (is_secret && file_has_readers(path, status.st_mode))
        error_set(&error, ERROR_USAGE, "%s holds a secret and others can read it (mode %04o)", path,
                  status.st_mode & 07777U);
    if (error.kind != ERROR_NONE)
        error_known_as(&error, "file_readable");
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        error_set(&error, ERROR_USAGE, "%s: others can write it (mode %04o)", path,
                  status.st_mode & 07777U);
        error_known_as(&error, "file_writable");
    }
    if (error.kind != ERROR_NONE)
        doctor_bad(doctor, &error);
    else
        doctor_good(doctor, "%s (mode %04o, uid %u)", path, status.st_mode & 07777U,
                    (unsigned)status.st_uid);
    return true;
}

/* A key may stand in the certificate's file; where it has a file of its own, the other is public. A
 * federated token's file is as whoever renews it makes it, which in Kubernetes is readable for all
 * of a container. */
static bool check_credential_files(struct doctor *doctor, const struct credential *credential)
{
    bool is_secret = credential->kind == CREDENTIAL_CLIENT_SECRET_FILE ||
                     (credential->kind == CREDENTIAL_CERTIFICATE && credential->key_path == NULL);
    bool any = check_file(doctor, credential->path, is_secret);
    return check_file(doctor, credential->key_path, true) || any;
}

void doctor_permissions(struct doctor *doctor)
{
    unsigned mode = 0;
    const char *file = doctor->config != NULL ? config_file(doctor->config, &mode) : NULL;
    bool any = check_file(doctor, file, file != NULL && config_has_secret(doctor->config));
    for (size_t i = 0; i < doctor->request.credential_count; i++)
        any = check_credential_files(doctor, &doctor->request.credentials[i]) || any;
    if (!any)
        doctor_pass(doctor, "no file is used");
}

/* ---- host ---- */

void doctor_host(struct doctor *doctor)
{
    struct error error = { 0 };
    bool has_scope = false;
    if (doctor->url_text == NULL) {
        doctor_pass(doctor, "no URL is given: entra doctor URL tells whose it is");
        return;
    }
    if (doctor->config == NULL) {
        doctor_pass(doctor, "there is no configuration to look for %s in", doctor->url_text);
        return;
    }
    switch (config_find_url(doctor->config, doctor->options, &doctor->url, &has_scope, &error)) {
    case CONFIG_MATCH:
        doctor_good(doctor, "%s is at home at %s%s", doctor->url_text,
                    doctor->request.api != NULL ? doctor->request.api : "an API",
                    has_scope ? "" : ", whose Scopes are empty: it is given no token");
        return;
    case CONFIG_FAILED:
        doctor_bad(doctor, &error);
        return;
    case CONFIG_NO_MATCH:
        error_set(&error, ERROR_USAGE,
                  "%s belongs to no API of the configuration, so it is given no token",
                  doctor->url_text);
        error_known_as(&error, "url_of_nobody");
        doctor_bad(doctor, &error);
        return;
    }
}
