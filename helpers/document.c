/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/document.h"

#include <string.h>

#include "common/base/utf8.h"

static json_object *document;

bool document_is_wanted(const struct options *options)
{
    return options->output != NULL && strcmp(options->output, "json") == 0;
}

void document_set(json_object *object)
{
    json_object_put(document);
    document = object;
}

void document_set_text(const char *name, const char *text)
{
    document_set(json_object_new_object());
    document_add(document, name, text);
}

json_object *document_take(void)
{
    return steal(&document);
}

bool document_is_set(void)
{
    return document != NULL;
}

void document_append(const char *array, json_object *item)
{
    json_object *items = NULL;
    if (json_object_object_get_ex(document, array, &items))
        json_object_array_add(items, item);
    else
        json_object_put(item);
}

json_object *document_text(const char *text)
{
    if (text == NULL)
        return NULL;
    autofree char *valid = strdup(text);
    utf8_mend(valid);
    return json_object_new_string(valid);
}

void document_add(json_object *object, const char *name, const char *text)
{
    json_object_object_add(object, name, document_text(text));
}

void document_print(void)
{
    auto_json json_object *whole = document_take();
    if (whole != NULL && reporting.as_json)
        json_print(whole);
}
