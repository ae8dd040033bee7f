/* SPDX-License-Identifier: MIT */
/* Where kubelogin's settings are read from: flags, the environment, and the cluster. */
#define _GNU_SOURCE
#include <string.h>

#include "common/base/array.h"
#include "common/base/environment.h"
#include "common/base/report.h"
#include "helpers/kubectl/kubelogin_settings.h"

/* ---- the environment ---- */

/* The value of a variable; NULL if it is not set or empty. If it is set twice, the last counts, as
 * in client-go. */
static const char *get_variable(const struct kubelogin *kubelogin, const char *name)
{
    const char *text = NULL;
    if (kubelogin->variables == NULL || name == NULL)
        return environment(name);
    for (const char *const *pair = kubelogin->variables; pair[0] != NULL; pair += 2)
        if (strcmp(pair[0], name) == 0)
            text = pair[1];
    return text != NULL && text[0] != '\0' ? text : NULL;
}

static void read_variable(const struct kubelogin *kubelogin, struct kubelogin_value *value,
                          const char *name)
{
    const char *text = get_variable(kubelogin, name);
    if (text != NULL)
        *value = (struct kubelogin_value){ .text = text, .from = name };
}

static bool login_is(const struct kubelogin *kubelogin, const char *name)
{
    const char *login = kubelogin->values[KUBELOGIN_LOGIN].text;
    return login != NULL && strcmp(login, name) == 0;
}

/* Replaces the value of a flag with that of its variables, in ascending precedence. The login
 * method must have been read already. */
static void read_environment(struct kubelogin *kubelogin, enum kubelogin_setting which,
                             bool terraform)
{
    const struct kubelogin_setting_facts *setting = &kubelogin_settings[which];
    struct kubelogin_value *value = &kubelogin->values[which];
    if (terraform && setting->terraform != NULL) {
        read_variable(kubelogin, value, setting->terraform);
    } else {
        read_variable(kubelogin, value, setting->environment[1]);
        read_variable(kubelogin, value, setting->environment[0]);
    }
    if (login_is(kubelogin, "workloadidentity"))
        read_variable(kubelogin, value, setting->workload);
    if (value->text == NULL && login_is(kubelogin, "azurepipelines"))
        read_variable(kubelogin, value, setting->pipelines);
}

/* What kubelogin makes the default of a flag, or 'az' reads by itself. */
static void read_weakest(struct kubelogin *kubelogin, enum kubelogin_setting which)
{
    struct kubelogin_value *value = &kubelogin->values[which];
    if (value->text == NULL)
        read_variable(kubelogin, value, kubelogin_settings[which].weakest);
}

/* Whether a variable is set that only kubelogin reads. */
static bool kubelogin_variable_is_set(const struct kubelogin *kubelogin)
{
    for (enum kubelogin_setting which = 0; which < KUBELOGIN_SETTINGS; which++)
        for (size_t i = 0; i < 2; i++) {
            const char *name = kubelogin_settings[which].environment[i];
            if (get_variable(kubelogin, name) != NULL && strncmp(name, "AAD_", 4) == 0)
                return true;
        }
    return false;
}

static bool uses_environment(const struct options *options)
{
    return !kubelogin_flag_is_given(options, KUBELOGIN_NO_ENVIRONMENT);
}

bool kubelogin_is_called(const struct kubelogin *kubelogin, const struct options *options)
{
    for (enum kubelogin_setting which = 0; which < KUBELOGIN_SETTINGS; which++)
        if (options->own[which] != NULL)
            return true;
    return kubelogin->has_word ||
           (uses_environment(options) && kubelogin_variable_is_set(kubelogin));
}

/* ---- the cluster ---- */

/* All that is read of spec.cluster.config. The cluster may be hostile, so it is kept apart from
 * what the user says (from_cluster), and common/config/cluster.c decides what it may choose. */
static const struct {
    const char *key;
    enum kubelogin_setting which;
} cluster_keys[] = {
    { "server-id", KUBELOGIN_SERVER_ID },     { "tenant-id", KUBELOGIN_TENANT_ID },
    { "tenant", KUBELOGIN_TENANT_ID },        { "client-id", KUBELOGIN_CLIENT_ID },
    { "environment", KUBELOGIN_ENVIRONMENT },
};

static bool read_cluster_key(struct kubelogin_value *value, json_object *cluster, const char *key,
                             struct error *error)
{
    json_object *member = NULL;
    if (value->text != NULL || !json_object_object_get_ex(cluster, key, &member) || member == NULL)
        return true;
    const char *text = json_string(cluster, key);
    if (text == NULL)
        return error_set(error, ERROR_USAGE,
                         "KUBERNETES_EXEC_INFO has a spec.cluster.config.%s that is not a string",
                         key);
    if (text[0] != '\0')
        *value = (struct kubelogin_value){ .text = text,
                                           .from = "spec.cluster.config",
                                           .from_cluster = true };
    return true;
}

static bool read_cluster(struct kubelogin *kubelogin, json_object *cluster, struct error *error)
{
    for (size_t i = 0; cluster != NULL && i < ARRAY_SIZE(cluster_keys); i++)
        if (!read_cluster_key(&kubelogin->values[cluster_keys[i].which], cluster,
                              cluster_keys[i].key, error))
            return false;
    return true;
}

/* ---- all of them ---- */

const char *kubelogin_text(const struct kubelogin *kubelogin, enum kubelogin_setting which)
{
    return kubelogin->values[which].text;
}

bool kubelogin_is_on(const struct kubelogin *kubelogin, enum kubelogin_setting which)
{
    const char *text = kubelogin_text(kubelogin, which);
    return text != NULL && strcmp(text, "true") == 0;
}

static bool is_secret(enum kubelogin_setting which)
{
    return which == KUBELOGIN_CLIENT_SECRET || which == KUBELOGIN_CERTIFICATE_PASSWORD ||
           which == KUBELOGIN_PASSWORD;
}

void kubelogin_trace(const struct kubelogin *kubelogin)
{
    const char *level = kubelogin->values[KUBELOGIN_LOG_LEVEL].text;
    reporting.verbose = reporting.verbose || (level != NULL && level[strspn(level, "0")] != '\0');
    for (enum kubelogin_setting which = 0; which < KUBELOGIN_SETTINGS; which++) {
        const struct kubelogin_value *value = &kubelogin->values[which];
        if (value->text == NULL)
            continue;
        if (kubelogin_settings[which].ignored != NULL)
            trace("%s is not used: %s", value->from, kubelogin_settings[which].ignored);
        else
            trace("%s is set to %s", value->from,
                  is_secret(which) || config_has_pin(value->text) ? "***" : value->text);
    }
}

/* The level of klog's -v. */
static bool check_log_level(const struct kubelogin *kubelogin, struct error *error)
{
    const char *level = kubelogin->values[KUBELOGIN_LOG_LEVEL].text;
    return level == NULL || level[strspn(level, "0123456789")] == '\0' ||
           error_set(error, ERROR_USAGE, "-v takes a whole number, not '%.40s'", level);
}

bool kubelogin_read(struct kubelogin *kubelogin, const struct options *options,
                    json_object *cluster, struct error *error)
{
    kubelogin->is_called = kubelogin_is_called(kubelogin, options);
    if (!kubelogin_check_flags(options, error))
        return false;
    for (enum kubelogin_setting which = 0; which < KUBELOGIN_SETTINGS; which++) {
        if (kubelogin_flag_value(options, which) != NULL)
            kubelogin->values[which] =
                (struct kubelogin_value){ .text = kubelogin_flag_value(options, which),
                                          .from = kubelogin_settings[which].flag };
        if (kubelogin->is_called && uses_environment(options))
            read_environment(kubelogin, which,
                             kubelogin_flag_is_given(options, KUBELOGIN_TERRAFORM));
        if (kubelogin->is_called)
            read_weakest(kubelogin, which);
    }
    return read_cluster(kubelogin, cluster, error) && check_log_level(kubelogin, error);
}
