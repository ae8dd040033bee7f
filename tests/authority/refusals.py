"""How the authority says no: Entra's error codes, texts and the shape of its error bodies.

The texts were taken from answers quoted in public bug reports. Microsoft may reword them at any
time, so programs may show them but must not depend on them.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Mapping

from authlib.oauth2 import OAuth2Error


@dataclass(frozen=True)
class Reason:
    """One AADSTS code: the OAuth error and HTTP status it comes with, and its text."""

    error: str
    status: int
    text: str


REASONS: dict[int, Reason] = {
    70003: Reason(
        "unsupported_grant_type", 400,
        "The app requested an unsupported grant type '{grant_type}'."),
    70011: Reason(
        "invalid_scope", 400,
        "The provided request must include a 'scope' input parameter. The provided value for the "
        "input parameter 'scope' is not valid. The scope {scope} is not valid."),
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
    501051: Reason(
        "invalid_grant", 400,
        "Application '{client_id}' is not assigned to a role for the application '{resource}'."),
    700016: Reason(
        "unauthorized_client", 400,
        "Application with identifier '{client_id}' was not found in the directory '{tenant}'. This "
        "can happen if the application has not been installed by the administrator of the tenant "
        "or consented to by any user in the tenant. You may have sent your authentication request "
        "to the wrong tenant."),
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
    700024: Reason(
        "invalid_client", 401,
        "Client assertion is not within its valid time range. Current time: {now}, expiry time of "
        "assertion {expiry}."),
    700027: Reason(
        "invalid_client", 401,
        "The certificate with identifier used to sign the client assertion is not registered on "
        "application. [Reason - {why}]."),
    700021: Reason(
        "invalid_client", 401,
        "Client assertion application identifier doesn't match 'client_id' parameter. {why}"),
    700211: Reason(
        "invalid_client", 401,
        "No matching federated identity record found for presented assertion issuer '{issuer}'."),
    700213: Reason(
        "invalid_client", 401,
        "No matching federated identity record found for presented assertion subject '{subject}'."),
    7000216: Reason(
        "invalid_client", 401,
        "'client_assertion', 'client_secret' or 'request' is required for the "
        "'client_credentials' grant type."),
    7000222: Reason(
        "invalid_client", 401,
        "The provided client secret keys for app '{client_id}' are expired. Visit the Azure portal "
        "to create new keys for your app: https://aka.ms/NewClientSecret, or consider using "
        "certificate credentials for added security: https://aka.ms/certCreds."),
}


class Refusal(OAuth2Error):
    """Raised anywhere in the handling of a request; answered once, where the request came in."""

    def __init__(self, code: int, **details: str) -> None:
        reason = REASONS[code]
        self.code = code
        super().__init__(error=reason.error, description=reason.text.format(**details),
                         status_code=reason.status)

    def body(self, authority_url: str, request_headers: Mapping[str, str]) -> dict[str, Any]:
        return error_body(self.error, self.code, self.description, authority_url,
                          correlation_id(request_headers))


def error_body(error: str, code: int, text: str, authority_url: str,
               correlation: str) -> dict[str, Any]:
    """An error body with everything that Entra puts into it."""
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
    """The caller's own request id where it sent one that is a GUID, else a fresh one."""
    try:
        return str(uuid.UUID(request_headers.get("client-request-id", "")))
    except ValueError:
        return str(uuid.uuid4())
