/* SPDX-License-Identifier: MIT */
/*
 * A fleet: many machines with a token each, which they renew by the programs' own rules
 * (common/entra/token.h), and the authority that they all ask. Time is simulated, in whole seconds.
 * Chance is each machine's own, from its number, so that every run gives the same.
 */
#ifndef TESTS_FLEET_FLEET_H
#define TESTS_FLEET_FLEET_H

#include <stdbool.h>
#include <stdint.h>

#define MINUTE INT64_C(60)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

enum use {
    USE_STEADY,  /* every 30 seconds */
    USE_BURSTS,  /* ten calls or so in a minute or two, then none for half an hour or so */
    USE_WORKING, /* every two minutes, in the first eight hours of each day */
};

/* What happens to a fleet, all of which starts within the first minute. */
struct scenario {
    const char *name;   /* of the file with its minutes */
    const char *title;  /* in the table */
    int64_t life;       /* of the tokens, in seconds */
    int64_t refresh_in; /* as the authority sends it; 0: it does not */
    enum use use;
    int64_t days;
    int64_t outage_begins, outage_ends; /* the authority cannot be reached; 0: it always can */
    int64_t admitted;     /* requests that it takes in a minute; it throttles others; 0: all */
    int64_t retry_after;  /* seconds that it then demands */
    bool clocks_are_off;  /* each by up to five minutes, until it is set right within the day */
    double most_requests; /* targets, at most; 0: none */
    double most_busiest;
    int64_t most_waits;
};

/* What became of it. */
struct outcome {
    int64_t machines, minutes;
    uint32_t *requests;         /* that reached the authority, in each minute */
    int64_t tokens;             /* that it issued */
    int64_t most_waits;         /* calls of one machine in one day that waited for the authority */
    int64_t inside_retry_after; /* requests in the time that the authority demanded */
    int64_t used_late;          /* uses of a token that had expired, by the right time */
};

/* Runs it. The caller clears *ret_outcome with outcome_clear. */
void fleet_run(const struct scenario *scenario, int64_t machines, struct outcome *ret_outcome);
void outcome_clear(struct outcome *outcome);

/* Requests of a machine during one life of its token: those that got one. */
double outcome_requests_per_life(const struct outcome *outcome, const struct scenario *scenario);

/* Requests in a minute, on average after the first life. */
double outcome_mean(const struct outcome *outcome, const struct scenario *scenario);

/* Requests in the busiest minute from this time on. */
uint32_t outcome_busiest(const struct outcome *outcome, int64_t from);

#endif
