/* SPDX-License-Identifier: MIT */
/*
 * Notes which statements are executed: included at the end of every source of a copy in which a
 * call of mutant_reached precedes them. The numbers are appended to the file that MUTANTS_REACHED
 * names, at once, since many processes end by _exit or a signal.
 */
#ifndef TESTS_MUTANTS_REACHED_H
#define TESTS_MUTANTS_REACHED_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *mutant_record;

/* Tests empty the environment. */
__attribute__((constructor)) static void mutant_begin(void)
{
    mutant_record = getenv("MUTANTS_REACHED");
}

__attribute__((unused)) static void mutant_reached(int place)
{
    static char seen[1 << 15];
    if (mutant_record == NULL || seen[place])
        return;
    seen[place] = 1;
    int saved = errno;
    char line[16];
    int length = snprintf(line, sizeof line, "%d\n", place);
    int fd = open(mutant_record, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (fd >= 0) {
        if (write(fd, line, (size_t)length) < 0)
            seen[place] = 0;
        close(fd);
    }
    errno = saved;
}

#endif
