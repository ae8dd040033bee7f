/* SPDX-License-Identifier: MIT */
/*
 * The loopback listener, to which the browser brings the end of a sign-in (RFC 8252, 7.3). It hears
 * every connection of this machine at once, so that one that is slow, endless or hostile does not
 * stand in the way of the true one, and answers each with a small plain page: the true one once it
 * is known what came of it.
 */
#ifndef COMMON_ACQUIRE_USER_LOOPBACK_H
#define COMMON_ACQUIRE_USER_LOOPBACK_H

#include "common/acquire/user/redirect.h"

struct loopback {
    int listeners[2]; /* IPv4 and, where there is one, IPv6: localhost may be either */
    int browser;      /* whose redirect has come, and waits for its answer */
    uint16_t port;
};

#define LOOPBACK_NONE ((struct loopback){ { -1, -1 }, -1, 0 })

/* Listens on a port that is free. False with ERROR_OTHER. Close it in any case. */
bool loopback_open(struct loopback *loopback, struct error *error);

/* Waits for the redirect with this state, and listens no longer; the caller clears it, and then
 * says what came of it (loopback_answer). Gives up at the deadline, or where goes_on (may be NULL;
 * asked a few times a second) says so. False with ERROR_SIGN_IN. */
bool loopback_wait(struct loopback *loopback, const char *state, int64_t deadline,
                   bool (*goes_on)(void *), void *data, struct redirect *redirect,
                   struct error *error);

/* Shows the person in the browser that they are signed in, or (failure, else NULL) why not. */
void loopback_answer(const struct loopback *loopback, const char *failure);

void loopback_close(struct loopback *loopback);
#define auto_loopback CLEANUP(loopback_close)

#endif
