/* SPDX-License-Identifier: MIT */
#include "common/entra/remedies.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "common/base/array.h"

/* A code that has a blank in it would be two. */
static const struct remedy entries[] = {
    /* ---- the first three of Microsoft's "Daemon app that calls web APIs - acquire a token",
     *      section "Troubleshooting" ---- */
    { "AADSTS70011 AADSTS1002012", "The scope is not one that an app can ask for.",
      "An app asks for RESOURCE/.default; --resource appends it." },
    { "Authorization_RequestDenied",
      "The API refuses (403): the app has no permission that covers the request.",
      "Add the application permission to the app's API permissions, and let an administrator "
      "of the tenant grant consent; then ask for a new token (--force-refresh)." },
    { "no_app_roles", "The app's token has no roles, so an API of one's own answers 403.",
      "Define app roles in the API's own registration (allowed member types: Applications), "
      "add them to the app's API permissions, and let an administrator grant consent." },

    /* ---- the scope and the resource ---- */
    { "AADSTS28002 AADSTS28003", "The scope is malformed or empty.",
      "Check how the scope is written: RESOURCE/.default." },
    { "AADSTS500011", "The tenant does not know the resource.",
      "Check the resource's URI; its app may also lack consent in this tenant." },
    { "AADSTS501051", "The app has no role of this resource, which demands one.",
      "An administrator must assign the app to a role of the resource." },
    { "AADSTS700022", "The scope names several resources.",
      "Ask for one resource at a time, as RESOURCE/.default." },
    { "AADSTS700023", "The scope names no resource.",
      "Ask for one resource, as RESOURCE/.default." },
    { "AADSTS650057", "The resource is not among the app's permissions.",
      "Add the resource to the app's API permissions, or check its URI." },
    { "AADSTS50001", "The resource is disabled, or not known in this tenant.",
      "Check the resource's URI; it may be disabled in this tenant." },
    { "AADSTS65002", "The app is a borrowed one of Microsoft's, and this API does not take it.",
      "Register an app of your own and set ClientId." },

    /* ---- the app and the tenant ---- */
    { "AADSTS700016", "The tenant does not know the app.",
      "Check ClientId and TenantId: the app is not registered in this tenant." },
    { "AADSTS90002", "There is no such tenant.",
      "Check TenantId: no such tenant in this cloud (Instance names the cloud)." },
    { "AADSTS900023", "The tenant is malformed.",
      "TenantId is a GUID or a domain, such as contoso.onmicrosoft.com." },
    { "AADSTS70001", "The app is not known, or disabled.",
      "Check ClientId; the app may have been removed or disabled." },
    { "AADSTS7000112", "The app is disabled.",
      "The app is disabled; an administrator can enable it." },
    { "AADSTS9001023 AADSTS50194", "No one tenant is named, and this grant or app needs one.",
      "Name the tenant: TenantId cannot be 'common' for this." },
    { "AADSTS900382 AADSTS900432", "The app belongs to another cloud.",
      "The app belongs to another cloud: set Instance to that cloud's host." },
    { "AADSTS100007", "The regional endpoint is not for this app.", "Leave AzureRegion out." },
    { "AADSTS70003", "The authority does not support the grant.",
      "Check Instance: this may be no Entra. Otherwise it is a bug of ours; please report it." },
    { "AADSTS9002313 AADSTS900144", "The request is malformed.",
      "This is a bug of ours: please report it with this text." },

    /* ---- the app's credential ---- */
    { "AADSTS7000215", "The client secret is wrong.", "Use the secret's value, not its id." },
    { "AADSTS7000222", "The client secret or the certificate has expired.",
      "Its secret or certificate has expired: make a new one." },
    { "AADSTS7000216", "No credential came with the request.", "Configure a client credential." },
    { "AADSTS7000218", "The app is no public client, and no credential came with the request.",
      "Configure a client credential, or allow public client flows for the app." },
    { "AADSTS700025", "The app is a public client, and a credential came with the request.",
      "The app is registered as a public client: leave the credential out." },
    { "AADSTS700027", "The assertion's signature is not of a certificate of the app's.",
      "Register this certificate with the app." },
    { "AADSTS700021 AADSTS50027", "The assertion is not of this app, or malformed.",
      "Check ClientId and this machine's clock." },
    { "AADSTS700024", "The assertion is not valid at this time.",
      "Check this machine's clock; a federated token may be stale." },
    { "AADSTS7000214", "The certificate was revoked.",
      "Register a new certificate: this one was revoked." },
    { "AADSTS7000277 AADSTS1000502", "The certificate is outside its validity.",
      "Check the certificate's dates and this machine's clock." },
    { "AADSTS7000274", "The assertion's signature is wrong.",
      "Register the certificate that belongs to this key." },
    { "AADSTS50012", "The certificate is not one of the app's.",
      "Register this certificate with the app." },
    { "AADSTS700030", "The certificate's subject or issuer is not one of the app's.",
      "Register this certificate with the app; check its subject." },
    { "AADSTS5002738", "The federated token is not signed as Entra wants it.",
      "The federated token's issuer must sign with RS256." },
    { "AADSTS70021 AADSTS7002137 AADSTS7002138", "No federated credential of the app's matches.",
      "Register the token's issuer, subject and audience with the app, to the letter. A new "
      "registration takes minutes to be known." },
    { "AADSTS700211", "No federated credential of the app's has the token's issuer.",
      "Register the token's issuer with the app, to the letter." },
    { "AADSTS700212", "No federated credential of the app's has the token's audience.",
      "Register the token's audience with the app, to the letter." },
    { "AADSTS700213", "No federated credential of the app's has the token's subject.",
      "Register the token's subject with the app, to the letter." },

    /* ---- consent and policy ---- */
    { "AADSTS65001", "Nobody consented to the app's permissions.",
      "An administrator must consent to the app's permissions in this tenant." },
    { "AADSTS65004", "The person declined to consent to the app's permissions.",
      "Sign in again, by 'entra login', and accept, or let an administrator consent for all." },
    { "AADSTS50105", "The app or person is not assigned to the resource.",
      "An administrator must assign the app or person to the resource." },
    { "AADSTS53000 AADSTS53001 AADSTS50158 AADSTS53003 AADSTS530003",
      "The tenant's policy (conditional access) blocks this.",
      "Conditional access blocks this: sign in from a device that complies, or ask the "
      "tenant's administrator." },

    /* ---- people ---- */
    { "AADSTS50020 AADSTS50034", "The account is not of this tenant.",
      "Sign in with an account of this tenant, or set TenantId to the account's own." },
    { "AADSTS50053 AADSTS50055 AADSTS50057 AADSTS50126",
      "The account is disabled or locked, or its password is wrong or expired.",
      "See to the person's account: its password, or the tenant's administrator." },
    { "AADSTS50076 AADSTS50079 AADSTS50074", "The tenant wants a second factor.",
      "Sign in again, by 'entra login': a second factor is needed." },
    { "AADSTS50173 AADSTS700082 AADSTS70043 AADSTS700084", "The sign-in was revoked or is too old.",
      "Sign in again, by 'entra login'." },
    { "AADSTS70008 AADSTS70000 AADSTS9002326",
      "The code or refresh token is wrong, expired, or of another kind of app.",
      "Sign in again, by 'entra login'. If that does not help: register http://localhost as a "
      "redirect of the platform 'Mobile and desktop applications', not of a web or single-page "
      "app." },
    { "AADSTS70016", "The code was not entered yet.",
      "Enter the code on the page that was named." },
    { "AADSTS70020 AADSTS70019", "The code was not entered in time.",
      "Start again, by 'entra login', and enter the code within its time." },
    { "AADSTS50011 AADSTS500113", "The redirect is not one of the app's.",
      "Register http://localhost as a redirect of the platform 'Mobile and desktop "
      "applications'." },

    /* ---- load ---- */
    { "AADSTS50196", "The same is asked for again and again.",
      "The same token is asked for in a loop: look for what does so." },
    { "AADSTS90055", "Too many requests.", "Too many requests: wait, then try again." },
    { "AADSTS90033 AADSTS90006 AADSTS90024 AADSTS90090 AADSTS50033",
      "The authority has a fault that passes.", "A passing fault of the authority: try again." },

    /* ---- OAuth's own words: RFC 6749, 4.1.2.1 and 5.2; RFC 8628, 3.5; Entra's suberrors ---- */
    { "invalid_request", "The authority does not take the request.",
      "Check TenantId, ClientId and the scope." },
    { "invalid_client", "The authority does not believe that this is the app.",
      "Check ClientId and the app's credential." },
    { "invalid_grant bad_token", "What was shown for a token does not count any more.",
      "Sign in again, by 'entra login'; an app: check its assignment to the resource." },
    { "unauthorized_client", "The app may not ask in this way, or is not of this tenant.",
      "Check ClientId and TenantId, and that the app may use this flow." },
    { "unsupported_grant_type", "The authority does not support the grant.", "Check Instance." },
    { "invalid_scope", "The scope is not valid.",
      "An app asks for RESOURCE/.default; --resource appends it." },
    { "invalid_resource invalid_target", "The tenant does not know the resource.",
      "Check the resource's URI; its app may also lack consent in this tenant." },
    { "interaction_required login_required basic_action additional_action message_only",
      "The authority wants to ask the person something.", "Sign in again, by 'entra login'." },
    { "consent_required", "Nobody consented to the app's permissions.",
      "Sign in again, by 'entra login', or let an administrator consent." },
    { "access_denied authorization_declined", "The person, or the tenant, declined.",
      "Sign in again, by 'entra login', or ask the tenant's administrator." },
    { "expired_token bad_verification_code", "The code was not entered in time, or is wrong.",
      "Start again, by 'entra login'." },
    { "temporarily_unavailable server_error", "The authority has a fault that passes.",
      "A passing fault of the authority: try again." },
    { "insufficient_claims", "The API wants a token that satisfies a challenge.",
      "Ask for a token with --claims and the challenge's claims, decoded from Base64." },
    { "invalid_token", "The API refuses (401): the token is not for it, or is spent.",
      "The scope names another API than the one that is called: set Scopes to that API's "
      "RESOURCE/.default, a slash at the resource's end included." },

    /* ---- HTTP ---- */
    { "http_redirect", "The authority sends elsewhere, and that is not followed.",
      "Check Instance." },
    { "http_throttled", "The authority is asked too often (429).",
      "Wait, then try again; look for what asks so often." },
    { "http_fault", "The authority has a fault (5xx).", "Try again later." },
    { "not_a_token_endpoint", "What answered is not an authority.",
      "Check Instance; a proxy or a captive portal may stand between." },
    { "unusable_answer", "What answered speaks OAuth, but gave no token that can be used.",
      "Check Instance; a proxy may change what passes." },

    /* ---- the network ---- */
    { "name_not_resolved", "The authority's name has no address.",
      "Check Instance, the network, and this machine's DNS." },
    { "proxy_not_resolved", "The proxy's name has no address.",
      "Check the proxy that https_proxy or all_proxy names." },
    { "proxy_refused", "The proxy lets nobody through to the authority.",
      "Check the proxy that https_proxy or all_proxy names, its user name and password; "
      "no_proxy lists the hosts that need none." },
    { "not_connected", "Nobody answers at the authority's address.",
      "Check Instance, a firewall, and whether a proxy is needed, or is wrong (https_proxy)." },
    { "timed_out", "The time was up before an answer was there.",
      "--timeout sets how long to wait." },
    { "connection_broken", "The connection broke off before the answer was whole.",
      "Try again; a proxy or a firewall may cut connections." },
    { "answer_too_long", "The answer is longer than any of an authority.",
      "Check Instance; a proxy or a captive portal may stand between." },
    { "tls_untrusted", "The authority's certificate is not trusted.",
      "The certificate is not trusted here: if a proxy inspects TLS, name its CA's file in "
      "SSL_CERT_FILE; if its date is the matter, check this machine's clock." },
    { "tls_failed", "What answers does not speak TLS as we do.",
      "Check Instance and its port; a proxy or a captive portal may stand between." },
    { "tls_ca_file", "The file of trusted certificates cannot be used.",
      "Check the file that CURL_CA_BUNDLE or SSL_CERT_FILE names." },
    { "clock_wrong",
      "This machine's clock is wrong, so what it signs is not valid yet or any more.",
      "Set the clock right, by a time service such as chrony or systemd-timesyncd." },

    /* ---- keyrings ---- */
    { "keyring_no_bus", "There is no session bus, so no desktop keyring.",
      "Log in at the desktop, or use --keyring kernel; over ssh that is what auto does." },
    { "keyring_absent", "No keyring is on the session bus.",
      "Start one (gnome-keyring-daemon, KWallet, KeePassXC), or use --keyring kernel." },
    { "keyring_locked", "The desktop keyring is locked, or there is none yet.",
      "Unlock it, or make one where there is none yet, by logging in at the desktop or in "
      "Seahorse." },
    { "keyring_silent", "The desktop keyring does not answer.",
      "Unlock or restart it, or use --keyring kernel." },
    { "keyring_failed", "The desktop keyring does not do what it is asked.",
      "See its log, or use another one (--keyring)." },
    { "keyring_full", "This user's quota of kernel keys is used up.",
      "keyctl(1) shows the keys; kernel.keys.maxbytes and maxkeys are the quota." },
    { "keyring_forbidden", "The kernel's keyring may not be used here.",
      "--keyring runtime keeps tokens in memory there." },
    { "keyring_no_folder", "There is no folder in memory for the keyring runtime.",
      "Let XDG_RUNTIME_DIR name one, of mode 0700." },
    { "keyring_unknown", "There is no keyring of that name.",
      "Say auto, secret-service, kernel, runtime or none." },
    { "keyring_no_secret", "The keyring has no client secret of the app.",
      "'entra secret set' keeps one there." },

    /* ---- configuration ---- */
    { "unconfigured", "Nothing says who asks, and this machine has no identity of its own.",
      "No identity is configured: put one into ~/.config/entra/appsettings.json, see "
      "entra-appsettings(5)." },
    { "configuration_syntax", "The configuration is not JSON.",
      "Look at that line, and at the one before it; comments are fine." },
    { "place_holder", "The configuration still has what the sample file says in place of a value.",
      "Put your own value there." },
    { "no_identity", "The app's id or its tenant is missing.",
      "Put it into ~/.config/entra/appsettings.json; see entra-appsettings(5)." },
    { "no_credential", "The app's own token is wanted, and the app has no credential.",
      "RequestAppToken asks for the app's own token, which needs one: ClientCredentials, "
      "ClientSecret or AZURE_CLIENT_SECRET." },
    { "unknown_identity", "The configuration has no identity of that name.",
      "AuthenticationOptionsName names it; an identity is an object with ClientId or TenantId." },
    { "several_identities", "The configuration has several identities, and none is the default.",
      "Let the API's AcquireTokenOptions name one as AuthenticationOptionsName." },
    { "unknown_api", "The configuration has no API of that name.",
      "An API is an object with Scopes; AzureDevOps and AKS are built in." },
    { "which_api", "Nothing says which API the token is for.",
      "Say --api NAME, --resource URI or --scope SCOPE." },
    { "scope_count", "An API has no scope, or several.",
      "It is RESOURCE/.default; make an API of each resource." },
    { "scope_not_default", "The scope does not end in /.default.",
      "Use RESOURCE/.default, such as https://graph.microsoft.com/.default, or --resource, "
      "which appends it." },
    { "tenant_malformed", "The tenant is neither a GUID nor a domain.",
      "A tenant is a GUID or a domain, such as contoso.onmicrosoft.com." },
    { "tenant_of_many", "An app has no token of its own at common, organizations or consumers.",
      "Set TenantId to the tenant's GUID or domain." },
    { "client_id_malformed", "The client id is none.",
      "It is the app registration's Application (client) ID, a GUID." },
    { "authority_malformed", "The authority is no URL of one.",
      "An authority is a URL such as https://login.microsoftonline.com/ or, where the tenant "
      "belongs to it, https://login.microsoftonline.com/TENANT." },
    { "url_of_nobody", "The URL belongs to no API of the configuration.",
      "An API's BaseUrl says where its tokens may go." },
    { "base_url",
      "A BaseUrl says no place where the API's tokens may go, or not all of it is looked at.",
      "It is scheme, host and path, such as https://api.contoso.com/v1; '*.' before a domain "
      "stands for every host below it." },
    { "file_writable", "Others can write a file that is to be believed.",
      "Look at what is in it, then take the right away: chmod go-w." },
    { "file_readable", "Others can read a file that holds a secret.", "chmod go-r." },
    { "certificate_no_password", "The key is encrypted.",
      "Set CertificatePassword or AZURE_CLIENT_CERTIFICATE_PASSWORD." },
    { "certificate_wrong_password", "The key's password is wrong.",
      "Check CertificatePassword or AZURE_CLIENT_CERTIFICATE_PASSWORD." },
    { "certificate_no_key", "The private key is not with the certificate.",
      "CertificateKeyDiskPath names the file of the key." },
    { "certificate_missing", "The key is there, and its certificate is not.",
      "Let CertificateDiskPath name the certificate's file, and CertificateKeyDiskPath the key." },
    { "certificate_no_match", "The private key is not the certificate's.",
      "Take both from one export; after a renewal both change." },
    { "certificate_expired", "The certificate is not valid any more, or not yet.",
      "Make a new certificate and register it with the app; check this machine's clock." },
    { "provider_missing", "OpenSSL reaches no key or certificate under that URI.",
      "Its provider must be installed (pkcs11-provider, tpm2-openssl)." },
    { "federated_stale", "The federated token has expired.",
      "See to what renews it, and to this machine's clock." },
    { "github_no_token", "The job of GitHub Actions may not ask for a token.",
      "A job of GitHub Actions has them with 'permissions: id-token: write'." },
    { "pipelines_no_token", "The step of Azure Pipelines has no access token.",
      "A pipeline's step gets them with 'env: SYSTEM_ACCESSTOKEN: $(System.AccessToken)'." },
    { "identity_not_assigned", "The managed identity that is asked for is not here.",
      "Check that this identity is assigned to this machine or app." },
    { "sign_in_needed", "A person must sign in first.", "Sign in, by 'entra login'." },
    { "sign_in_late", "Nobody signed in within the time there was.",
      "Try again; --timeout sets how long a person is waited for." },
    { "sign_in_pending", "Another process waits for a person to sign in already.",
      "Sign in where it asks, or end it; then try again." },
    { "no_refresh_token", "The sign-in brought no refresh token, so it does not last.",
      "Let the app have the permission offline_access (an administrator may have to consent to "
      "it); a policy of the tenant may forbid sign-ins that last." },
    { "no_managed_identity", "Azure gave this machine no identity.",
      "There is no managed identity on this machine, unless it runs in Azure." },

    /* ---- git and kubectl ---- */
    { "git_plaintext_helper", "git hands the token to a helper that writes it into a file.",
      "Run 'entra setup git https://HOST', which keeps it away from the host, unless the "
      "repository's own configuration names it." },
    { "git_use_http_path", "git does not tell the path, by which APIs of one host are told apart.",
      "git config --global credential.https://HOST.useHttpPath true." },
    { "program_not_found", "A program that is named in a configuration is not there.",
      "Install it into a folder of PATH, or name it by its whole path." },
};

const struct remedy *remedies_all(size_t *count)
{
    *count = ARRAY_SIZE(entries);
    return entries;
}

static bool has_code(const struct remedy *entry, const char *code, size_t length)
{
    for (const char *at = entry->codes; *at != '\0';) {
        size_t word = strcspn(at, " ");
        if (word == length && strncasecmp(at, code, word) == 0)
            return true;
        at += word + strspn(at + word, " ");
    }
    return false;
}

const struct remedy *remedies_find(const char *code)
{
    size_t length = strlen(code);
    for (size_t i = 0; i < ARRAY_SIZE(entries); i++)
        if (has_code(&entries[i], code, length))
            return &entries[i];
    return NULL;
}

const char *remedies_text(const char *code)
{
    const struct remedy *entry = remedies_find(code);
    return entry != NULL ? entry->remedy : NULL;
}
