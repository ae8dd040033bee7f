"""The grants of the token endpoint, one class each."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749 import grants

from authority import scopes

JSON_HEADERS = [
    ("Content-Type", "application/json; charset=utf-8"),
    ("Cache-Control", "no-store, no-cache"),
    ("Pragma", "no-cache"),
    ("Expires", "-1"),
]


class ClientCredentials(grants.ClientCredentialsGrant):
    """An app asks for a token of its own."""

    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_post", "client_assertion"]
    TOKEN_RESPONSE_HEADER = JSON_HEADERS

    def validate_requested_scope(self) -> None:
        self.audience = scopes.audience_for_app(
            self.request.scope or "", self.request.tenant, self.request.client,
            self.server.directory)

    def generate_token(self, **_: Any) -> dict[str, Any]:
        return self.server.issuer.app_token(
            self.request.tenant, self.request.client, self.audience)


GRANTS = [ClientCredentials]
