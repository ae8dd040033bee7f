/*
 * Single flight: of all processes that want the same thing at the same time, one fetches it, and
 * the others wait and take it from where that one put it.
 *
 *     switch (flight_board(&flight, name, deadline)) {
 *     case FLIGHT_PILOT:      fetch it, keep it, then flight_land(&flight)
 *     case FLIGHT_PASSENGER:  the pilot has landed: look where it was put
 *     case FLIGHT_LATE:       the deadline passed while waiting
 *     }
 *
 * It is a lock on a file (flock), so the end of a process, however it comes, frees it.
 */
#ifndef COMMON_TOKENS_FLIGHT_H
#define COMMON_TOKENS_FLIGHT_H

#include <stdbool.h>
#include <stdint.h>

struct flight {
    int fd; /* of the lock, while this process is the pilot; else -1 */
};

enum flight_role {
    FLIGHT_PILOT, /* also where no lock can be had: better two requests than none */
    FLIGHT_PASSENGER,
    FLIGHT_LATE,
};

/* Boards the flight of a name (runtime_name). */
enum flight_role flight_board(struct flight *flight, const char *name, int64_t deadline);

/* Whether one is in the air now. */
bool flight_is_in_air(const char *name);

/* Lets the others go. For whoever did not become a pilot, nothing happens. */
void flight_land(struct flight *flight);

#define auto_flight CLEANUP(flight_land)

#endif
