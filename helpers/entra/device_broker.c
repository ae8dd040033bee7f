/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/device_broker.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/environment.h"
#include "common/base/text.h"
#include "common/entra/authority.h"
#include "common/entra/known_apps.h"
#include "common/tokens/broker_tokens.h"

/* The request of a user of whom nothing is configured. */
static struct token_request request_of_anybody(void)
{
    const char *use = environment("ENTRA_BROKER");
    return (struct token_request){
        .instance = (char *)AUTHORITY_PUBLIC_CLOUD,
        .tenant = (char *)"organizations",
        .client_id = (char *)KNOWN_APP_AZURE_CLI,
        .for_user = true,
        .broker = use != NULL && strcasecmp(use, "never") == 0 ? BROKER_USE_NEVER : BROKER_USE_AUTO,
    };
}

void device_broker_look(const struct token_request *request, bool starts, int64_t deadline,
                        struct device_broker *ret_broker)
{
    struct token_request anybody = request_of_anybody();
    bool runs = false;
    if (request == NULL)
        request = &anybody;
    *ret_broker = (struct device_broker){ .end = BROKER_ABSENT,
                                          .is_forbidden = request->broker == BROKER_USE_NEVER };
    error_set(&ret_broker->error, ERROR_OTHER, "there is no identity broker in this session");
    error_known_as(&ret_broker->error, "broker_absent");
    if (!broker_tokens_may_try(request))
        return;
    const struct broker_module *module = broker_load(&ret_broker->error);
    if (module == NULL)
        return;
    ret_broker->end = module->find(deadline, &runs, &ret_broker->error);
    if (ret_broker->end != BROKER_DONE || (!runs && !starts))
        return;
    ret_broker->end = module->describe(request, deadline, &ret_broker->facts, &ret_broker->error);
    ret_broker->is_known = ret_broker->facts.runs;
}

void device_broker_look_for(struct config *config, int64_t deadline,
                            struct device_broker *ret_broker)
{
    auto_token_candidates struct token_candidates candidates = { 0 };
    const struct token_request *request = &candidates.items[0];
    struct error unused = { 0 };
    bool is_configured = config != NULL &&
                         config_request(config, config_some_api(config), &candidates, &unused) &&
                         !request->unconfigured;
    *ret_broker = (struct device_broker){ .end = BROKER_ABSENT };
    if (!is_configured || request->for_user)
        device_broker_look(is_configured ? request : NULL, false, deadline, ret_broker);
}

bool device_broker_has(const struct device_broker *broker, const char *username)
{
    const struct broker_facts *facts = &broker->facts;
    for (size_t i = 0; i < facts->account_count; i++)
        if (username == NULL || strcasecmp(facts->accounts[i], username) == 0)
            return true;
    return false;
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
    if (facts->account_count == 0)
        fputs("nobody", list);
    fclose(list);
    return text;
}

bool device_broker_is_on_windows(void)
{
    return environment("WSL_INTEROP") != NULL || environment("WSL_DISTRO_NAME") != NULL;
}
