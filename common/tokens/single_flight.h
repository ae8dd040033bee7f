/* SPDX-License-Identifier: MIT */
/*
 * Single flight: of all processes that want the same thing at the same time, one fetches it, and
 * the others wait and take it from where that one put it.
 *
 *     switch (single_flight_join(&flight, name, deadline)) {
 *     case SINGLE_FLIGHT_LEADER:      fetch it, keep it, then single_flight_leave(&flight)
 *     case SINGLE_FLIGHT_FOLLOWER:  the pilot has landed: look where it was put
 *     case SINGLE_FLIGHT_LATE:       the deadline passed while waiting
 *     }
 *
 * It is a lock on a file (flock), so the end of a process, however it comes, frees it.
 */
#ifndef COMMON_TOKENS_SINGLE_FLIGHT_H
#define COMMON_TOKENS_SINGLE_FLIGHT_H

#include <stdbool.h>
#include <stdint.h>

struct single_flight {
    int fd; /* of the lock, while this process is the pilot; else -1 */
};

enum single_flight_role {
    SINGLE_FLIGHT_LEADER, /* also where no lock can be had: better two requests than none */
    SINGLE_FLIGHT_FOLLOWER,
    SINGLE_FLIGHT_LATE,
};

/* Boards the flight of a name (runtime_name). */
enum single_flight_role single_flight_join(struct single_flight *flight, const char *name,
                                           int64_t deadline);

/* Whether one is in the air now. */
bool single_flight_is_running(const char *name);

/* Lets the others go. For whoever did not become a pilot, nothing happens. */
void single_flight_leave(struct single_flight *flight);

#define auto_single_flight CLEANUP(single_flight_leave)

#endif
