/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/secret.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "common/base/output.h"

struct secret *secret_allocate(size_t length)
{
    struct secret *secret = calloc(1, sizeof *secret + length + 1);
    /* Never unlocked: a page may hold several secrets, and the process is short-lived. */
    mlock(secret, sizeof *secret + length + 1);
    secret->length = length;
    return secret;
}

struct secret *secret_new(const char *bytes, size_t length)
{
    struct secret *secret = secret_allocate(length);
    if (length > 0)
        memcpy(secret->bytes, bytes, length);
    return secret;
}

struct secret *secret_from_text(const char *text)
{
    return text != NULL ? secret_new(text, strlen(text)) : NULL;
}

struct secret *secret_format(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0) /* longer than INT_MAX, which no text here is */
        abort();

    struct secret *secret = secret_allocate((size_t)length);
    va_start(arguments, format);
    vsnprintf(secret->bytes, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return secret;
}

/* Where secret_read and secret_read_input read from. */
struct source {
    int fd;
    bool waits; /* for input, until the deadline */
    int64_t deadline;
    secret_end *find_end; /* NULL: at the end of the file */
};

/* As read, but waits for input until the deadline. */
static ssize_t read_some(const struct source *source, char *bytes, size_t size)
{
    for (;;) {
        struct pollfd one = { .fd = source->fd, .events = POLLIN };
        int ready = source->waits ? poll(&one, 1, (int)deadline_left(source->deadline)) : 1;
        ssize_t n = ready > 0 ? read(source->fd, bytes, size) : -1;
        if (ready == 0)
            errno = ETIMEDOUT;
        if (n >= 0 || (errno != EINTR && !(errno == EAGAIN && source->waits)))
            return n;
    }
}

/* Reads to the end of the source, or until the secret is full. Then *ended says which. Returns
 * false with errno set. */
static bool read_into(const struct source *source, struct secret *secret, size_t *filled,
                      bool *ended)
{
    *ended = false;
    while (*filled < secret->length) {
        size_t seen = *filled;
        ssize_t n = read_some(source, secret->bytes + seen, secret->length - seen);
        *ended = n == 0;
        if (n <= 0)
            return n == 0;
        *filled += (size_t)n;
        size_t whole =
            source->find_end != NULL ? source->find_end(secret->bytes, *filled, seen) : 0;
        *ended = whole > 0;
        if (!*ended)
            continue;
        explicit_bzero(secret->bytes + whole, *filled - whole);
        *filled = whole;
        return true;
    }
    return true;
}

static struct secret *read_source(const struct source *source, size_t max)
{
    size_t filled = 0;
    bool ended = false;
    size_t capacity = max + 1 < 4096 ? max + 1 : 4096;
    auto_secret struct secret *secret = secret_allocate(capacity);
    while (read_into(source, secret, &filled, &ended)) {
        if (ended || filled > max) {
            secret->length = filled;
            return steal(&secret);
        }
        auto_secret struct secret *before = secret;
        capacity = capacity * 2 < max + 1 ? capacity * 2 : max + 1;
        secret = secret_allocate(capacity);
        memcpy(secret->bytes, before->bytes, filled);
    }
    return NULL;
}

struct secret *secret_read(int fd, size_t max)
{
    return read_source(&(struct source){ .fd = fd }, max);
}

struct secret *secret_read_input(int fd, size_t max, secret_end *find_end, int64_t deadline)
{
    const struct source source = {
        .fd = fd, .waits = true, .deadline = deadline, .find_end = find_end
    };
    return read_source(&source, max);
}

void secret_free(struct secret *secret)
{
    if (secret == NULL)
        return;
    explicit_bzero(secret->bytes, secret->length);
    free(secret);
}

bool secret_equals(const struct secret *secret, const char *bytes, size_t length)
{
    if (secret->length != length)
        return false;
    unsigned char difference = 0;
    for (size_t i = 0; i < length; i++)
        difference |= (unsigned char)(secret->bytes[i] ^ bytes[i]);
    return difference == 0;
}

bool secret_write(const struct secret *secret, int fd)
{
    return output_write(fd, secret->bytes, secret->length);
}

static struct rlimit core_before;

void secret_protect_process(void)
{
    if (getrlimit(RLIMIT_CORE, &core_before) == 0)
        setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, core_before.rlim_max });
#if !defined(__SANITIZE_ADDRESS__) && !defined(ENTRA_SANITIZE)
    /* LeakSanitizer inspects the process with ptrace and would fail. */
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

void secret_unprotect_child(void)
{
    setrlimit(RLIMIT_CORE, &core_before);
}
