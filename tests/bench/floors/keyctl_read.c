/* SPDX-License-Identifier: MIT */
/* The floor of an answer from the kernel's keyring: one search, one read.
 *
 *     keyctl_read DESCRIPTION
 */
#include <keyutils.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    char payload[65536];
    if (argc != 2)
        return 2;
    long serial = keyctl_search(KEY_SPEC_USER_KEYRING, "big_key", argv[1], 0);
    if (serial < 0)
        serial = keyctl_search(KEY_SPEC_USER_KEYRING, "user", argv[1], 0);
    long length = keyctl_read((key_serial_t)serial, payload, sizeof payload);
    if (length <= 0 || (size_t)length > sizeof payload)
        return 1;
    return fwrite(payload, 1, (size_t)length, stdout) != (size_t)length;
}
