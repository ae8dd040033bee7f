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

/* Reads to the end of the file, or until the secret is full. Returns false with errno set. */
static bool read_into(int fd, struct secret *secret, size_t *filled)
{
    while (*filled < secret->length) {
        ssize_t n = read(fd, secret->bytes + *filled, secret->length - *filled);
        if (n < 0 && (errno == EINTR || (errno == EAGAIN && output_wait(fd, POLLIN))))
            continue;
        if (n <= 0)
            return n == 0;
        *filled += (size_t)n;
    }
    return true;
}

struct secret *secret_read(int fd, size_t max)
{
    size_t filled = 0;
    size_t capacity = max + 1 < 4096 ? max + 1 : 4096;
    auto_secret struct secret *secret = secret_allocate(capacity);
    while (read_into(fd, secret, &filled)) {
        if (filled < capacity || filled > max) {
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

void secret_protect_process(void)
{
    setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
#if !defined(__SANITIZE_ADDRESS__) && !defined(ENTRA_SANITIZE)
    /* LeakSanitizer inspects the process with ptrace and would fail. */
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}
