/* SPDX-License-Identifier: MIT */
/*
 * A person signs in on another device: the device authorization grant (RFC 8628; Microsoft's "OAuth
 * 2.0 device authorization grant flow").
 */
#ifndef COMMON_ACQUIRE_USER_DEVICE_CODE_H
#define COMMON_ACQUIRE_USER_DEVICE_CODE_H

#include "common/acquire/acquire.h"
#include "common/acquire/user/prompt.h"

/* As acquire_module's account. */
bool device_code_sign_in(const struct token_request *request, struct prompt *prompt,
                         int64_t deadline, struct token *token, struct account *account,
                         struct error *error);

#endif
