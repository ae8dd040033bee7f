/* SPDX-License-Identifier: MIT */
#include "common/base/rfc3339.h"

#include <time.h>

struct rfc3339 rfc3339_format(int64_t seconds)
{
    struct rfc3339 formatted = { "" };
    struct tm utc;
    time_t time = (time_t)seconds;
    if (gmtime_r(&time, &utc) != NULL)
        strftime(formatted.text, sizeof formatted.text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return formatted;
}
