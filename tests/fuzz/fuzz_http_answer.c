/* SPDX-License-Identifier: MIT */
/* What a server sends, byte by byte, read by libcurl from a socket pair: the status, Retry-After,
 * Date, challenges and the body. */
#define _GNU_SOURCE
#include <curl/curl.h>
#include <sys/socket.h>

#include "common/acquire/http/http.h"
#include "common/acquire/http/retry.h"
#include "common/base/deadline.h"
#include "tests/fuzz/fuzz.h"

static int ends[2]; /* the server's, the client's */

static curl_socket_t give_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)data, (void)purpose, (void)address;
    return ends[1];
}

static int is_connected(void *data, curl_socket_t fd, curlsocktype purpose)
{
    (void)data, (void)fd, (void)purpose;
    return CURL_SOCKOPT_ALREADY_CONNECTED;
}

CURLcode __real_curl_easy_perform(CURL *easy);
CURLcode __wrap_curl_easy_perform(CURL *easy);
CURLcode __wrap_curl_easy_perform(CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, give_socket);
    curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, is_connected);
    return __real_curl_easy_perform(easy);
}

static void check_answer(const struct http_response *response)
{
    struct error error = { 0 };
    HOLDS(response->body != NULL && response->body->length <= HTTP_BODY_MAX);
    HOLDS(response->retry_after >= 0 && response->retry_after <= 24 * 3600);
    HOLDS(response->date >= 0 && response->status >= 0 && response->status < 1000);
    HOLDS(strlen(response->www_authenticate) < sizeof response->www_authenticate);
    HOLDS(strlen(response->resource_tenant) < sizeof response->resource_tenant);
    error_set(&error, ERROR_REFUSED, "the server refused");
    retry_set_back_off(response, &error);
    HOLDS(error.retry_after >= 0 && error.retry_after <= 24 * 3600);
    fuzz_check_error(&error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct http_field header[] = { { "Secret", FUZZ_SECRET, true }, { NULL, NULL, false } };
    const struct http_request request = { .url = "http://127.0.0.1:1/token",
                                          .clear = URL_CLEAR_LOOPBACK,
                                          .header = header,
                                          .head = size % 16 == 15 };
    struct http_response response CLEANUP(http_response_clear) = { 0 };
    struct error error = { 0 };
    fuzz_has_secret = true;
    HOLDS(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    HOLDS(size == 0 || write(ends[0], data, size) == (ssize_t)size); /* it fits into the buffer */
    HOLDS(shutdown(ends[0], SHUT_WR) == 0);
    if (http_send(&request, deadline_in(10000), &response, &error)) {
        check_answer(&response);
    } else {
        HOLDS(error.kind == ERROR_NETWORK);
        fuzz_check_error(&error);
    }
    close(ends[0]);
    return 0;
}
