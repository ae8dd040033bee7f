/* SPDX-License-Identifier: MIT */
/*
 * A library for LD_PRELOAD that counts the allocations of our programs and their calls of close,
 * read and write, and makes one of them fail. The programs' own malloc (common/base/memory.c) calls
 * this one.
 *
 *     ENTRA_FAULTS=FILE LD_PRELOAD=allocations.so entra list
 *
 * FILE is a struct faults. All processes map it, so that they count together, and one fault happens
 * once, be it in the program, in a fork of it, or in another of our programs that it starts. Other
 * programs, such as a shell or a browser, are not counted.
 *
 * The functions that allocate have the version of the C library's, by which the programs look for
 * them (allocations.map, which is made by torture.mk).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* In the byte order of the machine; tests/torture/fault.py reads and writes it. */
struct counter {
    uint64_t count; /* how many there have been */
    uint64_t fails; /* the number of the one that fails; 0: none */
};

static struct faults {
    struct counter allocations;
    struct counter closings;
    struct counter aligned; /* by posix_memalign */
    struct counter reads;   /* that can be cut short */
    struct counter writes;
} * faults; /* NULL until the loader is done, and in programs that are not ours */

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("ENTRA_FAULTS");
    if (path == NULL || strstr(program_invocation_short_name, "entra") == NULL)
        return;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    void *mapped =
        fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *faults, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (mapped == MAP_FAILED)
        abort();
    close(fd);
    faults = mapped;
}

/* Counts one, and returns whether it fails. */
static bool fails(struct counter *counter)
{
    return __atomic_add_fetch(&counter->count, 1, __ATOMIC_RELAXED) == counter->fails;
}

static bool allocation_fails(void)
{
    if (faults == NULL || !fails(&faults->allocations))
        return false;
    errno = ENOMEM;
    return true;
}

/* How many bytes to read or write: that may always be less than was asked for (read(2), write(2)),
 * except of the 8 bytes of an eventfd. */
static size_t cut(struct counter *counter, size_t length)
{
    return length > 1 && length != sizeof(uint64_t) && fails(counter) ? 1 : length;
}

/* The function that would be called without this library. */
#define NEXT(function)                                                                             \
    static typeof(&function) next;                                                                 \
    if (next == NULL)                                                                              \
    *(void **)&next = dlsym(RTLD_NEXT, #function)

void *malloc(size_t size)
{
    NEXT(malloc);
    return allocation_fails() ? NULL : next(size);
}

void *calloc(size_t count, size_t size)
{
    NEXT(calloc);
    return allocation_fails() ? NULL : next(count, size);
}

void *realloc(void *memory, size_t size)
{
    NEXT(realloc);
    return allocation_fails() ? NULL : next(memory, size);
}

int posix_memalign(void **ret_memory, size_t alignment, size_t size)
{
    NEXT(posix_memalign);
    return faults != NULL && fails(&faults->aligned) ? ENOMEM : next(ret_memory, alignment, size);
}

/* A close that fails has closed the file all the same: what it tells is that an earlier write was
 * lost. system_calls.c cannot do that, since a call that it makes fail does not happen. */
int close(int fd)
{
    NEXT(close);
    int result = next(fd);
    if (faults == NULL || !fails(&faults->closings))
        return result;
    errno = EIO;
    return -1;
}

ssize_t read(int fd, void *buffer, size_t length)
{
    NEXT(read);
    return next(fd, buffer, faults == NULL ? length : cut(&faults->reads, length));
}

ssize_t write(int fd, const void *bytes, size_t length)
{
    NEXT(write);
    return next(fd, bytes, faults == NULL ? length : cut(&faults->writes, length));
}
