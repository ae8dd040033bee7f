/* SPDX-License-Identifier: MIT */
#include "common/acquire/app/thumbprint.h"

#include <openssl/evp.h>
#include <stdio.h>

void thumbprint_format(const X509 *certificate, char ret_text[THUMBPRINT_SIZE])
{
    unsigned char digest[SHA_DIGEST_LENGTH];
    ret_text[0] = '\0';
    if (X509_digest(certificate, EVP_sha1(), digest, NULL) != 1)
        return;
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(ret_text + 2 * i, 3, "%02X", digest[i]);
}
