/* SPDX-License-Identifier: MIT */
/*
 * Preloaded into a program: an allocator like jemalloc or tcmalloc, whose blocks are not the C
 * library's, and are wiped when they are freed: one of our programs that does not do that aborts,
 * but not those that it starts. With -DWITHOUT_SIZES it has no malloc_usable_size, as glibc's
 * libmemusage.so, so nobody can wipe.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MARK 0x6f757220626c6f63U

/* In front of each block. Another allocator would take these bytes for its own and crash. */
struct header {
    uint64_t mark;
    size_t size;
};

/* Never used again, so a block is empty, and any thread may take one. */
static _Alignas(16) char room[1 << 30];
static size_t used;

static struct header *header_of(void *memory)
{
    struct header *header = (struct header *)memory - 1;
    if (header->mark != MARK)
        abort();
    return header;
}

static void *allocate(size_t alignment, size_t size)
{
    if (size > sizeof room / 4)
        return NULL;
    size_t padded = (size + 15) / 16 * 16 + alignment + sizeof(struct header);
    size_t place = __atomic_fetch_add(&used, padded, __ATOMIC_RELAXED);
    if (place + padded > sizeof room)
        return NULL;
    uintptr_t start = (uintptr_t)(room + place + sizeof(struct header));
    struct header *header =
        (struct header *)(room + place + (alignment - start % alignment) % alignment);
    *header = (struct header){ MARK, size };
    return header + 1;
}

void *malloc(size_t size)
{
    return allocate(16, size);
}

void *calloc(size_t count, size_t size)
{
    return size != 0 && count > SIZE_MAX / size ? NULL : allocate(16, count * size);
}

#ifdef WITHOUT_SIZES
static void check_wiped(const char *memory, size_t size)
{
    (void)memory, (void)size;
}
#else
static void check_wiped(const char *memory, size_t size)
{
    if (strstr(program_invocation_short_name, "entra") == NULL)
        return;
    for (size_t i = 0; i < size; i++)
        if (memory[i] != 0)
            abort();
}

size_t malloc_usable_size(void *memory)
{
    return memory != NULL ? header_of(memory)->size : 0;
}
#endif

void free(void *memory)
{
    if (memory == NULL)
        return;
    struct header *header = header_of(memory);
    check_wiped(memory, header->size);
    header->mark = 0;
}

void *realloc(void *memory, size_t size)
{
    size_t old = memory != NULL ? header_of(memory)->size : 0;
    void *moved = allocate(16, size);
    if (memory != NULL && moved != NULL)
        memcpy(moved, memory, size < old ? size : old);
    if (moved != NULL)
        free(memory);
    return moved;
}

int posix_memalign(void **ret_memory, size_t alignment, size_t size)
{
    *ret_memory = allocate(alignment, size);
    return *ret_memory != NULL ? 0 : ENOMEM;
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return allocate(alignment, size);
}
