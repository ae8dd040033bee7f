/* SPDX-License-Identifier: MIT */
/*
 * Renewal without waiting: a process of its own, which nobody waits for, renews a token that is
 * still good, while the caller has its answer already.
 *
 * It holds none of the caller's descriptors, has a session of its own, says nothing and ends by its
 * time limit. Where nothing may outlive the caller, ENTRA_RENEWAL=inline turns it off: the renewal
 * then happens in line, and takes no longer than RENEWAL_INLINE_MILLISECONDS.
 */
#ifndef COMMON_TOKENS_RENEWAL_H
#define COMMON_TOKENS_RENEWAL_H

#include <stdbool.h>

#include "common/base/options.h"
#include "common/entra/request.h"

#define RENEWAL_INLINE_MILLISECONDS 1000

/* Whether a renewal is to be in line: where the environment wants it so, or where another process
 * could not be told whose token it is (a helper brought a credential or an id of its own, or has
 * AZURE_* not heard). */
bool renewal_is_inline(const struct options *options);

/* Warns, once, of a word in ENTRA_RENEWAL that means nothing. */
void renewal_check_environment(void);

/* Starts `entra token --renew` for a request that came of these options. Where that fails, the next
 * caller tries again. */
void renewal_start(const struct options *options, const struct token_request *request);

#endif
