/* SPDX-License-Identifier: MIT */
/* Keys in devices: which provider of OpenSSL's reads them, and how often a device is given a PIN,
 * since it counts wrong ones. This file stands for the providers, with one device. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <openssl/evp.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <stdio.h>
#include <string.h>

#include "common/acquire/app/key_store.h"
#include "common/base/array.h"

static struct {
    const char *provider; /* that is installed */
    const char *pin;      /* of its key; NULL: none is asked for */
    bool has_key;
    bool is_loaded, is_read, is_faulty; /* the provider; all of the device; the last object */
    char uri[64];
    UI_METHOD *method;
    int pins; /* how many it was given */
} device;

OSSL_PROVIDER *__wrap_OSSL_PROVIDER_try_load(OSSL_LIB_CTX *context, const char *name, int retain);
OSSL_PROVIDER *__wrap_OSSL_PROVIDER_try_load(OSSL_LIB_CTX *context, const char *name, int retain)
{
    (void)context, (void)retain;
    if (strcmp(name, device.provider) != 0)
        return NULL;
    device.is_loaded = true;
    return (OSSL_PROVIDER *)&device;
}

int __wrap_OSSL_PROVIDER_unload(OSSL_PROVIDER *provider);
int __wrap_OSSL_PROVIDER_unload(OSSL_PROVIDER *provider)
{
    assert_ptr_equal(provider, &device);
    device.is_loaded = false;
    return 1;
}

OSSL_STORE_CTX *__wrap_OSSL_STORE_open_ex(const char *uri, OSSL_LIB_CTX *context,
                                          const char *properties, const UI_METHOD *method,
                                          void *method_data, const OSSL_PARAM *parameters,
                                          OSSL_STORE_post_process_info_fn process, void *data);
OSSL_STORE_CTX *__wrap_OSSL_STORE_open_ex(const char *uri, OSSL_LIB_CTX *context,
                                          const char *properties, const UI_METHOD *method,
                                          void *method_data, const OSSL_PARAM *parameters,
                                          OSSL_STORE_post_process_info_fn process, void *data)
{
    (void)context, (void)properties, (void)method_data, (void)parameters, (void)process, (void)data;
    snprintf(device.uri, sizeof device.uri, "%s", uri);
    device.method = (UI_METHOD *)method;
    device.is_read = false;
    return device.is_loaded ? (OSSL_STORE_CTX *)&device : NULL;
}

/* Whether the device has the PIN by now, if it needs one. */
static bool is_open(void)
{
    char pin[32] = "";
    if (device.pin == NULL)
        return true;
    UI *ui = UI_new_method(device.method);
    UI_add_input_string(ui, "PIN", 0, pin, 0, sizeof pin - 1);
    bool is_given = UI_process(ui) == 0;
    UI_free(ui);
    device.pins += is_given;
    return is_given && strcmp(pin, device.pin) == 0;
}

OSSL_STORE_INFO *__wrap_OSSL_STORE_load(OSSL_STORE_CTX *source);
OSSL_STORE_INFO *__wrap_OSSL_STORE_load(OSSL_STORE_CTX *source)
{
    (void)source;
    device.is_faulty = !is_open();
    device.is_read = !device.is_faulty;
    return device.is_read && device.has_key ? OSSL_STORE_INFO_new_PKEY(EVP_EC_gen("P-256")) : NULL;
}

int __wrap_OSSL_STORE_eof(OSSL_STORE_CTX *source);
int __wrap_OSSL_STORE_eof(OSSL_STORE_CTX *source)
{
    (void)source;
    return device.is_read;
}

int __wrap_OSSL_STORE_error(OSSL_STORE_CTX *source);
int __wrap_OSSL_STORE_error(OSSL_STORE_CTX *source)
{
    (void)source;
    return device.is_faulty;
}

int __wrap_OSSL_STORE_close(OSSL_STORE_CTX *source);
int __wrap_OSSL_STORE_close(OSSL_STORE_CTX *source)
{
    (void)source;
    return 1;
}

/* ---- */

static int begin(void **state)
{
    (void)state;
    memset(&device, 0, sizeof device);
    device.has_key = true;
    return 0;
}

/* Reads a URI; password may be NULL. Returns how many keys were found. */
static size_t read_keys(const char *uri, const char *password, struct error *error)
{
    auto_secret struct secret *secret = password != NULL ? secret_from_text(password) : NULL;
    struct key_store store CLEANUP(key_store_clear) = { 0 };
    bool is_read = key_store_read(&store, uri, secret, error);
    assert_int_equal(is_read, store.key_count > 0);
    return store.key_count;
}

static void each_scheme_has_its_provider(void **state)
{
    static const char *const devices[][2] = { { "pkcs11:object=app", "pkcs11" },
                                              { "handle:0x81000001", "tpm2" } };
    for (size_t i = 0; i < ARRAY_SIZE(devices); i++)
        for (size_t installed = 0; installed < ARRAY_SIZE(devices); installed++) {
            begin(state);
            struct error error = { 0 };
            device.provider = devices[installed][1];
            assert_int_equal(read_keys(devices[i][0], NULL, &error), i == installed);
            assert_string_equal(error.code, i == installed ? "" : "provider_missing");
            assert_false(device.is_loaded);
        }
}

static void a_pin_opens_the_device(void **state)
{
    (void)state;
    struct error error = { 0 };
    device.provider = "pkcs11";
    device.pin = "1234";
    assert_int_equal(read_keys("pkcs11:object=app", "1234", &error), 1);
    assert_int_equal(device.pins, 1);
}

static void a_wrong_pin_is_given_once(void **state)
{
    (void)state;
    struct error error = { 0 };
    device.provider = "pkcs11";
    device.pin = "1234";
    assert_int_equal(read_keys("pkcs11:object=app", "4321", &error), 0);
    assert_int_equal(device.pins, 1);
    assert_error(&error, ERROR_USAGE, "pkcs11:object=app cannot be opened");
    assert_string_equal(error.code, "certificate_wrong_password");
}

static void a_pin_that_is_not_configured_is_not_given(void **state)
{
    (void)state;
    struct error error = { 0 };
    device.provider = "pkcs11";
    device.pin = "1234";
    assert_int_equal(read_keys("pkcs11:object=app", NULL, &error), 0);
    assert_int_equal(device.pins, 0);
    assert_error(&error, ERROR_USAGE, "requires a PIN, and no password is configured");
    assert_string_equal(error.code, "certificate_no_password");
}

static void a_device_without_the_key_is_not_called_locked(void **state)
{
    (void)state;
    struct error error = { 0 };
    device.provider = "pkcs11";
    device.has_key = false;
    assert_int_equal(read_keys("pkcs11:object=app", "1234", &error), 0);
    assert_string_equal(error.code, "device_no_key");
}

static void a_tpm_asks_for_the_pin_if_there_is_one(void **state)
{
    static const struct {
        const char *uri, *pin, *expected;
    } cases[] = {
        { "handle:0x81000001", NULL, "handle:0x81000001" },
        { "handle:0x81000001", "1", "handle:0x81000001?pass" },
        { "handle:0x81000001?pass", "1", "handle:0x81000001?pass" },
        { "pkcs11:object=app", "1", "pkcs11:object=app" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        begin(state);
        struct error error = { 0 };
        device.provider = cases[i].uri[0] == 'h' ? "tpm2" : "pkcs11";
        assert_int_equal(read_keys(cases[i].uri, cases[i].pin, &error), 1);
        assert_string_equal(device.uri, cases[i].expected);
    }
}

#define TEST(function) cmocka_unit_test_setup(function, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_scheme_has_its_provider),
        TEST(a_pin_opens_the_device),
        TEST(a_wrong_pin_is_given_once),
        TEST(a_pin_that_is_not_configured_is_not_given),
        TEST(a_device_without_the_key_is_not_called_locked),
        TEST(a_tpm_asks_for_the_pin_if_there_is_one),
    };
    return cmocka_run_group_tests(tests, clear_environment, NULL);
}
