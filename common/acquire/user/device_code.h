/* SPDX-License-Identifier: MIT */
/*
 * Signs in a user on another device: the device authorization grant (RFC 8628; Microsoft's "OAuth
 * 2.0 device authorization grant flow").
 */
#ifndef COMMON_ACQUIRE_USER_DEVICE_CODE_H
#define COMMON_ACQUIRE_USER_DEVICE_CODE_H

#include "common/acquire/acquire.h"
#include "common/acquire/user/prompt.h"

/* Like sign_in of struct acquire_module, with a device code. */
bool device_code_sign_in(const struct token_request *request, struct prompt *prompt,
                         int64_t deadline, struct token *ret_token, struct account *ret_account,
                         struct error *error);

#endif
