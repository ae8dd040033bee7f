/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/docker_config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/json_text.h"
#include "common/base/text.h"

#define HELPERS "credHelpers"
#define BLANKS  " \t\r\n"

/* How docker writes it. */
#define INDENT "\n\t"

/* ---- reading ---- */

/* docker, in Go, reads names in any letter case. */
static json_object *find_object(const json_object *config, const char *name)
{
    json_object *found = NULL;
    json_object_object_foreach(config, key, value)
        if (strcasecmp(key, name) == 0)
            found = value;
    return found;
}

/* What json_parse says, with the number of the line. */
static void fail_json(const struct secret *text, const char *message, struct error *error)
{
    size_t at = 0;
    const char *fault = json_grammar_fault(text->bytes, text->length, false, &at);
    if (fault != NULL)
        error_set(error, ERROR_OTHER, "line %zu is not valid JSON: %s",
                  json_text_line(text->bytes, at), fault);
    else
        error_set(error, ERROR_OTHER, "%.200s", message);
}

json_object *docker_config_parse(const struct secret *text, struct error *error)
{
    struct error why = { 0 };
    if (text->bytes[strspn(text->bytes, BLANKS)] == '\0')
        return json_object_new_object();
    json_object *config = json_parse(text->bytes, text->length, &why);
    if (config == NULL) {
        fail_json(text, why.message, error);
        return NULL;
    }
    bool is_object = json_object_is_type(config, json_type_object);
    json_object *helpers = is_object ? find_object(config, HELPERS) : NULL;
    if (is_object && (helpers == NULL || json_object_is_type(helpers, json_type_object)))
        return config;
    json_wipe(config);
    error_set(error, ERROR_OTHER, "%s is not a JSON object", is_object ? "its " HELPERS : "it");
    return NULL;
}

const char *docker_config_helper(const json_object *config, const char *registry)
{
    const json_object *helpers = config != NULL ? find_object(config, HELPERS) : NULL;
    return helpers != NULL ? json_string(helpers, registry) : NULL;
}

static void check_helper(void *context, const char *registry, const char *helper)
{
    bool *is_ours = context;
    (void)registry;
    *is_ours = *is_ours && helper != NULL && strcmp(helper, DOCKER_CONFIG_HELPER) == 0;
}

bool docker_config_is_ours(const json_object *config)
{
    const json_object *helpers = find_object(config, HELPERS);
    bool is_ours = helpers != NULL && json_object_object_length(helpers) > 0 &&
                   json_object_object_length(config) == 1;
    docker_config_each(config, check_helper, &is_ours);
    return is_ours;
}

void docker_config_each(const json_object *config,
                        void (*visit)(void *context, const char *registry, const char *helper),
                        void *context)
{
    static const char *const names[] = { HELPERS, "auths" };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        json_object *object = find_object(config, names[i]);
        if (!json_object_is_type(object, json_type_object))
            continue;
        struct json_object_iterator at = json_object_iter_begin(object);
        struct json_object_iterator end = json_object_iter_end(object);
        for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
            const char *registry = json_object_iter_peek_name(&at);
            visit(context, registry, i == 0 ? json_string(object, registry) : NULL);
        }
    }
}

/* ---- where things are in a text that has been parsed ---- */

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, BLANKS);
}

static const char *skip_string(const char *at)
{
    for (at++; *at != '"'; at++)
        at += *at == '\\';
    return at + 1;
}

/* Skips a value of any kind. */
static const char *skip_value(const char *at)
{
    size_t depth = 0;
    do {
        if (*at == '"') {
            at = skip_string(at);
        } else if (strchr("{[", *at) != NULL) {
            depth++;
            at++;
        } else if (strchr("}]", *at) != NULL) {
            depth--;
            at++;
        } else if (depth > 0) {
            at++;
        } else {
            at += strcspn(at, ",}]" BLANKS);
        }
    } while (depth > 0);
    return at;
}

/* A member of an object in the text: "name": value. */
struct member {
    const char *name, *name_end;
    const char *value, *value_end;
};

/* The members of an object that are needed to change one of them. All are NULL if there is none. */
struct members {
    const char *begin, *end; /* after the object's opening bracket, and at its closing one */
    struct member before;    /* the one before it; the last one, if it is not there */
    struct member found;
    struct member after; /* the one after it */
    size_t times;        /* how often the name is there */
};

static bool has_name(const struct member *member, const char *name, bool any_case)
{
    struct error unused;
    size_t length = (size_t)(member->name_end - member->name);
    auto_json json_object *text = json_parse(member->name, length, &unused);
    const char *own = json_object_get_string(text);
    return (any_case ? strcasecmp : strcmp)(own != NULL ? own : "", name) == 0;
}

static struct members find_members(const char *object, const char *name, bool any_case)
{
    struct members members = { .begin = object + 1 };
    const char *at = skip_blanks(object + 1);
    struct member last = { 0 };
    while (*at != '}') {
        struct member one = { .name = at, .name_end = skip_string(at) };
        one.value = skip_blanks(skip_blanks(one.name_end) + 1);
        one.value_end = skip_value(one.value);
        if (has_name(&one, name, any_case)) {
            members.before = last;
            members.found = one;
            members.times++;
        } else if (members.times > 0 && members.after.name == NULL) {
            members.after = one;
        } else if (members.times == 0) {
            members.before = one;
        }
        last = one;
        at = skip_blanks(one.value_end);
        if (*at == ',')
            at = skip_blanks(at + 1);
    }
    members.end = at;
    return members;
}

/* ---- changing it ---- */

/* The text with what is between two places of it replaced. */
static struct secret *replace(const struct secret *text, const char *from, const char *to,
                              const char *with)
{
    return secret_format("%.*s%s%s", (int)(from - text->bytes), text->bytes, with, to);
}

/* What is between two places. The caller frees it. */
static char *between(const char *from, const char *to)
{
    return strndup(from, (size_t)(to - from));
}

/* Adds a member after the last one, in its manner. */
static struct secret *add_after(const struct secret *text, const struct members *members,
                                const char *name, const char *value)
{
    const struct member *last = &members->before;
    const char *start = last->name;
    while (start > members->begin && strchr(BLANKS, start[-1]) != NULL)
        start--;
    autofree char *blank = between(start, last->name);
    autofree char *colon = between(last->name_end, last->value);
    autofree char *added = text_format(",%s\"%s\"%s%s", blank, name, colon, value);
    return replace(text, last->value_end, last->value_end, added);
}

/* Removes the member with one of the commas beside it. */
static struct secret *drop(const struct secret *text, const struct members *members)
{
    if (members->before.name != NULL)
        return replace(text, members->before.value_end, members->found.value_end, "");
    if (members->after.name != NULL)
        return replace(text, members->found.name, members->after.name, "");
    return replace(text, members->begin, members->end, "");
}

/* A text as a value. The caller frees it. */
static char *format_string(const char *text)
{
    auto_json json_object *string = json_object_new_string(text);
    return strdup(json_object_to_json_string_ext(string, JSON_LINE));
}

/* An object with one member, for a place that is indented in this manner. The caller frees it. */
static char *format_object(const char *blank, const char *name, const char *value)
{
    const char *line = strrchr(blank, '\n');
    const char *deeper = line != NULL ? line + 1 : "";
    return text_format("{%s%s\"%s\": %s%s}", blank, deeper, name, value, blank);
}

/* Adds credHelpers, with one helper, which is a value. */
static struct secret *add_helpers(const struct secret *text, const struct members *top,
                                  const char *registry, const char *helper)
{
    const char *first = skip_blanks(top->begin);
    autofree char *blank = top->before.name != NULL ? between(top->begin, first) : strdup(INDENT);
    autofree char *value = format_object(blank, registry, helper);
    if (top->before.name != NULL)
        return add_after(text, top, HELPERS, value);
    autofree char *all = text_format(INDENT "\"" HELPERS "\": %s\n", value);
    return replace(text, top->begin, top->end, all);
}

/* Changes credHelpers, which are there: helper is a value, or NULL. Without any helper left, they
 * go. */
static struct secret *change_helpers(const struct secret *text, const struct members *top,
                                     const struct members *helpers, const char *registry,
                                     const char *helper)
{
    bool is_only =
        helpers->times == 1 && helpers->before.name == NULL && helpers->after.name == NULL;
    bool is_empty = helpers->times == 0 && helpers->before.name == NULL;
    if (helper == NULL)
        return is_only ? drop(text, top) : drop(text, helpers);
    if (helpers->times == 1)
        return replace(text, helpers->found.value, helpers->found.value_end, helper);
    if (!is_empty)
        return add_after(text, helpers, registry, helper);
    autofree char *blank = between(top->begin, skip_blanks(top->begin));
    autofree char *object = format_object(blank, registry, helper);
    return replace(text, top->found.value, top->found.value_end, object);
}

struct secret *docker_config_set(const struct secret *text, const char *registry,
                                 const char *helper, struct error *error)
{
    auto_json_secret json_object *config = docker_config_parse(text, error);
    if (config == NULL)
        return NULL;
    bool is_blank = text->bytes[strspn(text->bytes, BLANKS)] == '\0';
    auto_secret struct secret *whole =
        is_blank ? secret_from_text("{}\n") : secret_new(text->bytes, text->length);
    const struct members top = find_members(skip_blanks(whole->bytes), HELPERS, true);
    bool has_helpers = top.times == 1 && *top.found.value == '{';
    struct members helpers = { 0 };
    if (has_helpers)
        helpers = find_members(top.found.value, registry, false);
    if (top.times > 1 || helpers.times > 1) {
        error_set(error, ERROR_OTHER, "it has %s twice", top.times > 1 ? HELPERS : registry);
        return NULL;
    }
    if (helper == NULL && helpers.times == 0)
        return secret_new(text->bytes, text->length);
    autofree char *value = helper != NULL ? format_string(helper) : NULL;
    if (top.times == 0)
        return add_helpers(whole, &top, registry, value);
    if (has_helpers)
        return change_helpers(whole, &top, &helpers, registry, value);
    autofree char *object = format_object("", registry, value); /* in the place of null */
    return replace(whole, top.found.value, top.found.value_end, object);
}
