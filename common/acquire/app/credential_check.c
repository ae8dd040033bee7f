/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/app/credential_check.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/acquire/app/client_credentials.h"
#include "common/acquire/app/client_secret.h"
#include "common/acquire/app/federated.h"
#include "common/acquire/app/signer.h"
#include "common/acquire/app/thumbprint.h"
#include "common/base/file.h"
#include "common/base/rfc3339.h"
#include "common/entra/jwt.h"

/* Returns Unix seconds, or 0 if the time is invalid. */
static int64_t unix_seconds(const ASN1_TIME *time)
{
    struct tm parts;
    return ASN1_TIME_to_tm(time, &parts) == 1 ? (int64_t)timegm(&parts) : 0;
}

/* The key has signed with this certificate, so it matches. */
static bool describe_certificate(const X509 *certificate, struct credential_facts *facts,
                                 struct error *error)
{
    char subject[256] = "", thumbprint[THUMBPRINT_SIZE];
    X509_NAME_oneline(X509_get_subject_name(certificate), subject, sizeof subject);
    thumbprint_format(certificate, thumbprint);
    int64_t begins_on = unix_seconds(X509_get0_notBefore(certificate)), now = time(NULL);
    facts->expires_on = unix_seconds(X509_get0_notAfter(certificate));
    snprintf(facts->text, sizeof facts->text, "the key matches the certificate %s, thumbprint %s",
             subject, thumbprint);
    if (begins_on <= now && now < facts->expires_on)
        return true;
    if (begins_on > now)
        error_set(error, ERROR_USAGE, "the certificate %s is not valid before %s", subject,
                  rfc3339_format(begins_on).text);
    else
        error_set(error, ERROR_USAGE, "the certificate %s expired on %s", subject,
                  rfc3339_format(facts->expires_on).text);
    return error_known_as(error, "certificate_expired");
}

/* Issuer and subject must be exactly those registered with the app. */
static void describe_assertion(const struct secret *assertion, struct credential_facts *facts)
{
    struct error unused;
    auto_json json_object *claims = jwt_claims(assertion->bytes, assertion->length, &unused);
    const char *issuer = claims != NULL ? json_string(claims, "iss") : NULL;
    const char *subject = claims != NULL ? json_string(claims, "sub") : NULL;
    if (claims == NULL || !json_int64(claims, "exp", &facts->expires_on))
        facts->expires_on = 0;
    snprintf(facts->text, sizeof facts->text,
             "a federated token with the issuer %.200s and the subject %.200s",
             issuer != NULL ? issuer : "(none)", subject != NULL ? subject : "(none)");
}

static bool check_certificate(const struct token_request *request,
                              const struct credential *credential, int64_t deadline,
                              struct credential_facts *facts, struct error *error)
{
    X509 *certificate = NULL;
    auto_secret struct secret *assertion =
        signer_sign(request, credential, deadline, &certificate, error);
    bool good = assertion != NULL && describe_certificate(certificate, facts, error);
    X509_free(certificate);
    return good;
}

/* Whether somebody else than this machine's files has the credential. */
static bool is_elsewhere(const struct credential *credential)
{
    switch (credential->kind) {
    case CREDENTIAL_CERTIFICATE:
        return (credential->path != NULL && file_is_uri(credential->path)) ||
               (credential->key_path != NULL && file_is_uri(credential->key_path));
    case CREDENTIAL_ASSERTION_COMMAND:
    case CREDENTIAL_GITHUB_ACTIONS:
    case CREDENTIAL_AZURE_PIPELINES:
    case CREDENTIAL_ASSERTION_IDENTITY:
    case CREDENTIAL_MANAGED_IDENTITY:
        return true;
    default:
        return false;
    }
}

bool credential_check(const struct token_request *request, const struct credential *credential,
                      bool asks_nobody, int64_t deadline, struct credential_facts *ret_facts,
                      struct error *error)
{
    struct client_proof proof CLEANUP(client_proof_clear) = { NULL, NULL };
    *ret_facts = (struct credential_facts){ 0 };
    if (asks_nobody && credential->trouble == NULL && is_elsewhere(credential))
        return federated_may_ask(credential, error);
    if (credential->kind == CREDENTIAL_CERTIFICATE && credential->trouble == NULL)
        return check_certificate(request, credential, deadline, ret_facts, error);
    if (!client_proof_load(request, credential, deadline, &proof, error))
        return false;
    if (proof.client_assertion != NULL) {
        describe_assertion(proof.client_assertion, ret_facts);
        return true;
    }
    const struct client_secret_oddity *oddity = client_secret_oddity(proof.client_secret);
    snprintf(ret_facts->text, sizeof ret_facts->text, "a client secret is configured%s%s",
             oddity != NULL ? ", but " : "", oddity != NULL ? oddity->description : "");
    return true;
}
