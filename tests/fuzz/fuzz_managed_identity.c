/* SPDX-License-Identifier: MIT */
/* The answers of Azure's identity services, and Arc's challenge. The first line has the number of
 * the service in the table, the second is the file that a challenge may name; answers follow, which
 * may contain what was sent. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdarg.h>
#include <sys/mman.h>

#include "common/acquire/identity/arc.h"
#include "common/acquire/identity/managed_identity.h"
#include "common/base/deadline.h"
#include "common/entra/identity_source.h"
#include "tests/fuzz/answers.h"

static const char *key; /* the content of Arc's key file */
static bool key_was_read;

/* A key file is a file in memory. Nothing else in that folder is opened. */
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    unsigned mode = (flags & O_CREAT) != 0 ? va_arg(arguments, unsigned) : 0;
    va_end(arguments);
    if (key == NULL || strncmp(path, ARC_KEY_FOLDER, strlen(ARC_KEY_FOLDER)) != 0)
        return __real_open(path, flags, mode);
    HOLDS(strchr(path + strlen(ARC_KEY_FOLDER), '/') == NULL && (flags & O_NOFOLLOW) != 0);
    HOLDS(strlen(path) > 4 && strcmp(path + strlen(path) - 4, ".key") == 0);
    int fd = memfd_create("key", MFD_CLOEXEC);
    HOLDS(fd >= 0 && write(fd, key, strlen(key)) == (ssize_t)strlen(key));
    HOLDS(lseek(fd, 0, SEEK_SET) == 0);
    key_was_read = true;
    return fd;
}

/* Makes the service the one of this machine. */
static const struct identity_source *use_source(size_t number)
{
    static char *none[] = { NULL };
    size_t count;
    const struct identity_source *sources = identity_sources_all(&count);
    const struct identity_source *source = &sources[number % count];
    environ = none;
    for (size_t i = 0; i < 3 && source->variables[i] != NULL; i++)
        setenv(source->variables[i], "http://127.0.0.1:1/token", 1);
    if (source->secret_variable != NULL)
        setenv(source->secret_variable, FUZZ_SECRET, 1);
    return source;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct credential credential = { .kind = CREDENTIAL_MANAGED_IDENTITY };
    struct fuzz_input input = fuzz_input(data, size);
    struct error error = { 0 };
    auto_token struct token token = { 0 };
    fuzz_has_secret = true;
    autofree char *number = fuzz_line(&input);
    autofree char *content = fuzz_line(&input);
    if (content == NULL)
        return 0;
    use_source(strtoul(number, NULL, 10));
    key = content[0] != '\0' ? content : FUZZ_SECRET;
    key_was_read = false;
    answers_from(&input);
    enum acquire_end end =
        managed_identity_acquire("https://vault.azure.net/.default", &credential, size % 2 == 0,
                                 deadline_in(1000000), &token, &error);
    HOLDS(answers_authorized == 0 || key_was_read);
    if (end != ACQUIRED) {
        HOLDS(token.access_token == NULL);
        HOLDS(error.retry_after >= 0 && error.retry_after <= 24 * 3600);
        fuzz_check_error(&error);
        return 0;
    }
    HOLDS(token_is_valid_text(token.access_token->bytes, token.access_token->length));
    HOLDS(token.expires_on > token.received_on);
    HOLDS(token.expires_on - token.received_on <= TOKEN_LIFE_MAX);
    return 0;
}
