/* SPDX-License-Identifier: MIT */
/* The claims that an authority demands, added to those already asked for: one line each. */
#include "common/entra/claims.h"
#include "tests/fuzz/fuzz.h"

/* Every value of the demand is in the result. */
static void check_within(json_object *demand, json_object *result)
{
    json_object_object_foreach(demand, name, value) {
        json_object *there = NULL;
        HOLDS(json_object_object_get_ex(result, name, &there));
        if (json_object_is_type(value, json_type_object) &&
            json_object_is_type(there, json_type_object))
            check_within(value, there);
        else
            HOLDS(json_object_equal(value, there));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = { 0 };
    struct fuzz_input input = fuzz_input(data, size);
    autofree char *demand = fuzz_line(&input);
    autofree char *claims = fuzz_line(&input);
    if (demand == NULL)
        return 0;
    autofree char *all = claims_add_demand(claims, demand);
    if (all == NULL)
        return 0;
    auto_json json_object *wanted = json_parse(demand, strlen(demand), &error);
    auto_json json_object *result = json_parse(all, strlen(all), &error);
    HOLDS(json_object_is_type(result, json_type_object));
    check_within(wanted, result);
    autofree char *again = claims_add_demand(all, demand);
    HOLDS(again != NULL && strcmp(again, all) == 0 && claims_hash(again) == claims_hash(all));
    return 0;
}
