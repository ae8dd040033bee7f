/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/device_broker.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "common/base/environment.h"
#include "common/base/text.h"
#include "common/store/account_store.h"
#include "common/tokens/broker_memory.h"
#include "common/tokens/broker_tokens.h"

const struct token_request *device_broker_request(const struct token_candidates *candidates)
{
    for (size_t i = 0; i < candidates->count; i++)
        if (candidates->items[i].for_user)
            return &candidates->items[i];
    return NULL;
}

static void look(const struct token_request *request, bool starts, int64_t deadline,
                 struct device_broker *broker)
{
    struct error unused = { 0 };
    bool runs = false;
    const struct broker_module *module = broker_load(&broker->error);
    if (module == NULL)
        return;
    broker->end = module->find(deadline, &runs, &broker->error);
    if (broker->end != BROKER_DONE || (!runs && !starts))
        return;
    broker->end = module->describe(request, deadline, &broker->facts, &broker->error);
    broker->is_known = broker->facts.runs;
    broker->may_answer = broker->end == BROKER_DONE && broker->facts.serves_client &&
                         broker->facts.has_account && !broker_memory_has_failed(&unused) &&
                         !broker_memory_has_refused(request, &unused);
}

void device_broker_look(struct store *store, const struct token_request *request, bool starts,
                        int64_t deadline, struct device_broker *ret_broker)
{
    struct error unused = { 0 };
    *ret_broker = (struct device_broker){ .end = BROKER_ABSENT };
    error_set(&ret_broker->error, ERROR_OTHER, "there is no identity broker in this session");
    error_known_as(&ret_broker->error, "broker_absent");
    if (request == NULL)
        return;
    ret_broker->is_forbidden = request->broker == BROKER_USE_NEVER;
    if (!broker_tokens_may_try(request))
        return;
    struct token_request resolved = *request; /* owns the account that is resolved */
    account_store_resolve(store, &resolved, deadline, &unused);
    look(&resolved, starts, deadline, ret_broker);
    free(resolved.home_account_id);
    free(resolved.username);
}

void device_broker_look_for(struct store *store, struct config *config, int64_t deadline,
                            struct device_broker *ret_broker)
{
    auto_token_candidates struct token_candidates candidates = { 0 };
    struct error unused = { 0 };
    bool is_readable =
        config != NULL && config_request(config, config_some_api(config), &candidates, &unused);
    device_broker_look(store, is_readable ? device_broker_request(&candidates) : NULL, false,
                       deadline, ret_broker);
}

bool device_broker_has(const struct device_broker *broker, const char *username)
{
    const struct broker_facts *facts = &broker->facts;
    for (size_t i = 0; i < facts->account_count; i++)
        if (username == NULL || strcasecmp(facts->accounts[i], username) == 0)
            return true;
    return false;
}

bool device_broker_lacks(const struct device_broker *broker, const char *username)
{
    return broker->end == BROKER_DONE && broker->is_known && broker->facts.unread_accounts == 0 &&
           !device_broker_has(broker, username);
}

char *device_broker_name(const struct device_broker *broker)
{
    const struct broker_facts *facts = &broker->facts;
    return text_format("%s%s%s",
                       facts->kind == BROKER_OF_HIMMELBLAU ? "Himmelblau's" : "Microsoft's",
                       facts->version[0] != '\0' ? " " : "", facts->version);
}

char *device_broker_accounts(const struct device_broker *broker)
{
    const struct broker_facts *facts = &broker->facts;
    char *text = NULL;
    size_t size;
    FILE *list = open_memstream(&text, &size);
    for (size_t i = 0; i < facts->account_count; i++)
        fprintf(list, "%s%s", i > 0 ? ", " : "", facts->accounts[i]);
    if (facts->unread_accounts > 0)
        fprintf(list, "%s%zu that cannot be read", facts->account_count > 0 ? ", " : "",
                facts->unread_accounts);
    else if (facts->account_count == 0)
        fputs("nobody", list);
    fclose(list);
    return text;
}

bool device_broker_is_on_windows(void)
{
    return environment("WSL_INTEROP") != NULL || environment("WSL_DISTRO_NAME") != NULL;
}
