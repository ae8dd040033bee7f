/*
 * What an error code of Microsoft Entra (AADSTS...) asks one to do.
 *
 * The numbers serve for hints only: Microsoft warns that programs must not branch on them, as they
 * may change ("Microsoft Entra authentication and authorization error codes").
 */
#ifndef COMMON_AADSTS_H
#define COMMON_AADSTS_H

/* A sentence that says what helps against this code, without the AADSTS before it; NULL where the
 * table does not know. The text is static. */
const char *aadsts_hint(long code);

#endif
