/* SPDX-License-Identifier: MIT */
/*
 * Runs fleets and compares them with the targets.
 *
 *     fleet MACHINES [FOLDER]
 *
 * It prints a table in Markdown, and writes a file of each fleet's minutes into the folder: hours
 * from the start, and requests as so many times the mean. It exits with 1 if a target is missed.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/text.h"
#include "tests/fleet/fleet.h"

/* The targets are for this many. In a smaller fleet, there is more chance in a minute. */
#define MACHINES 100000
#define CHANCE   5 /* standard deviations */

static const struct scenario scenarios[] = {
    { .name = "hour",
      .title = "1 hour, every 30 seconds",
      .life = HOUR,
      .use = USE_STEADY,
      .days = 1,
      .most_requests = 1.25,
      .most_busiest = 2.0,
      .most_waits = 1 },
    { .name = "hour-bursts",
      .title = "1 hour, bursts",
      .life = HOUR,
      .use = USE_BURSTS,
      .days = 1,
      .most_requests = 1.25,
      .most_busiest = 2.0 },
    { .name = "hour-working",
      .title = "1 hour, every 2 minutes for 8 hours",
      .life = HOUR,
      .use = USE_WORKING,
      .days = 2,
      .most_waits = 1 },
    { .name = "hour-clocks",
      .title = "1 hour, clocks are off",
      .life = HOUR,
      .use = USE_STEADY,
      .days = 1,
      .clocks_are_off = true,
      .most_requests = 1.25,
      .most_busiest = 2.0,
      .most_waits = 2 }, /* one more if the clock is set back by more than the token's age */
    { .name = "hour-throttled",
      .title = "1 hour, throttled start",
      .life = HOUR,
      .use = USE_STEADY,
      .days = 1,
      .admitted = 5000,
      .retry_after = 120,
      .most_requests = 1.25,
      .most_busiest = 2.0 },
    { .name = "hour-outage",
      .title = "1 hour, outage of 30 minutes",
      .life = HOUR,
      .use = USE_STEADY,
      .days = 1,
      .outage_begins = 12 * HOUR,
      .outage_ends = 12 * HOUR + 30 * MINUTE,
      .most_requests = 1.25,
      .most_busiest = 2.0 },
    { .name = "day",
      .title = "24 hours, every 30 seconds",
      .life = DAY,
      .use = USE_STEADY,
      .days = 10,
      .most_busiest = 2.0,
      .most_waits = 1 },
    { .name = "day-bursts",
      .title = "24 hours, bursts",
      .life = DAY,
      .use = USE_BURSTS,
      .days = 3,
      .most_busiest = 2.0 },
    { .name = "day-refresh-in",
      .title = "24 hours, refresh_in after 12",
      .life = DAY,
      .refresh_in = 12 * HOUR,
      .use = USE_STEADY,
      .days = 10,
      .most_busiest = 2.0,
      .most_waits = 1 },
    { .name = "day-outage",
      .title = "24 hours, outage of 30 minutes",
      .life = DAY,
      .use = USE_STEADY,
      .days = 10,
      .outage_begins = 5 * DAY,
      .outage_ends = 5 * DAY + 30 * MINUTE,
      .most_busiest = 2.0,
      .most_waits = 1 },
};

static int missed;

static void check(const struct scenario *scenario, const char *what, double value, double most)
{
    if (value <= most)
        return;
    missed++;
    fprintf(stderr, "fleet: %s: %s: %.2f, at most %.2f\n", scenario->title, what, value, most);
}

static void write_minutes(const struct scenario *scenario, const struct outcome *outcome,
                          const char *folder)
{
    autofree char *path = text_format("%s/%s.minutes", folder, scenario->name);
    FILE *file = fopen(path, "we");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    double mean = outcome_mean(outcome, scenario);
    for (int64_t minute = 0; minute < outcome->minutes; minute++)
        fprintf(file, "%.3f %.2f\n", (double)minute / 60, outcome->requests[minute] / mean);
    fclose(file);
}

#define HEAD                                                                                       \
    "| tokens, and use                     | requests per life | busiest minute | waiting calls "  \
    "| "                                                                                           \
    "end of the outage |\n"                                                                        \
    "| ----------------------------------- | ----------------: | -------------: | ------------: "  \
    "| "                                                                                           \
    "----------------: |\n"

/* Prints a row of the table, and checks the targets. After an outage, each call without a token
 * makes its request at once; so the first minute is shown by itself, and the busiest is one of the
 * others.
 */
static void report(const struct scenario *scenario, const struct outcome *outcome)
{
    int64_t ends = scenario->outage_ends;
    double mean = outcome_mean(outcome, scenario);
    double chance = outcome->machines < MACHINES ? CHANCE * sqrt(scenario->most_busiest / mean) : 0;
    double requests = outcome_requests_per_life(outcome, scenario);
    double busiest = outcome_busiest(outcome, ends > 0 ? ends + MINUTE : scenario->life) / mean;

    printf("| %-35s | %17.2f |", scenario->title, requests);
    if (scenario->most_busiest > 0)
        printf(" %14.2f |", busiest);
    else
        printf(" %14s |", "");
    printf(" %13lld |", (long long)outcome->most_waits);
    if (ends > 0)
        printf(" %17.2f |\n", outcome->requests[ends / MINUTE] / mean);
    else
        printf(" %17s |\n", "");

    check(scenario, "requests inside Retry-After", (double)outcome->inside_retry_after, 0);
    check(scenario, "uses of a token that had expired", (double)outcome->used_late, 0);
    if (scenario->most_requests > 0)
        check(scenario, "requests per life", requests, scenario->most_requests);
    if (scenario->most_busiest > 0)
        check(scenario, "busiest minute", busiest, scenario->most_busiest + chance);
    if (scenario->most_waits > 0)
        check(scenario, "waiting calls", (double)outcome->most_waits, (double)scenario->most_waits);
}

int main(int count, char **words)
{
    int64_t machines = count > 1 ? strtol(words[1], NULL, 10) : 0;
    double requests = 0, busiest = 0;
    if (machines < 1 || machines > INT32_MAX || count > 3) {
        fprintf(stderr, "usage: fleet MACHINES [FOLDER]\n");
        return 2;
    }
    printf(HEAD);
    for (size_t i = 0; i < ARRAY_SIZE(scenarios); i++) {
        struct outcome outcome;
        fleet_run(&scenarios[i], machines, &outcome);
        report(&scenarios[i], &outcome);
        if (count > 2)
            write_minutes(&scenarios[i], &outcome, words[2]);
        if (i == 0) { /* the last line is about the first row */
            requests = outcome_requests_per_life(&outcome, &scenarios[i]);
            busiest = outcome_busiest(&outcome, HOUR) / outcome_mean(&outcome, &scenarios[i]);
        }
        outcome_clear(&outcome);
    }
    printf("fleet: requests per life %.2f, busiest minute %.2f times the mean\n", requests,
           busiest);
    return missed > 0;
}
