/* SPDX-License-Identifier: MIT */
/* The configuration of docker, in which a registry gets a helper and loses it again. */
#include "helpers/entra/setup/docker_config.h"
#include "tests/fuzz/fuzz.h"

#define REGISTRY "contoso.azurecr.io"
#define ODD      "a\\b\"\t/" /* the helper that was there before may have any name */

static size_t others;

static void count_other(void *context, const char *registry, const char *helper)
{
    (void)context;
    others += strcmp(registry, REGISTRY) != 0 || helper == NULL;
}

static size_t count_others(const json_object *config)
{
    others = 0;
    docker_config_each(config, count_other, NULL);
    return others;
}

/* What is written can be read, has the helper that it should have, and all others. */
static void check(const struct secret *text, const char *helper, size_t count)
{
    struct error error = { 0 };
    auto_json_secret json_object *config = docker_config_parse(text, &error);
    HOLDS(config != NULL && text->length == strlen(text->bytes));
    const char *now = docker_config_helper(config, REGISTRY);
    HOLDS((now == NULL) == (helper == NULL) && (now == NULL || strcmp(now, helper) == 0));
    HOLDS(count_others(config) == count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = { 0 };
    auto_secret struct secret *text = secret_new((const char *)data, size);
    auto_json_secret json_object *config = docker_config_parse(text, &error);
    auto_secret struct secret *with = docker_config_set(text, REGISTRY, "entra", &error);
    HOLDS(config != NULL || with == NULL);
    if (with == NULL) {
        fuzz_check_error(&error);
        return 0;
    }
    check(with, "entra", count_others(config));
    auto_secret struct secret *again = docker_config_set(with, REGISTRY, "entra", &error);
    HOLDS(again != NULL && secret_equals(again, with->bytes, with->length));
    auto_secret struct secret *odd = docker_config_set(with, REGISTRY, ODD, &error);
    HOLDS(odd != NULL);
    check(odd, ODD, count_others(config));
    auto_secret struct secret *without = docker_config_set(with, REGISTRY, NULL, &error);
    HOLDS(without != NULL);
    check(without, NULL, count_others(config));
    return 0;
}
