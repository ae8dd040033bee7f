/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/kubectl/pop_claims.h"

#include <string.h>

#include "common/base/cleanup.h"
#include "common/base/printable.h"
#include "common/base/utf8.h"

/* The text without spaces around it, whose end is cut off. */
static char *trim(char *text)
{
    text += strspn(text, " ");
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == ' ')
        length--;
    text[length] = '\0';
    return text;
}

static bool fail(struct error *error, const char *why)
{
    error_set(error, ERROR_USAGE, "--pop-claims %s", why);
    return error_hint(error, "Give the ARM ID of the cluster, as in --pop-claims u=/subscriptions/"
                             "ID/resourceGroups/GROUP/providers/Microsoft.Kubernetes/"
                             "connectedClusters/NAME.");
}

/* The host is in traces, and for a cluster to compare. */
static bool is_plain(const char *text)
{
    uint32_t character;
    for (size_t length; *text != '\0'; text += length) {
        length = utf8_read(text, UTF8_MAX, &character);
        if (length == 0 || printable_is_control(character))
            return false;
    }
    return true;
}

bool pop_claims_parse(const char *text, char **ret_host, struct error *error)
{
    if (strlen(text) > POP_CLAIMS_MAX)
        return fail(error, "is too long");
    if (!is_plain(text))
        return fail(error, "has a character that no name of a cluster has");
    autofree char *copy = strdup(text);
    const char *host = NULL;
    char *rest = copy;
    while (rest != NULL) {
        char *value = strsep(&rest, ",");
        const char *key = trim(strsep(&value, "="));
        if (value == NULL || strchr(value, '=') != NULL || key[0] == '\0' || trim(value)[0] == '\0')
            return fail(error, "is not of the form u=VALUE,KEY=VALUE,...");
        if (strcmp(key, "u") != 0)
            continue;
        if (host != NULL)
            return fail(error, "has two values for u");
        host = trim(value);
    }
    if (host == NULL)
        return fail(error, "has no u, the cluster that the token is for");
    *ret_host = strdup(host);
    return true;
}
