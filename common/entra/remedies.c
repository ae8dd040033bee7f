/* SPDX-License-Identifier: MIT */
#include "common/entra/remedies.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "common/base/array.h"

/* A browser shows the device to the authority only with the help of the device's broker. */
#define BY_BROWSER                                                                                 \
    "sign in with 'entra login --browser', in a browser that uses the device's identity broker "   \
    "(such as Edge with microsoft-identity-broker), or with 'entra login --broker', or ask the "   \
    "tenant's administrator."

#define INTERCEPTED "A proxy or a captive portal may intercept the connection."

/* The end of a sentence that names another keyring for all programs: git and other host tools take
 * no --keyring, and a sign-in that one program keeps elsewhere is of no use to the others. */
#define BY_VARIABLE(keyring)                                                                       \
    ": run 'export ENTRA_KEYRING=" keyring "', set this for later sessions too, and give no "      \
    "--keyring."
#define KERNEL_FOR_ALL "have all programs use the kernel keyring" BY_VARIABLE("kernel")

/* The first code of two entries. */
#define REMEDIES_POLICY  "AADSTS53003"
#define REMEDIES_DEVICE  "AADSTS53000"
#define REMEDIES_ACCOUNT "AADSTS50020"

/* What Microsoft's page says of each number is meant here: "Microsoft Entra authentication and
 * authorization error codes"; of those that it does not have, the authority's own text, and
 * Microsoft.Identity.Web's Constants for the certificates'.
 *
 * Spaces separate the codes of an entry. Most entries end with the remedy. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
static const struct remedy entries[] = {
    /* ---- the first three in Microsoft's "Daemon app that calls web APIs - acquire a token",
     *      section "Troubleshooting" ---- */
    { "AADSTS70011 AADSTS1002012", "The scope is not one that an app can request.",
      "An app requests RESOURCE/.default; --resource appends the suffix." },
    { "Authorization_RequestDenied",
      "The API refused the request (403): the app has no permission that allows it.",
      "Add the application permission to the app's API permissions and have an administrator of "
      "the tenant grant consent; then request a new token (--force-refresh). Azure's own APIs and "
      "AKS clusters go by roles instead: assign one to the app or user, in the resource's access "
      "control (IAM).",
      .said = "Insufficient privileges\nForbidden\n403\nAuthorizationFailed\nForbiddenByRbac\n"
              "AuthorizationFailure\nAuthorizationPermissionMismatch" },
    { "no_app_roles",
      "The app's token has no roles, so an API that your organization develops answers 403.",
      "Define app roles in the API's own registration (allowed member types: Applications), "
      "add them to the app's API permissions, and have an administrator grant consent.",
      .said = "Forbidden\n403" },

    /* ---- the scope and the resource ---- */
    { "AADSTS28002 AADSTS28003", "The scope is malformed or empty.",
      "Check the spelling of the scope: RESOURCE/.default." },
    { "AADSTS500011 AADSTS650054", "The resource is not known in the tenant.",
      "Check the resource's URI; its app may also lack consent in this tenant." },
    { "AADSTS500014", "The resource's service principal is disabled in the tenant.",
      "An administrator can enable it among the tenant's enterprise applications; a subscription "
      "may have lapsed." },
    { "AADSTS650052", "The resource has no service principal in the tenant.",
      "Check the resource and TenantId; otherwise, an administrator must subscribe the tenant to "
      "the service, or add it to the enterprise applications." },
    { "AADSTS90009", "The app requests a token for its own API, and names it by a URI.",
      "An app names its own API by its client ID: set Scopes to CLIENT_ID/.default, with the GUID "
      "and without api://." },
    { "AADSTS501051", "The resource requires an app role, and the app has none.",
      "An administrator must assign the app to a role of the resource." },
    { "AADSTS700022", "The scope names several resources.",
      "Request one resource at a time, as RESOURCE/.default." },
    { "AADSTS700023", "The scope does not name a resource.",
      "Request one resource, as RESOURCE/.default." },
    { "AADSTS650057", "The resource is not among the app's permissions.",
      "Add the resource to the app's API permissions, or check its URI." },
    { "AADSTS650056 AADSTS65005",
      "The app's permissions do not include the resource, or lack consent.",
      "Check ClientId; add the resource to the app's API permissions, and have an administrator "
      "consent.",
      .link = REMEDY_LINK_CONSENT },
    { "AADSTS50001", "The resource is disabled, or not known in this tenant.",
      "Check the resource's URI; it may be disabled in this tenant." },
    { "AADSTS65002",
      "The app is one of Microsoft's own, which this API does not accept from other programs.",
      "Register an app of your own and set ClientId." },

    /* ---- the app and the tenant ---- */
    { "AADSTS700016 AADSTS700011", "The app is not known in the tenant.",
      "Check ClientId and TenantId: the app is not registered in this tenant." },
    { "AADSTS7000229", "The app has no service principal in the tenant.",
      "Check TenantId; if it is right, an administrator of the tenant must consent to the app, "
      "which adds it.",
      .link = REMEDY_LINK_CONSENT },
    { "AADSTS90002", "The tenant does not exist.",
      "Check TenantId: there is no such tenant in this cloud (Instance names the cloud).",
      .by_default = "Check TenantId: there is no such tenant in the public cloud." },
    { "AADSTS900023", "The tenant is malformed.",
      "Check TenantId: a tenant is a GUID or a domain, such as contoso.onmicrosoft.com." },
    { "AADSTS70001", "The app is not known or disabled.",
      "Check ClientId; the app may have been removed or disabled." },
    { "AADSTS7000112", "The app is disabled.",
      "The app is disabled; an administrator can enable it." },
    { "AADSTS9001023 AADSTS50194", "This app or grant type requires a single tenant.",
      "Check TenantId: it must be a single tenant here, not 'common'." },
    { "AADSTS900382 AADSTS900432 AADSTS90038", "The app or the tenant belongs to another cloud.",
      "Set Instance to the login host of the cloud of the app and the tenant.",
      .by_default =
          "Name the login host of the cloud of the app and the tenant, as --authority or, in "
          "the configuration, as Instance." },
    { "AADSTS100007", "The app cannot use the regional endpoint.", "Remove AzureRegion." },
    { "AADSTS70003", "The authority does not support the grant type.",
      "Check Instance: the authority may not be Entra. Otherwise, this is a bug in "
      "entra-credential-helpers; please report it.",
      .by_default = "This is a bug in entra-credential-helpers; please report it." },
    { "AADSTS9002313 AADSTS900144", "The request is malformed.",
      "This is a bug in entra-credential-helpers; please report it with this message." },

    /* ---- the app's credential ---- */
    { "AADSTS7000215 AADSTS70002", "The client secret is wrong.",
      "Check ClientId, and that the secret is one of this app's and has not been deleted.",
      .link = REMEDY_LINK_CREDENTIALS },
    { "AADSTS7000222", "The client secret has expired.",
      "The app's secret has expired: create a new one.", .link = REMEDY_LINK_CREDENTIALS },
    { "AADSTS7000216", "The request did not contain a credential.",
      "Configure a client credential." },
    { "AADSTS7000218", "The app is not a public client, and the request contained no credential.",
      "Configure a client credential, or allow public client flows for the app." },
    { "AADSTS700025", "The app is a public client, and the request contained a credential.",
      "The app is registered as a public client: remove the credential." },
    { "AADSTS700027", "The assertion is not signed with a valid certificate of the app.",
      "Register this certificate with the app; if its key has expired, create a new one.",
      .link = REMEDY_LINK_CREDENTIALS },
    { "AADSTS700021 AADSTS50027", "The assertion is malformed, or not for this app.",
      "Check ClientId and this machine's clock." },
    { "AADSTS700024", "The assertion is expired or not valid yet.",
      "Check this machine's clock; a federated token may be out of date." },
    { "AADSTS7000214 AADSTS7000277", "The certificate has been revoked.",
      "Register a new certificate: this one has been revoked.", .link = REMEDY_LINK_CREDENTIALS },
    { "AADSTS1000502", "The certificate has expired or is not valid yet.",
      "Check the certificate's validity dates; create a new one and register it with the app.",
      .link = REMEDY_LINK_CREDENTIALS },
    { "AADSTS7000274", "The assertion's signature is wrong.",
      "Register the certificate that belongs to this key.", .link = REMEDY_LINK_CREDENTIALS },
    { "AADSTS50012", "The certificate or the assertion's signature is not accepted.",
      "Register this certificate with the app; check its validity dates and chain.",
      .link = REMEDY_LINK_CREDENTIALS },
    { "AADSTS700030", "The certificate's subject or issuer is not registered with the app.",
      "Register this certificate with the app; check its subject.",
      .link = REMEDY_LINK_CREDENTIALS },
    { "AADSTS5002738", "The federated token has a signature algorithm that Entra does not accept.",
      "The issuer of the federated token must sign it with RS256." },
    { "AADSTS70021 AADSTS7002137 AADSTS7002138",
      "The app has no federated credential that matches the token.",
      "Register the token's issuer, subject and audience with the app, exactly as they are in the "
      "token. A new registration takes effect after some minutes." },
    { "AADSTS70025", "The app has no federated credentials.",
      "Check ClientId; register the token's issuer, subject and audience with the app. A new "
      "registration takes effect after some minutes." },
    { "AADSTS70023", "The federated token's lifetime is too long.",
      "The issuer of the federated token must issue it for a day at most." },
    { "AADSTS700222 AADSTS700226 AADSTS700229 AADSTS700236",
      "The federated token is one of Entra's that cannot be used as such.",
      "Of Entra's own tokens, only that of a managed identity of the app's tenant can be used "
      "(SignedAssertionFromManagedIdentity); otherwise, use one of another issuer." },
    { "AADSTS700211", "The app has no federated credential with the token's issuer.",
      "Register the token's issuer with the app, exactly as it is in the token." },
    { "AADSTS700212", "The app has no federated credential with the token's audience.",
      "Register the token's audience with the app, exactly as it is in the token." },
    { "AADSTS700213", "The app has no federated credential with the token's subject.",
      "Register the token's subject with the app, exactly as it is in the token." },

    /* ---- consent and policy ---- */
    { "AADSTS65001 AADSTS90094 AADSTS90095", "The app's permissions lack consent.",
      "An administrator must consent to the app's permissions in this tenant.",
      .link = REMEDY_LINK_CONSENT },
    { "AADSTS65004", "The user declined to consent to the app's permissions.",
      "Sign in again with 'entra login' and accept, or have an administrator consent for all "
      "users." },
    { "AADSTS50105", "The app or user is not assigned to the resource.",
      "An administrator must assign the app or user to the resource." },
    { REMEDIES_POLICY " AADSTS530032 AADSTS530035 AADSTS50131 AADSTS50158 "
                      "AADSTS50005 AADSTS53002",
      "A conditional access policy of the tenant blocks the request.",
      "Conditional access blocks the request; it may forbid device codes: " BY_BROWSER },
    { REMEDIES_DEVICE " AADSTS530003 AADSTS53001 AADSTS50097 AADSTS50129 "
                      "AADSTS50155",
      "The tenant accepts only devices that it manages, and did not recognize this one.",
      "A sign-in by device code does not show which device this is: " BY_BROWSER },

    /* ---- users ---- */
    { REMEDIES_ACCOUNT " AADSTS50034", "The account does not exist in this tenant.",
      "Use an account that this tenant knows, or have an administrator of the tenant invite this "
      "one; if another tenant is meant, check TenantId." },
    { "AADSTS50053 AADSTS50055 AADSTS50057 AADSTS50126",
      "The account is disabled or locked, or its password is wrong or expired.",
      "Check the account and its password, or ask the tenant's administrator." },
    { "AADSTS50076 AADSTS50079 AADSTS50074 AADSTS50072 AADSTS50078",
      "The tenant requires multifactor authentication.",
      "Sign in again with 'entra login': multifactor authentication is required." },
    { "AADSTS50173 AADSTS700082 AADSTS70043 AADSTS700084 AADSTS50089 AADSTS50132 AADSTS50133",
      "The sign-in has been revoked or has expired.", "Sign in again with 'entra login'." },
    { "AADSTS70008 AADSTS70000 AADSTS9002326",
      "The code or refresh token is wrong or expired, or belongs to another type of app.",
      "Sign in again with 'entra login'. If that does not help, register http://localhost as a "
      "redirect URI of the platform 'Mobile and desktop applications', not of a web or "
      "single-page app." },
    { "AADSTS70016", "The code has not been entered yet.",
      "Enter the code on the page that 'entra login' names." },
    { "AADSTS70020 AADSTS70019", "The code was not entered in time.",
      "Run 'entra login' again, and enter the code before it expires." },
    { "AADSTS50011 AADSTS500113", "The redirect URI is not registered with the app.",
      "Register http://localhost as a redirect URI of the platform 'Mobile and desktop "
      "applications'." },

    /* ---- load ---- */
    { "AADSTS50196", "The same token is requested again and again.",
      "The same token is requested in a loop: find the program that does so." },
    { "AADSTS90055", "There are too many requests.",
      "There are too many requests: wait, then try again." },
    { "AADSTS90033 AADSTS90006 AADSTS90024 AADSTS90090 AADSTS50033",
      "The authority has a temporary fault.",
      "The authority has a temporary fault: try again later." },

    /* ---- OAuth's error codes: RFC 6749, 4.1.2.1 and 5.2; RFC 8628, 3.5; Entra's suberrors ---- */
    { "invalid_request", "The authority does not accept the request.",
      "Check TenantId, ClientId and the scope." },
    { "invalid_client", "The authority could not authenticate the app.",
      "Check ClientId and the app's credential." },
    { "invalid_grant bad_token", "The token or code in the request is no longer valid.",
      "Sign in again with 'entra login'; for an app, check its assignment to the resource." },
    { "unauthorized_client",
      "The app is not allowed to use this grant type, or is not in this tenant.",
      "Check ClientId and TenantId, and that this flow is enabled for the app." },
    { "unsupported_grant_type", "The authority does not support the grant type.", "Check Instance.",
      .by_default = "This is a bug in entra-credential-helpers; please report it." },
    { "invalid_scope", "The scope is not valid.",
      "An app requests RESOURCE/.default; --resource appends the suffix." },
    { "invalid_resource invalid_target", "The resource is not known in the tenant.",
      "Check the resource's URI; its app may also lack consent in this tenant." },
    { "interaction_required login_required basic_action additional_action message_only",
      "The authority requires the user to sign in again.", "Sign in again with 'entra login'." },
    { "consent_required", "The app's permissions lack consent.",
      "Sign in again with 'entra login', or have an administrator consent." },
    { "access_denied authorization_declined", "The user or the tenant denied access.",
      "Sign in again with 'entra login', or ask the tenant's administrator." },
    { "expired_token bad_verification_code", "The code is wrong or was not entered in time.",
      "Run 'entra login' again." },
    { "temporarily_unavailable server_error", "The authority has a temporary fault.",
      "The authority has a temporary fault: try again later." },
    { "insufficient_claims", "The API requires a token that satisfies a claims challenge.",
      "Request a token with --claims and the claims of the challenge, decoded from Base64." },
    { "invalid_token", "The API refused the token (401): it is for another API, or has expired.",
      "The scope belongs to another API than the one that is called: set Scopes to that API's "
      "RESOURCE/.default, including any slash at the end of the resource.",
      .said = "InvalidAuthenticationToken\nUnauthorized\n401" },

    /* ---- HTTP ---- */
    { "http_redirect", "The authority sent a redirect, which is not followed.", "Check Instance.",
      .by_default = INTERCEPTED },
    { "http_throttled", "The authority receives too many requests (429).",
      "Wait, then try again; find the program that sends so many requests.",
      .said = "Too Many Requests\n429" },
    { "http_fault", "The authority has a fault (5xx).", "Try again later." },
    { "not_a_token_endpoint", "The answer is not that of an authority.",
      "Check Instance; a proxy or a captive portal may intercept the connection.",
      .by_default = INTERCEPTED },
    { "unusable_answer", "The answer is OAuth, but contains no usable token.",
      "Check Instance; a proxy may modify the answer.",
      .by_default = "A proxy may modify the answer." },

    { "registry_refused", "The container registry does not accept this identity.",
      "Check that the identity has a role there, such as AcrPull or AcrPush, and is of the "
      "registry's tenant." },
    { "not_a_registry", "The answer is not that of an Azure Container Registry.",
      "Check the name of the registry; a proxy may intercept the connection." },

    /* ---- the network ---- */
    { "name_not_resolved", "The authority's host name could not be resolved.",
      "Check Instance, the network, and this machine's DNS.",
      .by_default = "Check the network and this machine's DNS." },
    { "proxy_not_resolved", "The proxy's host name could not be resolved.",
      "Check the proxy that https_proxy, all_proxy or, for git, http.proxy names." },
    { "proxy_refused", "The proxy refused to connect to the authority.",
      "Check the proxy that https_proxy, all_proxy or, for git, http.proxy names, and the user "
      "name and password in it; no_proxy lists the hosts that need no proxy." },
    { "not_connected", "Could not connect to the authority.",
      "Check Instance and the firewall, and whether a proxy is needed or wrong (https_proxy, and "
      "for git http.proxy).",
      .by_default = "Check the network and the firewall, and whether a proxy is needed or wrong "
                    "(https_proxy, and for git http.proxy)." },
    { "timed_out", "The authority did not answer in time.", "--timeout sets how long to wait." },
    { "connection_broken", "The connection ended before the answer was complete.",
      "Try again; a proxy or a firewall may cut connections." },
    { "answer_too_long", "The answer is too long to be that of an authority.",
      "Check Instance; a proxy or a captive portal may intercept the connection.",
      .by_default = INTERCEPTED },
    { "tls_untrusted", "The authority's certificate is not trusted.",
      "The certificate is not trusted here: if a proxy inspects TLS, set SSL_CERT_FILE, or for git "
      "http.sslCAInfo, to the file with its CA; if the certificate seems out of date, check this "
      "machine's clock." },
    { "tls_failed", "The TLS handshake failed.",
      "Check Instance and its port; a proxy or a captive portal may intercept the connection.",
      .by_default = INTERCEPTED },
    { "tls_ca_file", "The file or folder of trusted certificates cannot be used.",
      "Check the file that CURL_CA_BUNDLE or SSL_CERT_FILE names, or the folder of SSL_CERT_DIR." },
    { "clock_wrong",
      "This machine's clock is wrong, so what it signs is already expired or not valid yet.",
      "Correct the clock, with a time service such as chrony or systemd-timesyncd." },

    /* ---- keyrings ---- */
    { "keyring_no_bus", "There is no session bus, and therefore no desktop keyring.",
      "Log in at the desktop, or " KERNEL_FOR_ALL, .in_place = "Log in at the desktop." },
    { "keyring_absent", "There is no keyring on the session bus.",
      "Start one (gnome-keyring-daemon, KWallet, KeePassXC), or " KERNEL_FOR_ALL,
      .in_place = "Start one (gnome-keyring-daemon, KWallet, KeePassXC)." },
    { "keyring_denied", "The session bus does not let the program use the desktop keyring.",
      "Allow it (in a snap, connect the interface password-manager-service), or " KERNEL_FOR_ALL,
      .in_place = "Allow it (in a snap, connect the interface password-manager-service)." },
    { "broker_absent", "There is no identity broker in this session.",
      "Install one and enrol the device (microsoft-identity-broker, or Himmelblau); or sign in "
      "with "
      "'entra login --browser', where ENTRA_BROKER and Broker do not say require." },
    { "broker_needs_user", "The device's identity broker must ask the user.",
      "Run 'entra login --broker', or sign in to the device again: with Microsoft's broker, open "
      "intune-portal." },
    { "broker_cancelled", "The sign-in with the device's identity broker was cancelled.",
      "Run 'entra login --broker' to try again, or 'entra login --browser'." },
    { "broker_offline", "The device's identity broker cannot reach the authority.",
      "Check the network, then try again; or do without it: 'entra login --browser'." },
    { "broker_bus", "The session bus fails, so that the device's identity broker cannot be asked.",
      "Try again; if it lasts, look at the log of the bus ('journalctl --user -u dbus')." },
    { "broker_refuses_client", "The device's identity broker does not serve this client.",
      "Add https://login.microsoftonline.com/common/oauth2/nativeclient to the redirect URIs of "
      "the app's mobile and desktop platform, then run 'entra login --broker'; or sign in with "
      "'entra login --browser'." },
    { "broker_no_account", "The account is not signed in to the device.",
      "Sign in with 'entra login --broker' or 'entra login --browser'." },
    { "broker_accounts_unreadable",
      "Accounts of the device's identity broker cannot be read: they have no valid ID or user "
      "name, "
      "or are too many.",
      "Sign in with 'entra login --browser', or do without the broker: ENTRA_BROKER=never." },
    { "broker_several_accounts", "Several accounts are signed in to the device.",
      "Name one with --account." },
    { "broker_no_redirect", "No identity broker of Microsoft's serves this client of Microsoft's.",
      "Sign in with 'entra login --browser', or configure an app registration of your own; see "
      "entra-appsettings(5)." },
    { "broker_refused", "The device's identity broker refused.",
      "See its log ('journalctl --user'), or do without: ENTRA_BROKER=never." },
    { "broker_silent", "The device's identity broker does not answer.",
      "Restart it, and try again after a minute; or do without: ENTRA_BROKER=never." },
    { "broker_failed", "The device's identity broker failed.",
      "See its log ('journalctl --user'), or do without: ENTRA_BROKER=never." },
    { "broker_other_token", "The device's identity broker gave a token that was not asked for.",
      "Look which program has its name on the session bus: 'busctl --user status "
      "com.microsoft.identity.broker1'." },
    { "keyring_foreign_bus", "The session bus belongs to another user.",
      "DBUS_SESSION_BUS_ADDRESS was kept by su or sudo: unset it, or become the user by 'su -'. "
      "Without a desktop, " KERNEL_FOR_ALL,
      .in_place =
          "DBUS_SESSION_BUS_ADDRESS was kept by su or sudo: unset it, or become the user by "
          "'su -'." },
    { "keyring_locked", "The desktop keyring is locked or does not exist yet.",
      "Unlock it, or create it by logging in at the desktop or with Seahorse." },
    { "keyring_asks", "The desktop keyring asks the user before it lets a program replace an item.",
      "In KeePassXC's settings of the Secret Service Integration, turn off 'Confirm when passwords "
      "are retrieved by clients'." },
    { "keyring_dismissed", "A prompt of the desktop keyring was dismissed.",
      "Confirm it the next time, in a minute or later." },
    { "keyring_silent", "The desktop keyring does not answer.",
      "Unlock or restart it, or " KERNEL_FOR_ALL, .in_place = "Unlock or restart it." },
    { "keyring_failed", "The desktop keyring failed.", "See its log, or " KERNEL_FOR_ALL,
      .in_place = "See its log." },
    { "keyring_limited", "The session bus has reached one of its limits.",
      "Close programs that use it, or raise the limit (dbus-daemon(1))." },
    { "keyring_full", "The user's quota of kernel keys is used up.",
      "List the keys with keyctl(1), or raise the quota (kernel.keys.maxbytes and maxkeys)." },
    { "keyring_forbidden", "The kernel keyring is not allowed here.",
      "Have all programs use the keyring runtime, which is in memory" BY_VARIABLE("runtime"),
      .in_place = "Run the command where it is allowed, as outside of a container." },
    { "keyring_no_folder", "There is no folder in memory for the keyring runtime.",
      "Set XDG_RUNTIME_DIR to a folder in memory with mode 0700." },
    { "keyring_unknown", "There is no keyring of this name.",
      "Use auto, secret-service, kernel, runtime or none." },
    { "keyring_no_secret", "The keyring has no client secret for the app.",
      "Store it with 'entra secret set'." },

    /* ---- configuration ---- */
    { "unconfigured", "No identity is configured, and nobody is signed in.",
      "Sign in with 'entra login', or configure an identity: see entra-appsettings(5)." },
    { "configuration_syntax", "The configuration is not valid JSON.",
      "Check this line and the one before it; comments are allowed." },
    { "place_holder", "The configuration still contains a placeholder of the sample file.",
      "Replace it with your own value." },
    { "no_identity", "The app's ID or tenant is missing.",
      "Set it in the configuration; see entra-appsettings(5)." },
    { "no_credential", "The app's own token is requested, but the app has no credential.",
      "RequestAppToken requests the app's own token, which needs a credential: set "
      "ClientCredentials, ClientSecret or AZURE_CLIENT_SECRET." },
    { "credential_withheld", "'entra run' keeps the app's credential from its command.",
      "Have 'entra run' offer its managed identity, without --no-endpoint, or get the token for "
      "the "
      "command with --env." },
    { "unknown_identity", "The configuration has no identity of this name.",
      "AuthenticationOptionsName names it; an identity is an object with ClientId or TenantId." },
    { "several_identities", "The configuration has several identities, and none is the default.",
      "Set AuthenticationOptionsName in the API's AcquireTokenOptions." },
    { "unknown_api", "The configuration has no API of this name.",
      "An API is an object with Scopes; AzureDevOps, AKS, Graph, Azure, KeyVault, Storage, SQL, "
      "PostgreSQL and ContainerRegistry are built in." },
    { "other_cloud", "The API is in another cloud than the authority, or not known there.",
      "Name the authority of the API's cloud with Instance or --authority, or add a section with "
      "its BaseUrl and Scopes for the API." },
    { "option_without_effect", "An option has no effect on the token that was requested.",
      "Leave the option out. An API takes a user's token where its RequestAppToken is false: see "
      "entra-appsettings(5)." },
    { "which_api", "The request does not name an API.", "Give --api, --resource or --scope." },
    { "scope_count", "The API has no scope, or several.",
      "An API has one scope, RESOURCE/.default; configure one API per resource." },
    { "scope_not_default", "The scope does not end in /.default.",
      "Use RESOURCE/.default, such as https://graph.microsoft.com/.default, or --resource, "
      "which appends the suffix." },
    { "tenant_malformed", "The tenant is neither a GUID nor a domain.",
      "A tenant is a GUID or a domain, such as contoso.onmicrosoft.com." },
    { "tenant_of_many", "An app cannot get its own token from common, organizations or consumers.",
      "Set TenantId to the tenant's GUID or domain." },
    { "client_id_malformed", "The client ID is malformed.",
      "It is the Application (client) ID of the app registration, a GUID." },
    { "authority_malformed", "The authority is not a valid URL.",
      "An authority is a URL such as https://login.microsoftonline.com/ or, with the tenant, "
      "https://login.microsoftonline.com/TENANT." },
    { "authority_b2c", "Authorities of Azure AD B2C, which have policies, are not served.",
      "The tenant's own authority, https://login.microsoftonline.com/TENANT, issues tokens for "
      "Microsoft Graph; External ID (ciamlogin.com) is served." },
    { "url_of_nobody", "The URL does not belong to an API of the configuration.",
      "An API's BaseUrl names the URLs that its tokens may be sent to." },
    { "url_of_another_api", "The URL belongs to another API than the one that --api names.",
      "Leave out --api: the URL names its API." },
    { "base_url", "A BaseUrl does not cover any URL, or has a part that is ignored.",
      "A BaseUrl is a scheme, a host and a path, such as https://api.contoso.com/v1; '*.' before a "
      "domain stands for one label of the host." },
    { "file_writable", "Other users can write to a file that must be trusted.",
      "Check its contents, then take the permission from them (chmod go-w)." },
    { "file_owner", "A file that must be trusted belongs to another user, who can write to it.",
      "Run the program as that user, without sudo, or with 'sudo -H' to use root's own files. If "
      "the file should be yours, check its contents, then give it to you (chown)." },
    { "file_readable", "Other users can read a file that holds a secret.",
      "Have only the program's user, or a group of its own, read the file (chmod, chgrp, "
      "setfacl)." },
    { "certificate_no_password", "The private key is encrypted.",
      "Set CertificatePassword or AZURE_CLIENT_CERTIFICATE_PASSWORD." },
    { "certificate_wrong_password", "The password of the private key is wrong.",
      "Check CertificatePassword or AZURE_CLIENT_CERTIFICATE_PASSWORD." },
    { "certificate_no_key", "The certificate's file has no private key.",
      "Set CertificateKeyDiskPath to the file with the key." },
    { "certificate_missing", "The file has a private key, but no certificate.",
      "Set CertificateDiskPath to the file with the certificate, and CertificateKeyDiskPath to the "
      "one with the key." },
    { "certificate_no_match", "The private key does not belong to the certificate.",
      "Use the key and the certificate of the same export; a renewal replaces both." },
    { "certificate_expired", "The certificate has expired or is not valid yet.",
      "Create a new certificate and register it with the app; check this machine's clock." },
    { "provider_missing", "OpenSSL finds no key or certificate at this URI.",
      "Install the provider for it (pkcs11-provider, tpm2-openssl), and check the device." },
    { "device_no_key", "The device has no key or certificate with this URI.",
      "Check the URI, and that the device is connected." },
    { "federated_stale", "The federated token has expired.",
      "Check the service that renews it, and this machine's clock." },
    { "github_no_token", "The GitHub Actions job is not allowed to request a token.",
      "Set 'permissions: id-token: write' in the job." },
    { "pipelines_no_token", "The Azure Pipelines step has no access token.",
      "Set 'env: SYSTEM_ACCESSTOKEN: $(System.AccessToken)' in the step. SYSTEM_OIDCREQUESTURI, "
      "which "
      "Azure Pipelines sets itself, must reach this program, too." },
    { "job_variable_lost", "A variable that the build system sets in its jobs is not set here.",
      "The build system sets it for every process of the job: hand it on through whatever leaves "
      "it "
      "out, such as sudo or a container." },
    { "github_refused", "GitHub Actions refused the job's request for a token.",
      "ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN must be those of this job, "
      "and are of use only while it runs: check that nothing has stored or changed them." },
    { "pipelines_refused", "Azure Pipelines refused the job's request for a token.",
      "Check that SYSTEM_ACCESSTOKEN is $(System.AccessToken) of this job, which ends with it, and "
      "that the pipeline may use the service connection." },
    { "job_token_absent", "The build system's answer has no token.",
      "Check that the variable with its URL is as the build system set it, that no proxy answers "
      "in "
      "its place and, for Azure Pipelines, the ID of the service connection." },
    { "pipelines_no_connection", "The Azure Pipelines step does not name a service connection.",
      "Run the step as a task with a service connection, such as AzureCLI@2, or set "
      "'env: AZURESUBSCRIPTION_SERVICE_CONNECTION_ID' to the ID of one." },
    { "identity_not_assigned", "The managed identity does not exist here.",
      "Check that the identity is assigned to this machine or app." },
    { "sign_in_needed", "The user must sign in first.", "Sign in with 'entra login'." },
    { "other_account", "Another account signed in than the one that was requested.",
      "Sign in again with the requested account, in a private window if the browser chooses "
      "another "
      "one by itself; or request a token for the account that signed in." },
    { "sign_in_late", "The sign-in was not completed in time.",
      "Try again; --timeout sets how long to wait for the sign-in." },
    { "sign_in_unanswered",
      "An earlier prompt led to no sign-in, so programs without a terminal do not prompt for half "
      "an hour.",
      "Sign in with 'entra login'." },
    { "sign_in_pending", "Another process is already waiting for the user to sign in.",
      "Complete the sign-in where that process asks for it, or end the process; then try again." },
    { "no_refresh_token",
      "The authority sent no refresh token, so the sign-in ends with its access token.",
      "Grant the app the permission offline_access (an administrator may have to consent to it); "
      "a policy of the tenant may forbid lasting sign-ins." },
    { "no_managed_identity", "This machine has no managed identity.",
      "There is no managed identity on this machine: only machines and apps in Azure have one." },

    /* ---- git and kubectl ---- */
    { "tokens_refused",
      "A git server has refused several new tokens in a row, though the authority issued them.",
      "Check that the account or app is a user of the server's organization and may use the "
      "repository." },
    { "git_plaintext_helper", "git passes the token to a helper that writes it to a file.",
      "'entra setup git' with the host's URL keeps that helper away from the host, unless the "
      "repository's own configuration names it." },
    { "git_storing_helper",
      "A helper that stores what git passes to it is asked before ours. With a git before 2.46 it "
      "gives tokens that have expired.",
      "'entra setup git' with the host's URL keeps that helper away from the host, unless the "
      "repository's own configuration names it." },
    { "git_extra_header", "git is configured to send an Authorization header (http.extraHeader).",
      "'git config --show-origin --name-only --get-regexp extraheader' shows in which file it is: "
      "remove it there." },
    { "git_use_http_path",
      "git does not pass the path, which is needed to tell the APIs of one host apart.",
      "Set credential.useHttpPath for the URL of the host (gitcredentials(7))." },
    { "program_not_found", "A program that a configuration names does not exist.",
      "Install it in a folder in PATH, or use its full path." },
};

const struct remedy *remedies_all(size_t *ret_count)
{
    *ret_count = ARRAY_SIZE(entries);
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

bool remedies_blame_device_code(const char *code)
{
    const struct remedy *entry = remedies_find(code);
    return entry != NULL &&
           (entry == remedies_find(REMEDIES_POLICY) || entry == remedies_find(REMEDIES_DEVICE));
}

bool remedies_blame_account(const char *code)
{
    const struct remedy *entry = remedies_find(code);
    return entry != NULL && entry == remedies_find(REMEDIES_ACCOUNT);
}

bool remedies_blame_client(const char *code)
{
    static const char *const codes[] = { "AADSTS65002",        "AADSTS7000112", "AADSTS50105",
                                         "AADSTS65001",        "AADSTS90094",   "AADSTS7000229",
                                         "AADSTS700011",       "AADSTS700016",  "AADSTS70001",
                                         "unauthorized_client" };
    for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
        if (strcasecmp(code, codes[i]) == 0)
            return true;
    return false;
}

const char *remedies_text(const char *code)
{
    const struct remedy *entry = remedies_find(code);
    return entry != NULL ? entry->remedy : NULL;
}
