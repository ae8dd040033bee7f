/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/kubectl/kubeconfig/convert.h"

#include <string.h>

#include "common/base/array.h"
#include "helpers/kubectl/kubeconfig/arguments.h"
#include "helpers/kubectl/kubeconfig/credentials.h"
#include "helpers/kubectl/kubeconfig/exec_text.h"
#include "helpers/kubectl/kubeconfig/login.h"
#include "helpers/kubectl/kubeconfig/splice.h"

#define WORDS_MAX (KUBECONFIG_ARGS + 16)

/* ---- users with an exec section ---- */

/* kubectl has had no v1alpha1 since 1.24, and exec-credential-entra does not speak it. */
static void lift_version(const struct kubeconfig *file, const struct user *user,
                         struct edits *edits)
{
    const yaml_node_t *version = yaml_find(&file->yaml, user->exec.value, "apiVersion").value;
    const char *text = yaml_scalar(version);
    if (text != NULL && strcmp(text, EXEC_TEXT_GROUP "/v1alpha1") == 0)
        splice_scalar(file, version, EXEC_TEXT_VERSION, edits);
}

/* Whatever stands beside an exec section makes kubectl refuse both. */
static void remove_provider(const struct kubeconfig *file, const struct user *user,
                            struct edits *edits)
{
    struct yaml_pair pair;
    for (size_t i = 0; (pair = yaml_pair_at(&file->yaml, user->pair.value, i)).key != NULL; i++)
        if (pair.key == user->provider.key)
            splice_remove_pair(file, user->pair.value, i, edits);
}

/* Replaces the command and the install hint, and changes the arguments. */
static bool convert_kubelogin(const struct kubeconfig *file, const struct user *user,
                              const struct kubeconfig_conversion *conversion, struct edits *edits,
                              struct error *error)
{
    const yaml_node_t *command = yaml_find(&file->yaml, user->exec.value, "command").value;
    const yaml_node_t *hint = yaml_find(&file->yaml, user->exec.value, "installHint").value;
    splice_scalar(file, command, OUR_PROGRAM, edits);
    if (yaml_scalar(hint) != NULL && strcasestr(yaml_scalar(hint), "kubelogin") != NULL)
        edits_add(edits, yaml_span(&file->yaml, hint), exec_text_quote(INSTALL_HINT, true));
    remove_provider(file, user, edits);
    lift_version(file, user, edits);
    return arguments_change(file, user, conversion, edits, error);
}

static bool change_ours(const struct kubeconfig *file, const struct user *user,
                        const struct kubeconfig_conversion *conversion, struct edits *edits,
                        struct error *error)
{
    lift_version(file, user, edits);
    return arguments_change(file, user, conversion, edits, error);
}

/* ---- users that get a new exec section ---- */

struct words {
    const char *items[WORDS_MAX];
    size_t count;
};

/* Adds an option with its value, if there is one. The last item stays NULL. */
static void put_option(struct words *words, const char *name, const char *value)
{
    if (value == NULL || value[0] == '\0' || words->count + 3 > WORDS_MAX)
        return;
    words->items[words->count++] = name;
    words->items[words->count++] = value;
}

static void put_args(struct words *words, const struct kubeconfig_conversion *conversion)
{
    for (size_t i = 0; conversion->args[i] != NULL && words->count + 2 <= WORDS_MAX; i++)
        words->items[words->count++] = conversion->args[i];
}

static bool is_given(const struct kubeconfig_conversion *conversion, const char *name)
{
    for (size_t i = 0; conversion->args[i] != NULL; i++)
        if (login_options_are_same(conversion->args[i], name))
            return true;
    return false;
}

/* Adds the settings of the azure auth-provider as kubelogin's options: those that belong to the
 * login, unless the conversion has others. */
static void put_provider(const struct kubeconfig *file, const struct user *user,
                         const struct kubeconfig_conversion *conversion, struct words *words)
{
    static const struct {
        const char *key, *option;
    } settings[] = { { "apiserver-id", "--server-id" },
                     { "client-id", "--client-id" },
                     { "tenant-id", "--tenant-id" },
                     { "environment", "--environment" } };
    const struct yaml *yaml = &file->yaml;
    const yaml_node_t *config = yaml_find(yaml, user->provider.value, "config").value;
    const char *login = conversion->login != NULL ? conversion->login : "devicecode";
    const char *client_id = yaml_text(yaml, config, "client-id");
    const char *mode = yaml_text(yaml, config, "config-mode");
    bool is_own = client_id != NULL && client_id[0] != '\0' && !login_client_is_public(client_id);
    put_option(words, "--login", login);
    for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
        const struct login_option *option = login_option_find(settings[i].option);
        if (!is_given(conversion, settings[i].option) &&
            (option == NULL || login_takes(login, option, is_own)))
            put_option(words, settings[i].option, yaml_text(yaml, config, settings[i].key));
    }
    if ((mode == NULL || mode[0] == '\0' || strcmp(mode, "0") == 0) &&
        !is_given(conversion, "--legacy"))
        words->items[words->count++] = "--legacy";
}

/* Gives a user that has no exec section one. */
static bool convert_plain(const struct kubeconfig *file, const struct user *user,
                          const struct kubeconfig_conversion *conversion, struct edits *edits,
                          struct error *error)
{
    static const char *const no_variables[] = { NULL };
    struct words words = { { "get-token" }, 1 };
    char *line[WORDS_MAX + 2] = { (char *)OUR_PROGRAM };
    if (user->kind == USER_AUTH_PROVIDER)
        put_provider(file, user, conversion, &words);
    else
        put_option(&words, "--login", conversion->login);
    put_args(&words, conversion);
    memcpy(line + 1, words.items, words.count * sizeof *line);
    return arguments_check(user, conversion, line, no_variables, error) &&
           credentials_replace(file, user, words.items, edits, error);
}

/* ---- all of them ---- */

static bool convert_kind(const struct kubeconfig *file, const struct user *user,
                         const struct kubeconfig_conversion *conversion, struct edits *edits,
                         struct error *error)
{
    switch (user->kind) {
    case USER_OURS:
        return change_ours(file, user, conversion, edits, error);
    case USER_KUBELOGIN:
        return convert_kubelogin(file, user, conversion, edits, error);
    case USER_AUTH_PROVIDER:
    case USER_BARE:
    case USER_STATIC:
        return convert_plain(file, user, conversion, edits, error);
    case USER_OTHER:
        break;
    }
    error_set(error, ERROR_USAGE, "the credentials of the user '%.80s' cannot be converted",
              user->name);
    return error_hint(error, "Only kubelogin, the azure auth-provider and credentials in the "
                             "kubeconfig itself are converted.");
}

/* Whether the login of the conversion is a user's sign-in, and this one is an app: no human being
 * signs in where an app runs. */
static bool is_app_for_user(const struct kubeconfig *file, const struct user *user,
                            const struct kubeconfig_conversion *conversion)
{
    if (conversion->login == NULL || !login_is_of_user(conversion->login) ||
        user->exec.value == NULL)
        return false;
    autofree char *login = arguments_login(file, user);
    return login != NULL && login_is_of_app(login);
}

/* What is done with a user whom nobody named. One with a certificate or token is left alone: that
 * may be the only way into a cluster without Entra. */
static enum kubeconfig_outcome look(const struct user *user)
{
    switch (user->kind) {
    case USER_KUBELOGIN:
    case USER_AUTH_PROVIDER:
        return KUBECONFIG_CONVERTED;
    case USER_OURS:
        return KUBECONFIG_ALREADY;
    case USER_STATIC:
        return KUBECONFIG_OWN;
    case USER_BARE:
        return user->is_of_aks ? KUBECONFIG_CONVERTED : KUBECONFIG_OTHER;
    case USER_OTHER:
        break;
    }
    return KUBECONFIG_OTHER;
}

/* Whether the conversion would change a user that was not named. */
static bool is_otherwise(const struct kubeconfig *file, const struct user *user,
                         const struct kubeconfig_conversion *conversion)
{
    auto_edits struct edits edits = { 0 };
    struct error ignored = { 0 };
    return !arguments_change(file, user, conversion, &edits, &ignored) || edits.count > 0;
}

enum kubeconfig_outcome convert_user(const struct kubeconfig *file, const struct user *user,
                                     const struct kubeconfig_conversion *conversion, bool is_named,
                                     struct edits *edits, struct error *error)
{
    struct kubeconfig_conversion as_it_is = { .check = conversion->check };
    enum kubeconfig_outcome outcome = is_named ? KUBECONFIG_CONVERTED : look(user);
    size_t before = edits->count;
    if (user->name == NULL || outcome == KUBECONFIG_OWN || outcome == KUBECONFIG_OTHER)
        return user->name == NULL ? KUBECONFIG_OTHER : outcome;
    if (!is_named && is_app_for_user(file, user, conversion))
        conversion = &as_it_is;
    bool is_other = !is_named && user->kind == USER_OURS && is_otherwise(file, user, conversion);
    if (!is_named && user->kind == USER_OURS)
        conversion = &as_it_is;
    if (!convert_kind(file, user, conversion, edits, error)) {
        edits_drop(edits, before);
        return KUBECONFIG_REFUSED;
    }
    return edits->count > before ? KUBECONFIG_CONVERTED
           : is_other            ? KUBECONFIG_OTHERWISE
                                 : KUBECONFIG_ALREADY;
}
