#define _GNU_SOURCE
#include "common/acquire/http.h"

#include <curl/curl.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "common/deadline.h"

static void cleanup_easy(CURL **easy)
{
    curl_easy_cleanup(*easy);
}

static void cleanup_list(struct curl_slist **list)
{
    curl_slist_free_all(*list);
}

struct secret *http_escape(const char *value)
{
    char *escaped = curl_easy_escape(NULL, value, 0);
    if (escaped == NULL)
        return NULL;
    struct secret *secret = secret_new(escaped, strlen(escaped));
    explicit_bzero(escaped, strlen(escaped));
    curl_free(escaped);
    return secret;
}

/* name=value&... */
static struct secret *format_form(const struct http_field *fields)
{
    struct secret *form = secret_new("", 0);
    for (; fields->name != NULL && form != NULL; fields++) {
        if (fields->value == NULL)
            continue;
        auto_secret struct secret *value = http_escape(fields->value);
        auto_secret struct secret *before = form;
        form = value == NULL ? NULL
                             : secret_format("%s%s%s=%s", before->bytes, before->length ? "&" : "",
                                             fields->name, value->bytes);
    }
    return form;
}

/* Collects the body; more than fits makes libcurl fail with CURLE_WRITE_ERROR. */
struct collector {
    struct secret *body;
    size_t length;
};

static size_t collect(char *bytes, size_t size, size_t count, void *data)
{
    struct collector *collector = data;
    size_t length = size * count;
    if (length > collector->body->length - collector->length)
        return 0;
    memcpy(collector->body->bytes + collector->length, bytes, length);
    collector->length += length;
    return length;
}

static const char *environment(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

static CURLcode trust_too(CURL *easy, void *context, void *file)
{
    (void)easy;
    return SSL_CTX_load_verify_file(context, file) == 1 ? CURLE_OK : CURLE_SSL_CACERT_BADFILE;
}

/* The system's CAs, or those that the environment names: libcurl, unlike its command line, does not
 * read these variables itself. Where both are set, both are trusted. */
static void set_trust(CURL *easy)
{
    const char *first = environment("CURL_CA_BUNDLE");
    const char *second = environment("SSL_CERT_FILE");
    if (first == NULL && second == NULL)
        return;
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(easy, CURLOPT_CAINFO, first != NULL ? first : second);
    if (first != NULL && second != NULL && strcmp(first, second) != 0) {
        curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, trust_too);
        curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, (void *)second);
    }
}

static void set_limits(CURL *easy, const char *url, int64_t deadline)
{
    int64_t left = deadline_left(deadline);
    bool https = strncmp(url, "https://", 8) == 0;
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, https ? "https" : "http");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(left > 0 ? left : 1));
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* do not wait for a resolver that hangs */
}

/* A GUID of version 4, by which the authority's logs name this request. */
static struct curl_slist *make_headers(void)
{
    unsigned char r[16] = { 0 };
    char id[64];
    if (getrandom(r, sizeof r, 0) != sizeof r)
        return curl_slist_append(NULL, "Accept: application/json");
    r[6] = (unsigned char)((r[6] & 0x0f) | 0x40);
    r[8] = (unsigned char)((r[8] & 0x3f) | 0x80);
    snprintf(id, sizeof id,
             "client-request-id: "
             "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
             r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9], r[10], r[11], r[12], r[13],
             r[14], r[15]);
    struct curl_slist *headers = curl_slist_append(NULL, id);
    headers = curl_slist_append(headers, "return-client-request-id: true");
    headers = curl_slist_append(headers, "x-client-SKU: entra-credential-helpers");
    headers = curl_slist_append(headers, "x-client-VER: " ENTRA_VERSION);
    return curl_slist_append(headers, "Accept: application/json");
}

static bool explain(CURLcode code, const char *url, const char *detail, struct error *error)
{
    int host = (int)strcspn(url + strlen("https://"), "/") + (int)strlen("https://");
    if (code == CURLE_WRITE_ERROR)
        return error_set(error, ERROR_NETWORK, "%.*s answered with more than %d bytes", host, url,
                         HTTP_BODY_MAX);
    if (code == CURLE_OPERATION_TIMEDOUT) {
        error_set(error, ERROR_NETWORK, "%.*s did not answer in time", host, url);
        return error_hint(error, "--timeout sets how long to wait.");
    }
    error_set(error, ERROR_NETWORK, "%.*s cannot be reached: %s", host, url,
              detail[0] ? detail : curl_easy_strerror(code));
    if (code == CURLE_PEER_FAILED_VERIFICATION)
        error_hint(error, "The certificate is not trusted here: if a proxy inspects TLS, name its "
                          "CA's file in SSL_CERT_FILE.");
    else if (code == CURLE_SSL_CACERT_BADFILE)
        error_hint(error, "Check the file that CURL_CA_BUNDLE or SSL_CERT_FILE names.");
    return false;
}

bool http_post_form(const char *url, const struct http_field *fields, int64_t deadline,
                    struct http_response *response, struct error *error)
{
    CURL *easy CLEANUP(cleanup_easy) = curl_easy_init();
    struct curl_slist *headers CLEANUP(cleanup_list) = make_headers();
    auto_secret struct secret *form = format_form(fields);
    auto_secret struct secret *body = secret_allocate(HTTP_BODY_MAX);
    if (easy == NULL || headers == NULL || form == NULL || body == NULL)
        return error_no_memory(error);

    struct collector collector = { body, 0 };
    char detail[CURL_ERROR_SIZE] = "";
    curl_off_t retry_after = 0;
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, &form->bytes[0]);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)form->length);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "entra-credential-helpers/" ENTRA_VERSION);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, collect);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &collector);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, detail);
    set_limits(easy, url, deadline);
    set_trust(easy);

    CURLcode code = curl_easy_perform(easy);
    if (code != CURLE_OK)
        return explain(code, url, detail, error);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &response->status);
    curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry_after);
    response->retry_after = retry_after;
    response->body = secret_new(body->bytes, collector.length);
    return response->body != NULL || error_no_memory(error);
}

void http_response_clear(struct http_response *response)
{
    secret_free(response->body);
    response->body = NULL;
}
