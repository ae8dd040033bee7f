/* SPDX-License-Identifier: MIT */
/*
 * A machine of a fleet, with one token and programs that use it: when they call, and what they do
 * then. That is what tokens_get does (common/tokens/tokens.h), without the time that an answer
 * takes. Times are seconds from the beginning, by the right clock; those in the token are Unix
 * seconds by the machine's own.
 */
#ifndef TESTS_FLEET_MACHINE_H
#define TESTS_FLEET_MACHINE_H

#include "common/entra/token.h"
#include "tests/fleet/fleet.h"

enum need {
    NEED_NOTHING,
    NEED_RENEWAL, /* in the background */
    NEED_TOKEN,   /* the call waits for it */
};

enum answer {
    ANSWER_TOKEN,
    ANSWER_THROTTLED,
    ANSWER_NONE, /* the authority could not be reached */
};

struct machine {
    struct token token;
    uint64_t chance;      /* state of its random numbers */
    int64_t beginning;    /* Unix seconds */
    int64_t clock;        /* seconds by which its clock is ahead */
    int64_t set_right_on; /* when that ends */
    bool is_watched;      /* it has had its token since before that: no call is left out */
    int64_t started;      /* first call */
    int64_t ends;         /* of the token, by the right clock */
    int64_t paused_until; /* for renewals, by its own clock */
    int64_t throttled_until;
    int64_t allowed_from; /* the end of what the authority demanded, by the right clock */
    int64_t burst_left;   /* calls until the burst is over */
    int64_t day, waits;   /* calls of this day that waited */
    int32_t next;         /* in a list of the fleet's */
};

/* Returns the time of its first call, within a minute. */
int64_t machine_start(struct machine *ret_machine, const struct scenario *scenario,
                      int64_t beginning, uint64_t seed);

/* The next call after `time` at which it may need something; calls before that are left out. */
int64_t machine_next_call(struct machine *machine, const struct scenario *scenario, int64_t time);

/* Sets its clock right if it is time for that. */
void machine_set_clock(struct machine *machine, int64_t time);

/* Whether it takes a token for fresh that has expired. */
bool machine_uses_late(const struct machine *machine, int64_t time);

/* What a call needs of the authority. */
enum need machine_needs(const struct machine *machine, int64_t time);

/* Takes the authority's answer. */
void machine_take(struct machine *machine, const struct scenario *scenario, int64_t time,
                  enum need need, enum answer answer);

#endif
