# SPDX-License-Identifier: MIT
"""Authlib's authorization server, with Entra's tenants and error responses."""

from __future__ import annotations

import re
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749 import (AccessDeniedError, InvalidClientError,
                                    UnsupportedGrantTypeError, UnsupportedResponseTypeError)
from authlib.oauth2.rfc8628 import AuthorizationPendingError, ExpiredTokenError, SlowDownError
from flask import Response, request as http_request

from authority.authorization_codes import AuthorizationCodes
from authority.credentials import METHODS
from authority.device_authorization import DeviceAuthorization
from authority.device_codes import DeviceCodes
from authority.directory import Directory, Tenant
from authority.grants import GRANTS, JSON_HEADERS
from authority.refresh_tokens import RefreshTokens
from authority.refusals import Refusal
from authority.tokens import TokenIssuer

# A GUID or a domain name.
WELL_FORMED_TENANT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[^.]+(\.[^.]+)+", re.I)


def _not_a_grant(request: OAuth2Request) -> Refusal:
    if not request.grant_type:
        return Refusal(900144, parameter="grant_type")
    return Refusal(70003, grant_type=request.grant_type)


# Entra's codes for Authlib's own errors.
ENTRA_REFUSALS = {
    AccessDeniedError: lambda _: Refusal(65004, error="authorization_declined"),
    AuthorizationPendingError: lambda _: Refusal(70016),
    ExpiredTokenError: lambda _: Refusal(70020),
    InvalidClientError: lambda _: Refusal(7000216),
    UnsupportedGrantTypeError: _not_a_grant,
    UnsupportedResponseTypeError: lambda _: Refusal(900144, parameter="response_type"),
}


def as_entra_refusal(request: OAuth2Request, error: OAuth2Error) -> Refusal:
    return error if isinstance(error, Refusal) else ENTRA_REFUSALS[type(error)](request)


class TokenServer(AuthorizationServer):
    """Handles requests one at a time; keeps the responses with tokens in `issued`."""

    def __init__(self, directory: Directory, issuer: TokenIssuer) -> None:
        super().__init__(query_client=directory.client, save_token=self._remember)
        self.directory = directory
        self.issuer = issuer
        self.issued: list[dict[str, Any]] = []
        for name, method in METHODS.items():
            self.register_client_auth_method(name, method)
        self.authorization_codes = AuthorizationCodes()
        self.device_codes = DeviceCodes()
        self.refresh_tokens = RefreshTokens()
        for grant, extensions in GRANTS:
            self.register_grant(grant, extensions)
        self.register_endpoint(DeviceAuthorization)

    def _remember(self, token: dict[str, Any], _: OAuth2Request) -> None:
        self.issued.append(token)

    def create_oauth2_request(self, request: Any) -> OAuth2Request:
        """Requests to Entra name the tenant in the path, so it is part of the request here."""
        oauth_request = super().create_oauth2_request(request)
        oauth_request.tenant = self._tenant(http_request.view_args["tenant"])
        return oauth_request

    def _tenant(self, name: str) -> Tenant:
        tenant = self.directory.tenant(name)
        if tenant is not None:
            return tenant
        raise Refusal(90002 if WELL_FORMED_TENANT.fullmatch(name) else 900023, tenant=name)

    def handle_error_response(self, request: OAuth2Request, error: OAuth2Error) -> Response:
        """Answers with Entra's codes. slow_down has none: it is as in RFC 8628."""
        if isinstance(error, SlowDownError):
            return super().handle_error_response(request, error)
        return self.refuse(as_entra_refusal(request, error))

    def refuse(self, refusal: Refusal) -> Response:
        body = refusal.body(self.issuer.authority_url, http_request.headers)
        return self.handle_response(refusal.status_code, body, JSON_HEADERS)
