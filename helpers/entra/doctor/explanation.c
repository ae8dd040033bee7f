/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/doctor/explanation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/json.h"
#include "common/base/output.h"
#include "common/entra/remedies.h"
#include "common/entra/url_typed.h"
#include "helpers/document.h"
#include "helpers/entra/entra.h"

#define DIGITS  "0123456789"
#define IN_CODE "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" DIGITS "_"
#define AADSTS  "AADSTS"

#define INDENT 4 /* of what is said of a code */

#define AADSTS_DIGITS_MIN 5 /* a shorter number is a status of HTTP */

/* What a text names. */
struct findings {
    const char *text;
    const struct remedy *entries[8]; /* in the order of the text, each once */
    size_t count;
    const char *unknown; /* the digits of the first AADSTS number without an entry; NULL: none */
    int unknown_length;
};

static void add(struct findings *findings, const struct remedy *entry)
{
    for (size_t i = 0; i < findings->count; i++)
        if (findings->entries[i] == entry)
            return;
    if (entry != NULL && findings->count < ARRAY_SIZE(findings->entries))
        findings->entries[findings->count++] = entry;
}

/* ---- codes ---- */

/* Calls a function for each word of the text that can be a code. */
static void each_word(const char *text, struct findings *findings,
                      void (*visit)(struct findings *, const char *word, size_t length))
{
    for (text += strcspn(text, IN_CODE); *text != '\0'; text += strcspn(text, IN_CODE)) {
        size_t length = strspn(text, IN_CODE);
        visit(findings, text, length);
        text += length;
    }
}

/* AADSTS and a number, or the number alone, which is also in error_codes. */
static void visit_number(struct findings *findings, const char *word, size_t length)
{
    char name[sizeof AADSTS + REMEDIES_DIGITS_MAX];
    bool is_named = strncasecmp(word, AADSTS, strlen(AADSTS)) == 0;
    const char *number = is_named ? word + strlen(AADSTS) : word;
    size_t digits = strspn(number, DIGITS);
    if (digits == 0 || digits > REMEDIES_DIGITS_MAX || (!is_named && digits < length))
        return;
    snprintf(name, sizeof name, AADSTS "%.*s", (int)digits, number);
    const struct remedy *entry = remedies_find(name);
    add(findings, entry);
    bool is_all = strcmp(number, findings->text) == 0 && digits >= AADSTS_DIGITS_MIN;
    if ((is_named || is_all) && entry == NULL && findings->unknown == NULL) {
        findings->unknown = number;
        findings->unknown_length = (int)digits;
    }
}

static void visit_word(struct findings *findings, const char *word, size_t length)
{
    char name[48];
    if (length >= sizeof name)
        return;
    memcpy(name, word, length);
    name[length] = '\0';
    add(findings, remedies_find(name));
}

/* ---- what servers say instead ---- */

/* Whether the text has the phrase, which is length bytes long, as whole words. */
static bool has_phrase(const char *text, const char *phrase, size_t length)
{
    for (const char *at = text; *at != '\0'; at++) {
        bool begins = at == text || strchr(IN_CODE, at[-1]) == NULL;
        if (begins && strncasecmp(at, phrase, length) == 0 &&
            (at[length] == '\0' || strchr(IN_CODE, at[length]) == NULL))
            return true;
    }
    return false;
}

static bool is_said(const struct remedy *entry, const char *text)
{
    for (const char *phrase = entry->said; phrase != NULL && *phrase != '\0';) {
        size_t length = strcspn(phrase, "\n");
        if (has_phrase(text, phrase, length))
            return true;
        phrase += length + strspn(phrase + length, "\n");
    }
    return false;
}

static struct findings find(const char *text)
{
    size_t count;
    const struct remedy *entries = remedies_all(&count);
    struct findings findings = { .text = text };
    each_word(text, &findings, visit_number);
    if (findings.count == 0)
        each_word(text, &findings, visit_word);
    bool has_code = findings.count > 0 || findings.unknown != NULL;
    for (size_t i = 0; i < count && !has_code; i++)
        if (is_said(&entries[i], text))
            add(&findings, &entries[i]);
    return findings;
}

/* ---- printing ---- */

static void print_entry(const struct remedy *entry, json_object *array)
{
    static const char margin[] = "    ";
    if (array == NULL) {
        output_paragraph("", INDENT, "%s", entry->codes);
        output_paragraph(margin, INDENT, "%s", entry->meaning);
        output_paragraph(margin, INDENT, "%s", entry->remedy);
        return;
    }
    json_object *object = json_object_new_object();
    json_object_object_add(object, "codes", json_object_new_string(entry->codes));
    json_object_object_add(object, "meaning", json_object_new_string(entry->meaning));
    json_object_object_add(object, "remedy", json_object_new_string(entry->remedy));
    json_object_array_add(array, object);
}

static bool fail_unknown(const char *text, const struct findings *findings, struct error *error)
{
    struct url_shown shown;
    error_set(error, ERROR_USAGE, "unknown code '%.60s'", url_typed_safe(text, &shown));
    if (findings->unknown == NULL || strtol(findings->unknown, NULL, 10) == 0)
        return error_hint(error, "'entra doctor --explain all' lists the known codes.");
    return error_hint(error, REMEDIES_PAGE, findings->unknown_length, findings->unknown);
}

/* An authority's number without an entry is explained by the entry of its OAuth error, and by
 * Microsoft's page. */
static void print_unknown(const struct findings *findings, json_object *array)
{
    char codes[sizeof AADSTS + REMEDIES_DIGITS_MAX], page[128];
    snprintf(codes, sizeof codes, AADSTS "%.*s", findings->unknown_length, findings->unknown);
    snprintf(page, sizeof page, REMEDIES_PAGE, findings->unknown_length, findings->unknown);
    print_entry(&(struct remedy){ .codes = codes,
                                  .meaning = "The error catalogue does not have this number.",
                                  .remedy = page },
                array);
}

bool explanation_print(const char *text, bool as_json, struct error *error)
{
    size_t count;
    const struct remedy *entries = remedies_all(&count);
    bool all = strcasecmp(text, "all") == 0;
    struct findings findings = find(text);
    if (!all && findings.count == 0)
        return fail_unknown(text, &findings, error);
    json_object *array = as_json ? json_object_new_array() : NULL;
    if (!all && findings.unknown != NULL)
        print_unknown(&findings, array);
    for (size_t i = 0; i < (all ? count : findings.count); i++)
        print_entry(all ? &entries[i] : findings.entries[i], array);
    if (as_json)
        document_set(array);
    return true;
}
