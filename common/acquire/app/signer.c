/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/app/signer.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/acquire/acquire.h"
#include "common/acquire/app/client_assertion.h"
#include "common/acquire/app/signing_job.h"
#include "common/base/array.h"
#include "common/base/own_program.h"
#include "common/base/subprocess.h"
#include "common/base/unfinished.h"
#include "common/entra/child_environment.h"

/* The answer is parts, each of which begins with one of these. Texts end with a NUL. Any number of
 * warnings comes first. */
enum part {
    PART_WARNING = '!', /* its code, text and advice */
    PART_SIGNED = '+',  /* the certificate in DER, and the assertion up to the end */
    PART_ERROR = '-',   /* its kind, which is a digit, message, hint and code */
};

#define WARNINGS_MAX (64 * 1024)
#define ANSWER_MAX   (WARNINGS_MAX + CLIENT_ASSERTION_MAX + KEY_FILE_MAX)

/* The exit statuses of the process without an answer. */
#define STATUS_REPORTED 1 /* it has said why: memory.c's, and that of entra-sign */
#define STATUS_FAILED   2

/* ---- the process ---- */

static int answer_fd = -1;

static bool write_text(const char *text)
{
    auto_secret struct secret *copy = secret_new(text, strlen(text) + 1);
    return secret_write(copy, answer_fd);
}

static bool begin_part(enum part part)
{
    char byte = (char)part;
    auto_secret struct secret *copy = secret_new(&byte, 1);
    return secret_write(copy, answer_fd);
}

static void write_warning(const char *code, const char *text, const char *advice)
{
    if (!begin_part(PART_WARNING) || !write_text(code) || !write_text(text) || !write_text(advice))
        _exit(STATUS_FAILED);
}

static bool write_error(const struct error *error)
{
    char kind[] = { (char)('0' + error->kind), '\0' };
    return begin_part(PART_ERROR) && write_text(kind) && write_text(error->message) &&
           write_text(error->hint) && write_text(error->code);
}

static bool write_signed(X509 *certificate, const struct secret *assertion)
{
    unsigned char *der = NULL;
    int length = i2d_X509(certificate, &der);
    auto_secret struct secret *copy =
        length > 0 ? secret_new((const char *)der, (size_t)length) : NULL;
    OPENSSL_free(der);
    return copy != NULL && begin_part(PART_SIGNED) && secret_write(copy, answer_fd) &&
           secret_write(assertion, answer_fd);
}

/* Whoever prints to stdout, such as the library of a device, prints nowhere, and there is no stdin
 * to read from. */
static bool take_standard_descriptors(struct error *error)
{
    autoclose int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    answer_fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    return (null >= 0 && answer_fd >= 0 && dup2(null, STDIN_FILENO) >= 0 &&
            dup2(null, STDOUT_FILENO) >= 0) ||
           error_set(error, ERROR_OTHER, "cannot start the process that signs: %m");
}

static bool read_job(struct signing_job *ret_job, struct error *error)
{
    auto_secret struct secret *text = secret_read(STDIN_FILENO, SIGNING_JOB_MAX);
    return (text != NULL && text->length <= SIGNING_JOB_MAX && signing_job_read(text, ret_job)) ||
           error_set(error, ERROR_OTHER, "the process that signs was not told what to sign");
}

/* A library that calls exit has not said why. */
static void fail_at_exit(void)
{
    _exit(STATUS_FAILED);
}

static bool load_and_sign(void)
{
    auto_signing_job struct signing_job job = { 0 };
    struct certificate certificate CLEANUP(certificate_clear) = { 0 };
    struct error error = { 0 };
    auto_secret struct secret *assertion =
        read_job(&job, &error) && take_standard_descriptors(&error) &&
                certificate_load(&job.credential, &certificate, &error)
            ? client_assertion_make(&job.request, &job.credential, &certificate, &error)
            : NULL;
    if (answer_fd < 0)
        answer_fd = STDOUT_FILENO;
    return assertion != NULL ? write_signed(certificate.leaf, assertion) : write_error(&error);
}

void signer_run(void)
{
    reporting.on_warning = write_warning;
    atexit(fail_at_exit);
    _exit(load_and_sign() ? 0 : STATUS_FAILED);
}

/* ---- its answer ---- */

/* What is left of an answer. */
struct parts {
    const char *at, *end;
};

static bool takes_part(struct parts *parts, enum part part)
{
    bool is_it = parts->at < parts->end && *parts->at == (char)part;
    parts->at += is_it;
    return is_it;
}

static const char *take_text(struct parts *parts)
{
    const char *text = parts->at;
    size_t left = (size_t)(parts->end - parts->at);
    const char *nul = left > 0 ? memchr(text, '\0', left) : NULL;
    if (nul == NULL)
        return NULL;
    parts->at = nul + 1;
    return text;
}

/* Returns false if one is cut off. */
static bool take_texts(struct parts *parts, const char *ret_texts[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if ((ret_texts[i] = take_text(parts)) == NULL)
            return false;
    return true;
}

/* Returns false if one is cut off. */
static bool pass_on_warnings(struct parts *parts)
{
    const char *texts[3]; /* code, text, advice */
    while (takes_part(parts, PART_WARNING)) {
        if (!take_texts(parts, texts, ARRAY_SIZE(texts)))
            return false;
        warning_of(texts[0], texts[2], "%s", texts[1]);
    }
    return true;
}

static bool read_error(struct parts *parts, struct error *ret_error)
{
    const char *texts[4]; /* kind, message, hint, code */
    if (!take_texts(parts, texts, ARRAY_SIZE(texts)) || parts->at != parts->end)
        return false;
    int kind = texts[0][0] - '0';
    if (kind < ERROR_OTHER || kind > ERROR_KEYRING)
        return false;
    error_set(ret_error, (enum error_kind)kind, "%s", texts[1]);
    error_hint(ret_error, "%s", texts[2]);
    error_known_as(ret_error, texts[3]);
    return true;
}

static struct secret *read_signed(const struct parts *parts, X509 **ret_certificate)
{
    const unsigned char *der = (const unsigned char *)parts->at;
    X509 *leaf = d2i_X509(NULL, &der, parts->end - parts->at); /* moves der past the DER */
    struct secret *assertion =
        leaf != NULL ? secret_new((const char *)der, (size_t)(parts->end - (const char *)der))
                     : NULL;
    if (assertion != NULL && ret_certificate != NULL)
        *ret_certificate = steal(&leaf);
    X509_free(leaf);
    return assertion;
}

static void explain_failure(enum subprocess_end end, const struct credential *credential,
                            struct error *error)
{
    int failure = errno;
    const char *path = credential->path != NULL ? credential->path : "Base64EncodedValue";
    const char *key = credential->key_path != NULL ? credential->key_path : path;
    if (end == SUBPROCESS_TOO_LONG) {
        error_set(error, ERROR_USAGE, "signing with the key in %.*s took too long",
                  key_store_printable_length(key), key);
        error_hint(error, "Use --timeout to wait longer.");
    } else if (end == SUBPROCESS_NO_PROCESS || end == SUBPROCESS_NOT_RUN) {
        error_set(error, ERROR_OTHER, "cannot start a process: %s", strerror(failure));
    } else {
        error_set(error, ERROR_OTHER,
                  "the key in %.*s cannot be used: the process that loads it failed",
                  key_store_printable_length(key), key);
    }
}

/* ---- asking it ---- */

/* What the other process has reported ends this one too, as if it had happened here. It is mostly
 * memory that has run out (memory.c). */
static void end_if_reported(enum subprocess_end end, int status)
{
    if (end != SUBPROCESS_ENDED || status != STATUS_REPORTED)
        return;
    unfinished_remove_all();
    _exit(STATUS_REPORTED);
}

/* What the library of a device finds in its environment is what we have, without the secrets of
 * apps and users. A relative name is nobody's in the root folder. */
struct secret *signer_sign(const struct token_request *request, const struct credential *credential,
                           int64_t deadline, X509 **ret_certificate, struct error *error)
{
    char *const words[] = { ACQUIRE_SIGNER, program_invocation_short_name,
                            reporting.as_json ? ACQUIRE_SIGNER_JSON : ACQUIRE_SIGNER_TEXT, NULL };
    auto_secret struct secret *job = signing_job_write(request, credential);
    auto_secret struct secret *answer = NULL;
    autofree char *path = own_program_path(NULL);
    int status = -1;
    enum subprocess_end end = SUBPROCESS_NO_PROCESS;
    if (path != NULL)
        end = subprocess_start(&(struct subprocess){ path, words,
                                                     child_environment_with_platform_secrets, "/",
                                                     job, ANSWER_MAX, 0 },
                               deadline, &status, &answer);
    if (end != SUBPROCESS_ENDED || status != 0) {
        explain_failure(end, credential, error);
        end_if_reported(end, status);
        return NULL;
    }
    struct parts parts = { answer->bytes, answer->bytes + answer->length };
    bool is_whole = pass_on_warnings(&parts);
    if (is_whole && takes_part(&parts, PART_ERROR) && read_error(&parts, error))
        return NULL;
    struct secret *assertion =
        is_whole && takes_part(&parts, PART_SIGNED) ? read_signed(&parts, ret_certificate) : NULL;
    if (assertion == NULL)
        explain_failure(end, credential, error);
    return assertion;
}
