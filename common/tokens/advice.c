/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/tokens/advice.h"

#include <stdio.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/text.h"
#include "common/entra/authority.h"
#include "common/entra/error_report.h"
#include "common/entra/known_apps.h"
#include "common/entra/remedies.h"
#include "common/tokens/sign_in_needed.h"

#define LOGIN "'entra login"

/* Sets the hint if there is room for the whole of it: a part of a command or link misleads. */
static void set_hint(struct error *error, const char *text)
{
    if (strlen(text) < sizeof error->hint)
        snprintf(error->hint, sizeof error->hint, "%s", text);
}

/* Where options would be added in the catalogue's command, which has at most --browser. NULL if the
 * advice has none, or one that is complete. */
static const char *find_end(const char *advice)
{
    static const char *const ends[] = { "'", " --browser'" };
    const char *login = strstr(advice, LOGIN);
    for (size_t i = 0; i < ARRAY_SIZE(ends) && login != NULL; i++)
        if (strncmp(login + strlen(LOGIN), ends[i], strlen(ends[i])) == 0)
            return login + strlen(LOGIN);
    return NULL;
}

/* Only of a user's own request: an app cannot sign in. */
static void complete_command(const struct token_request *request, const struct options *given,
                             struct error *error)
{
    const char *advice = error_advice(error);
    const char *end = request->for_user ? find_end(advice) : NULL;
    if (end == NULL)
        return;
    struct shell_line line = sign_in_line(request, given);
    autofree char *text = text_format("%.*s%s%s", (int)(end - advice), advice, line.text, end);
    set_hint(error, text);
}

/* ---- ids ---- */

/* The catalogue's "CLIENT_ID/.default" gets the app's own ID. */
static void complete_client_id(const struct token_request *request, struct error *error)
{
    static const char placeholder[] = "CLIENT_ID/";
    const char *advice = error_advice(error), *at = strstr(advice, placeholder);
    if (at == NULL || !text_is_guid(request->client_id))
        return;
    autofree char *text = text_format("%.*s%s%s", (int)(at - advice), advice, request->client_id,
                                      at + strlen("CLIENT_ID"));
    set_hint(error, text);
}

/* ---- settings ---- */

/* What a setting is called to whoever made it: "FILE:LINE: KEY" is the key, and "the environment
 * variable NAME: KEY" the variable. */
static char *name_of(const char *from, const char *otherwise)
{
    const char *key = from != NULL ? strstr(from, ": ") : NULL;
    if (from == NULL)
        return strdup(otherwise);
    if (key == NULL)
        return strdup(from);
    return strncmp(from, "the environment", strlen("the environment")) == 0
               ? strndup(from, (size_t)(key - from))
               : strdup(key + strlen(": "));
}

/* Replaces *text, which the caller frees, by one with another word for the key. */
static void replace_key(char **text, const char *key, const char *from, const char *otherwise)
{
    const char *at = strstr(*text, key);
    if (at == NULL)
        return;
    autofree char *name = name_of(from, otherwise);
    char *named = text_format("%.*s%s%s", (int)(at - *text), *text, name, at + strlen(key));
    free(*text);
    *text = named;
}

/* The entry whose remedy is in the advice, and where. */
static const struct remedy *find_entry(const struct error *error, const char *advice,
                                       const char **ret_at)
{
    const char *const codes[] = { error->code, error->suberror, error->oauth_error };
    for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
        const struct remedy *entry = remedies_find(codes[i]);
        *ret_at = entry != NULL ? strstr(advice, entry->remedy) : NULL;
        if (*ret_at != NULL)
            return entry;
    }
    return NULL;
}

void advice_name_settings(const struct token_request *request, struct error *error)
{
    const char *at, *advice = error_advice(error);
    const struct remedy *entry = find_entry(error, advice, &at);
    if (entry == NULL)
        return;
    bool by_default = request->instance_from == NULL && entry->by_default != NULL;
    autofree char *remedy = strdup(by_default ? entry->by_default : entry->remedy);
    if (!by_default)
        replace_key(&remedy, "Instance", request->instance_from, "Instance");
    replace_key(&remedy, "TenantId", request->tenant_from, "the tenant");
    replace_key(&remedy, "ClientId", request->client_id_from, "the client ID");
    autofree char *text =
        text_format("%.*s%s%s", (int)(at - advice), advice, remedy, at + strlen(entry->remedy));
    if (strcmp(text, advice) != 0)
        set_hint(error, text);
}

/* ---- links ---- */

/* They end without a full stop, which would be copied with them. */

/* The portals of the clouds. Source: Microsoft, "National clouds". */
static const struct {
    const char *instance, *portal;
} portals[] = {
    { AUTHORITY_PUBLIC_CLOUD, "https://portal.azure.com" },
    { "https://login.microsoftonline.us", "https://portal.azure.us" },
    { "https://login.partner.microsoftonline.cn", "https://portal.azure.cn" },
    { "https://login.chinacloudapi.cn", "https://portal.azure.cn" },
};

static char *credentials_link(const struct token_request *request)
{
    for (size_t i = 0; i < ARRAY_SIZE(portals); i++)
        if (strcmp(portals[i].instance, request->instance) == 0)
            return text_format("The app's secrets and certificates: %s"
                               "/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/"
                               "~/Credentials/appId/%s",
                               portals[i].portal, request->client_id);
    return NULL;
}

/* Source: Microsoft, "Grant tenant-wide admin consent to an application". */
static char *consent_link(const struct token_request *request)
{
    return text_format("To consent, open %s/%s/adminconsent?client_id=%s", request->instance,
                       request->tenant, request->client_id);
}

static char *(*const links[])(const struct token_request *request) = {
    [REMEDY_LINK_CREDENTIALS] = credentials_link,
    [REMEDY_LINK_CONSENT] = consent_link,
};

/* Only of an app of the user's own in Entra: nobody can change Microsoft's. A GUID and a tenant are
 * safe in a URL. */
static void add_link(const struct token_request *request, struct error *error)
{
    const struct remedy *entry = remedies_find(error->code);
    if (entry == NULL || entry->link == REMEDY_LINK_NONE || !text_is_guid(request->client_id) ||
        authority_is_adfs(request->tenant) || known_app_is_public_client(request->client_id))
        return;
    autofree char *link = links[entry->link](request);
    autofree char *text = link != NULL ? text_format("%s %s", error_advice(error), link) : NULL;
    if (text != NULL)
        set_hint(error, text);
}

/* ---- codes that the catalogue does not have ---- */

static void add_page(struct error *error)
{
    long number = 0;
    char digits[REMEDIES_DIGITS_MAX + 1];
    if (sscanf(error->code, "AADSTS%9ld", &number) != 1 || number <= 0 ||
        remedies_find(error->code) != NULL)
        return;
    int length = snprintf(digits, sizeof digits, "%ld", number);
    const char *advice = error_advice(error);
    autofree char *text =
        text_format("%s%s" REMEDIES_PAGE, advice, advice[0] != '\0' ? " " : "", length, digits);
    set_hint(error, text);
}

void advice_complete(const struct token_request *request, const struct options *given,
                     struct error *error)
{
    complete_command(request, given, error);
    complete_client_id(request, error);
    add_link(request, error);
    add_page(error);
}
