/* SPDX-License-Identifier: MIT */
/*
 * What the unit tests share: cmocka, assertions that show what they compared, temporary files,
 * captured output, requests made from a configuration, and a keyring in memory.
 *
 * JSON in tests is written with ' for "; json_text replaces them.
 */
#ifndef TESTS_UNIT_SUPPORT_H
#define TESTS_UNIT_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cmocka.h>

#include "common/base/array.h"
#include "common/base/error.h"
#include "common/config/config.h"
#include "common/entra/error_report.h"
#include "keyring/keyring.h"

/* Fail the test and show both texts unless text contains part, or does not. */
#define assert_has(text, part)   assert_has_at((text), (part), __FILE__, __LINE__)
#define assert_lacks(text, part) assert_lacks_at((text), (part), __FILE__, __LINE__)
void assert_has_at(const char *text, const char *part, const char *file, int line);
void assert_lacks_at(const char *text, const char *part, const char *file, int line);

/* Fails the test unless the error is of this kind and its message contains part. */
#define assert_error(error, kind, part) assert_error_at((error), (kind), (part), __FILE__, __LINE__)
void assert_error_at(const struct error *error, enum error_kind kind, const char *part,
                     const char *file, int line);

/* Members that JSON from anywhere may have: letters beyond ASCII, and numbers of any size. */
#define OTHER_MEMBERS                                                                              \
    "'Gr\xc3\xb6\xc3\x9f\x65':18446744073709551616,'other':{'name':'Zo\xc3\xab "                   \
    "\xe5\xb1\xb1\xe7\x94\xb0 \xf0\x9f\x94\x91','n':[-9223372036854775809,1e400]}"

/* Fails the test and shows the number unless it is between the two, or one of them. cmocka's own
 * has another name in each of its versions. */
#define assert_between(number, least, most)                                                        \
    assert_between_at((number), (least), (most), __FILE__, __LINE__)
void assert_between_at(int64_t number, int64_t least, int64_t most, const char *file, int line);

/* The text with every ' replaced by ". The caller frees it with free. */
char *json_text(const char *text);

/* As json_text, but not terminated: the next byte is a bracket that would complete a truncated
 * value, so reading too far is noticed. The caller frees it with free. */
char *json_bytes(const char *text, size_t *length);

/* A string of length copies of a character. The caller frees it with free. */
char *repeated(char character, size_t length);

/* The path of a file with these bytes and this mode. It is in no directory and ends with the
 * process. Valid until eight more files are made. */
const char *file_of_bytes(const char *bytes, size_t length, mode_t mode);

/* As file_of_bytes, for a text that goes through json_text, with mode 0600. */
const char *file_of(const char *text);

/* A folder for this test program, mode 0700: setup and teardown of a group. below returns a path
 * in it, valid until four more are requested. */
int make_folder(void **state);
int remove_folder(void **state);
const char *below(const char *path);

/* Makes a new runtime folder (XDG_RUNTIME_DIR) in it, without any stored tokens or shared
 * failures. */
void make_runtime_folder(void);

/* A setup that empties the environment. */
int clear_environment(void **state);

/* Between these calls, output to the descriptor (1 or 2) is captured. There must be no assertion
 * in between, because it would leave the descriptor redirected. The text is valid until the next
 * capture. */
void catch_output(int fd);
const char *caught_output(void);

/* The outcome of a request made from a configuration. */
struct asked {
    bool ok; /* whether request is set; else error, or match is CONFIG_NO_MATCH */
    enum config_match match;
    struct token_candidates candidates;
    struct token_request request; /* the first of them, which owns nothing */
    struct error error;
    char said[4096]; /* on stderr */
};

/* Makes a token_request from a configuration with this text (by json_text; NULL: the file that the
 * options name). ask requires an API in the options, ask_or_else falls back to this one, and
 * ask_for_url makes the request for a URL, ask_for_url_with in a context. */
struct asked ask(const char *text, struct options options);
struct asked ask_with(const char *text, struct options options,
                      const struct config_context *context);
struct asked ask_or_else(const char *text, struct options options, const char *api);
struct asked ask_for_url(const char *text, struct options options, const char *url);
struct asked ask_for_url_with(const char *text, const struct config_context *context,
                              const char *url);

/* A keyring with a single item, whatever the key. */
struct place {
    struct secret *record;      /* NULL if empty */
    enum keyring_answer answer; /* KEYRING_FAILED or KEYRING_ABSENT makes every call return that */
    bool is_full;               /* nothing can be stored */
    void (*after_lookup)(void); /* what another process does then, once; NULL: nothing */
    const char *code;           /* of the error then; NULL: none */
    struct keyring_key key;     /* of the last call */
    char label[256];
    int64_t expires_on;
    int64_t deadline;
    int lookups, stores, erasures;
};
extern struct place place;
extern const struct keyring keyring_place;

/* Removes the item and makes calls succeed. */
void place_clear(void);

/* Stores a record. */
void place_put(const char *bytes, size_t length);

void asked_clear(struct asked *asked);
#define auto_asked CLEANUP(asked_clear)

#endif
