/* SPDX-License-Identifier: MIT */
/* What is said of libcurl's failures, and what the error catalogue calls them. */
#include "tests/unit/support.h"

#include "common/acquire/http/http_failure.h"
#include "common/base/array.h"
#include "common/entra/remedies.h"

static const struct {
    CURLcode code;
    bool is_broken; /* worth another attempt */
    enum error_kind kind;
    const char *message, *name;
} failures[] = {
    { CURLE_COULDNT_RESOLVE_HOST, false, ERROR_NETWORK, "cannot be reached", "name_not_resolved" },
    { CURLE_COULDNT_RESOLVE_PROXY, false, ERROR_NETWORK, "cannot be reached",
      "proxy_not_resolved" },
    { CURLE_PROXY, false, ERROR_NETWORK, "cannot be reached", "proxy_refused" },
    { CURLE_COULDNT_CONNECT, true, ERROR_NETWORK, "cannot be reached", "not_connected" },
    { CURLE_OPERATION_TIMEDOUT, false, ERROR_NETWORK, "did not answer in time", "timed_out" },
    { CURLE_WRITE_ERROR, false, ERROR_NETWORK, "more than 262144 bytes", "answer_too_long" },
    { CURLE_PEER_FAILED_VERIFICATION, false, ERROR_NETWORK, "cannot be reached", "tls_untrusted" },
    { CURLE_SSL_CONNECT_ERROR, true, ERROR_NETWORK, "cannot be reached", "tls_failed" },
    { CURLE_SSL_CACERT_BADFILE, false, ERROR_USAGE, "certificates cannot be read", "tls_ca_file" },
    { CURLE_GOT_NOTHING, true, ERROR_NETWORK, "cannot be reached", "connection_broken" },
    { CURLE_RECV_ERROR, true, ERROR_NETWORK, "cannot be reached", "connection_broken" },
    { CURLE_SEND_ERROR, true, ERROR_NETWORK, "cannot be reached", "connection_broken" },
    { CURLE_PARTIAL_FILE, true, ERROR_NETWORK, "cannot be reached", "connection_broken" },
    { CURLE_UNSUPPORTED_PROTOCOL, false, ERROR_NETWORK, "cannot be reached", "" },
};

static void each_failure_has_its_name(void **state)
{
    (void)state;
    CURL *easy = curl_easy_init();
    for (size_t i = 0; i < ARRAY_SIZE(failures); i++) {
        struct error error = { 0 };
        assert_int_equal(http_failure_is_broken(failures[i].code), failures[i].is_broken);
        assert_false(http_failure_explain(easy, failures[i].code, "https://a.example:1/b?c#d",
                                          "a detail", &error));
        assert_error(&error, failures[i].kind, failures[i].message);
        assert_string_equal(error.code, failures[i].name);
        if (failures[i].name[0] != '\0')
            assert_non_null(remedies_find(error.code));
    }
    curl_easy_cleanup(easy);
}

static void the_host_is_named_and_nothing_else_of_the_url(void **state)
{
    (void)state;
    static const char *const urls[] = { "https://a.example:1", "https://a.example:1/path",
                                        "https://a.example:1?query", "https://a.example:1#part" };
    CURL *easy = curl_easy_init();
    for (size_t i = 0; i < ARRAY_SIZE(urls); i++) {
        struct error error = { 0 };
        http_failure_explain(easy, CURLE_OPERATION_TIMEDOUT, urls[i], "", &error);
        assert_string_equal(error.message, "https://a.example:1 did not answer in time");
    }
    curl_easy_cleanup(easy);
}

static void a_detail_that_may_hold_a_password_is_not_shown(void **state)
{
    (void)state;
    static const struct {
        const char *detail;
        bool is_shown;
    } details[] = {
        { "Connection refused", true },
        { "", false },
        { "Unsupported proxy 'ada:s3cret@proxy'", false },
        { "Unsupported proxy 'x://s3cret'", false },
    };
    const char *instead = curl_easy_strerror(CURLE_COULDNT_CONNECT);
    CURL *easy = curl_easy_init();
    for (size_t i = 0; i < ARRAY_SIZE(details); i++) {
        struct error error = { 0 };
        http_failure_explain(easy, CURLE_COULDNT_CONNECT, "https://a.example", details[i].detail,
                             &error);
        assert_has(error.message, details[i].is_shown ? details[i].detail : instead);
        assert_lacks(error.message, "s3cret");
    }
    curl_easy_cleanup(easy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_failure_has_its_name),
        cmocka_unit_test(the_host_is_named_and_nothing_else_of_the_url),
        cmocka_unit_test(a_detail_that_may_hold_a_password_is_not_shown),
    };
    return cmocka_run_group_tests(tests, clear_environment, NULL);
}
