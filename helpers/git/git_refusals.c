/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/git/git_refusals.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/base/runtime_folder.h"
#include "common/entra/organization.h"

#define PAUSE_SECONDS (GIT_REFUSALS_MINUTES * 60)
#define NEW_SECONDS   60 /* a token that is refused later may have been accepted before */
#define SAY_SECONDS   60
#define RECORD_MAX    128

/* Times are Unix seconds; 0: never. */
struct record {
    int64_t count;
    int64_t received_on; /* when the token was received that was refused last */
    int64_t refused_on;  /* and when it was refused */
    int64_t said_on;     /* when the user was told */
};

static struct runtime_name file_of(const struct url *url)
{
    char port[8];
    struct url same = *url;
    organization_lower(&same);
    snprintf(port, sizeof port, "%u", url->port);
    if (organization_in(&same) != ORGANIZATION_IN_PATH || !same.has_path)
        same.path[0] = '\0';
    else
        same.path[1 + strcspn(same.path + 1, "/")] = '\0';
    const char *const texts[] = { same.host, port, same.path, NULL };
    return runtime_name("refusals", texts);
}

/* Other programs of the user can write into the folder too: what cannot be, or is over, is nothing.
 */
static struct record read_record(int folder, const struct url *url, int64_t now)
{
    int64_t numbers[4] = { 0 };
    auto_secret struct secret *text = runtime_read(folder, file_of(url).text, RECORD_MAX);
    const char *rest = text != NULL && text->length <= RECORD_MAX ? text->bytes : "";
    for (size_t i = 0; i < 4; i++) {
        char *end = NULL;
        numbers[i] = strtoll(rest, &end, 10);
        if (end == rest || numbers[i] < 0 || numbers[i] > now)
            return (struct record){ 0 };
        rest = end;
    }
    if (numbers[2] + PAUSE_SECONDS <= now)
        return (struct record){ 0 };
    return (struct record){ numbers[0], numbers[1], numbers[2], numbers[3] };
}

static void write_record(int folder, const struct url *url, const struct record *record)
{
    auto_secret struct secret *text =
        secret_format("%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 "\n", record->count,
                      record->received_on, record->refused_on, record->said_on);
    runtime_write(folder, file_of(url).text, text);
}

bool git_refusals_are_many(const struct url *url, bool *ret_must_say)
{
    int64_t now = time(NULL);
    autoclose int folder = runtime_folder_open();
    struct record record = { 0 };
    if (folder >= 0)
        record = read_record(folder, url, now);
    if (record.count < GIT_REFUSALS_MANY)
        return false;
    *ret_must_say = record.said_on + SAY_SECONDS <= now;
    if (*ret_must_say) {
        record.said_on = now;
        write_record(folder, url, &record);
    }
    return true;
}

void git_refusals_add(const struct url *url, int64_t received_on)
{
    int64_t now = time(NULL);
    autoclose int folder = runtime_folder_open();
    if (folder < 0 || received_on > now || received_on + NEW_SECONDS < now)
        return;
    struct record record = read_record(folder, url, now);
    if (received_on <= record.received_on)
        return;
    record.count++;
    record.received_on = received_on;
    record.refused_on = now;
    write_record(folder, url, &record);
}

void git_refusals_clear(const struct url *url)
{
    autoclose int folder = runtime_folder_open();
    if (folder >= 0)
        unlinkat(folder, file_of(url).text, 0);
}
