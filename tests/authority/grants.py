# SPDX-License-Identifier: MIT
"""The grants of the token endpoint, one class each."""

from __future__ import annotations

from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc8628 import DeviceCodeGrant

from authority import scopes
from authority.authorization_codes import AuthorizationCode as Code
from authority.confirmation import confirmation_of
from authority.credentials import client_of
from authority.device_codes import DeviceCode as PendingDevice
from authority.directory import Client, User
from authority.refresh_tokens import RefreshToken as Token, Rotation
from authority.refusals import Refusal
from authority.tokens import client_info
from authority.users import tenant_of

JSON_HEADERS = [
    ("Content-Type", "application/json; charset=utf-8"),
    ("Cache-Control", "no-store, no-cache"),
    ("Pragma", "no-cache"),
    ("Expires", "-1"),
]


class ClientCredentials(grants.ClientCredentialsGrant):
    """An app requests a token for itself."""

    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_post", "client_assertion"]
    TOKEN_RESPONSE_HEADER = JSON_HEADERS

    def validate_requested_scope(self) -> None:
        self.audience = scopes.audience_for_app(
            self.request.scope or "", self.request.tenant, self.request.client,
            self.server.directory)

    def generate_token(self, **_: Any) -> dict[str, Any]:
        return self.server.issuer.app_token(
            self.request.tenant, self.request.client, self.audience,
            confirmation_of(self.request.form))


class _OnBehalfOfUser:
    """What all grants share in which a client acts for a user. `request.credential` is what the
    client presents: a code or a refresh token."""

    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_post", "client_assertion", "none"]
    TOKEN_RESPONSE_HEADER = JSON_HEADERS
    PARAMETERS: tuple[str, ...] = ()

    def validate_token_request(self) -> None:
        for parameter in self.PARAMETERS:
            if not self.request.form.get(parameter):
                raise Refusal(900144, parameter=parameter)
        super().validate_token_request()

    def asked(self, scope: str | None) -> scopes.UserScope:
        return scopes.scope_for_user(scope or "", self.request.tenant, self.request.client,
                                     self.server.directory)

    def generate_token(self, user: User, scope: str, **_: Any) -> dict[str, Any]:
        """The whole response, with members in Entra's order."""
        client = self.request.client
        asked = self.asked(scope)
        tenant = tenant_of(user, self.request.tenant, client)
        answer = self.server.issuer.user_token(tenant, client, user, asked,
                                               confirmation_of(self.request.form))
        if "offline_access" in asked.openid and self.gives_refresh_token():
            answer["refresh_token"] = self.server.refresh_tokens.issue(client, user)
        if client.family:
            answer["foci"] = "1"
        if "openid" in asked.openid:
            # Authlib 1.6 has the code here, and only device codes in `credential`.
            code = getattr(self.request, "authorization_code", None) or self.request.credential
            nonce = getattr(code, "nonce", None)
            answer["id_token"] = self.server.issuer.id_token(tenant, client, user, nonce)
        if self.request.form.get("client_info") == "1":
            answer["client_info"] = client_info(user)
        return answer

    def gives_refresh_token(self) -> bool:
        return True


class AuthorizationCode(_OnBehalfOfUser, grants.AuthorizationCodeGrant):
    """A user signed in with the browser, and the browser passed a code to the client."""

    PARAMETERS = ("code", "redirect_uri", "code_verifier")

    def validate_authorization_request(self) -> str:
        client = client_of(self.server.query_client, self.request)
        if not client.check_redirect_uri(self.request.redirect_uri or ""):
            raise Refusal(50011, client_id=client.client_id, redirect_uri=self.request.redirect_uri)
        return super().validate_authorization_request()

    def validate_requested_scope(self) -> None:
        self.asked(self.request.scope)

    def query_authorization_code(self, code: str, client: Client) -> Code:
        found = self.server.authorization_codes.redeem(code, client)
        if self.request.redirect_uri != found.redirect_uri:
            raise Refusal(500112, redirect_uri=self.request.redirect_uri, asked=found.redirect_uri)
        return found

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """It is kept, so that it is recognized if it is used again."""

    def authenticate_user(self, authorization_code: Code) -> User:
        return authorization_code.user


class ProofKey(CodeChallenge):
    """PKCE with S256 is required: a client that does not use it here would not with Entra. Since
    Authlib 1.6, both methods are given one more argument."""

    def validate_code_challenge(self, grant: AuthorizationCode, *_: Any) -> None:
        data = grant.request.data
        if not data.get("code_challenge") or data.get("code_challenge_method") != "S256":
            raise Refusal(9002325)

    def validate_code_verifier(self, grant: AuthorizationCode, *more: Any) -> None:
        try:
            super().validate_code_verifier(grant, *more)
        except OAuth2Error as error:
            raise Refusal(501481) from error


class DeviceCode(_OnBehalfOfUser, DeviceCodeGrant):
    """The client shows a code, and polls until a user has entered it somewhere else."""

    PARAMETERS = ("device_code",)

    def query_device_credential(self, device_code: str) -> PendingDevice:
        found = self.server.device_codes.of_device(device_code)
        if found is None or found.redeemed or found.client.client_id != self.request.client_id:
            raise Refusal(70018)
        return found

    def query_user_grant(self, user_code: str) -> tuple[User | None, bool] | None:
        code = self.server.device_codes.of_user(user_code)
        return (code.user, not code.declined) if code.user or code.declined else None

    def should_slow_down(self, credential: PendingDevice) -> bool:
        return self.server.device_codes.is_too_soon(credential)

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        response = super().create_token_response()
        self.request.credential.redeemed = True
        return response


class OlderDeviceCode(DeviceCode):
    """The name that the grant had before RFC 8628, which MSAL for Go sends."""

    GRANT_TYPE = "device_code"


class RefreshToken(_OnBehalfOfUser, grants.RefreshTokenGrant):
    """The client presents the refresh token of the sign-in, for this API or any other."""

    PARAMETERS = ("refresh_token",)

    def authenticate_refresh_token(self, refresh_token: str) -> Token:
        asked = self.asked(self.request.scope)
        return self.server.refresh_tokens.check(refresh_token, self.request.client, asked.audience)

    def _validate_token_scope(self, token: Token) -> None:
        """Any API is allowed, so there is nothing to compare."""

    def authenticate_user(self, credential: Token) -> User:
        return credential.user

    def issue_token(self, user: User, credential: Token) -> dict[str, Any]:
        return self.generate_token(user=user, scope=self.request.scope)

    def gives_refresh_token(self) -> bool:
        return self.server.refresh_tokens.rotation is not Rotation.NONE

    def revoke_old_credential(self, credential: Token) -> None:
        credential.ended = self.server.refresh_tokens.rotation is Rotation.ENDS_OLD


GRANTS = [
    (ClientCredentials, []),
    (AuthorizationCode, [ProofKey()]),
    (DeviceCode, []),
    (OlderDeviceCode, []),
    (RefreshToken, []),
]
