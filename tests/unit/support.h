/* SPDX-License-Identifier: MIT */
/*
 * What the unit tests share: cmocka itself, comparisons that show what they compared, files that no
 * folder lists, what a call prints, questions to a configuration, and a keyring in memory.
 *
 * JSON in tests is written with ' in the place of ", and json_text puts the quotes in.
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
#include "keyring/keyring.h"

/* Fail the test, showing both texts, unless the one has the other in it, or lacks it. */
#define assert_has(text, part)   assert_has_at((text), (part), __FILE__, __LINE__)
#define assert_lacks(text, part) assert_lacks_at((text), (part), __FILE__, __LINE__)
void assert_has_at(const char *text, const char *part, const char *file, int line);
void assert_lacks_at(const char *text, const char *part, const char *file, int line);

/* Fails the test unless the error is of this kind and its message has this part. */
#define assert_error(error, kind, part) assert_error_at((error), (kind), (part), __FILE__, __LINE__)
void assert_error_at(const struct error *error, enum error_kind kind, const char *part,
                     const char *file, int line);

/* The text with " for every '. To be freed with free. */
char *json_text(const char *text);

/* As json_text, but no string: what follows its bytes is no NUL but a bracket, which would complete
 * a value that is cut, so that a byte read too far is seen. To be freed with free. */
char *json_bytes(const char *text, size_t *length);

/* A string of length times this character. To be freed with free. */
char *repeated(char character, size_t length);

/* The path of a file with these bytes and this mode. No folder lists it, and it ends with the
 * process. Good until some other eight files were made. */
const char *file_of_bytes(const char *bytes, size_t length, mode_t mode);

/* As file_of_bytes, readable for its owner alone, from a text that goes through json_text. */
const char *file_of(const char *text);

/* A folder of the test program's own, mode 0700, for a group's setup and teardown; below gives a
 * path in it, good until some other four were given. */
int make_folder(void **state);
int remove_folder(void **state);
const char *below(const char *path);

/* Makes a new folder in it, the runtime folder (XDG_RUNTIME_DIR): nothing that was
 * kept or posted before is in it. */
void make_runtime_folder(void);

/* A setup for tests that the caller's environment must not reach: it empties it. */
int clear_environment(void **state);

/* Between the two, what is written to the descriptor (1 or 2) is caught. No assertion belongs
 * there: it would leave them redirected. The text that caught gives is good until the next. */
void catch_output(int fd);
const char *caught_output(void);

/* What a configuration made of a question. */
struct asked {
    bool ok; /* the request is the answer; else the error, or CONFIG_NO_MATCH */
    enum config_match match;
    struct token_request request;
    struct error error;
    char said[4096]; /* on stderr */
};

/* Asks a configuration with this text (by json_text; NULL: of the file that the options name) for a
 * token_request: the one that the options name, that they name or else this API, or that belongs to
 * this URL. */
struct asked ask(const char *text, struct options options);
struct asked ask_or_else(const char *text, struct options options, const char *api);
struct asked ask_for_url(const char *text, struct options options, const char *url);

/* A keyring that has one place, whatever the key, and does what it is told to. */
struct place {
    struct secret *record;      /* NULL: it is empty */
    enum keyring_answer answer; /* KEYRING_FAILED, KEYRING_ABSENT: of every call; else it works */
    struct keyring_key key;     /* what it was asked last */
    char label[256];
    int64_t expires_on;
    int64_t deadline;
    int lookups, stores, erasures;
};
extern struct place place;
extern const struct keyring keyring_place;

/* Empties it and lets it work. */
void place_clear(void);

/* Puts a record into it. */
void place_put(const char *bytes, size_t length);

void asked_clear(struct asked *asked);
#define auto_asked CLEANUP(asked_clear)

#endif
