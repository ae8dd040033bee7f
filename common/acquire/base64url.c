/* SPDX-License-Identifier: MIT */
#include "common/acquire/base64url.h"

#include <openssl/evp.h>
#include <string.h>

struct secret *base64url(const unsigned char *bytes, size_t length)
{
    struct secret *text = secret_allocate((length + 2) / 3 * 4);
    EVP_EncodeBlock((unsigned char *)text->bytes, bytes, (int)length);
    text->length = strcspn(text->bytes, "=");
    text->bytes[text->length] = '\0';
    for (size_t i = 0; i < text->length; i++)
        text->bytes[i] = (char)(text->bytes[i] == '+'   ? '-'
                                : text->bytes[i] == '/' ? '_'
                                                        : text->bytes[i]);
    return text;
}
