/* SPDX-License-Identifier: MIT */
/*
 * The environment of the command that `entra run` runs: ours, without our secrets and without what
 * an Azure SDK would ask before the endpoint, and with what was asked for.
 *
 *     auto_run_environment struct run_environment environment;
 *     run_environment_begin(config, true, &environment);
 *     run_environment_set(&environment, "PGPASSWORD", token);
 *     child_exec(words, environment.list)
 *
 * It belongs to the command alone: our own variables stay as they are, so that nothing that we
 * start for ourselves gets a token with them.
 */
#ifndef HELPERS_ENTRA_RUN_RUN_ENVIRONMENT_H
#define HELPERS_ENTRA_RUN_RUN_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/cleanup.h"
#include "common/config/config.h"

struct run_environment {
    char **list; /* NAME=value; NULL ends it */
    size_t count;
};

/* Copies our environment without the secrets of apps and users, be it by the names that Azure's
 * tools and Terraform's providers know, or in settings of an identity of the configuration; and for
 * an endpoint also without the variables of other identity services, of the credentials that
 * DefaultAzureCredential tries first, and without a choice of credentials (AZURE_TOKEN_CREDENTIALS)
 * that has no managed identity. What of this our own programs would have read is named in
 * CONFIG_WITHHELD_VARIABLE. The caller clears it with run_environment_clear. */
void run_environment_begin(const struct config *config, bool for_endpoint,
                           struct run_environment *ret_environment);

/* Whether the command may be without a variable of this name, as it is one of those above or a
 * secret of the platform. */
bool run_environment_is_kept_back(const char *name);

/* Sets a variable, in place of all of this name. The value is copied. */
void run_environment_set(struct run_environment *environment, const char *name, const char *value);

/* Has programs reach this host without a proxy, whichever they use for others: adds it to NO_PROXY
 * and no_proxy. */
void run_environment_pass_proxies(struct run_environment *environment, const char *host);

#define RUN_ENVIRONMENT_PIDS 3

/* What systemd has for this process by its id is for the command: sockets (LISTEN_PID,
 * sd_listen_fds(3)), the watchdog (WATCHDOG_PID, sd_watchdog_enabled(3)) and SYSTEMD_EXEC_PID
 * (systemd.exec(5)). Sets the places where the command's process id is to be written, as text, and
 * removes LISTEN_PIDFDID, which names this process in another way. NULL ends the places. */
void run_environment_make_room_for_pids(struct run_environment *environment,
                                        char *ret_places[RUN_ENVIRONMENT_PIDS + 1]);

/* The value of a variable; NULL if there is none. */
const char *run_environment_get(const struct run_environment *environment, const char *name);

/* Frees and wipes the copies. */
void run_environment_clear(struct run_environment *environment);
#define auto_run_environment CLEANUP(run_environment_clear)

#endif
