/* SPDX-License-Identifier: MIT */
#include "common/acquire/app/thumbprint.h"

#include <openssl/evp.h>
#include <stdio.h>

void thumbprint_format(const X509 *certificate, char ret_text[THUMBPRINT_SIZE])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    ret_text[0] = '\0';
    if (X509_digest(certificate, EVP_sha1(), digest, &length) != 1)
        return;
    for (unsigned i = 0; i < length && i < SHA_DIGEST_LENGTH; i++)
        snprintf(ret_text + (size_t)2 * i, 3, "%02X", digest[i]);
}
