/*
 * What processes that want the same token spare each other, by notices (notice.h): asking an
 * authority that throttles, or one that has just refused another of them; waiting for a token that
 * cannot be kept.
 */
#ifndef COMMON_TOKENS_SPARING_H
#define COMMON_TOKENS_SPARING_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/base/runtime_folder.h"
#include "common/entra/request.h"

/* The name under which those meet who want the request's token, with its claims, by whatever
 * credential; for notices and flights, which the ending tells apart. */
struct runtime_name sparing_name(const char *ending, const struct token_request *request);

/* Spares the others, who have the same credentials, what happened to us by this deadline
 * (deadline.h). That our time was up is no
 * failure of theirs, who may have more of it, but renewals pause. That nobody could be asked to
 * sign in is our own affair too, for they may be able to; it is not where a person was asked. */
void sparing_post_failure(const struct token_request *request, int64_t deadline, bool asked,
                          const struct error *error);

/* Whether the authority wants to be left alone, or failed another process since that moment
 * (deadline.h); the error then is theirs. */
bool sparing_heeds(const struct token_request *request, int64_t since, struct error *error);

/* Whether a renewal has failed just now, or waits to be let through. */
bool sparing_pauses_renewal(const struct token_request *request);

/* That a token could not be kept, and whether that was so since a moment: whoever waits for it then
 * waits in vain. */
void sparing_post_unkept(const struct token_request *request, const struct error *error);
bool sparing_is_unkept(const struct token_request *request, int64_t since);

#endif
