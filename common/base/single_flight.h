/* SPDX-License-Identifier: MIT */
/*
 * Single flight: of all processes that want the same thing at the same time, one gets and stores
 * it; the others wait, and then find it where that one stored it.
 *
 *     auto_single_flight struct single_flight flight;
 *     switch (single_flight_join(&flight, name, deadline)) {
 *     case SINGLE_FLIGHT_LEADER:    get and store it; leaving the flight lets the others go on
 *     case SINGLE_FLIGHT_FOLLOWER:  the leader has left: look where it stored it
 *     case SINGLE_FLIGHT_LATE:      the deadline passed while the leader was busy
 *     }
 *
 * The flight is a lock on a file (flock), so it ends with the leader's process, however that ends.
 */
#ifndef COMMON_BASE_SINGLE_FLIGHT_H
#define COMMON_BASE_SINGLE_FLIGHT_H

#include <stdbool.h>
#include <stdint.h>

struct single_flight {
    int fd; /* of the lock, while this process leads; else -1 */
};

enum single_flight_role {
    SINGLE_FLIGHT_LEADER, /* also if no lock can be had: two requests are better than none */
    SINGLE_FLIGHT_FOLLOWER,
    SINGLE_FLIGHT_LATE,
};

/* Joins the flight of this name (runtime_name), and waits for its leader if there is one, until the
 * deadline (deadline.h). A leader leaves with single_flight_leave. */
enum single_flight_role single_flight_join(struct single_flight *ret_flight, const char *name,
                                           int64_t deadline);

/* Whether a flight of this name has a leader now. */
bool single_flight_is_running(const char *name);

/* Lets the followers go on. Does nothing unless this process leads. */
void single_flight_leave(struct single_flight *flight);

#define auto_single_flight CLEANUP(single_flight_leave)

#endif
