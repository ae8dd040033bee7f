/*
 * A person signs in on another device: the device authorization grant (RFC 8628; Microsoft's "OAuth
 * 2.0 device authorization grant flow").
 */
#ifndef COMMON_ACQUIRE_DEVICE_CODE_H
#define COMMON_ACQUIRE_DEVICE_CODE_H

#include "common/acquire/acquire.h"
#include "common/acquire/prompt.h"

#define USER_CODE_MAX        64
#define VERIFICATION_URI_MAX 512

/* What the devicecode endpoint answers. */
struct device_code {
    struct secret *device_code;
    char user_code[USER_CODE_MAX];
    char verification_uri[VERIFICATION_URI_MAX];
    int64_t expires_in; /* seconds */
    int64_t interval;   /* seconds between two questions */
};

/* Reads that answer. A pure function; the caller clears it. False with ERROR_NETWORK. */
bool device_code_parse(const char *body, size_t length, struct device_code *code,
                       struct error *error);
void device_code_clear(struct device_code *code);

/* As acquire_module's sign_in. */
bool device_code_sign_in(const struct token_request *request, struct prompt *prompt,
                         int64_t deadline, struct token *token, struct sign_in *sign_in,
                         struct error *error);

#endif
