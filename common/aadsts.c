#include "common/aadsts.h"

#include <stddef.h>

static const struct {
    long code;
    const char *hint;
} hints[] = {
    /* The scope and the resource. */
    { 70011, "An app asks for RESOURCE/.default; --resource appends it." },
    { 1002012, "An app asks for RESOURCE/.default; --resource appends it." },
    { 28002, "Check how the scope is written." },
    { 28003, "Check how the scope is written." },
    { 500011, "Check the resource's URI; its app may also lack consent in this tenant." },
    { 700022, "Ask for one resource at a time, as RESOURCE/.default." },
    { 700023, "Ask for one resource, as RESOURCE/.default." },
    { 650057, "Add the resource to the app's API permissions, or check its URI." },
    { 50001, "Check the resource's URI; it may be disabled in this tenant." },

    /* The app and the tenant. */
    { 700016, "Check ClientId and TenantId: the app is not registered in this tenant." },
    { 90002, "Check TenantId: no such tenant in this cloud (Instance names the cloud)." },
    { 900023, "TenantId is a GUID or a domain, such as contoso.onmicrosoft.com." },
    { 70001, "Check ClientId; the app may have been removed or disabled." },
    { 7000112, "The app is disabled; an administrator can enable it." },
    { 9001023, "Name the tenant: TenantId cannot be 'common' for this." },
    { 50194, "Name the tenant: TenantId cannot be 'common' for this." },
    { 900382, "The app belongs to another cloud: set Instance to that cloud's host." },
    { 900432, "The app belongs to another cloud: set Instance to that cloud's host." },

    /* The app's credential. */
    { 7000215, "Use the secret's value, not its id." },
    { 7000222, "Its secret or certificate has expired: make a new one." },
    { 7000216, "Configure a client credential." },
    { 7000218, "Configure a client credential, or allow public client flows for the app." },
    { 700025, "The app is registered as a public client: leave the credential out." },
    { 700027, "Register this certificate with the app." },
    { 700021, "Check ClientId and this machine's clock." },
    { 50027, "Check ClientId and this machine's clock." },
    { 700024, "Check this machine's clock." },
    { 7000214, "Register a new certificate: this one was revoked." },
    { 7000277, "Check the certificate's dates and this machine's clock." },
    { 1000502, "Check the certificate's dates and this machine's clock." },
    { 7000274, "Register the certificate that belongs to this key." },
    { 50012, "Register this certificate with the app." },
    { 700030, "Register this certificate with the app; check its subject." },
    { 5002738, "The federated token's issuer must sign with RS256." },
    { 70021, "Register the token's issuer, subject and audience with the app, to the letter." },
    { 700211, "Register the token's issuer with the app, to the letter." },
    { 700212, "Register the token's audience with the app, to the letter." },
    { 700213, "Register the token's subject with the app, to the letter." },
    { 7002137, "Register the token's issuer, subject and audience with the app, to the letter." },
    { 7002138, "Register the token's issuer, subject and audience with the app, to the letter." },

    /* Consent and policy. */
    { 65001, "An administrator must consent to the app's permissions in this tenant." },
    { 65004, "An administrator must consent to the app's permissions in this tenant." },
    { 50105, "An administrator must assign the app to the resource." },
    { 53003, "Conditional access blocks this: ask the tenant's administrator." },
    { 530003, "Conditional access blocks this: ask the tenant's administrator." },

    /* Load. */
    { 50196, "The same token is asked for in a loop: look for what does so." },
    { 90055, "Too many requests: wait, then try again." },
    { 90033, "A passing fault of the authority: try again." },
    { 90006, "A passing fault of the authority: try again." },
    { 90024, "A passing fault of the authority: try again." },
    { 90090, "A passing fault of the authority: try again." },
    { 50033, "A passing fault of the authority: try again." },
};

const char *aadsts_hint(long code)
{
    for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++)
        if (hints[i].code == code)
            return hints[i].hint;
    return NULL;
}
