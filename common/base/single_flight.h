/* SPDX-License-Identifier: MIT */
/*
 * Single flight: of all processes that want the same thing at the same time, the leader gets it and
 * stores it; the followers wait until the leader is done, and then look for what it stored.
 *
 *     auto_single_flight struct single_flight flight;
 *     switch (single_flight_join(&flight, name, deadline)) {
 *     case SINGLE_FLIGHT_LEADER:    get it and store it, then leave the flight
 *     case SINGLE_FLIGHT_FOLLOWER:  the leader has left: look for what it stored
 *     case SINGLE_FLIGHT_LATE:      the deadline passed before the leader left
 *     }
 *
 * The flight is a lock on a file (flock), so it also ends when the leader's process dies.
 */
#ifndef COMMON_BASE_SINGLE_FLIGHT_H
#define COMMON_BASE_SINGLE_FLIGHT_H

#include <stdbool.h>
#include <stdint.h>

struct single_flight {
    int fd; /* of the lock while this process is the leader; otherwise -1 */
};

enum single_flight_role {
    SINGLE_FLIGHT_LEADER, /* also if the file cannot be locked: two requests are better than none */
    SINGLE_FLIGHT_FOLLOWER,
    SINGLE_FLIGHT_LATE,
};

/* Joins the flight of this name (runtime_name). If it has a leader, waits until that has left, or
 * for the deadline (deadline.h). If this process becomes the leader, the caller ends the flight
 * with single_flight_leave. */
enum single_flight_role single_flight_join(struct single_flight *ret_flight, const char *name,
                                           int64_t deadline);

/* Notes in the lock's file that this process has stored what the others of this flight want. */
void single_flight_note_success(const char *name);

/* Whether a process has noted that for the flight of this name, at `since` (deadline.h) or later.
 */
bool single_flight_has_succeeded(const char *name, int64_t since);

/* Whether the flight of this name has a leader now. */
bool single_flight_is_running(const char *name);

/* Lets the followers continue. Does nothing if this process is not the leader. */
void single_flight_leave(struct single_flight *flight);

#define auto_single_flight CLEANUP(single_flight_leave)

#endif
