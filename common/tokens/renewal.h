/* SPDX-License-Identifier: MIT */
/*
 * Renewal in the background: a process of its own renews a token that is still good, while the
 * caller has its answer already and does not wait.
 *
 * That process inherits no descriptors, has a session of its own, prints nothing and ends by its
 * own time limit. If nothing may outlive the caller, ENTRA_RENEWAL=inline turns it off: the renewal
 * then happens in the caller, within RENEWAL_INLINE_MILLISECONDS.
 */
#ifndef COMMON_TOKENS_RENEWAL_H
#define COMMON_TOKENS_RENEWAL_H

#include <stdbool.h>

#include "common/base/options.h"
#include "common/entra/request.h"

#define RENEWAL_INLINE_MILLISECONDS 1000

/* Whether this request is renewed in the caller: ENTRA_RENEWAL says so, or no command line can make
 * the same request. */
bool renewal_is_inline(const struct token_request *request);

/* Warns once if ENTRA_RENEWAL has a value without a meaning. */
void renewal_check_environment(void);

/* Starts `entra token --renew` for a request that was made from these options. If that fails, the
 * next caller tries again. */
void renewal_start(const struct options *options, const struct token_request *request);

#endif
