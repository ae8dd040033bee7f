/* SPDX-License-Identifier: MIT */
/*
 * What happens when memory runs out: the program says so and ends, with exit code 1. And what
 * happens to memory that is freed: it is wiped.
 *
 * The programs define the functions that allocate and free themselves, in front of the C library's,
 * so every allocation of the process is covered, whichever library makes it. Nothing in these
 * sources checks an allocation, and no library gets the chance to carry on without what it had no
 * memory for, as json-c does, which leaves out a member of an object. Nor does one leave a copy of
 * a secret behind, as json-c does in the buffers in which it parses and prints, and libcurl in its
 * own.
 *
 * No answer is printed before it is whole, and what is stored is replaced as a whole, so ending at
 * any allocation loses nothing.
 *
 * This is linked into programs, not into modules: a module with a malloc of its own would use that
 * one instead of the program's.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/printable.h"
#include "common/base/report.h"
#include "common/base/unfinished.h"

/* The sanitizers' allocator ends the process by itself. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(ENTRA_SANITIZE)

/* The exit code and the object are those of error_print, which would allocate. */
static _Noreturn void end_without_memory(void)
{
    static const char as_json[] =
        "{\"kind\":\"other\",\"exitCode\":1,\"message\":\"out of memory\"}\n";
    char text[128];
    int length = snprintf(text, sizeof text, "%.64s: out of memory", program_invocation_short_name);
    printable_make(text); /* as long as before */
    text[length++] = '\n';
    ssize_t written = reporting.as_json ? write(STDERR_FILENO, as_json, sizeof as_json - 1)
                                        : write(STDERR_FILENO, text, (size_t)length);
    (void)written;
    unfinished_remove_all();
    _exit(1);
}

/* The version that these functions have in the C library: that of its first release for the
 * machine. */
#if defined(__x86_64__)
#define MALLOC_VERSION "GLIBC_2.2.5"
#elif defined(__aarch64__)
#define MALLOC_VERSION "GLIBC_2.17"
#elif defined(__i386__)
#define MALLOC_VERSION "GLIBC_2.0"
#elif defined(__arm__)
#define MALLOC_VERSION "GLIBC_2.4"
#endif

/* Whether both functions are in the same object. This is slow: dladdr goes through all its symbols.
 */
static bool are_neighbours(const void *one, const void *other)
{
    Dl_info here, there;
    return dladdr(one, &here) != 0 && dladdr(other, &there) != 0 &&
           here.dli_fbase == there.dli_fbase;
}

/* Returns the function that would have been called without ours. It belongs to the C library, or to
 * an allocator that was put in front of it. Of these, jemalloc and others are found as any function
 * is; glibc's libc_malloc_debug.so only by the version, so that is tried too if the function found
 * is the C library's. dlsym and dlvsym allocate nothing unless they fail (glibc 2.34). */
static void *find_next(const char *name)
{
    void *function = dlsym(RTLD_NEXT, name);
    if (function == NULL)
        end_without_memory();
#ifdef MALLOC_VERSION
    void *versioned = dlvsym(RTLD_NEXT, name, MALLOC_VERSION);
    if (versioned != function && versioned != NULL && are_neighbours(function, (const void *)exit))
        return versioned;
#endif
    return function;
}

/* Whether malloc_usable_size is the allocator's own. One that was put in front may add to each
 * block what only it understands, and have none (libmemusage.so). */
static bool knows_sizes(void)
{
    static enum { UNKNOWN, NO, YES } answer;
    if (answer == UNKNOWN) {
        void *allocate = find_next("malloc");
        answer = allocate == dlsym(RTLD_NEXT, "__libc_malloc") ||
                         are_neighbours(allocate, (const void *)malloc_usable_size)
                     ? YES
                     : NO;
    }
    return answer == YES;
}

__attribute__((visibility("default"))) void *malloc(size_t size)
{
    static void *(*allocate)(size_t size);
    if (allocate == NULL)
        *(void **)&allocate = find_next("malloc");
    void *memory = allocate(size);
    if (memory == NULL)
        end_without_memory();
    return memory;
}

__attribute__((visibility("default"))) void *calloc(size_t count, size_t size)
{
    static void *(*allocate)(size_t count, size_t size);
    if (allocate == NULL)
        *(void **)&allocate = find_next("calloc");
    void *memory = allocate(count, size);
    if (memory == NULL)
        end_without_memory();
    return memory;
}

/* errno is kept, as glibc 2.33 and later do. */
__attribute__((visibility("default"))) void free(void *memory)
{
    static void (*release)(void *memory);
    if (memory == NULL)
        return;
    if (release == NULL)
        *(void **)&release = find_next("free");
    if (knows_sizes())
        explicit_bzero(memory, malloc_usable_size(memory));
    release(memory);
}

/* Leaves it to the allocator, which may leave a copy of a block in its old place. */
static void *resize(void *memory, size_t size)
{
    static void *(*reallocate)(void *memory, size_t size);
    if (reallocate == NULL)
        *(void **)&reallocate = find_next("realloc");
    void *resized = reallocate(memory, size);
    if (resized == NULL)
        end_without_memory();
    return resized;
}

/* Wipes the old place of a block that moves. As in the C library, size 0 frees it. */
__attribute__((visibility("default"))) void *realloc(void *memory, size_t size)
{
    if (memory == NULL)
        return malloc(size);
    if (size == 0) {
        free(memory);
        return NULL;
    }
    if (!knows_sizes())
        return resize(memory, size);
    size_t old = malloc_usable_size(memory);
    if (size <= old && size >= old / 2)
        return memory;
    void *moved = malloc(size);
    memcpy(moved, memory, size < old ? size : old);
    free(memory);
    return moved;
}

__attribute__((visibility("default"))) void *reallocarray(void *memory, size_t count, size_t size)
{
    if (__builtin_mul_overflow(count, size, &size))
        end_without_memory();
    return realloc(memory, size);
}

/* GLib's slices use this one. It returns an errno. */
__attribute__((visibility("default"))) int posix_memalign(void **ret_memory, size_t alignment,
                                                          size_t size)
{
    static int (*allocate)(void **ret_memory, size_t alignment, size_t size);
    if (allocate == NULL)
        *(void **)&allocate = find_next("posix_memalign");
    int failure = allocate(ret_memory, alignment, size);
    if (failure == ENOMEM)
        end_without_memory();
    return failure;
}

/* By posix_memalign, which every allocator has. Returns NULL with EINVAL if there can be no such
 * alignment. */
__attribute__((visibility("default"))) void *memalign(size_t alignment, size_t size)
{
    void *memory = NULL;
    bool is_small = alignment < sizeof memory; /* which posix_memalign does not take */
    int failure = posix_memalign(&memory, is_small ? sizeof memory : alignment, size);
    if (failure != 0)
        errno = failure;
    return memory;
}

/* libstdc++ uses this one, in modules for smart cards. */
__attribute__((visibility("default"))) void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

__attribute__((visibility("default"))) void *valloc(size_t size)
{
    return memalign((size_t)getpagesize(), size);
}

/* Rounds the size up to whole pages. */
__attribute__((visibility("default"))) void *pvalloc(size_t size)
{
    size_t page = (size_t)getpagesize(), rest = size % page;
    if (rest != 0 && __builtin_add_overflow(size, page - rest, &size))
        end_without_memory();
    return memalign(page, size > 0 ? size : page);
}

#endif
