/*
 * What a token endpoint answers (RFC 6749, 5.1 and 5.2, as Entra speaks it), read as the input from
 * outside that it is. A pure function on a buffer.
 */
#ifndef COMMON_ACQUIRE_TOKEN_ANSWER_H
#define COMMON_ACQUIRE_TOKEN_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "common/token.h"

/* Makes a token of an answer with this HTTP status and body, received at this Unix time. The caller
 * clears it. False with ERROR_REFUSED where the authority says no, ERROR_NETWORK where it has a
 * fault or where what answered is no token endpoint. */
bool token_answer_parse(long status, const char *body, size_t length, int64_t now,
                        struct token *token, struct error *error);

/* How much of Entra's description of a refusal is for people: what follows is ids. */
int token_answer_description_length(const char *description);

/* Says what a refusal, whose words the error has, is called: by Entra's number, or by its first
 * word where that is 0. Always false. */
bool token_answer_code(long code, struct error *error);

#endif
