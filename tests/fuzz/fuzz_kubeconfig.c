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

/* A name is what a completion offers, so it is one that the same file knows. */
static void check_context(void *context, const char *name)
{
    size_t *count = context;
    HOLDS(strlen(name) <= KUBECONFIG_MAX);
    (*count)++;
}

/* Gives all users of a changed file back what they had. */
static void restore(const struct kubeconfig *file, const struct kubeconfig *former,
                    const struct secret *text)
{
    auto_edits struct edits edits = { 0 };
    for (size_t i = 0; i < entra_module.count(file); i++) {
        struct error error = { 0 };
        if (entra_module.restore(file, i, former, i, &edits, &error) == KUBECONFIG_OTHER)
            entra_module.restore(file, i, NULL, 0, &edits, &error);
    }
    entra_module.finish(file, &edits);
    check(&edits, text->length);
    secret_free(edits_apply(&edits, text));
}

static void apply(const struct kubeconfig *file, const struct edits *edits,
                  const struct secret *text)
{
    struct error error = { 0 };
    auto_secret struct secret *changed = edits_apply(edits, text);
    HOLDS(changed != NULL && changed->length == strlen(changed->bytes));
    struct kubeconfig *again = entra_module.parse(changed->bytes, changed->length, &error);
    if (again != NULL)
        restore(again, file, changed);
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

/* Converts all users, or as if the first had been named. */
static bool convert(const struct kubeconfig *file, const struct kubeconfig_conversion *conversion,
                    bool is_named, struct edits *edits)
{
    size_t count = is_named && entra_module.count(file) > 0 ? 1 : entra_module.count(file);
    for (size_t i = 0; i < count; i++) {
        struct error error = { 0 };
        size_t before = edits->count;
        enum kubeconfig_outcome outcome =
            entra_module.convert(file, i, conversion, is_named, edits, &error);
        HOLDS((outcome == KUBECONFIG_CONVERTED) == (edits->count > before));
        HOLDS((outcome == KUBECONFIG_REFUSED) == (error.kind == ERROR_USAGE));
        free(entra_module.login(file, i));
    }
    entra_module.finish(file, edits);
    return edits->count > 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct kubeconfig_conversion conversions[] = {
        { 0 },
        { .login = "spn", .args = { "--x" }, .check = check_line },
        { .login = "msi", .args = { "--tenant", "t", "--scope", "s", "--keyring", "kernel" } },
        { .login = "devicecode", .args = { "--tenant-id", "t" } },
    };
    struct error error = { 0 };
    auto_secret struct secret *text = secret_new((const char *)data, size);
    HOLDS(text != NULL);
    struct kubeconfig *file = entra_module.parse(text->bytes, size, &error);
    size_t contexts = 0;
    if (file != NULL)
        entra_module.each_context(file, check_context, &contexts);
    for (int i = 0; file != NULL && i < 8; i++) {
        auto_edits struct edits edits = { 0 };
        bool has_edits = convert(file, &conversions[i % 4], i >= 4, &edits);
        check(&edits, size);
        if (has_edits)
            apply(file, &edits, text);
    }
    entra_module.free(file);
    return 0;
}
