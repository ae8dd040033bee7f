/* SPDX-License-Identifier: MIT */
/* The claims of a git server's challenge, kept in a file for the next request: the first line is
 * the challenge, the rest the file. */
#include "common/base/json.h"
#include "helpers/git/git_claims.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/memory_folder.h"

static const struct url url = { .https = true, .host = "dev.azure.com", .port = 443 };

static void check_claims(const char *claims)
{
    struct error error = { 0 };
    auto_json json_object *object = json_parse(claims, strlen(claims), &error);
    HOLDS(json_object_is_type(object, json_type_object));
}

/* What git brings with one call is there for the next, until it is dropped. */
static void keep(char *challenge)
{
    struct git_request erase = { 0 };
    const struct git_request get = { 0 };
    erase.wwwauth.items[erase.wwwauth.count++] = challenge;
    memory_folder_put("", 0);
    autofree char *told = git_claims_find(&erase, &url);
    git_claims_keep(&erase, &url);
    autofree char *kept = git_claims_find(&get, &url);
    git_claims_drop(&get, &url);
    HOLDS((told == NULL) == (kept == NULL) && memory_folder_file() == NULL);
    if (told == NULL)
        return;
    HOLDS(strcmp(told, kept) == 0);
    check_claims(kept);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct git_request get = { 0 };
    struct fuzz_input input = fuzz_input(data, size);
    autofree char *challenge = fuzz_line(&input);
    if (challenge == NULL)
        return 0;
    keep(challenge);
    memory_folder_put(input.at, (size_t)(input.end - input.at));
    autofree char *claims = git_claims_find(&get, &url);
    HOLDS((memory_folder_file() == NULL) == (claims == NULL));
    if (claims != NULL)
        check_claims(claims);
    return 0;
}
