/* SPDX-License-Identifier: MIT */
/* A request to the endpoint of `entra run`, as the HTTP server reads it: the method and the path,
 * then a field in each line, a header field if it has a colon before any equals sign. */
#include "helpers/entra/run/identity_request.h"
#include "helpers/entra/run/run_variable.h"
#include "tests/fuzz/fuzz.h"

/* Splits a line in place. */
static void add_field(struct endpoint_request *request, char *line)
{
    size_t length = strlen(line), name = strcspn(line, ":=");
    bool is_header = line[name] == ':', has_value = name < length;
    line[name] = '\0';
    request->fields[request->count++] =
        (struct endpoint_field){ is_header, line, has_value ? line + name + 1 : NULL,
                                 has_value ? length - name - 1 : 0 };
}

static void check_text(const char *text)
{
    HOLDS(text[0] != '\0');
    for (; *text != '\0'; text++)
        HOLDS(*text > ' ' && *text <= '~' && *text != '"' && *text != '\\');
}

static void check_variable(const char *option)
{
    struct run_variable variable;
    struct error error = { 0 };
    if (!run_variable_parse(option, &variable, &error)) {
        fuzz_check_error(&error);
        return;
    }
    HOLDS(strncmp(option, variable.name, strlen(variable.name)) == 0);
    HOLDS(strchr(variable.name, '=') == NULL && variable.wanted[0] != '\0');
    HOLDS(variable.wanted == option + strlen(variable.name) + 1);
    HOLDS(strncmp(variable.name, "LD_", 3) != 0 && strcmp(variable.name, "PATH") != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = fuzz_input(data, size);
    auto_secret struct secret *secret = secret_from_text("s3cret");
    const struct identity_rules rules = { "127.0.0.1:1", secret };
    autofree char *method = fuzz_line(&input), *path = fuzz_line(&input);
    if (method == NULL || path == NULL)
        return 0;
    check_variable(method);
    auto_lines char **lines = fuzz_lines(&input, ENDPOINT_FIELDS_MAX);
    struct endpoint_request raw = { .method = method, .path = path };
    for (size_t i = 0; lines[i] != NULL; i++)
        add_field(&raw, lines[i]);
    struct identity_request request;
    struct error error = { 0 };
    int status = 0;
    if (!identity_request_read(&raw, &rules, &request, &status, &error)) {
        HOLDS(status >= 400 && status < 500);
        fuzz_check_error(&error);
        HOLDS(strstr(error.message, "s3cret") == NULL);
        return 0;
    }
    check_text(request.resource);
    if (request.id_kind != IDENTITY_SYSTEM)
        check_text(request.id);
    HOLDS(strcmp(method, "GET") == 0);
    HOLDS(strcmp(path, IDENTITY_PATH) == 0 || strcmp(path, IDENTITY_PATH "/s3cret") == 0);
    return 0;
}
