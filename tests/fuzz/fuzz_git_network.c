/* SPDX-License-Identifier: MIT */
/* The proxy and the CAs in what git prints of its configuration. */
#define _GNU_SOURCE
#include "common/base/secret.h"
#include "common/base/subprocess.h"
#include "helpers/git/git_network.h"
#include "tests/fuzz/fuzz.h"

static const struct secret *printed;

struct secret *__wrap_subprocess_ask(char *const *command, bool (*filter)(const char *variable),
                                     const char *folder, size_t max, int64_t deadline,
                                     int *ret_status, char ret_said[SUBPROCESS_SAID_MAX],
                                     struct error *error);
struct secret *__wrap_subprocess_ask(char *const *command, bool (*filter)(const char *variable),
                                     const char *folder, size_t max, int64_t deadline,
                                     int *ret_status, char ret_said[SUBPROCESS_SAID_MAX],
                                     struct error *error)
{
    (void)command, (void)filter, (void)deadline, (void)error;
    HOLDS(printed->length <= max && strcmp(folder, "/") == 0);
    ret_said[0] = '\0';
    *ret_status = printed->length % 64 == 63 ? 3 : printed->length == 0;
    return secret_new(printed->bytes, printed->length);
}

static bool is_path(const char *text)
{
    return text == NULL || text[0] == '/';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_secret struct secret *text = secret_new((const char *)data, size);
    auto_network_settings struct network_settings found = { 0 };
    struct error error = { 0 };
    printed = text;
    if (!git_network.find("https://login.example/contoso", INT64_MAX, &found, &error)) {
        fuzz_check_error(&error);
        HOLDS(found.proxy == NULL && found.ca_file == NULL);
        return 0;
    }
    HOLDS(is_path(found.proxy_ca_file) && is_path(found.ca_file) && is_path(found.ca_folder));
    HOLDS(found.proxy == NULL || (found.proxy[0] != '\0' && strlen(found.proxy) <= 4096));
    if (found.proxy != NULL) {
        char plain[300];
        struct slice userinfo = network_proxy_userinfo(found.proxy);
        network_proxy_plain(found.proxy, plain, sizeof plain);
        HOLDS(userinfo.length <= strlen(found.proxy) && strlen(plain) <= strlen(found.proxy));
    }
    return 0;
}
