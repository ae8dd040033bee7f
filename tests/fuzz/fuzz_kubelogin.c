/* SPDX-License-Identifier: MIT */
/* A call in kubelogin's way: variables (NAME=value) up to an empty line, arguments up to another,
 * and spec.cluster.config, which the cluster chooses. */
#define _GNU_SOURCE
#include "common/base/report.h"
#include "helpers/kubectl/kubelogin.h"
#include "tests/fuzz/fuzz.h"

#define VARIABLES_MAX 16
#define ARGUMENTS_MAX 16

/* Secrets that are not of the input, so that none of their text may be anywhere. */
static char *secrets[] = {
    "AZURE_CLIENT_SECRET=" FUZZ_SECRET,
    "AAD_SERVICE_PRINCIPAL_CLIENT_SECRET=" FUZZ_SECRET,
    "AZURE_CLIENT_CERTIFICATE_PASSWORD=" FUZZ_SECRET,
    "ARM_CLIENT_SECRET=" FUZZ_SECRET,
    "AZURE_PASSWORD=" FUZZ_SECRET,
};
#define SECRETS (sizeof secrets / sizeof secrets[0])

/* Without AAD_*, since that alone makes any call one of kubelogin's. */
static void use_variables(char *const *lines, bool with_aad)
{
    static char *variables[VARIABLES_MAX + SECRETS + 1];
    size_t count = 0;
    for (; lines[count] != NULL; count++)
        variables[count] = lines[count];
    for (size_t i = 0; i < SECRETS; i++)
        if (with_aad || strncmp(secrets[i], "AAD_", 4) != 0)
            variables[count++] = secrets[i];
    variables[count] = NULL;
    environ = variables;
}

/* What the cluster chooses is kept apart, for config_request to check it. */
static void check_cluster(const struct kubelogin *kubelogin, const struct options *given)
{
    const struct options *options = &kubelogin->options;
    const struct kubelogin_value *values = kubelogin->values;
    if (values[KUBELOGIN_SERVER_ID].from_cluster)
        HOLDS(options->scope_count == given->scope_count && options->api == given->api);
    if (values[KUBELOGIN_TENANT_ID].from_cluster)
        HOLDS(options->tenant == given->tenant);
    if (values[KUBELOGIN_CLIENT_ID].from_cluster)
        HOLDS(options->client_id == NULL);
    if (values[KUBELOGIN_ENVIRONMENT].from_cluster && values[KUBELOGIN_AUTHORITY_HOST].text == NULL)
        HOLDS(options->authority == given->authority);
}

static void check_applied(const struct kubelogin *kubelogin, const struct options *given)
{
    const struct options *options = &kubelogin->options;
    check_cluster(kubelogin, given);
    HOLDS(options->scope_count <= OPTIONS_SCOPES_MAX);
    HOLDS(given->tenant == NULL || options->tenant == given->tenant);
    HOLDS(given->authority == NULL || options->authority == given->authority);
    HOLDS(given->account == NULL || options->account == given->account);
    HOLDS(!kubelogin->context.for_user || !options->managed_identity || given->managed_identity);
    const char *folder = kubelogin->context.account_folder;
    HOLDS(folder == NULL || (folder == kubelogin->account_folder && strstr(folder, "//") == NULL));
    if (kubelogin->context.credential != NULL)
        HOLDS(kubelogin->context.credential->where != NULL);
}

static void call(const struct options *given, bool has_word, json_object *cluster)
{
    auto_kubelogin struct kubelogin kubelogin = { .has_word = has_word };
    struct error error = { 0 };
    bool applied = kubelogin_read(&kubelogin, given, cluster, &error);
    if (applied) {
        kubelogin_trace(&kubelogin);
        applied = kubelogin_apply(&kubelogin, given, &error);
    }
    reporting.verbose = false;
    if (applied) {
        check_applied(&kubelogin, given);
        if (kubelogin_drop_client_of_variable(&kubelogin))
            HOLDS(kubelogin.options.client_id == NULL ||
                  kubelogin.options.client_id == given->client_id);
    } else {
        HOLDS(error.kind == ERROR_USAGE);
        fuzz_check_error(&error);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const none[] = { NULL };
    struct fuzz_input input = fuzz_input(data, size);
    struct options options = { 0 };
    struct error error = { 0 };
    int first = 0, count = 1;
    fuzz_has_secret = true;
    if (memmem(data, size, "s3cr", 4) != NULL)
        return 0;
    auto_lines char **variables = fuzz_lines(&input, VARIABLES_MAX);
    auto_lines char **arguments = fuzz_lines(&input, ARGUMENTS_MAX);
    auto_json json_object *cluster = json_parse(input.at, (size_t)(input.end - input.at), &error);
    char *line[ARGUMENTS_MAX + 2] = { "exec-credential-entra" };
    for (; arguments[count - 1] != NULL; count++)
        line[count] = arguments[count - 1];
    use_variables(variables, size % 2 == 0);

    error = (struct error){ 0 };
    const struct option_set set = { .program = "exec-credential-entra",
                                    .own = kubelogin_options(),
                                    .common = OPTIONS_ALL };
    if (!options_parse(count, line, &set, &options, &first, &error) ||
        !kubelogin_check_operands(count - first, line + first, &error)) {
        HOLDS(error.kind == ERROR_USAGE);
        fuzz_check_error(&error);
        return 0;
    }
    HOLDS(first >= 1 && first <= count);
    call(&options, first < count, json_object_is_type(cluster, json_type_object) ? cluster : NULL);
    if (!kubelogin_check_line(line, none, &error))
        fuzz_check_error(&error);
    return 0;
}
