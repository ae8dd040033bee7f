/* SPDX-License-Identifier: MIT */
/*
 * Cleanup by attribute, so that a function has one way out and nothing to forget:
 *
 *     autofree char *path = NULL;
 *     ...
 *     return steal(&path);      // ownership moves to the caller
 *
 * Types with a destructor of their own define their auto_* word beside it (auto_secret,
 * auto_token).
 */
#ifndef COMMON_BASE_CLEANUP_H
#define COMMON_BASE_CLEANUP_H

#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free(void *pointer)
{
    free(*(void **)pointer);
}

static inline void cleanup_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

#define CLEANUP(function) __attribute__((cleanup(function)))
#define autofree          CLEANUP(cleanup_free)
#define autoclose         CLEANUP(cleanup_close)

/* Takes a file descriptor out of a variable and leaves -1 there: the caller closes it now. */
static inline int steal_fd(int *fd)
{
    int stolen = *fd;
    *fd = -1;
    return stolen;
}

/* Takes the value out of a variable and leaves NULL there: the caller owns it now. */
#define steal(variable)                                                                            \
    __extension__({                                                                                \
        __typeof__(*(variable)) stolen_ = *(variable);                                             \
        *(variable) = NULL;                                                                        \
        stolen_;                                                                                   \
    })

#endif
