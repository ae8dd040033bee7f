/* SPDX-License-Identifier: MIT */
#include "common/acquire/http/http_failure.h"

#include <string.h>

#include "common/acquire/http/http.h"
#include "common/base/array.h"

bool http_failure_is_broken(CURLcode code)
{
    return code == CURLE_COULDNT_CONNECT || code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR ||
           code == CURLE_SEND_ERROR || code == CURLE_PARTIAL_FILE ||
           code == CURLE_SSL_CONNECT_ERROR;
}

/* The names of libcurl's failures in the error catalogue. */
static const struct {
    CURLcode code;
    const char *name;
} failures[] = {
    { CURLE_COULDNT_RESOLVE_HOST, "name_not_resolved" },
    { CURLE_COULDNT_RESOLVE_PROXY, "proxy_not_resolved" },
    { CURLE_PROXY, "proxy_refused" },
    { CURLE_COULDNT_CONNECT, "not_connected" },
    { CURLE_OPERATION_TIMEDOUT, "timed_out" },
    { CURLE_WRITE_ERROR, "answer_too_long" },
    { CURLE_PEER_FAILED_VERIFICATION, "tls_untrusted" },
    { CURLE_SSL_CONNECT_ERROR, "tls_failed" },
    { CURLE_SSL_CACERT_BADFILE, "tls_ca_file" },
    { CURLE_GOT_NOTHING, "connection_broken" },
    { CURLE_RECV_ERROR, "connection_broken" },
    { CURLE_SEND_ERROR, "connection_broken" },
    { CURLE_PARTIAL_FILE, "connection_broken" },
};

static bool set_error_code(CURL *easy, CURLcode code, struct error *error)
{
    long proxy_status = 0; /* the proxy's response to CONNECT */
    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
    if (proxy_status >= 300)
        return error_known_as(error, "proxy_refused");
    for (size_t i = 0; i < ARRAY_SIZE(failures); i++)
        if (failures[i].code == code)
            return error_known_as(error, failures[i].name);
    return false;
}

bool http_failure_explain(CURL *easy, CURLcode code, const char *url, const char *detail,
                          struct error *error)
{
    const char *name = strstr(url, "://") + 3; /* url_parse has accepted the URL */
    int host = (int)(name - url) + (int)strcspn(name, "/?#");
    /* libcurl quotes the whole URL of a proxy that it cannot parse, including the password. */
    bool has_url = strchr(detail, '@') != NULL || strstr(detail, "://") != NULL;
    const char *reason = detail[0] == '\0' || has_url ? curl_easy_strerror(code) : detail;
    if (code == CURLE_WRITE_ERROR)
        error_set(error, ERROR_NETWORK, "%.*s answered with more than %d bytes", host, url,
                  HTTP_BODY_MAX);
    else if (code == CURLE_OPERATION_TIMEDOUT)
        error_set(error, ERROR_NETWORK, "%.*s did not answer in time", host, url);
    else if (code == CURLE_SSL_CACERT_BADFILE)
        error_set(error, ERROR_USAGE, "the trusted certificates cannot be read: %s", reason);
    else
        error_set(error, ERROR_NETWORK, "%.*s cannot be reached: %s", host, url, reason);
    return set_error_code(easy, code, error);
}
