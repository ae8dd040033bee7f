/* SPDX-License-Identifier: MIT */
/*
 * The loopback listener, to which the browser sends the response of a sign-in (RFC 8252, section
 * 7.3). Any process of this machine can connect to it. It serves several connections at once, so
 * that a slow, endless or hostile one does not block the right one, and answers each with a small
 * page. The right one is answered only when the result of the sign-in is known (sign_in_browser.h).
 *
 * The browser is started with an address of this listener, once, and sent from there to the
 * authority's page. Every user of a machine can read command lines: with the page's address in it,
 * another one could sign in there, and would be signed in here. An address of this listener leads
 * nowhere but for our user's programs (peer.h), and the answer is taken only from them.
 *
 * The other way, a file of mode 0600 that leads to the page, as Jupyter has it, does not work for a
 * browser that sees other files than we do: one in a snap, one of Windows beside WSL, or one at the
 * other end of ssh. All of these reach this listener, as they must for the answer.
 */
#ifndef COMMON_ACQUIRE_USER_LOOPBACK_H
#define COMMON_ACQUIRE_USER_LOOPBACK_H

#include "common/acquire/user/redirect.h"

struct loopback {
    int listeners[2]; /* IPv4 and, if available, IPv6, since localhost may be either */
    int browser;      /* the connection that sent the redirect and is to be answered, or -1 */
    uint16_t port;
    bool can_tell_peers;  /* peer.h */
    unsigned stranger;    /* another user, whose program was refused; 0: none was */
    bool refused_unknown; /* a program was refused whose user the kernel does not tell */
};

#define LOOPBACK_NONE ((struct loopback){ { -1, -1 }, -1, 0, false, 0, false })

/* Listens on this port, or on a free one if it is 0. The caller closes *ret_loopback with
 * loopback_close, also on failure. Fails with ERROR_OTHER. */
bool loopback_open(uint16_t port, struct loopback *ret_loopback, struct error *error);

/* Waits for the expected redirect, then stops listening. Until then, the first request for
 * expected->start is sent on to the URL page. The caller clears *ret_redirect with redirect_clear,
 * and then takes loopback->browser, to report the result to it. may_wait is called with data a few
 * times a second and ends the wait by returning false; it may be NULL. Fails with ERROR_SIGN_IN, at
 * the deadline too. */
bool loopback_wait(struct loopback *loopback, const struct redirect_expected *expected,
                   const char *page, int64_t deadline, bool (*may_wait)(void *), void *data,
                   struct redirect *ret_redirect, struct error *error);

void loopback_close(struct loopback *loopback);
#define auto_loopback CLEANUP(loopback_close)

#endif
