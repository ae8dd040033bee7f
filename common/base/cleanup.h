/* SPDX-License-Identifier: MIT */
/*
 * Cleanup attributes, so that a function may return anywhere and still release what it holds:
 *
 *     autofree char *path = NULL;
 *     ...
 *     return steal(&path);      // ownership moves to the caller
 *
 * Types with a destructor of their own define their auto_* macro beside it (auto_secret,
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

/* Moves a file descriptor out of *fd and leaves -1 there. The caller closes the result. */
static inline int steal_fd(int *fd)
{
    int stolen = *fd;
    *fd = -1;
    return stolen;
}

/* Moves a pointer out of *variable and leaves NULL there. The caller owns the result. */
#define steal(variable)                                                                            \
    __extension__({                                                                                \
        __typeof__(*(variable)) stolen_ = *(variable);                                             \
        *(variable) = NULL;                                                                        \
        stolen_;                                                                                   \
    })

#endif
