/* SPDX-License-Identifier: MIT */
#include "helpers/curl/curl_transfer.h"

#include <string.h>

/* A value in double quotes, in which curl reads escapes. */
static struct secret *quote(const char *value)
{
    struct secret *quoted = secret_allocate(2 * strlen(value));
    char *end = quoted->bytes;
    for (; *value != '\0'; value++) {
        if (*value == '"' || *value == '\\')
            *end++ = '\\';
        *end++ = *value;
    }
    return quoted;
}

/* With request = "HEAD", curl would wait for a body. GET is what curl does if it has nothing to
 * send. */
static struct secret *method_line(const char *method)
{
    if (method == NULL || strcmp(method, "GET") == 0)
        return secret_new("", 0);
    if (strcmp(method, "HEAD") == 0)
        return secret_from_text("head\n");
    return secret_format("request = \"%s\"\n", method);
}

struct secret *curl_transfer_append(const struct secret *transfers, const char *url,
                                    const struct config_call *call,
                                    const struct secret *access_token)
{
    struct secret *lines = method_line(call->method);
    for (size_t i = 0; i < call->header_count; i++) {
        auto_secret struct secret *before = lines;
        auto_secret struct secret *value = quote(call->headers[i].value);
        lines = secret_format("%sheader = \"%s: %s\"\n", before->bytes, call->headers[i].name,
                              value->bytes);
    }
    /* Globbing could change the host. */
    struct secret *longer = secret_format("%s%surl = \"%s\"\ngloboff\n%soauth2-bearer = \"%s\"\n",
                                          transfers->bytes, transfers->length > 0 ? "next\n" : "",
                                          url, lines->bytes, access_token->bytes);
    secret_free(lines);
    return longer;
}
