/* SPDX-License-Identifier: MIT */
/* JSON: the strict parser, the lenient one for files written by hand, and what is in a text, with
 * its lines. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/json.h"
#include "common/base/json_text.h"
#include "common/base/text.h"

static json_object *parse_strictly(const char *text, struct error *error)
{
    size_t length;
    autofree char *json = json_bytes(text, &length);
    return json_parse(json, length, error);
}

static json_object *parse_leniently(const char *text, size_t *line, struct error *error)
{
    size_t length;
    autofree char *json = json_bytes(text, &length);
    return json_parse_lenient(json, length, line, error);
}

/* ---- the strict parser ---- */

static void one_value_is_accepted(void **state)
{
    (void)state;
    static const struct {
        const char *text, *value;
    } cases[] = {
        { "{}", "{}" },
        { " {'a':1} \t\r\n", "{'a':1}" },
        { "[1,'b',true,false,null]", "[1,'b',true,false,null]" },
        { "{'a':{'b':[{'c':-9223372036854775808}]}}", "{'a':{'b':[{'c':-9223372036854775808}]}}" },
        { "{'a':'\\u00e4\\n\\/'}", "{'a':'\xc3\xa4\\n/'}" },
        { "{'a':'\\ud83d\\ude00'}", "{'a':'\xf0\x9f\x98\x80'}" },
        { "'text'", "'text'" },
        { "1", "1" },
        { "false", "false" },
        { "{'a':[0,-0,10,0.5,-1.5e3,1E5,1e+2,2.5E-7]}",
          "{'a':[0,0,10,0.5,-1.5e3,1E5,1e+2,2.5E-7]}" },
        { "{'':'\\'\\\\\\b\\f\\r\\t'}", "{'':'\\'\\\\\\b\\f\\r\\t'}" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = { 0 };
        autofree char *expected = json_text(cases[i].value);
        auto_json json_object *value = parse_strictly(cases[i].text, &error);
        if (value == NULL)
            fail_msg("%s was refused: %s", cases[i].text, error.message);
        assert_string_equal(json_object_to_json_string_ext(value, JSON_C_TO_STRING_NOSLASHESCAPE),
                            expected);
    }
}

static void anything_but_one_value_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        " ",
        "{",
        "}",
        "[",
        "{'a'",
        "{'a':",
        "{'a':1",
        "{'a':'b",
        "{'a':1]",
        "[1}",
        "{'a' 1}",
        "{'a':1 'b':2}",
        "[1 2]",
        "{a:1}",
        "{'a':b}",
        "{'a':tru}",
        "{1:2}",
        /* Something after the value. */
        "{} x",
        "{}{}",
        "{},",
        "[]]",
        "'a' 'b'",
        /* Accepted by the lenient parser only. */
        "{'a':1,}",
        "[1,]",
        "{/**/}",
        "{}//\n",
        "\xef\xbb\xbf{}",
        "{'a':TRUE}",
        "{'a':01}",
        "{'a':-01}",
        "{'a':00}",
        "{'a':NaN}",
        "{'a':Infinity}",
        "{'a':-Infinity}",
        "[nul]",
        /* Invalid numbers and strings. */
        "{'a':.5}",
        "{'a':+1}",
        "{'a':-}",
        "{'a':1e}",
        "{'a':0x1}",
        "{'a':1-2}",
        "{'a':1.}",
        "{'a':1.e5}",
        "{'a':1.-5}",
        "{'a':--1}",
        "{'a':'\\x'}",
        "{'a':'\\u12'}",
        "{'a':'\\u12g4'}",
        "{'a\\u0000b':1}",
        "{'\\\\\\u0000':1}",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = { 0 };
        auto_json json_object *value = parse_strictly(cases[i], &error);
        if (value != NULL)
            fail_msg("%s was accepted", cases[i]);
        assert_error(&error, ERROR_OTHER, "not valid JSON: ");
    }
}

/* Each once as a value, once as a name. */
static bool takes_string(const char *bytes, bool as_name)
{
    char text[64];
    struct error error = { 0 };
    snprintf(text, sizeof text, as_name ? "{\"%s\":1}" : "{\"a\":\"%s\"}", bytes);
    auto_json json_object *value = json_parse(text, strlen(text), &error);
    assert_true(value != NULL || strncmp(error.message, "not valid JSON: a string ", 25) == 0);
    return value != NULL;
}

static void a_string_is_utf_8(void **state)
{
    (void)state;
    static const char *const valid[] = {
        "\xc3\xa4",     "\xe3\x82\xa2",       "\xf0\x9f\x94\x91", "\xc2\x80",
        "\xdf\xbf",     "\xe0\xa0\x80",       "\xed\x9f\xbf",     "\xee\x80\x80",
        "\xef\xbf\xbf", "\xf0\x90\x80\x80",   "\xf4\x8f\xbf\xbf", "\x7f",
        "\xe2\x80\xae", "a\xcc\x88 \xc3\x9f", "\xef\xbb\xbf",
    };
    static const char *const invalid[] = {
        "\xff",
        "\xfe",
        "\x80",
        "\xbf",
        "\xc3",
        "\xc3z",
        "\xe3\x82",
        "\xf0\x9f\x94",
        "\xf0\x9f\x94z",
        "\xc3\xa4\x80",
        "\xc0\x80",
        "\xc1\xbf",
        "\xe0\x9f\xbf",
        "\xf0\x8f\xbf\xbf",
        "\xed\xa0\x80",
        "\xed\xbf\xbf",
        "\xf4\x90\x80\x80",
        "\xf8\x88\x80\x80\x80",
        "\xe4",
    };
    for (size_t i = 0; i < 2 * ARRAY_SIZE(valid); i++)
        if (!takes_string(valid[i / 2], i % 2))
            fail_msg("%s is refused", valid[i / 2]);
    for (size_t i = 0; i < 2 * ARRAY_SIZE(invalid); i++)
        if (takes_string(invalid[i / 2], i % 2))
            fail_msg("%zu is accepted", i / 2);
}

static void a_control_character_in_a_string_must_be_escaped(void **state)
{
    (void)state;
    for (char c = 1; c < 0x20; c++) {
        const char text[] = { 'a', c, '\0' };
        assert_false(takes_string(text, false));
        assert_false(takes_string(text, true));
    }
}

/* Of UTF-8 in the text itself and of UTF-8 that was escaped, the same string is made. */
static void a_string_keeps_its_letters(void **state)
{
    (void)state;
    static const char *const texts[] = { "{'name':'Jos\xc3\xa9 \xe3\x82\xa2 \xf0\x9f\x94\x91'}",
                                         "{'name':'Jos\\u00e9 \\u30A2 \\ud83d\\udd11'}" };
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        size_t line;
        struct error error = { 0 };
        auto_json json_object *strict = parse_strictly(texts[i], &error);
        auto_json json_object *lenient = parse_leniently(texts[i], &line, &error);
        assert_string_equal(json_string(strict, "name"),
                            "Jos\xc3\xa9 \xe3\x82\xa2 \xf0\x9f\x94\x91");
        assert_string_equal(json_string(lenient, "name"), json_string(strict, "name"));
    }
}

static void a_nul_byte_is_refused(void **state)
{
    (void)state;
    static const char text[] = "{\"a\":1}\0{\"b\":2}";
    size_t line;
    struct error error = { 0 };
    assert_null(json_parse(text, sizeof text - 1, &error));
    assert_error(&error, ERROR_OTHER, "NUL");
    assert_null(json_parse_lenient(text, sizeof text - 1, &line, &error));
    assert_error(&error, ERROR_OTHER, "NUL");
    assert_null(json_parse("\0", 1, &error));
}

static void depth_is_limited(void **state)
{
    (void)state;
    autofree char *endless = repeated('[', 1000000);
    struct error error = { 0 };
    assert_null(json_parse(endless, 1000000, &error));
    assert_error(&error, ERROR_OTHER, "too deep");

    char text[64] = "";
    for (int depth = 1; depth <= JSON_DEPTH_MAX + 1; depth++) {
        snprintf(text, sizeof text, "%.*s%.*s", depth, "[[[[[[[[[[[[[[[[[[[[", depth,
                 "]]]]]]]]]]]]]]]]]]]]");
        auto_json json_object *value = json_parse(text, strlen(text), &error);
        if ((value != NULL) != (depth <= JSON_DEPTH_MAX))
            fail_msg("a depth of %d was %s", depth, value != NULL ? "accepted" : "refused");
    }
    auto_json json_object *full = parse_strictly("[[[[[[[[[[[[[[[{'a':1}]]]]]]]]]]]]]]]", &error);
    assert_non_null(full);
}

static void the_error_does_not_quote_the_text(void **state)
{
    (void)state;
    static const char *const cases[] = { "s3cret", "{'a':s3cret}", "{'a':'s3cret'", "{s3cret:1}",
                                         "{'a':'s3cret'} x" };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        size_t line;
        struct error error = { 0 };
        assert_null(parse_strictly(cases[i], &error));
        assert_lacks(error.message, "s3cret");
        assert_null(parse_leniently(cases[i], &line, &error));
        assert_lacks(error.message, "s3cret");
    }
}

/* ---- the lenient parser ---- */

static void files_may_have_comments_trailing_commas_and_a_byte_order_mark(void **state)
{
    (void)state;
    static const struct {
        const char *text, *value;
    } cases[] = {
        { "{'a':1} // the end\n", "{'a':1}" },
        { "// the beginning\r\n{'a':1}", "{'a':1}" },
        { "/* the beginning */{'a':1}/* the end */", "{'a':1}" },
        { "{ // a: 2\n 'a': 1 }", "{'a':1}" },
        { "{ /* 'a': 2, */ 'a': 1 }", "{'a':1}" },
        { "{'a'/*:*/:/*,*/1/*,*/,/**/'b':2}", "{'a':1,'b':2}" },
        { "{ /* over\n two lines */ 'a': 1 }", "{'a':1}" },
        { "{ /* * / */ 'a': 1 }", "{'a':1}" },
        { "{'a':'/* no comment */','b':'// nor this'}",
          "{'a':'/* no comment */','b':'// nor this'}" },
        { "{'a':1,}", "{'a':1}" },
        { "{'a':[1,2,],}", "{'a':[1,2]}" },
        { "{'a':1, // the last\n}", "{'a':1}" },
        { "\xef\xbb\xbf{'a':1}", "{'a':1}" },
        { "\xef\xbb\xbf // x\n {'a':1}\n\n", "{'a':1}" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        size_t line;
        struct error error = { 0 };
        autofree char *expected = json_text(cases[i].value);
        auto_json json_object *value = parse_leniently(cases[i].text, &line, &error);
        if (value == NULL)
            fail_msg("%s was refused: %s", cases[i].text, error.message);
        assert_string_equal(json_object_to_json_string_ext(value, JSON_C_TO_STRING_NOSLASHESCAPE),
                            expected);
    }
}

static void files_are_json_otherwise(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{\"a\":'b'}",
        "{'a':1}",
        "{\"a\":TRUE}",
        "{\"a\":NaN}",
        "{\"a\":01}",
        "{\"a\":1,,}",
        "[,]",
        "{\"a\":\"b\nc\"}",
        "{\"a\":\"\xe4\"}",
        "{\"a\":\"\xc3\"}",
        "{\"a\":1e+}",
        "{\"a\"/*:*/1}",
        "[1/*,*/2]",
        "{} /",
        "{} /*/",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        size_t line;
        struct error error = { 0 };
        auto_json json_object *value =
            json_parse_lenient(cases[i], strlen(cases[i]), &line, &error);
        if (value != NULL)
            fail_msg("%s was accepted", cases[i]);
    }
}

/* People write comments in whatever encoding their editor has. */
static void a_comment_may_have_any_bytes(void **state)
{
    (void)state;
    size_t line;
    struct error error = { 0 };
    auto_json json_object *value =
        parse_leniently("{ // gr\xfc\xdf\n'a':1 /* \xff */ }", &line, &error);
    assert_string_equal(error.message, "");
    assert_non_null(value);
}

static void a_comment_may_end_with_the_file(void **state)
{
    (void)state;
    size_t line;
    struct error error = { 0 };
    auto_json json_object *value = parse_leniently("{'a':1}\n// the end", &line, &error);
    assert_string_equal(error.message, "");
    assert_non_null(value);
}

/* Otherwise everything up to the end of another comment would be lost silently. */
static void a_comment_may_end_in_several_stars(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{ /***/ 'a':1, /* b */ 'b':2 }",
        "{ /** the first **/ 'a':1, /* the second */ 'b':2 }",
        "{ /****\n * a box\n ****/ 'a':1, /* b */ 'b':2 }",
        "/***/{'a':1,'b':2}/***/",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        size_t line;
        struct error error = { 0 };
        auto_json json_object *value = parse_leniently(cases[i], &line, &error);
        if (value == NULL)
            fail_msg("%s was refused: %s", cases[i], error.message);
        assert_string_equal(json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN),
                            "{\"a\":1,\"b\":2}");
    }
}

static void the_error_has_the_line(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t line;
    } cases[] = {
        { "", 1 },
        { "x", 1 },
        { "{\n'a':1\n'b':2\n}", 3 },
        { "{\n'a':1,\n'b':\n}", 4 },
        { "{\n'a':1\n", 3 },
        { "{\n}\n}", 3 },
        { "{\n}\n\n// x\n{}", 5 },
        { "// x\n/*\n*/\n{'a':b}", 4 },
        { "\xef\xbb\xbf{\n'a':b}", 2 },
        { "\xef\xbb\xbf\xef\xbb\xbf{}", 1 },
        { "{\r\n'a':b}", 2 },
        { "{}\n/* without an end\n\n", 2 },
        { "{\n'a':1,\n/* without an end\n'b':1\n}", 3 },
        { "{\n'a':'b\nc'}", 2 },
        { "{\n'a':'\xff'}", 2 },
        { "{\n'a':1,\n'b':'c'd\n}", 3 },
        { "{}\n/", 2 },
        { "[1,,]", 1 },
        { "{,}", 1 },
        { "null", 1 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        size_t line = 0;
        struct error error = { 0 };
        auto_json json_object *value = parse_leniently(cases[i].text, &line, &error);
        if (value != NULL || line != cases[i].line)
            fail_msg("%s is %s, line %zu", cases[i].text, value ? "accepted" : "refused", line);
        assert_error(&error, ERROR_OTHER, "not valid JSON: ");
    }
}

/* ---- the values of a text ---- */

/* Writes a line for each value: path, kind, text and line. */
static bool list_value(void *context, const struct json_text_value *value)
{
    FILE *list = context;
    for (size_t i = 0; i < value->depth; i++)
        fprintf(list, "%s%s", i > 0 ? "/" : "", value->steps[i]);
    fprintf(list, " %c", "{[t=0"[value->kind]);
    if (value->text != NULL)
        fprintf(list, "%s", json_object_get_string(value->text));
    fprintf(list, " %zu\n", value->line);
    return true;
}

static char *values_of(const char *text)
{
    char *listed = NULL;
    size_t length;
    autofree char *json = json_text(text);
    FILE *list = open_memstream(&listed, &length);
    assert_true(json_text_each(json, strlen(json), list_value, list));
    fclose(list);
    return listed;
}

static void each_value_has_its_path_and_line(void **state)
{
    (void)state;
    autofree char *listed = values_of("\xef\xbb\xbf// 1: 'AzureAd'\n"
                                      "{\n"
                                      "  'Logging': { 'x': [ '}', ']', { 'a:b': 1 } ] }, // 3\n"
                                      "  /* 'AzureAd':\n"
                                      "  5 */ 'AzureAd': { 'TenantId': 'a\\/b',\n"
                                      "    'Client\\u0049d' :\n"
                                      "      12345678901234567890123, 'Deep': { 'Scopes': [ 'a',\n"
                                      "      [],\n"
                                      "      'c', ] } },\n"
                                      "  'Api': { 'Scopes': null, 'Last': true,\n"
                                      "  'Very': -1.50e3} }\n");
    assert_string_equal(listed, " { 2\n"
                                "Logging { 3\n"
                                "Logging/x [ 3\n"
                                "Logging/x/0 =} 3\n"
                                "Logging/x/1 =] 3\n"
                                "Logging/x/2 { 3\n"
                                "Logging/x/2/a:b =1 3\n"
                                "AzureAd { 5\n"
                                "AzureAd/TenantId =a/b 5\n"
                                "AzureAd/ClientId =12345678901234567890123 7\n"
                                "AzureAd/Deep { 7\n"
                                "AzureAd/Deep/Scopes [ 7\n"
                                "AzureAd/Deep/Scopes/0 =a 7\n"
                                "AzureAd/Deep/Scopes/1 [ 8\n"
                                "AzureAd/Deep/Scopes/2 =c 9\n"
                                "Api { 10\n"
                                "Api/Scopes 0 10\n"
                                "Api/Last ttrue 10\n"
                                "Api/Very =-1.50e3 11\n");
}

static void a_key_that_is_repeated_is_passed_on_each_time(void **state)
{
    (void)state;
    autofree char *listed = values_of("{ 'a': 1,\n 'a': { 'b': 2 },\n 'a': { 'b': 3 } }");
    assert_string_equal(listed, " { 1\na =1 1\na { 2\na/b =2 2\na { 3\na/b =3 3\n");
}

static void a_value_after_an_odd_comment_is_found(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{ /*/ 'b': 1, \n 'a': 0 */\n 'a': 1 }", /* its slash does not close it */
        "{ 'x' /* : */ : 1,\n\n 'a': 1 }",       "{ 'x': 1 /* , */,\n\n 'a': 1 }",
        "{ 'x' // : 'a'\n :\n 1, 'a': 1 }",      "{ 'x': '/*',\n\n 'a': 1 /* */ }",
        "{ 'x': true/* */,\n\n 'a': 1// }\n }",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *listed = values_of(cases[i]);
        assert_has(listed, "\na =1 3\n");
        assert_lacks(listed, "b =");
    }
}

static bool stop_at_two(void *context, const struct json_text_value *value)
{
    size_t *count = context;
    (void)value;
    return ++*count < 2;
}

static void a_visit_can_end_it(void **state)
{
    (void)state;
    size_t count = 0;
    autofree char *json = json_text("{'a':[[1]],'b':2}");
    assert_false(json_text_each(json, strlen(json), stop_at_two, &count));
    assert_int_equal(count, 2);
}

/* ---- members ---- */

static void a_string_is_returned_whole_or_not_at_all(void **state)
{
    (void)state;
    struct error error = { 0 };
    auto_json json_object *object = parse_strictly(
        "{'text':'a','empty':'','nul':'a\\u0000b','number':1,'null':null,'list':['a']}", &error);
    assert_string_equal(json_string(object, "text"), "a");
    assert_string_equal(json_string(object, "empty"), "");
    static const char *const none[] = { "nul", "number", "null", "list", "absent", "Text" };
    for (size_t i = 0; i < ARRAY_SIZE(none); i++)
        if (json_string(object, none[i]) != NULL)
            fail_msg("%s gave '%s'", none[i], json_string(object, none[i]));
    assert_null(json_string(NULL, "text"));
}

static void a_whole_number_may_be_a_string(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t value;
    } cases[] = {
        { "{'n':0}", 0 },
        { "{'n':-1}", -1 },
        { "{'n':3599}", 3599 },
        { "{'n':'3599'}", 3599 },
        { "{'n':'0'}", 0 },
        { "{'n':9223372036854775807}", INT64_MAX },
        { "{'n':'9223372036854775807'}", INT64_MAX },
        { "{'n':18446744073709551615}", INT64_MAX }, /* at most */
        { "{'n':18446744073709551616}", INT64_MAX },
        { "{'n':-9223372036854775808}", INT64_MIN },
        { "{'n':-9223372036854775809}", INT64_MIN }, /* at least */
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        int64_t value = -7;
        struct error error = { 0 };
        auto_json json_object *object = parse_strictly(cases[i].text, &error);
        if (!json_int64(object, "n", &value) || value != cases[i].value)
            fail_msg("%s gave %lld", cases[i].text, (long long)value);
    }
}

static void a_number_of_any_length_leaves_the_rest_as_it_is(void **state)
{
    (void)state;
    autofree char *digits = repeated('9', 10000);
    static const struct {
        const char *before, *after;
    } cases[] = { { "", "" }, { "-", "" }, { "[{'c':", "}]" }, { "", ".5e-7" }, { "1e", "" } };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = { 0 };
        int64_t a = 0, b = 0;
        autofree char *text =
            text_format("{'a':1,'n':%s%s%s,'b':2}", cases[i].before, digits, cases[i].after);
        auto_json json_object *object = parse_strictly(text, &error);
        assert_string_equal(error.message, "");
        assert_true(json_int64(object, "a", &a) && json_int64(object, "b", &b) && a == 1 && b == 2);
    }
}

static void anything_else_is_not_a_whole_number(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{}",
        "{'n':null}",
        "{'n':true}",
        "{'n':1.5}",
        "{'n':1.0}",
        "{'n':1e2}",
        "{'n':[1]}",
        "{'n':{}}",
        "{'n':''}",
        "{'n':' 1'}",
        "{'n':'1 '}",
        "{'n':'+1'}",
        "{'n':'-1'}",
        "{'n':'1.5'}",
        "{'n':'1e2'}",
        "{'n':'a'}",
        "{'n':'0x1'}",
        "{'N':1}",
        "{'n':'9223372036854775808'}",
        "{'n':'1\\u00002'}",
        "[1]",
        "'n'",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        int64_t value = 0;
        struct error error = { 0 };
        auto_json json_object *object = parse_strictly(cases[i], &error);
        assert_non_null(object);
        if (json_int64(object, "n", &value))
            fail_msg("%s gave %lld", cases[i], (long long)value);
    }
}

/* ---- wiping ---- */

static void wiping_overwrites_every_nested_string(void **state)
{
    (void)state;
    struct error error = { 0 };
    json_object *object = parse_strictly(
        "{'a':'s3cret one','b':['s3cret two',{'c':'s3cret three, longer than what json-c keeps "
        "inside of its object'}],'d':1,'e':null}",
        &error);
    json_object *b = json_object_object_get(object, "b");
    /* References of our own keep the strings, so that they can be looked at. */
    json_object *const strings[] = {
        json_object_get(json_object_object_get(object, "a")),
        json_object_get(json_object_array_get_idx(b, 0)),
        json_object_get(json_object_object_get(json_object_array_get_idx(b, 1), "c")),
    };
    json_wipe(object);
    for (size_t i = 0; i < ARRAY_SIZE(strings); i++) {
        size_t length = (size_t)json_object_get_string_len(strings[i]);
        autofree char *zeros = repeated('\0', length);
        assert_true(length > 0);
        assert_memory_equal(json_object_get_string(strings[i]), zeros, length);
        json_object_put(strings[i]);
    }
    json_wipe(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_value_is_accepted),
        cmocka_unit_test(anything_but_one_value_is_refused),
        cmocka_unit_test(a_string_is_utf_8),
        cmocka_unit_test(a_control_character_in_a_string_must_be_escaped),
        cmocka_unit_test(a_string_keeps_its_letters),
        cmocka_unit_test(a_nul_byte_is_refused),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(the_error_does_not_quote_the_text),
        cmocka_unit_test(files_may_have_comments_trailing_commas_and_a_byte_order_mark),
        cmocka_unit_test(files_are_json_otherwise),
        cmocka_unit_test(a_comment_may_have_any_bytes),
        cmocka_unit_test(a_comment_may_end_with_the_file),
        cmocka_unit_test(a_comment_may_end_in_several_stars),
        cmocka_unit_test(the_error_has_the_line),
        cmocka_unit_test(each_value_has_its_path_and_line),
        cmocka_unit_test(a_key_that_is_repeated_is_passed_on_each_time),
        cmocka_unit_test(a_value_after_an_odd_comment_is_found),
        cmocka_unit_test(a_visit_can_end_it),
        cmocka_unit_test(a_string_is_returned_whole_or_not_at_all),
        cmocka_unit_test(a_whole_number_may_be_a_string),
        cmocka_unit_test(a_number_of_any_length_leaves_the_rest_as_it_is),
        cmocka_unit_test(anything_else_is_not_a_whole_number),
        cmocka_unit_test(wiping_overwrites_every_nested_string),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
