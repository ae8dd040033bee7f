/* SPDX-License-Identifier: MIT */
/*
 * Renewal in the background: another process renews a token that is due but still good, so that the
 * caller can use it without waiting.
 *
 * That process inherits no descriptors, has a session of its own, prints nothing and ends by its
 * own time limit. Its working folder is the root, so that it keeps no mount busy. For callers that
 * no process may outlive, ENTRA_RENEWAL=inline turns this off: the caller then renews the token
 * itself, within RENEWAL_INLINE_MILLISECONDS.
 */
#ifndef COMMON_TOKENS_RENEWAL_H
#define COMMON_TOKENS_RENEWAL_H

#include <stdbool.h>

#include "common/base/options.h"
#include "common/entra/request.h"

#define RENEWAL_INLINE_MILLISECONDS 1000

/* Whether the caller renews this request's token itself, because ENTRA_RENEWAL says so or because
 * no command line can make the same request. */
bool renewal_is_inline(const struct token_request *request);

/* Warns once on stderr if the value of ENTRA_RENEWAL is not valid. */
void renewal_check_environment(void);

/* Starts `entra token --renew` for a request that was made from these options, and does not wait
 * for it. A failure is not reported: the next caller tries again. */
void renewal_start(const struct options *options, const struct token_request *request);

#endif
