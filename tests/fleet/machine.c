/* SPDX-License-Identifier: MIT */
#include "tests/fleet/machine.h"

#include <math.h>

#define CLOCK_ERROR_MAX (5 * MINUTE)

#define STEADY_SECONDS  30
#define WORKING_SECONDS 120
#define WORKING_DAY     (8 * HOUR)
#define BURST_CALLS     10
#define BURST_SECONDS   10 /* mean time from one call to the next */
#define REST_SECONDS    (30 * MINUTE)

/* Sebastiano Vigna's splitmix64. */
static uint32_t chance(struct machine *machine)
{
    uint64_t z = machine->chance += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)((z ^ z >> 31) >> 32);
}

/* From 0 to less than limit. */
static int64_t chance_below(struct machine *machine, int64_t limit)
{
    return (int64_t)((uint64_t)limit * chance(machine) >> 32);
}

/* The time until the next of events that come at random, this many seconds apart. */
static int64_t chance_wait(struct machine *machine, int64_t mean)
{
    double part = ((double)chance(machine) + 1) / 4294967296.0;
    return 1 + (int64_t)(-log(part) * (double)mean);
}

int64_t machine_start(struct machine *ret_machine, const struct scenario *scenario,
                      int64_t beginning, uint64_t seed)
{
    *ret_machine = (struct machine){ .chance = seed << 32, .beginning = beginning };
    if (scenario->clocks_are_off) {
        ret_machine->clock = chance_below(ret_machine, 2 * CLOCK_ERROR_MAX + 1) - CLOCK_ERROR_MAX;
        ret_machine->set_right_on = chance_below(ret_machine, DAY);
    }
    ret_machine->started = chance_below(ret_machine, MINUTE);
    return ret_machine->started;
}

void machine_set_clock(struct machine *machine, int64_t time)
{
    if (machine->clock != 0 && time >= machine->set_right_on) {
        machine->clock = 0;
        machine->is_watched = true;
    }
}

static int64_t own_time(const struct machine *machine, int64_t time)
{
    return machine->beginning + time + machine->clock;
}

bool machine_uses_late(const struct machine *machine, int64_t time)
{
    return token_is_fresh(&machine->token, own_time(machine, time)) && time >= machine->ends;
}

/* As tokens_get has it: renewals wait for the end of a pause, and nobody asks an authority that
 * throttles. */
enum need machine_needs(const struct machine *machine, int64_t time)
{
    int64_t now = own_time(machine, time);
    bool is_fresh = token_is_fresh(&machine->token, now);
    if (now < machine->throttled_until)
        return NEED_NOTHING;
    if (!is_fresh)
        return NEED_TOKEN;
    return token_is_due(&machine->token, now) && now >= machine->paused_until ? NEED_RENEWAL
                                                                              : NEED_NOTHING;
}

void machine_take(struct machine *machine, const struct scenario *scenario, int64_t time,
                  enum need need, enum answer answer)
{
    int64_t now = own_time(machine, time);
    int64_t retry_after = answer == ANSWER_THROTTLED ? scenario->retry_after : 0;
    if (time / DAY != machine->day)
        machine->waits = 0;
    machine->day = time / DAY;
    machine->waits += need == NEED_TOKEN;
    if (answer == ANSWER_TOKEN) {
        bool is_first_attempt = need == NEED_RENEWAL && machine->paused_until == 0;
        int64_t was_due_on = is_first_attempt ? machine->token.refresh_on : 0;
        int64_t expires_on = now + scenario->life;
        machine->paused_until = 0;
        machine->is_watched = false;
        machine->ends = time + scenario->life;
        machine->token = (struct token){
            .received_on = now,
            .expires_on = expires_on,
            .refresh_on = token_renewal_time(now, expires_on, scenario->refresh_in, was_due_on,
                                             chance(machine)),
        };
        return;
    }
    if (need == NEED_RENEWAL)
        machine->paused_until =
            now + token_renewal_pause(&machine->token, now, retry_after, chance(machine));
    if (answer == ANSWER_THROTTLED) {
        machine->throttled_until = now + retry_after + 1;
        machine->allowed_from = time + retry_after;
    }
}

/* ---- when its programs call ---- */

/* The first of calls that come every so many seconds, at this time or later. */
static int64_t next_regular(const struct machine *machine, int64_t from, int64_t seconds)
{
    int64_t passed = from - machine->started;
    return machine->started + (passed + seconds - 1) / seconds * seconds;
}

static int64_t next_working(const struct machine *machine, int64_t from)
{
    int64_t next = next_regular(machine, from, WORKING_SECONDS);
    return next % DAY < WORKING_DAY ? next : next / DAY * DAY + DAY + machine->started;
}

static int64_t next_in_burst(struct machine *machine, int64_t time, int64_t from)
{
    while (time < from)
        if (machine->burst_left > 0) {
            machine->burst_left--;
            time += chance_wait(machine, BURST_SECONDS);
        } else {
            machine->burst_left = chance_wait(machine, BURST_CALLS);
            time += chance_wait(machine, REST_SECONDS);
        }
    return time;
}

/* From when on a call may need something. */
static int64_t needs_from(const struct machine *machine, int64_t time)
{
    const struct token *token = &machine->token;
    int64_t now = own_time(machine, time), from = token_fresh_until(token);
    if (machine->is_watched || !token_is_fresh(token, now))
        return time;
    if (token->refresh_on > 0 && token->refresh_on < from)
        from =
            token->refresh_on > machine->paused_until ? token->refresh_on : machine->paused_until;
    from -= machine->beginning + machine->clock;
    return machine->clock != 0 && machine->set_right_on < from ? machine->set_right_on : from;
}

int64_t machine_next_call(struct machine *machine, const struct scenario *scenario, int64_t time)
{
    int64_t from = needs_from(machine, time);
    if (from <= time)
        from = time + 1;
    switch (scenario->use) {
    case USE_STEADY:
        return next_regular(machine, from, STEADY_SECONDS);
    case USE_WORKING:
        return next_working(machine, from);
    default:
        return next_in_burst(machine, time, from);
    }
}
