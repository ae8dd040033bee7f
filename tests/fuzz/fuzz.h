/* SPDX-License-Identifier: MIT */
/*
 * What every fuzzer needs: libFuzzer's entry, a check that is not disabled by NDEBUG, and checks of
 * what users are shown.
 *
 * A fuzzer gives its parser a copy that ends where the input ends, so that AddressSanitizer catches
 * reads past the end. It then checks what the parser promises of an accepted input, and that a
 * refusal is an error that can be shown.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/cleanup.h"
#include "common/base/error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HOLDS(condition)                                                                           \
    ((condition) ? (void)0                                                                         \
                 : (fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition),  \
                    abort()))

/* A copy of the input with room for more bytes. The caller frees it with free. */
static inline char *fuzz_copy(const uint8_t *data, size_t size, size_t more)
{
    char *copy = malloc(size + more + (size + more == 0));
    HOLDS(copy != NULL);
    if (size > 0)
        memcpy(copy, data, size);
    return copy;
}

/* What is left of an input that is read line by line. */
struct fuzz_input {
    const char *at, *end;
};

static inline struct fuzz_input fuzz_input(const uint8_t *data, size_t size)
{
    return (struct fuzz_input){ (const char *)data, (const char *)data + size };
}

/* Takes the next line, without its line feed; it ends at a NUL, as all that is passed as a C string
 * does. The caller frees it with free. NULL at the end of the input. */
char *fuzz_line(struct fuzz_input *input);

/* Takes all that is left. The caller frees it with secret_free. */
struct secret *fuzz_rest(struct fuzz_input *input);

/* Takes the lines up to an empty one, at most count of them, as a list that ends with NULL. The
 * caller frees it with fuzz_lines_free. */
char **fuzz_lines(struct fuzz_input *input, size_t count);
void fuzz_lines_free(char ***lines);
#define auto_lines CLEANUP(fuzz_lines_free)

/* What time returns, in Unix seconds. */
#define FUZZ_NOW 1795000000

/* A secret for the environment, a file or a request; it has what JSON, forms and headers write
 * differently. A target that uses it sets fuzz_has_secret: every error, warning and trace is then
 * searched for it. */
#define FUZZ_SECRET "s3cr\"t+/x"
extern bool fuzz_has_secret;

/* The text can neither control a terminal nor shows it the secret. */
void fuzz_check_shown(const char *text);

/* The error is one, and what is printed of it is fit to be shown. */
void fuzz_check_error(const struct error *error);

#endif
