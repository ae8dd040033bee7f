/* SPDX-License-Identifier: MIT */
/* The configuration: variables (NAME=value) up to an empty line, then the file. Whatever they are,
 * a secret is not shown, a request has what its header promises, and a URL that no API names gets
 * no token. */
#define _GNU_SOURCE
#include <strings.h>

#include "common/base/json.h"
#include "common/config/config.h"
#include "common/entra/authority.h"
#include "helpers/entra/doctor/doctor.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/given_file.h"

#define VARIABLES_MAX 32

/* Secrets that are not of the input, so that none of their text may be anywhere. */
static char *secrets[] = {
    "AzureAd__ClientSecret=" FUZZ_SECRET,
    "AzureAd__ClientCredentials__0__CertificatePassword=" FUZZ_SECRET,
    "AZURE_CLIENT_SECRET=" FUZZ_SECRET,
    "AZURE_CLIENT_CERTIFICATE_PASSWORD=" FUZZ_SECRET,
};
#define SECRETS (sizeof secrets / sizeof secrets[0])

/* Those of the input come first and take precedence, as getenv finds them. */
static void use_variables(char *const *lines)
{
    static char *variables[VARIABLES_MAX + SECRETS + 1];
    size_t count = 0;
    for (; lines[count] != NULL; count++)
        variables[count] = lines[count];
    memcpy(variables + count, secrets, sizeof secrets);
    variables[count + SECRETS] = NULL;
    environ = variables;
}

static void check_credential(const struct credential *credential)
{
    HOLDS(credential->where != NULL && strstr(credential->where, FUZZ_SECRET) == NULL);
    if (credential->kind == CREDENTIAL_CLIENT_SECRET)
        HOLDS(credential->secret != NULL && credential->secret->length > 0);
}

static void check_request(const struct token_request *request)
{
    struct url url;
    struct error error = { 0 };
    HOLDS(url_parse(request->instance, strlen(request->instance), &url, &error));
    HOLDS(url.https || url_is_loopback(&url));
    HOLDS(authority_is_tenant(request->tenant));
    HOLDS(request->client_id[0] != '\0');
    HOLDS(request->scope == NULL || request->scope[0] != '\0');
    HOLDS(request->credential_count <= CREDENTIALS_MAX);
    for (size_t i = 0; i < request->credential_count; i++)
        check_credential(&request->credentials[i]);
    if (request->claims == NULL)
        return;
    auto_json json_object *claims = json_parse(request->claims, strlen(request->claims), &error);
    HOLDS(json_object_is_type(claims, json_type_object));
}

/* NULL for the API: the request with which a user signs in. */
static void make_request(struct config *config, const char *api)
{
    auto_token_candidates struct token_candidates candidates = { 0 };
    struct error error = { 0 };
    if (!config_request(config, api, &candidates, &error)) {
        HOLDS(error.kind == ERROR_USAGE);
        fuzz_check_error(&error);
        return;
    }
    HOLDS(candidates.count >= 1 && candidates.count <= TOKEN_CANDIDATES_MAX);
    for (size_t i = 0; i < candidates.count; i++) {
        HOLDS(candidates.items[i].scope != NULL);
        check_request(&candidates.items[i]);
    }
}

static void sign_in(struct config *config)
{
    auto_token_request struct token_request request = { 0 };
    struct error error = { 0 };
    if (config_sign_in_request(config, &request, &error))
        check_request(&request);
    else
        fuzz_check_error(&error);
}

static enum config_match find(struct config *config, const char *text)
{
    struct url url;
    struct error error = { 0 };
    HOLDS(url_parse(text, strlen(text), &url, &error));
    enum config_match match = config_find_url(config, &url, NULL, &error);
    if (match == CONFIG_FAILED)
        fuzz_check_error(&error);
    return match;
}

static void find_urls(struct config *config, const struct secret *file)
{
    bool named = strcasestr(file->bytes, "stranger") != NULL;
    for (char **variable = environ; *variable != NULL; variable++)
        named = named || strcasestr(*variable, "stranger") != NULL;
    HOLDS(named || strlen(file->bytes) < file->length ||
          find(config, "https://www.a.stranger.example/") != CONFIG_MATCH);
    find(config, "https://dev.azure.com/contoso/project");
    find(config, "https://graph.microsoft.com/v1.0/me");
    find(config, "https://localhost:44372/api/todo");
}

static void check_header(const struct config_header *header)
{
    HOLDS(header->name[0] != '\0' && strpbrk(header->name, " :;\"\\@\r\n") == NULL);
    HOLDS(strcasecmp(header->name, "Authorization") != 0 && strcasecmp(header->name, "Host") != 0);
    for (const char *c = header->value; *c != '\0'; c++)
        HOLDS(*c >= ' ' && *c <= '~');
}

/* Whatever path a script gives, and whatever the section has, the call is one of the API's. */
static void call(struct config *config, const char *path)
{
    auto_token_candidates struct token_candidates candidates = { 0 };
    auto_config_call struct config_call call = { 0 };
    struct error error = { 0 };
    if (!config_request(config, NULL, &candidates, &error) ||
        !config_call(config, path, &candidates.items[0], &call, &error)) {
        HOLDS(error.kind == ERROR_USAGE);
        fuzz_check_error(&error);
        return;
    }
    HOLDS(strpbrk(call.url, " \"\\#\r\n") == NULL);
    HOLDS(find(config, call.url) != CONFIG_NO_MATCH);
    HOLDS(call.header_count <= CONFIG_HEADERS_MAX);
    for (size_t i = 0; i < call.header_count; i++)
        check_header(&call.headers[i]);
}

/* As entra doctor prints it. */
static void show(void *context, const struct config_value *value)
{
    doctor_detail(context, value->name, value->value, value->where);
}

static void show_values(struct config *config)
{
    struct doctor doctor = { .check = "configuration" };
    struct error error = { 0 };
    char *report = NULL, *rest = NULL;
    size_t length;
    FILE *terminal = stdout;
    stdout = open_memstream(&report, &length);
    HOLDS(stdout != NULL);
    doctor_begin(&doctor);
    doctor_ok(&doctor, "read it");
    config_each_value(config, show, &doctor);
    HOLDS(doctor_end(&doctor, &error) && fclose(stdout) == 0);
    stdout = terminal;
    for (char *line = strtok_r(report, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest))
        fuzz_check_shown(line);
    free(report);
}

static void use(struct config *config, struct options *options, const struct secret *file,
                const char *path)
{
    struct error error = { 0 };
    find_urls(config, file);
    if (!config_check(config, &error)) {
        HOLDS(error.kind == ERROR_USAGE);
        fuzz_check_error(&error);
        return;
    }
    show_values(config);
    make_request(config, NULL);
    make_request(config, "AzureDevOps");
    make_request(config, "MyWebApi");
    make_request(config, "KeyVault");
    sign_in(config);
    options->api = "MyWebApi";
    call(config, NULL);
    if (path != NULL)
        call(config, path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct options options = { .config = "/etc/entra/appsettings.json" };
    struct fuzz_input input = fuzz_input(data, size);
    struct error error = { 0 };
    fuzz_has_secret = true;
    if (memmem(data, size, "s3cr", 4) != NULL)
        return 0;
    auto_lines char **variables = fuzz_lines(&input, VARIABLES_MAX);
    auto_secret struct secret *file = fuzz_rest(&input);
    use_variables(variables);
    given_file = file;
    auto_config struct config *config = config_read(&options, NULL, &error);
    if (config != NULL)
        use(config, &options, file, variables[0]);
    else
        fuzz_check_error(&error);
    return 0;
}
