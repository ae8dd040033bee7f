/* SPDX-License-Identifier: MIT */
/*
 * Placeholders: texts that sample files have in place of a value, and that somebody forgot to
 * replace. They are told by their shape, since every sample has words of its own:
 *
 *     [Enter here the client id]   <your-client-secret>   {tenant-id}   ‹tenant›   #{ClientId}#
 *     Enter_the_Client_Secret_Here   your-client-id   CLIENT_ID_HERE
 *     xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx   *****
 *
 * A secret that Entra or AD FS issued has no such shape: it has digits, and no words.
 */
#ifndef COMMON_ENTRA_PLACEHOLDER_H
#define COMMON_ENTRA_PLACEHOLDER_H

#include <stdbool.h>

/* Whether the whole text is a placeholder, or all of it but a scheme before it and /.default after
 * it; or a label of a host or a segment of a path is one beyond doubt, as in
 * https://Enter_the_Tenant_Subdomain_Here.ciamlogin.com/. */
bool placeholder_is(const char *text);

#endif
