/* SPDX-License-Identifier: MIT */
#include "keyring/none.h"

static enum keyring_answer none_lookup(const struct keyring_key *key, int64_t deadline,
                                       struct secret **ret_record, struct error *error)
{
    (void)key, (void)deadline, (void)ret_record, (void)error;
    return KEYRING_NOTHING;
}

static bool none_store(const struct keyring_key *key, const char *label,
                       const struct secret *record, int64_t expires_on, int64_t deadline,
                       struct error *error)
{
    (void)key, (void)label, (void)record, (void)expires_on, (void)deadline, (void)error;
    return true;
}

static bool none_erase(const struct keyring_key *key, int64_t deadline, struct error *error)
{
    (void)key, (void)deadline, (void)error;
    return true;
}

static bool none_erase_item(const struct keyring_item *item, int64_t deadline, struct error *error)
{
    (void)item, (void)deadline, (void)error;
    return true;
}

static enum keyring_answer none_list(const struct keyring_key *key, int64_t deadline,
                                     struct keyring_list *ret_list, struct error *error)
{
    (void)key, (void)deadline, (void)error;
    *ret_list = (struct keyring_list){ 0 };
    return KEYRING_FOUND;
}

const struct keyring keyring_none = { "none",          none_lookup, none_store, none_erase,
                                      none_erase_item, none_list,   none_list,  NULL };
