/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/host_tool.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "common/base/output.h"
#include "common/tokens/tokens.h"

struct secret *host_tool_read(const struct options *options, const char *what, size_t max,
                              secret_end *find_end, struct error *error)
{
    int seconds = tokens_timeout(options);
    int64_t deadline = deadline_began() + (int64_t)seconds * 1000;
    auto_secret struct secret *input = secret_read_input(STDIN_FILENO, max, find_end, deadline);
    if (input == NULL && errno == ETIMEDOUT)
        error_set(error, ERROR_OTHER, "%s has no end after %d s", what, seconds);
    else if (input == NULL)
        error_set(error, ERROR_OTHER, "%s cannot be read: %s", what, strerror(errno));
    else if (input->length > max)
        error_set(error, ERROR_USAGE, "%s is longer than %zu bytes", what, max);
    else
        return steal(&input);
    return NULL;
}

bool host_tool_write(const struct secret *answer, struct error *error)
{
    return secret_write(answer, STDOUT_FILENO) || output_fail(error);
}
