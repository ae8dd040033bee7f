/* SPDX-License-Identifier: MIT */
/* One request to a server on this machine: what is made of its answer, or of none. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/acquire/http/http.h"
#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/deadline.h"

#define PATIENCE_SECONDS 60

/* ---- the server ---- */

struct server {
    int listener;
    uint16_t port;
    pid_t process; /* 0: nobody answers */
};

/* Takes a port of 127.0.0.1, where nobody listens yet. */
static struct server server_open(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof address;
    struct server server = { .listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) };
    assert_int_equal(bind(server.listener, (struct sockaddr *)&address, length), 0);
    assert_int_equal(getsockname(server.listener, (struct sockaddr *)&address, &length), 0);
    server.port = ntohs(address.sin_port);
    return server;
}

/* Reads the head of one request, answers and closes the connection. */
static void answer_one(int listener, const char *answer, size_t length)
{
    char head[8192] = "";
    int fd = accept(listener, NULL, NULL);
    for (size_t used = 0; strstr(head, "\r\n\r\n") == NULL && used < sizeof head - 1;) {
        ssize_t n = read(fd, head + used, sizeof head - 1 - used);
        if (n <= 0)
            _exit(1);
        used += (size_t)n;
    }
    for (ssize_t n; length > 0; answer += n, length -= (size_t)n)
        if ((n = send(fd, answer, length, MSG_NOSIGNAL)) <= 0)
            _exit(1);
    _exit(0);
}

/* Has a process answer one request. */
static struct server server_start(const char *answer, size_t length)
{
    struct server server = server_open();
    assert_int_equal(listen(server.listener, 1), 0);
    server.process = fork();
    if (server.process == 0) {
        alarm(PATIENCE_SECONDS);
        answer_one(server.listener, answer, length);
    }
    close(server.listener);
    server.listener = -1;
    return server;
}

static void server_end(const struct server *server)
{
    if (server->listener >= 0)
        close(server->listener);
    if (server->process > 0)
        assert_int_equal(waitpid(server->process, NULL, 0), server->process);
}

static bool ask_server(const struct server *server, struct http_response *response,
                       struct error *error)
{
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", server->port);
    const struct http_request get = { .url = url };
    return http_send(&get, deadline_in((int64_t)PATIENCE_SECONDS * 1000), response, error);
}

static bool ask_for(const char *answer, size_t length, struct http_response *response,
                    struct error *error)
{
    const struct server server = server_start(answer, length);
    bool answered = ask_server(&server, response, error);
    server_end(&server);
    return answered;
}

/* ---- answers ---- */

#define NOON "Sat, 03 Jan 2026 12:00:00 GMT"

static void dates_and_waits_are_read_or_left_alone(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        int64_t date, retry_after;
    } answers[] = {
        { "X: y", 0, 0 },
        { "Date: " NOON, 1767441600, 0 },
        { "Date: soon", 0, 0 },
        { "Date: Wed, 31 Dec 1969 23:59:59 GMT", 0, 0 },
        { "Retry-After: 0", 0, 0 },
        { "Retry-After: 1", 0, 1 },
        { "Retry-After: -1", 0, 0 },
        { "Retry-After: 86400", 0, 86400 },
        { "Retry-After: 86401", 0, 86400 },
        { "Retry-After: 99999999999999999999", 0, 86400 },
        { "Retry-After: soon", 0, 0 },
        { "Retry-After: 60 seconds", 0, 0 },
        { "Date: " NOON "\r\nRetry-After: Sat, 03 Jan 2026 12:01:30 GMT", 1767441600, 90 },
        { "Date: " NOON "\r\nRetry-After: Sat, 03 Jan 2026 11:59:59 GMT", 1767441600, 0 },
        { "Date: " NOON "\r\nRetry-After: Mon, 05 Jan 2026 12:00:00 GMT", 1767441600, 86400 },
        { "Retry-After: Sat, 03 Jan 1970 12:00:00 GMT", 0, 0 }, /* past by this machine's clock */
    };
    for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
        struct http_response response CLEANUP(http_response_clear) = { 0 };
        struct error error = { 0 };
        autofree char *answer = NULL;
        int length = asprintf(&answer, "HTTP/1.1 429 Wait\r\n%s\r\nContent-Length: 2\r\n\r\n{}",
                              answers[i].header);
        if (!ask_for(answer, (size_t)length, &response, &error))
            fail_msg("%s: %s", answers[i].header, error.message);
        assert_int_equal(response.status, 429);
        assert_int_equal(response.date, answers[i].date);
        assert_int_equal(response.retry_after, answers[i].retry_after);
        assert_string_equal(response.body->bytes, "{}");
    }
}

static void a_redirect_is_an_answer_and_is_not_followed(void **state)
{
    (void)state;
    struct http_response response CLEANUP(http_response_clear) = { 0 };
    struct error error = { 0 };
    const struct server elsewhere = server_open();
    autofree char *answer = NULL;
    int length = asprintf(&answer,
                          "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%u/\r\n"
                          "Content-Length: 0\r\n\r\n",
                          elsewhere.port);
    assert_true(ask_for(answer, (size_t)length, &response, &error));
    assert_int_equal(response.status, 302);
    server_end(&elsewhere);
}

static void a_body_has_a_limit(void **state)
{
    (void)state;
    for (int more = 0; more < 2; more++) {
        struct http_response response CLEANUP(http_response_clear) = { 0 };
        struct error error = { 0 };
        autofree char *body = repeated('x', (size_t)HTTP_BODY_MAX + (size_t)more);
        autofree char *answer = NULL;
        int length = asprintf(&answer, "HTTP/1.1 200 OK\r\n\r\n%s", body);
        assert_int_equal(ask_for(answer, (size_t)length, &response, &error), more == 0);
        assert_string_equal(error.code, more == 0 ? "" : "answer_too_long");
        if (more == 0)
            assert_int_equal(response.body->length, HTTP_BODY_MAX);
    }
}

/* ---- no answer ---- */

static void a_connection_that_breaks_was_reached(void **state)
{
    (void)state;
    static const struct {
        const char *answer; /* NULL: nobody listens */
        bool reached, broken;
        const char *code;
    } cases[] = {
        { "HTTP/1.1 200 OK\r\n\r\n", true, false, "" },
        { "HTTP/1.1 500 No\r\n\r\n", true, false, "" },
        { "", true, true, "connection_broken" },
        { "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", true, true, "connection_broken" },
        { NULL, false, true, "not_connected" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct http_response response CLEANUP(http_response_clear) = { 0 };
        struct error error = { 0 };
        if (cases[i].answer != NULL) {
            bool answered = ask_for(cases[i].answer, strlen(cases[i].answer), &response, &error);
            assert_int_equal(answered, !cases[i].broken);
        } else {
            const struct server nobody = server_open();
            assert_false(ask_server(&nobody, &response, &error));
            server_end(&nobody);
        }
        assert_int_equal(response.reached, cases[i].reached);
        assert_int_equal(response.broken, cases[i].broken);
        assert_string_equal(error.code, cases[i].code);
    }
}

static void a_reason_that_has_a_secret_is_left_out(void **state)
{
    (void)state;
    for (int is_secret = 0; is_secret < 2; is_secret++) {
        struct http_response response CLEANUP(http_response_clear) = { 0 };
        struct error error = { 0 };
        const struct server nobody = server_open();
        char url[64];
        snprintf(url, sizeof url, "http://127.0.0.1:%u/", nobody.port);
        const struct http_field form[] = {
            { .name = "client_secret", .value = "Failed to connect", .secret = is_secret == 1 },
            { .name = NULL },
        };
        const struct http_request post = { .url = url, .form = form };
        assert_false(
            http_send(&post, deadline_in((int64_t)PATIENCE_SECONDS * 1000), &response, &error));
        assert_error(&error, ERROR_NETWORK, " cannot be reached: ");
        assert_int_equal(strstr(error.message, "Failed to connect") == NULL, is_secret);
        assert_null(strchr(error.message, '*'));
        server_end(&nobody);
    }
}

static void a_proxy_that_gives_no_tunnel_has_refused(void **state)
{
    (void)state;
    static const int statuses[] = { 300, 301, 400, 403, 407, 502 };
    for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
        struct http_response response CLEANUP(http_response_clear) = { 0 };
        struct error error = { 0 };
        char answer[64], proxy[64];
        int length = snprintf(answer, sizeof answer, "HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n",
                              statuses[i]);
        const struct server server = server_start(answer, (size_t)length);
        const struct http_request get = { .url = "https://login.example/" };
        snprintf(proxy, sizeof proxy, "http://127.0.0.1:%u", server.port);
        setenv("https_proxy", proxy, 1);
        assert_false(
            http_send(&get, deadline_in((int64_t)PATIENCE_SECONDS * 1000), &response, &error));
        unsetenv("https_proxy");
        server_end(&server);
        assert_error(&error, ERROR_NETWORK, "https://login.example cannot be reached");
        assert_string_equal(error.code, "proxy_refused");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_and_waits_are_read_or_left_alone),
        cmocka_unit_test(a_redirect_is_an_answer_and_is_not_followed),
        cmocka_unit_test(a_body_has_a_limit),
        cmocka_unit_test(a_connection_that_breaks_was_reached),
        cmocka_unit_test(a_reason_that_has_a_secret_is_left_out),
        cmocka_unit_test(a_proxy_that_gives_no_tunnel_has_refused),
    };
    return cmocka_run_group_tests(tests, clear_environment, NULL);
}
