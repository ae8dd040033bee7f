# SPDX-License-Identifier: MIT
"""How the authority refuses requests: Entra's error codes, texts and the form of its error bodies.

The texts are from responses quoted in public bug reports. Microsoft may reword them at any time, so
programs may show them but must not depend on them.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Mapping

from authlib.oauth2 import OAuth2Error


@dataclass(frozen=True)
class Reason:
    """One AADSTS code: its OAuth error, HTTP status and text."""

    error: str
    status: int
    text: str


REASONS: dict[int, Reason] = {
    28000: Reason(
        "invalid_scope", 400,
        "Provided value for the input parameter scope is not valid because it contains more than "
        "one resource. Scope {scope} is not valid."),
    50011: Reason(
        "invalid_request", 400,
        "The redirect URI '{redirect_uri}' specified in the request does not match the redirect "
        "URIs configured for the application '{client_id}'. Make sure the redirect URI sent in the "
        "request matches one added to your application in the Azure portal. Navigate to "
        "https://aka.ms/redirectUriMismatchError to learn more about how to troubleshoot this "
        "error."),
    50020: Reason(
        "invalid_grant", 400,
        "User account '{username}' from identity provider '{home}' does not exist in tenant "
        "'{tenant}' and cannot access the application '{client_id}' in that tenant. The account "
        "needs to be added as an external user in the tenant first. Sign out and sign in again "
        "with a different Azure Active Directory user account."),
    50034: Reason(
        "invalid_grant", 400,
        "The user account {username} does not exist in the {tenant} directory. To sign into this "
        "application, the account must be added to the directory."),
    50058: Reason(
        "login_required", 400,
        "A silent sign-in request was sent but no user is signed in."),
    50059: Reason(
        "invalid_request", 400,
        "No tenant-identifying information found in either the request or implied by any provided "
        "credentials."),
    50076: Reason(
        "interaction_required", 400,
        "Due to a configuration change made by your administrator, or because you moved to a new "
        "location, you must use multi-factor authentication to access '{resource}'."),
    50126: Reason(
        "invalid_grant", 400,
        "Error validating credentials due to invalid username or password."),
    50173: Reason(
        "invalid_grant", 400,
        "The provided grant has expired due to it being revoked, a fresh auth token is needed. The "
        "user might have changed or reset their password. The grant was issued on '{issued}' and "
        "the TokensValidFrom date (before which tokens are not valid) for this user is '{since}'."),
    50194: Reason(
        "invalid_request", 400,
        "Application '{client_id}' is not configured as a multi-tenant application. Usage of the "
        "/common endpoint is not supported for such apps created after '10/15/2018'. Use a "
        "tenant-specific endpoint or configure the application to be multi-tenant."),
    54005: Reason(
        "invalid_grant", 400,
        "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use "
        "an existing refresh token."),
    65001: Reason(
        "invalid_grant", 400,
        "The user or administrator has not consented to use the application with ID '{client_id}'. "
        "Send an interactive authorization request for this user and resource."),
    65002: Reason(
        "invalid_request", 400,
        "Consent between first party application '{client_id}' and first party resource "
        "'{resource}' must be configured via preauthorization - applications owned and operated by "
        "Microsoft must get approval from the API owner before requesting tokens for that API."),
    65004: Reason(
        "access_denied", 400,
        "User declined to consent to access the app."),
    70000: Reason(
        "invalid_grant", 400,
        "Provided grant is invalid or malformed."),
    70003: Reason(
        "unsupported_grant_type", 400,
        "The app requested an unsupported grant type '{grant_type}'."),
    70008: Reason(
        "invalid_grant", 400,
        "The provided authorization code or refresh token has expired due to inactivity. Send a "
        "new interactive authorization request for this user and resource."),
    70011: Reason(
        "invalid_scope", 400,
        "The provided request must include a 'scope' input parameter. The provided value for the "
        "input parameter 'scope' is not valid. The scope {scope} is not valid."),
    70016: Reason(
        "authorization_pending", 400,
        "OAuth 2.0 device flow error. Authorization is pending. Continue polling."),
    70018: Reason(
        "bad_verification_code", 400,
        "Bad verification code. The provided value for the input parameter 'device_code' is not "
        "valid."),
    70020: Reason(
        "expired_token", 400,
        "The provided value for the input parameter 'device_code' is not valid. This device code "
        "has expired."),
    70043: Reason(
        "invalid_grant", 400,
        "The refresh token has expired or is invalid due to sign-in frequency checks by "
        "conditional access. The token was issued on {issued} and the maximum allowed lifetime for this "
        "request is 3600."),
    90002: Reason(
        "invalid_request", 400,
        "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are "
        "signing into the correct cloud. Check with your subscription administrator, this may "
        "happen if there are no active subscriptions for the tenant."),
    500011: Reason(
        "invalid_resource", 400,
        "The resource principal named {resource} was not found in the tenant named {tenant}. This "
        "can happen if the application has not been installed by the administrator of the tenant "
        "or consented to by any user in the tenant. You might have sent your authentication "
        "request to the wrong tenant."),
    500112: Reason(
        "invalid_grant", 400,
        "The reply address '{redirect_uri}' does not match the reply address '{asked}' provided "
        "when requesting Authorization code."),
    501051: Reason(
        "invalid_grant", 400,
        "Application '{client_id}' is not assigned to a role for the application '{resource}'."),
    501481: Reason(
        "invalid_grant", 400,
        "The Code_Verifier does not match the code_challenge supplied in the authorization "
        "request."),
    700016: Reason(
        "unauthorized_client", 400,
        "Application with identifier '{client_id}' was not found in the directory '{tenant}'. This "
        "can happen if the application has not been installed by the administrator of the tenant "
        "or consented to by any user in the tenant. You may have sent your authentication request "
        "to the wrong tenant."),
    700021: Reason(
        "invalid_client", 401,
        "Client assertion application identifier doesn't match 'client_id' parameter. {why}"),
    700024: Reason(
        "invalid_client", 401,
        "Client assertion is not within its valid time range. Current time: {now}, expiry time of "
        "assertion {expiry}."),
    700025: Reason(
        "invalid_client", 401,
        "Client is public so neither 'client_assertion' nor 'client_secret' should be presented."),
    700027: Reason(
        "invalid_client", 401,
        "The certificate with identifier used to sign the client assertion is not registered on "
        "application. [Reason - {why}]."),
    700082: Reason(
        "invalid_grant", 400,
        "The refresh token has expired due to inactivity. The token was issued on {issued} and was "
        "inactive for 90.00:00:00."),
    700211: Reason(
        "invalid_client", 401,
        "No matching federated identity record found for presented assertion issuer '{issuer}'."),
    700213: Reason(
        "invalid_client", 401,
        "No matching federated identity record found for presented assertion subject '{subject}'."),
    900023: Reason(
        "invalid_request", 400,
        "Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external "
        "domain."),
    900144: Reason(
        "invalid_request", 400,
        "The request body must contain the following parameter: '{parameter}'."),
    1002012: Reason(
        "invalid_scope", 400,
        "The provided value for scope {scope} is not valid. Client credential flows must have a "
        "scope value with /.default suffixed to the resource identifier (application ID URI)."),
    7000215: Reason(
        "invalid_client", 401,
        "Invalid client secret provided. Ensure the secret being sent in the request is the client "
        "secret value, not the client secret ID, for a secret added to app '{client_id}'."),
    7000216: Reason(
        "invalid_client", 401,
        "'client_assertion', 'client_secret' or 'request' is required for the "
        "'client_credentials' grant type."),
    7000218: Reason(
        "invalid_client", 401,
        "The request body must contain the following parameter: 'client_assertion' or "
        "'client_secret'."),
    7000222: Reason(
        "invalid_client", 401,
        "The provided client secret keys for app '{client_id}' are expired. Visit the Azure portal "
        "to create new keys for your app: https://aka.ms/NewClientSecret, or consider using "
        "certificate credentials for added security: https://aka.ms/certCreds."),
    9002325: Reason(
        "invalid_request", 400,
        "Proof Key for Code Exchange is required for cross-origin authorization code redemption."),
    9000410: Reason("invalid_request", 400, "Malformed JSON."),
}


class Refusal(OAuth2Error):
    """Raised anywhere in the handling of a request; turned into a response in one place.

    `details` fill the text of the code; `error` replaces the default OAuth error of the code.
    `suberror` and `claims` (JSON) are copied into the response: they say what the client must do,
    and what a new sign-in must satisfy.
    """

    def __init__(self, code: int, error: str | None = None, suberror: str | None = None,
                 claims: str | None = None, **details: object) -> None:
        reason = REASONS[code]
        self.code = code
        self.suberror = suberror
        self.claims = claims
        super().__init__(error=error or reason.error, description=reason.text.format(**details),
                         status_code=reason.status)

    def body(self, authority_url: str, request_headers: Mapping[str, str]) -> dict[str, Any]:
        body = error_body(self.error, self.code, self.description, authority_url,
                          correlation_id(request_headers))
        more = {"suberror": self.suberror, "claims": self.claims}
        return body | {name: value for name, value in more.items() if value is not None}


def error_body(error: str, code: int, text: str, authority_url: str,
               correlation: str) -> dict[str, Any]:
    """An error body with all the members that Entra sends."""
    trace = str(uuid.uuid4())
    now = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M:%SZ")
    return {
        "error": error,
        "error_description": f"AADSTS{code}: {text} Trace ID: {trace} "
                             f"Correlation ID: {correlation} Timestamp: {now}",
        "error_codes": [code],
        "timestamp": now,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"{authority_url}/error?code={code}",
    }


def correlation_id(request_headers: Mapping[str, str]) -> str:
    """The caller's own request id if it sent a GUID, else a new one."""
    try:
        return str(uuid.UUID(request_headers.get("client-request-id", "")))
    except ValueError:
        return str(uuid.uuid4())
