/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "tests/unit/broker_case.h"

#include <string.h>

#include "common/acquire/base64url.h"
#include "common/base/text.h"
#include "common/entra/known_apps.h"
#include "tests/unit/support.h"

static struct token_request request;
static struct broker_wanted wanted;
static struct broker_accounts accounts;
static struct broker_job job;

struct token_request *broker_case_request(void)
{
    return &request;
}

struct broker_wanted *broker_case_wanted(void)
{
    return &wanted;
}

struct broker_job *broker_case(void)
{
    struct error error = { 0 };
    autofree char *text = json_text("{'accounts':[" BROKER_ACCOUNT "]}");
    broker_accounts_clear(&accounts);
    assert_int_equal(broker_accounts_read(text, strlen(text), &accounts, &error), BROKER_DONE);
    request = (struct token_request){ .instance = "https://login.microsoftonline.com",
                                      .tenant = "organizations",
                                      .client_id = BROKER_CLIENT,
                                      .scope = BROKER_SCOPE,
                                      .for_user = true };
    wanted = (struct broker_wanted){ .request = &request };
    job = (struct broker_job){ .wanted = &wanted,
                               .client = { BROKER_CLIENT, BROKER_REDIRECT, BROKER_SERVES },
                               .account = &accounts.items[0] };
    return &job;
}

char *broker_case_base64(const char *text)
{
    autofree char *json = json_text(text);
    auto_secret struct secret *letters = base64url((const unsigned char *)json, strlen(json));
    return strdup(letters->bytes);
}

char *broker_case_token(const char *more_claims)
{
    autofree char *claims =
        text_format("{'aud':'" KNOWN_APP_AZURE_DEVOPS "','tid':'" BROKER_TID "','oid':'" BROKER_OID
                    "','appid':'" BROKER_CLIENT "','exp':%d%s%s}",
                    BROKER_NOW + 3600, more_claims[0] != '\0' ? "," : "", more_claims);
    autofree char *letters = broker_case_base64(claims);
    return text_format("e30.%s.c2ln", letters);
}
