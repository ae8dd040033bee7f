/* SPDX-License-Identifier: MIT */
/*
 * Parses the response of a device authorization endpoint (RFC 8628, section 3.2): the code that the
 * user enters on another device, and the code with which the program polls for the token. A pure
 * function on a buffer.
 */
#ifndef COMMON_ACQUIRE_USER_DEVICE_CODE_ANSWER_H
#define COMMON_ACQUIRE_USER_DEVICE_CODE_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/base/secret.h"

#define USER_CODE_MAX        64
#define VERIFICATION_URI_MAX 512

struct device_code_answer {
    struct secret *device_code;
    char user_code[USER_CODE_MAX];
    char verification_uri[VERIFICATION_URI_MAX];
    int64_t expires_in; /* seconds */
    int64_t interval;   /* seconds between two polls */
};

/* Parses a response. The caller clears *ret_code with device_code_answer_clear. Fails with
 * ERROR_NETWORK. */
bool device_code_answer_parse(const char *body, size_t length, struct device_code_answer *ret_code,
                              struct error *error);
void device_code_answer_clear(struct device_code_answer *code);
#define auto_device_code_answer CLEANUP(device_code_answer_clear)

#endif
