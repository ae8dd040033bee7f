/* SPDX-License-Identifier: MIT */
/* What kubelogin's users remove with the folder of its tokens: the tokens for AKS, bound tokens
 * with their keys, and the sign-ins with kubelogin's own client; or that an account belongs to a
 * folder. The sign-in that serves git and curl too stays, since nobody asked to sign out of those.
 */
#define _GNU_SOURCE
#include "helpers/kubectl/kubelogin_remove.h"

#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/environment.h"
#include "common/base/report.h"
#include "common/entra/account_folder.h"
#include "common/entra/known_apps.h"
#include "common/entra/scope.h"
#include "common/store/account_store.h"
#include "common/store/pop_key_store.h"
#include "common/store/sign_out.h"
#include "common/store/unseen.h"
#include "common/tokens/tokens.h"

/* The indices of our own options in options->own. */
enum own_option {
    CACHE_DIR,
    TOKEN_CACHE_DIR,
};

/* ---- without a folder of the user's own ---- */

/* Also with the prefix of --legacy. */
static bool is_token_for_aks(const struct keyring_item *item)
{
    const char *scope = keyring_item_attribute(item, STORE_SCOPE);
    size_t length = scope_resource_length(scope);
    if (length > 4 && strncmp(scope, "spn:", 4) == 0) {
        scope += 4;
        length -= 4;
    }
    return length == strlen(KNOWN_APP_AKS) && strncasecmp(scope, KNOWN_APP_AKS, length) == 0;
}

static bool is_sign_in_with_kubelogin(const struct keyring_item *item)
{
    return strcasecmp(keyring_item_attribute(item, STORE_CLIENT_ID), KNOWN_APP_KUBELOGIN) == 0;
}

/* Only exec-credential-entra has bound tokens, and keys for them. */
static bool is_any(const struct keyring_item *item)
{
    (void)item;
    return true;
}

static bool drop_items(struct store *store, const char *kind,
                       bool (*is_ours)(const struct keyring_item *item), int64_t deadline,
                       size_t *count, struct error *error)
{
    auto_keyring_list struct keyring_list list = { 0 };
    if (!store_list(store, kind, deadline, &list, error))
        return false;
    for (size_t i = 0; i < list.count; i++) {
        if (!is_ours(&list.items[i]))
            continue;
        if (!store_drop_item(store, &list.items[i], deadline, error))
            return false;
        (*count)++;
    }
    return true;
}

/* A call of kubectl may be under way with one of these sign-ins. */
static bool note_sign_outs(struct store *store, int64_t deadline, struct error *error)
{
    auto_keyring_list struct keyring_list list = { 0 };
    if (!store_list(store, STORE_KIND_REFRESH_TOKEN, deadline, &list, error))
        return false;
    for (size_t i = 0; i < list.count; i++) {
        const char *account = keyring_item_attribute(&list.items[i], STORE_ACCOUNT);
        if (is_sign_in_with_kubelogin(&list.items[i]) && account[0] != '\0')
            sign_out_note(store, account, KNOWN_APP_KUBELOGIN);
    }
    return true;
}

static bool remove_tokens(struct tokens *tokens, struct error *error)
{
    size_t access = 0, bound = 0, keys = 0, sign_ins = 0;
    if (!note_sign_outs(&tokens->store, tokens->deadline, error) ||
        !drop_items(&tokens->store, STORE_KIND_TOKEN, is_token_for_aks, tokens->deadline, &access,
                    error) ||
        !drop_items(&tokens->store, STORE_KIND_BOUND_TOKEN, is_any, tokens->deadline, &bound,
                    error) ||
        !drop_items(&tokens->store, STORE_KIND_POP_KEY, is_any, tokens->deadline, &keys, error) ||
        !drop_items(&tokens->store, STORE_KIND_REFRESH_TOKEN, is_sign_in_with_kubelogin,
                    tokens->deadline, &sign_ins, error))
        return false;
    if (bound + keys > 0)
        notice("Removed from the keyring: %zu bound token%s and %zu key%s for proofs of "
               "possession.",
               bound, bound == 1 ? "" : "s", keys, keys == 1 ? "" : "s");
    notice("Removed from the keyring: %zu token%s for AKS, and %zu sign-in%s with kubelogin's "
           "client. Other sign-ins, which git and curl use too, stay; 'entra logout' removes them.",
           access, access == 1 ? "" : "s", sign_ins, sign_ins == 1 ? "" : "s");
    return true;
}

/* ---- with one ---- */

static bool forget_folder(struct tokens *tokens, const char *folder, struct error *error)
{
    bool any = false;
    if (!account_store_forget_folder(&tokens->store, folder, tokens->deadline, &any, error))
        return false;
    notice(any ? "%s has no account any more: the next call for it has a user sign in. The account "
                 "itself stays signed in; 'entra logout' signs it out."
               : "%s has no account.",
           folder);
    return true;
}

/* ---- the program ---- */

/* The folder that a call of get-token with these options would have; NULL if that is not one of the
 * user's own. The caller frees it. */
static char *find_folder(const struct options *options)
{
    const char *const named[] = { options->own[TOKEN_CACHE_DIR], options->own[CACHE_DIR],
                                  environment("KUBECACHEDIR") };
    for (size_t i = 0; i < ARRAY_SIZE(named); i++)
        if (named[i] != NULL && named[i][0] != '\0')
            return account_folder(named[i]);
    return NULL;
}

static bool run_remove(const struct options *options, int count, char **operands,
                       struct error *error)
{
    autofree char *folder = find_folder(options);
    struct tokens tokens;
    if (count > 0)
        return program_fail_operand(operands[0], error);
    return (tokens_open(&tokens, options, error) &&
            (folder != NULL ? forget_folder(&tokens, folder, error)
                            : remove_tokens(&tokens, error)) &&
            unseen_check(&tokens.store, error)) ||
           error_wanted(error, "cannot remove the tokens");
}

static const struct option_spec own_options[] = {
    { "cache-dir", "FOLDER=@folder", "forget which account belongs to this folder", OPTION_ANY_TEXT,
      OPTION_OWN(CACHE_DIR), 0 },
    { "token-cache-dir", "FOLDER=@folder", "same as --cache-dir", OPTION_ANY_TEXT,
      OPTION_OWN(TOKEN_CACHE_DIR), 0 },
    { .name = NULL },
};

const struct program kubelogin_remove = {
    .name = "exec-credential-entra remove-tokens",
    .usage = "[OPTION]...",
    .summary = "Removes the tokens for AKS, bound tokens with their keys, and the sign-ins with\n"
               "kubelogin's own client from the keyring; or, with --cache-dir, forgets which\n"
               "account belongs to a folder.",
    .options = own_options,
    .common = OPTIONS_OF_STORE,
    .is_typed = true,
    .run = run_remove,
};
