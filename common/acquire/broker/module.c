/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/acquire/broker/broker_accounts.h"
#include "common/acquire/broker/broker_answer.h"
#include "common/acquire/broker/broker_bus.h"
#include "common/acquire/broker/broker_request.h"
#include "common/base/deadline.h"
#include "common/entra/known_apps.h"

/* What the bus itself may take. */
#define FIND_MILLISECONDS 2000

/* How long the broker may take for its accounts, before it prompts; and for its version, without
 * which everything is as well. */
#define LIST_MILLISECONDS    20000
#define VERSION_MILLISECONDS 2000

static int64_t sooner(int64_t deadline, int64_t milliseconds)
{
    int64_t other = deadline_in(milliseconds);
    return deadline < other ? deadline : other;
}

static enum broker_end find(int64_t deadline, GDBusConnection **bus, bool *runs,
                            struct error *error)
{
    deadline = sooner(deadline, FIND_MILLISECONDS);
    enum broker_end end = broker_bus_connect(deadline, bus, error);
    return end == BROKER_DONE ? broker_bus_find(*bus, deadline, runs, error) : end;
}

static enum broker_end start(int64_t deadline, GDBusConnection **bus, enum broker_kind *kind,
                             struct error *error)
{
    bool runs = false;
    enum broker_end end = find(deadline, bus, &runs, error);
    if (end == BROKER_DONE && !runs)
        end = broker_bus_start(*bus, deadline, error);
    if (end == BROKER_DONE)
        *kind = broker_bus_kind(*bus, sooner(deadline, FIND_MILLISECONDS));
    return end;
}

static enum broker_end list(GDBusConnection *bus, const struct broker_client *client,
                            int64_t deadline, struct broker_accounts *accounts, struct error *error)
{
    auto_secret struct secret *request = broker_request_accounts(client);
    auto_secret struct secret *answer = NULL;
    enum broker_end end = broker_bus_call(bus, "getAccounts", request, deadline, &answer, error);
    return end == BROKER_DONE ? broker_accounts_read(answer->bytes, answer->length, accounts, error)
                              : end;
}

/* ---- the module's functions ---- */

static enum broker_end module_find(int64_t deadline, bool *ret_runs, struct error *error)
{
    GDBusConnection *bus = NULL;
    return find(deadline, &bus, ret_runs, error);
}

static enum broker_end module_describe(const struct token_request *request, int64_t deadline,
                                       struct broker_facts *ret_facts, struct error *error)
{
    GDBusConnection *bus = NULL;
    struct error unused = { 0 };
    auto_broker_accounts struct broker_accounts accounts = { .count = 0 };
    auto_secret struct secret *request_text = broker_request_version();
    auto_secret struct secret *answer = NULL;
    *ret_facts = (struct broker_facts){ .runs = false };
    enum broker_end end = start(deadline, &bus, &ret_facts->kind, error);
    if (end != BROKER_DONE)
        return end;
    ret_facts->runs = true;
    struct broker_client client = broker_client_for(request, ret_facts->kind);
    ret_facts->serves_client = client.service != BROKER_SERVES_NOT;
    end = list(bus, &client, deadline, &accounts, error);
    ret_facts->has_account = broker_accounts_find(&accounts, request, &unused) != NULL;
    ret_facts->unread_accounts = accounts.passed_over;
    for (size_t i = 0; i < accounts.count; i++)
        if (!broker_accounts_is_again(&accounts, i))
            snprintf(ret_facts->accounts[ret_facts->account_count++], sizeof ret_facts->accounts[0],
                     "%s", accounts.items[i].username);
    if (end == BROKER_DONE &&
        broker_bus_call(bus, "getLinuxBrokerVersion", request_text,
                        sooner(deadline, VERSION_MILLISECONDS), &answer, &unused) == BROKER_DONE)
        broker_answer_version(answer->bytes, answer->length, &ret_facts->version, &unused);
    return end;
}

/* Whether the broker may be asked by the client. */
static enum broker_end check_client(const struct broker_job *job, struct error *error)
{
    const struct broker_wanted *wanted = job->wanted;
    bool is_risky = wanted->prompts && wanted->request->sign_in != SIGN_IN_BROKER;
    if (job->client.service == BROKER_SERVES ||
        (job->client.service == BROKER_MAY_SERVE && !is_risky))
        return BROKER_DONE;
    if (job->client.service == BROKER_MAY_SERVE) {
        error_set(
            error, ERROR_SIGN_IN,
            "it is not known whether the device's identity broker serves the client %s, so it "
            "shows no window",
            job->client.id);
        error_known_as(error, "broker_needs_user");
        return BROKER_MAY_NOT_PROMPT;
    }
    error_set(error, ERROR_REFUSED,
              "the device's identity broker does not serve the client %s, which has no redirect "
              "URI for it",
              job->client.id);
    error_known_as(error, "broker_no_redirect");
    return BROKER_REFUSES_CLIENT;
}

/* Finds the account to ask for. Where the broker prompts, the user may choose one. */
static enum broker_end find_account(struct broker_job *job, const struct broker_accounts *accounts,
                                    struct error *error)
{
    struct error nobody = { 0 };
    job->account = broker_accounts_find(accounts, job->wanted->request, &nobody);
    if (job->account != NULL || job->wanted->prompts)
        return BROKER_DONE;
    *error = nobody;
    return BROKER_NEEDS_USER;
}

/* It is the user who did not answer, not the broker. */
static enum broker_end fail_unanswered(struct error *error)
{
    error_set(error, ERROR_SIGN_IN,
              "nobody signed in in the window of the device's identity broker within the time "
              "allowed");
    error_known_as(error, "sign_in_late");
    return BROKER_CANCELLED;
}

/* Where the user has chosen an account, it may be another one than the wanted one. */
static enum broker_end check_user(const struct token_request *request, struct token *token,
                                  struct account *account, struct error *error)
{
    if (request->account == NULL || strcmp(request->account, account->username) == 0)
        return BROKER_DONE;
    error_set(error, ERROR_SIGN_IN, "%s was wanted, and %s has signed in", request->account,
              account->username);
    error_known_as(error, "other_account");
    token_clear(token);
    account_clear(account);
    return BROKER_CANCELLED;
}

/* A sign-in may be for no API. Some token is then asked for all the same, of an API that the client
 * will get one of: a registration has Microsoft Graph's User.Read from the beginning, and every
 * tenant has Azure's own API, but not every one Azure DevOps. */
static const char *scope_of_sign_in(const char *client_id)
{
    return strcasecmp(client_id, KNOWN_APP_AZURE_CLI) == 0 ? "https://management.azure.com/.default"
           : known_app_is_public_client(client_id)         ? KNOWN_APP_AZURE_DEVOPS "/.default"
                                                           : "https://graph.microsoft.com/.default";
}

/* A sign-in for no API, by the broker and nothing else, may be by the client that it serves for
 * one. */
static struct broker_client client_of(const struct token_request *request, enum broker_kind kind)
{
    struct token_request devops = *request;
    struct broker_client client = broker_client_for(request, kind);
    if (request->scope != NULL || request->sign_in != SIGN_IN_BROKER ||
        client.service == BROKER_SERVES)
        return client;
    devops.scope = (char *)KNOWN_APP_AZURE_DEVOPS "/.default";
    return broker_client_for(&devops, kind);
}

static enum broker_end module_acquire(const struct broker_wanted *wanted, int64_t deadline,
                                      struct token *ret_token, struct account *ret_account,
                                      struct error *error)
{
    GDBusConnection *bus = NULL;
    enum broker_kind kind = BROKER_OF_MICROSOFT;
    struct token_request request = *wanted->request; /* owns nothing */
    const struct broker_wanted complete = { .request = &request,
                                            .refused = wanted->refused,
                                            .prompts = wanted->prompts,
                                            .invitation = wanted->invitation };
    struct broker_job job = { .wanted = &complete };
    auto_broker_accounts struct broker_accounts accounts = { .count = 0 };
    auto_secret struct secret *answer = NULL;
    int64_t soon = sooner(deadline, LIST_MILLISECONDS);
    enum broker_end end = start(soon, &bus, &kind, error);
    if (end != BROKER_DONE)
        return end;
    job.client = client_of(&request, kind);
    end = check_client(&job, error);
    if (request.scope == NULL)
        request.scope = (char *)scope_of_sign_in(job.client.id);
    if (end == BROKER_DONE)
        end = list(bus, &job.client, soon, &accounts, error);
    if (end == BROKER_DONE)
        end = find_account(&job, &accounts, error);
    if (end != BROKER_DONE)
        return end;
    trace("broker: asking %s broker for %s, by the client %s, %s",
          kind == BROKER_OF_HIMMELBLAU ? "Himmelblau's" : "the device's", request.scope,
          job.client.id, wanted->prompts ? "with a prompt" : "silently");
    if (wanted->prompts)
        notice("%s", wanted->invitation);
    auto_secret struct secret *text = broker_request_token(&job);
    const char *method = wanted->prompts ? "acquireTokenInteractively" : "acquireTokenSilently";
    end = broker_bus_call(bus, method, text, deadline, &answer, error);
    if (end == BROKER_UNUSABLE && wanted->prompts && deadline_left(deadline) == 0)
        return fail_unanswered(error);
    if (end == BROKER_DONE)
        end = broker_answer_token(answer->bytes, answer->length, &job, time(NULL), ret_token,
                                  ret_account, error);
    return end == BROKER_DONE ? check_user(&request, ret_token, ret_account, error) : end;
}

MODULE_EXPORT const struct broker_module entra_module = {
    .module = MODULE_HEAD,
    .find = module_find,
    .describe = module_describe,
    .acquire = module_acquire,
};
