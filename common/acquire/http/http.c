/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/http/http.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/acquire/http/host_settings.h"
#include "common/acquire/http/http_failure.h"
#include "common/acquire/http/redaction.h"
#include "common/acquire/http/tls_trust.h"
#include "common/base/array.h"
#include "common/base/deadline.h"
#include "common/base/guid.h"
#include "common/entra/url.h"

/* A day: longer back-off times are cut to this. */
#define RETRY_AFTER_MAX (24 * 3600)

static void cleanup_easy(CURL **easy)
{
    curl_easy_cleanup(*easy);
}

static void cleanup_list(struct curl_slist **list)
{
    curl_slist_free_all(*list);
}

/* Percent-encodes a value for a form. */
static struct secret *escape(const char *value)
{
    char *escaped = curl_easy_escape(NULL, value, 0);
    struct secret *secret = secret_from_text(escaped);
    explicit_bzero(escaped, strlen(escaped));
    curl_free(escaped);
    return secret;
}

/* Returns name=value&... */
static struct secret *format_form(const struct http_field *fields)
{
    struct secret *form = secret_new("", 0);
    for (; fields != NULL && fields->name != NULL; fields++) {
        if (fields->value == NULL)
            continue;
        auto_secret struct secret *value = escape(fields->value);
        auto_secret struct secret *before = form;
        form = secret_format("%s%s%s=%s", before->bytes, before->length ? "&" : "", fields->name,
                             value->bytes);
    }
    return form;
}

/* Collects the body. If it does not fit, libcurl fails with CURLE_WRITE_ERROR. */
struct collector {
    struct secret *body;
    size_t length;
};

static size_t collect_body(char *bytes, size_t size, size_t count, void *data)
{
    struct collector *collector = data;
    size_t length = size * count;
    if (length > collector->body->length - collector->length)
        return 0;
    memcpy(collector->body->bytes + collector->length, bytes, length);
    collector->length += length;
    return length;
}

static void set_limits(CURL *easy, const struct http_request *request, int64_t deadline)
{
    int64_t left = deadline_left(deadline);
    bool https = strncmp(request->url, "https://", 8) == 0;
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, https ? "https" : "http");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(left > 0 ? left : 1));
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, request->connect_milliseconds);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* do not wait for a resolver that hangs */
    if (request->local || !https) /* cleartext must not leave this machine or its host */
        curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
}

/* git's names of the ways to authenticate to a proxy; by default it takes any (git-config(1)). */
static long proxy_methods(const char *name)
{
    static const struct {
        const char *name;
        unsigned long method;
    } methods[] = { { "basic", CURLAUTH_BASIC },
                    { "digest", CURLAUTH_DIGEST },
                    { "negotiate", CURLAUTH_NEGOTIATE },
                    { "ntlm", CURLAUTH_NTLM } };
    for (size_t i = 0; name != NULL && i < ARRAY_SIZE(methods); i++)
        if (strcmp(name, methods[i].name) == 0)
            return (long)methods[i].method;
    return (long)CURLAUTH_ANY;
}

/* libcurl itself takes a proxy from the environment. */
static void set_host_proxy(CURL *easy)
{
    const struct network_settings *settings = host_settings();
    if (settings->proxy_ca_file != NULL)
        curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, settings->proxy_ca_file);
    if (settings->proxy == NULL)
        return;
    curl_easy_setopt(easy, CURLOPT_PROXY, settings->proxy);
    curl_easy_setopt(easy, CURLOPT_PROXYAUTH, proxy_methods(settings->proxy_method));
}

/* Returns the request's own headers, and those by which it can be found in an authority's logs. */
static struct curl_slist *make_headers(const struct http_field *header)
{
    struct guid id;
    struct curl_slist *headers = curl_slist_append(NULL, "x-client-SKU: entra-credential-helpers");
    headers = curl_slist_append(headers, "x-client-VER: " ENTRA_VERSION);
    headers = curl_slist_append(headers, "return-client-request-id: true");
    if (guid_make(&id)) {
        auto_secret struct secret *line = secret_format("client-request-id: %s", id.text);
        headers = curl_slist_append(headers, line->bytes);
    }
    for (; header != NULL && header->name != NULL; header++) {
        auto_secret struct secret *line = secret_format("%s: %s", header->name, header->value);
        headers = curl_slist_append(headers, line->bytes);
    }
    return headers;
}

/* Traces when each stage of the transfer ended, in milliseconds from its start. */
static void trace_times(CURL *easy, CURLcode code, const char *url)
{
    static const CURLINFO stages[] = { CURLINFO_NAMELOOKUP_TIME_T, CURLINFO_CONNECT_TIME_T,
                                       CURLINFO_APPCONNECT_TIME_T, CURLINFO_TOTAL_TIME_T };
    curl_off_t at[4] = { 0 };
    long status = 0;
    if (!trace_is_on())
        return;
    for (size_t i = 0; i < ARRAY_SIZE(stages); i++)
        curl_easy_getinfo(easy, stages[i], &at[i]);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    trace("network: %.*s: %s %ld (name lookup %.1f, connect %.1f, TLS %.1f, total %.1f ms)",
          (int)strcspn(url, "?"), url, code == CURLE_OK ? "HTTP" : curl_easy_strerror(code), status,
          (double)at[0] / 1000, (double)at[1] / 1000, (double)at[2] / 1000, (double)at[3] / 1000);
}

/* The result is a struct secret because a query may contain secrets. */
struct secret *http_url(const char *url, const struct http_field *fields)
{
    auto_secret struct secret *query = format_form(fields);
    if (query->length == 0)
        return secret_from_text(url);
    return secret_format("%s%c%s", url, strchr(url, '?') != NULL ? '&' : '?', query->bytes);
}

static void set_request(CURL *easy, const struct http_request *request, const struct secret *url,
                        const struct secret *form, const struct curl_slist *headers)
{
    curl_easy_setopt(easy, CURLOPT_URL, &url->bytes[0]);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "entra-credential-helpers/" ENTRA_VERSION);
    curl_easy_setopt(easy, CURLOPT_NOBODY, request->head ? 1L : 0L);
    if (!request->post)
        return;
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, &form->bytes[0]);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)form->length);
}

/* Returns a header of the response, owned by libcurl, or NULL if there is none. */
static const char *header_of(CURL *easy, const char *name)
{
    struct curl_header *header = NULL;
    return curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK ? header->value
                                                                                   : NULL;
}

/* Joins all fields of this name into one, which means the same (RFC 9110, section 5.3). Fields that
 * do not fit are left out. */
static void join_headers(CURL *easy, const char *name, char *value, size_t size)
{
    struct curl_header *header = NULL;
    size_t length = 0;
    value[0] = '\0';
    for (size_t i = 0; curl_easy_header(easy, name, i, CURLH_HEADER, -1, &header) == CURLHE_OK;
         i++) {
        const char *comma = length > 0 ? ", " : "";
        if (length + strlen(comma) + strlen(header->value) >= size)
            continue;
        length += (size_t)snprintf(value + length, size - length, "%s%s", comma, header->value);
    }
}

/* Returns the Unix seconds of a date, or 0. On machines with 32 bits, libcurl's time_t may be half
 * as long as ours, so that only the lower half of what it returns means anything. */
static int64_t parse_date(const char *text)
{
    time_t returned = curl_getdate(text, NULL);
    int64_t seconds = sizeof(long) == 4 ? (int64_t)(uint32_t)returned : returned;
    return seconds > 0 && seconds != UINT32_MAX ? seconds : 0;
}

/* Parses Retry-After: seconds, or a date by the server's clock (RFC 9110, section 10.2.3).
 * CURLINFO_RETRY_AFTER would compare that date with this machine's clock. */
static int64_t parse_retry_after(const char *value, int64_t date)
{
    char *end = NULL;
    int64_t seconds = strtoll(value, &end, 10);
    if (*end != '\0') {
        int64_t until = parse_date(value);
        seconds = until > 0 ? until - (date > 0 ? date : time(NULL)) : 0;
    }
    return seconds < 0 ? 0 : seconds < RETRY_AFTER_MAX ? seconds : RETRY_AFTER_MAX;
}

static void read_response(CURL *easy, const struct http_request *request,
                          const struct collector *collector, struct http_response *response)
{
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &response->status);
    const char *date = header_of(easy, "Date");
    response->date = date != NULL ? parse_date(date) : 0;
    const char *retry_after = header_of(easy, "Retry-After");
    response->retry_after =
        retry_after != NULL ? parse_retry_after(retry_after, response->date) : 0;
    join_headers(easy, "WWW-Authenticate", response->www_authenticate,
                 sizeof response->www_authenticate);
    join_headers(easy, "X-VSS-ResourceTenant", response->resource_tenant,
                 sizeof response->resource_tenant);
    response->unredacted = secret_new(collector->body->bytes, collector->length);
    response->body = secret_new(collector->body->bytes, collector->length);
    redact(request, response->body->bytes, response->body->length);
    redact(request, response->www_authenticate, strlen(response->www_authenticate));
    redact(request, response->resource_tenant, strlen(response->resource_tenant));
}

/* ---- checking the request ---- */

static bool may_be_clear(const struct url *url, enum url_clear clear)
{
    return clear != URL_CLEAR_NEVER &&
           (url_is_loopback(url) || (clear == URL_CLEAR_NEARBY && url_is_nearby(url)));
}

static bool check_url(const struct http_request *request, struct error *error)
{
    struct url url;
    struct error why = { 0 };
    const char *name = request->url_name != NULL ? request->url_name : "the URL";
    if (!url_parse(request->url, strlen(request->url), &url, &why))
        return error_set(error, ERROR_USAGE, "%s cannot be used: %s", name, why.message);
    if (strchr(request->url, '#') != NULL) /* a query appended to a fragment would not be sent */
        return error_set(error, ERROR_USAGE, "%s cannot be used: the URL has a fragment", name);
    if (url.https || may_be_clear(&url, request->clear))
        return true;
    return error_set(error, ERROR_USAGE,
                     "%s cannot be used: it is not https, and the request contains a secret", name);
}

/* Values come from the environment or a file. A line break in one would start another header. */
static bool check_headers(const struct http_field *header, struct error *error)
{
    for (; header != NULL && header->name != NULL; header++)
        for (const char *c = header->value; *c != '\0'; c++)
            if ((unsigned char)*c < ' ' || *c == 0x7f)
                return error_set(error, ERROR_USAGE,
                                 "the value of the header %s contains a line break or another "
                                 "control character",
                                 header->name);
    return true;
}

/* ---- sending it ---- */

/* Copies a field of the server's certificate, which is the first of the chain. name is libcurl's
 * name for the field, with a colon. */
static void copy_certificate_field(const struct curl_certinfo *chain, const char *name, char *text,
                                   size_t size)
{
    const struct curl_slist *line = chain->num_of_certs > 0 ? chain->certinfo[0] : NULL;
    for (; line != NULL; line = line->next)
        if (strncmp(line->data, name, strlen(name)) == 0)
            snprintf(text, size, "%s", line->data + strlen(name));
}

static void read_route(CURL *easy, struct http_route *route)
{
    const char *address = NULL;
    long proxy_status = 0;
    struct curl_certinfo *chain = NULL;
    char end[64] = "";
    *route = (struct http_route){ 0 };
    curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &address);
    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
    snprintf(route->address, sizeof route->address, "%s", address != NULL ? address : "");
    route->by_proxy = proxy_status != 0;
    if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &chain) != CURLE_OK || chain == NULL)
        return;
    copy_certificate_field(chain, "Expire date:", end, sizeof end);
    route->certified_to = parse_date(end);
    copy_certificate_field(chain, "Issuer:", route->issuer, sizeof route->issuer);
}

/* libcurl quotes what it cannot parse, which may be a secret. Such a text is left out as a whole:
 * everybody knows libcurl's texts, so asterisks in one would tell a secret of a few letters. */
static void clear_if_secret(const struct http_request *request, char *detail)
{
    autofree char *redacted = strdup(detail);
    redact(request, redacted, strlen(redacted));
    if (strcmp(redacted, detail) != 0)
        detail[0] = '\0';
}

bool http_send(const struct http_request *request, int64_t deadline,
               struct http_response *ret_response, struct error *error)
{
    if (!check_url(request, error) || !check_headers(request->header, error) ||
        !host_settings_find(request, deadline, error))
        return false;
    CURL *easy CLEANUP(cleanup_easy) = curl_easy_init();
    struct curl_slist *headers CLEANUP(cleanup_list) = make_headers(request->header);
    auto_secret struct secret *url = http_url(request->url, request->query);
    auto_secret struct secret *form = format_form(request->form);
    auto_secret struct secret *body = secret_allocate(HTTP_BODY_MAX);
    if (easy == NULL)
        return error_set(error, ERROR_OTHER, "libcurl cannot be initialized");

    struct collector collector = { body, 0 };
    char detail[CURL_ERROR_SIZE] = "";
    set_request(easy, request, url, form, headers);
    set_limits(easy, request, deadline);
    set_host_proxy(easy);
    if (!tls_trust(easy, request->thumbprint, error))
        return false;
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, collect_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &collector);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, detail);
    if (request->route != NULL)
        curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L);

    CURLcode code = curl_easy_perform(easy);
    curl_off_t connected = 0;
    curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME_T, &connected);
    ret_response->reached = connected > 0;
    ret_response->broken = http_failure_is_broken(code);
    if (request->route != NULL)
        read_route(easy, request->route);
    trace_times(easy, code, request->url);
    if (code != CURLE_OK) {
        clear_if_secret(request, detail);
        return http_failure_explain(easy, code, request->url, detail, error);
    }
    read_response(easy, request, &collector, ret_response);
    return true;
}

void http_response_clear(struct http_response *response)
{
    secret_free(response->body);
    secret_free(response->unredacted);
    *response = (struct http_response){ 0 };
}
