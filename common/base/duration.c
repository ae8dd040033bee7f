/* SPDX-License-Identifier: MIT */
#include "common/base/duration.h"

#include <stdbool.h>
#include <string.h>

#include "common/base/array.h"

/* Parses digits such as "90". Returns 0 if they are not a number within the limit. */
static double parse_digits(const char *value)
{
    double seconds = 0;
    for (; *value >= '0' && *value <= '9'; value++)
        seconds = seconds * 10 + (*value - '0');
    return *value == '\0' && seconds <= DURATION_SECONDS_MAX ? seconds : 0;
}

/* Reads the unit at the start of a text. Returns its seconds, or 0 if there is none. */
static double read_unit(const char *text, size_t *ret_length)
{
    static const struct {
        const char *name;
        double seconds;
    } units[] = { { "h", 3600 },  { "ms", 1e-3 },      { "m", 60 },         { "s", 1 },
                  { "us", 1e-6 }, { "\u00b5s", 1e-6 }, { "\u03bcs", 1e-6 }, { "ns", 1e-9 } };
    for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
        *ret_length = strlen(units[i].name);
        if (strncmp(text, units[i].name, *ret_length) == 0)
            return units[i].seconds;
    }
    return 0;
}

/* Reads the number at the start of a text as Go's durations have it: "1", "1.5", "1." or ".5". The
 * length is 0 if there is none. */
static double read_number(const char *text, size_t *ret_length)
{
    double number = 0, unit = 1;
    size_t digits = 0, at = 0;
    bool fraction = false;
    for (;; at++) {
        if (text[at] == '.' && !fraction) {
            fraction = true;
            continue;
        }
        if (text[at] < '0' || text[at] > '9')
            break;
        unit /= fraction ? 10 : 1;
        number = fraction ? number + (text[at] - '0') * unit : number * 10 + (text[at] - '0');
        digits++;
    }
    *ret_length = digits > 0 ? at : 0;
    return number;
}

/* Parses a Go duration as time.ParseDuration does: "1m30s", "1.5h", "500ms". Returns its seconds,
 * or 0 if it is not one. */
static double parse_duration(const char *value)
{
    double seconds = 0;
    size_t digits = 0, unit = 0;
    for (value += *value == '+'; *value != '\0'; value += digits + unit) {
        double number = read_number(value, &digits);
        double factor = digits > 0 ? read_unit(value + digits, &unit) : 0;
        if (factor == 0)
            return 0;
        seconds += number * factor;
    }
    return seconds;
}

int duration_seconds(const char *value)
{
    bool plain = value[strspn(value, "0123456789")] == '\0';
    double seconds = plain ? parse_digits(value) : parse_duration(value);
    if (seconds <= 0)
        return 0;
    return seconds < 1                      ? 1
           : seconds < DURATION_SECONDS_MAX ? (int)(seconds + 0.999)
                                            : DURATION_SECONDS_MAX;
}
