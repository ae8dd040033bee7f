/* SPDX-License-Identifier: MIT */
#include "tests/fleet/fleet.h"

#include <stdlib.h>

#include "common/base/cleanup.h"
#include "common/entra/token.h"
#include "tests/fleet/machine.h"

#define BEGINNING INT64_C(1800000000) /* in Unix seconds */
#define NOBODY    (-1)

/* The authority, by the right time. */
struct authority {
    const struct scenario *scenario;
    struct outcome *outcome;
    int64_t minute, admitted; /* requests taken in this minute */
};

static enum answer ask(struct authority *authority, int64_t time)
{
    const struct scenario *scenario = authority->scenario;
    int64_t minute = time / MINUTE;
    if (time >= scenario->outage_begins && time < scenario->outage_ends)
        return ANSWER_NONE;
    authority->outcome->requests[minute]++;
    if (minute != authority->minute)
        authority->admitted = 0;
    authority->minute = minute;
    if (scenario->admitted > 0 && authority->admitted >= scenario->admitted)
        return ANSWER_THROTTLED;
    authority->admitted++;
    authority->outcome->tokens++;
    return ANSWER_TOKEN;
}

/* A call of the machine, at which it may make a request. */
static void call(struct machine *machine, struct authority *authority, int64_t time)
{
    const struct scenario *scenario = authority->scenario;
    struct outcome *outcome = authority->outcome;
    machine_set_clock(machine, time);
    outcome->used_late += machine_uses_late(machine, time);
    enum need need = machine_needs(machine, time);
    if (need == NEED_NOTHING)
        return;
    outcome->inside_retry_after += time < machine->allowed_from;
    enum answer answer = ask(authority, time);
    machine_take(machine, scenario, time, need, answer);
    if (machine->waits > outcome->most_waits)
        outcome->most_waits = machine->waits;
}

/* The machines wait for their next calls in lists, one for each second. */
void fleet_run(const struct scenario *scenario, int64_t machines, struct outcome *ret_outcome)
{
    int64_t end = scenario->days * DAY;
    struct outcome outcome = { .machines = machines, .minutes = end / MINUTE };
    outcome.requests = calloc((size_t)outcome.minutes, sizeof *outcome.requests);
    struct authority authority = { .scenario = scenario, .outcome = &outcome };
    autofree struct machine *fleet = calloc((size_t)machines, sizeof *fleet);
    autofree int32_t *first = malloc((size_t)end * sizeof *first);
    for (int64_t time = 0; time < end; time++)
        first[time] = NOBODY;
    for (int32_t i = 0; i < machines; i++) {
        int64_t start = machine_start(&fleet[i], scenario, BEGINNING, (uint64_t)i);
        fleet[i].next = first[start];
        first[start] = i;
    }
    for (int64_t time = 0; time < end; time++)
        for (int32_t i = first[time], next; i != NOBODY; i = next) {
            next = fleet[i].next;
            call(&fleet[i], &authority, time);
            int64_t then = machine_next_call(&fleet[i], scenario, time);
            if (then < end) {
                fleet[i].next = first[then];
                first[then] = i;
            }
        }
    *ret_outcome = outcome;
}

void outcome_clear(struct outcome *outcome)
{
    free(outcome->requests);
    *outcome = (struct outcome){ 0 };
}

double outcome_requests_per_life(const struct outcome *outcome, const struct scenario *scenario)
{
    double lives = (double)(scenario->days * DAY) / (double)scenario->life;
    return (double)outcome->tokens / lives / (double)outcome->machines;
}

double outcome_mean(const struct outcome *outcome, const struct scenario *scenario)
{
    int64_t sum = 0, first = scenario->life / MINUTE;
    for (int64_t minute = first; minute < outcome->minutes; minute++)
        sum += outcome->requests[minute];
    return (double)sum / (double)(outcome->minutes - first);
}

uint32_t outcome_busiest(const struct outcome *outcome, int64_t from)
{
    uint32_t most = 0;
    for (int64_t minute = from / MINUTE; minute < outcome->minutes; minute++)
        most = outcome->requests[minute] > most ? outcome->requests[minute] : most;
    return most;
}
