/* SPDX-License-Identifier: MIT */
/* A kubeconfig, and the conversion of its users. */
#include "helpers/kubectl/kubeconfig/kubeconfig.h"
#include "tests/fuzz/fuzz.h"

extern const struct kubeconfig_module entra_module;

/* Edits are in the text, in order, and do not overlap; otherwise bytes would be lost or
 * doubled. */
static void check(const struct edits *edits, size_t size)
{
    size_t at = 0;
    for (size_t i = 0; i < edits->count; i++) {
        HOLDS(edits->items[i].span.start >= at);
        HOLDS(edits->items[i].span.end >= edits->items[i].span.start);
        at = edits->items[i].span.end;
    }
    HOLDS(at <= size);
    for (size_t i = 0; i < edits->secret_count; i++)
        HOLDS(edits->secrets[i].end <= size && edits->secrets[i].start <= edits->secrets[i].end);
}

static void apply(const struct edits *edits, const struct secret *text)
{
    struct error error = { 0 };
    auto_secret struct secret *changed = edits_apply(edits, text);
    HOLDS(changed != NULL && changed->length == strlen(changed->bytes));
    struct kubeconfig *again = entra_module.parse(changed->bytes, changed->length, &error);
    entra_module.free(again);
    FILE *nowhere = fopen("/dev/null", "w");
    HOLDS(nowhere != NULL);
    edits_print_diff(edits, text, "config", nowhere);
    fclose(nowhere);
}

/* Reorders the words, as parsing options does. */
static bool check_line(char **line, const char *const *variables, struct error *error)
{
    size_t count = 0;
    for (size_t i = 0; variables[i] != NULL; i += 2)
        HOLDS(variables[i + 1] != NULL);
    while (line[count] != NULL)
        count++;
    HOLDS(count > 0);
    char *last = line[count - 1];
    line[count - 1] = line[0];
    line[0] = last;
    return strlen(last) % 4 != 3 || error_set(error, ERROR_USAGE, "it is refused");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct kubeconfig_conversion conversions[] = {
        { 0 },
        { .login = "spn", .args = { "--x" }, .check = check_line },
        { .login = "msi", .args = { "--tenant", "t", "--scope", "s", "--keyring", "kernel" } },
    };
    static const char *const users[] = { NULL, "me" };
    struct error error = { 0 };
    auto_secret struct secret *text = secret_new((const char *)data, size);
    HOLDS(text != NULL);
    struct kubeconfig *file = entra_module.parse(text->bytes, size, &error);
    for (int i = 0; file != NULL && i < 6; i++) {
        auto_edits struct edits edits = { 0 };
        const char *user = users[i / 3];
        if ((user != NULL && !entra_module.has_user(file, user)) ||
            !entra_module.convert(file, user, &conversions[i % 3], &edits, &error))
            continue;
        check(&edits, size);
        apply(&edits, text);
    }
    entra_module.free(file);
    return 0;
}
