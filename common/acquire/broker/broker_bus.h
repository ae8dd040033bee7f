/* SPDX-License-Identifier: MIT */
/*
 * Calls of a broker on the session bus. Each ends by its deadline, whatever the bus or the broker
 * does.
 *
 * Methods are named here, not asked for: Microsoft's broker describes itself to nobody since after
 * 2.0.1. All take three strings and return one.
 */
#ifndef COMMON_ACQUIRE_BROKER_BROKER_BUS_H
#define COMMON_ACQUIRE_BROKER_BROKER_BUS_H

#include <gio/gio.h>

#include "common/acquire/broker/broker.h"

/* Connects to the session bus. *ret_bus is kept here. BROKER_ABSENT if there is no bus of this
 * user's; else BROKER_DONE or BROKER_UNUSABLE. */
enum broker_end broker_bus_connect(int64_t deadline, GDBusConnection **ret_bus,
                                   struct error *error);

/* Asks the bus whether there is a broker, or one that can be started: BROKER_DONE, BROKER_ABSENT or
 * BROKER_UNUSABLE. */
enum broker_end broker_bus_find(GDBusConnection *bus, int64_t deadline, bool *ret_runs,
                                struct error *error);

/* Has the bus start the broker, if it does not run. */
enum broker_end broker_bus_start(GDBusConnection *bus, int64_t deadline, struct error *error);

/* Whose broker runs, by its program. */
enum broker_kind broker_bus_kind(GDBusConnection *bus, int64_t deadline);

/* Calls a method with a request (broker_request.h). The caller frees *ret_answer, the JSON text,
 * with secret_free. */
enum broker_end broker_bus_call(GDBusConnection *bus, const char *method,
                                const struct secret *request, int64_t deadline,
                                struct secret **ret_answer, struct error *error);

#endif
