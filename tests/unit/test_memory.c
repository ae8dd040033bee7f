/* SPDX-License-Identifier: MIT */
/* What is freed is wiped, whichever library frees it: no copy of a secret is left on the heap. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/json.h"

#if !defined(__SANITIZE_ADDRESS__) && !defined(ENTRA_SANITIZE)

#define SECRET_LENGTH 3000 /* beyond what a library might begin with */

static char secret[SECRET_LENGTH + 1]; /* not on the heap */

static int make_secret(void **state)
{
    (void)state;
    unsigned random = 1;
    for (size_t i = 0; i < SECRET_LENGTH; i++) {
        random = random * 1103515245 + 12345;
        secret[i] = (char)('a' + (random >> 16) % 26);
    }
    return 0;
}

/* Where the heap begins: where it ends, before anything here is on it. */
static char *heap_start;

__attribute__((constructor)) static void find_heap(void)
{
    heap_start = sbrk(0);
}

/* The number of places on the heap, freed or not, with this much of the secret's middle. */
static size_t copies_on_the_heap(void)
{
    char *end = sbrk(0);
    size_t count = 0;
    for (char *at = heap_start; (at = memmem(at, (size_t)(end - at), secret + 1000, 64)) != NULL;
         at++)
        count++;
    return count;
}

static void a_copy_is_seen_until_it_is_freed(void **state)
{
    (void)state;
    char *copy = strdup(secret);
    assert_string_equal(copy, secret); /* or else the compiler makes none */
    assert_int_equal(copies_on_the_heap(), 1);
    errno = EBADF;
    free(copy);
    assert_int_equal(errno, EBADF);
    assert_int_equal(copies_on_the_heap(), 0);
    free(NULL);
}

static void what_is_freed_is_used_again(void **state)
{
    (void)state;
    void *(*volatile allocate)(size_t) = malloc; /* or else the compiler leaves both calls out */
    const size_t size = 100000;                  /* on the heap still */
    free(allocate(size));
    char *end = sbrk(0);
    for (int i = 0; i < 20; i++)
        free(allocate(size));
    assert_true((char *)sbrk(0) <= end + size);
}

static void growing_and_shrinking_leaves_no_copy(void **state)
{
    (void)state;
    char *copy = strdup(secret);
    char *other = malloc(100); /* in the way of growing in place */
    for (size_t size = SECRET_LENGTH + 1; size < 100000; size *= 2) {
        copy = realloc(copy, size);
        assert_string_equal(copy, secret);
        assert_int_equal(copies_on_the_heap(), 1);
    }
    copy = realloc(copy, 500);
    assert_memory_equal(copy, secret, 500);
    assert_int_equal(copies_on_the_heap(), 0);
    assert_null(realloc(copy, 0));
    free(realloc(NULL, 10));
    free(other);
}

static void printing_json_leaves_no_copy(void **state)
{
    (void)state;
    json_object *object = json_object_new_object();
    json_object_object_add(object, "password", json_object_new_string(secret));
    assert_non_null(strstr(json_object_to_json_string(object), secret));
    assert_true(copies_on_the_heap() >= 2);
    json_object_put(object);
    assert_int_equal(copies_on_the_heap(), 0);
}

static void parsing_json_leaves_no_copy(void **state)
{
    (void)state;
    static char text[SECRET_LENGTH + 100];
    struct error error = { 0 };
    snprintf(text, sizeof text, "{\"refresh_token\":\"\\u0041%s\"}", secret);
    json_object *object = json_parse(text, strlen(text), &error);
    assert_string_equal(json_string(object, "refresh_token") + 1, secret);
    json_object_put(object);
    assert_int_equal(copies_on_the_heap(), 0);
}

/* As programs do when memory runs out. Returns the exit code; -1 for a signal. */
static int exit_code_of(void *(*allocate)(void), char *said, size_t size)
{
    int ends[2], how = 0;
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDERR_FILENO);
        _exit(allocate() == NULL ? 100 : 101);
    }
    close(ends[1]);
    ssize_t length = read(ends[0], said, size - 1);
    said[length > 0 ? length : 0] = '\0';
    close(ends[0]);
    assert_int_equal(waitpid(pid, &how, 0), pid);
    return WIFEXITED(how) ? WEXITSTATUS(how) : -1;
}

static volatile size_t too_much = SIZE_MAX / 4 * 3; /* the compiler does not see how much */

static void *by_malloc(void)
{
    return malloc(too_much);
}
static void *by_calloc(void)
{
    return calloc(too_much, 1);
}
static void *by_calloc_that_overflows(void)
{
    return calloc(too_much, 16);
}
static void *by_realloc(void)
{
    return realloc(malloc(1), too_much);
}
static void *by_reallocarray_that_overflows(void)
{
    return reallocarray(malloc(1), too_much, 16);
}
static void *by_posix_memalign(void)
{
    void *memory = NULL;
    return posix_memalign(&memory, 64, too_much) == 0 ? memory : NULL;
}
static void *by_aligned_alloc(void)
{
    return aligned_alloc(64, too_much);
}
static void *by_memalign(void)
{
    return memalign(64, too_much);
}
static void *by_valloc(void)
{
    return valloc(too_much);
}
static void *by_pvalloc(void)
{
    return pvalloc(too_much);
}

static void no_function_of_the_c_library_returns_without_memory(void **state)
{
    (void)state;
    static void *(*const functions[])(void) = {
        by_malloc,
        by_calloc,
        by_calloc_that_overflows,
        by_realloc,
        by_reallocarray_that_overflows,
        by_posix_memalign,
        by_aligned_alloc,
        by_memalign,
        by_valloc,
        by_pvalloc,
    };
    for (size_t i = 0; i < ARRAY_SIZE(functions); i++) {
        char said[200];
        int code = exit_code_of(functions[i], said, sizeof said);
        if (code != 1 || strstr(said, ": out of memory\n") == NULL)
            fail_msg("function %zu: exit code %d, '%s'", i, code, said);
    }
}

static void aligned_memory_is_aligned_and_wiped(void **state)
{
    (void)state;
    void *aligned[] = { aligned_alloc(256, 4096), memalign(256, 4096), valloc(4096), pvalloc(1) };
    for (size_t i = 0; i < ARRAY_SIZE(aligned); i++) {
        assert_int_equal((uintptr_t)aligned[i] % 256, 0);
        memcpy(aligned[i], secret, SECRET_LENGTH + 1);
        assert_int_equal(copies_on_the_heap(), 1);
        free(aligned[i]);
        assert_int_equal(copies_on_the_heap(), 0);
    }
    free(memalign(1, 1)); /* the least that there is */
    errno = 0;
    assert_null(memalign(too_much, 1)); /* not a matter of memory */
    assert_int_equal(errno, EINVAL);
}

#define TEST(function) cmocka_unit_test_setup(function, make_secret)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_copy_is_seen_until_it_is_freed),
        TEST(what_is_freed_is_used_again),
        TEST(growing_and_shrinking_leaves_no_copy),
        TEST(printing_json_leaves_no_copy),
        TEST(parsing_json_leaves_no_copy),
        TEST(no_function_of_the_c_library_returns_without_memory),
        TEST(aligned_memory_is_aligned_and_wiped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

/* The sanitizers have an allocator of their own. */
int main(void)
{
    return 0;
}

#endif
