"""Authlib's authorization server, with Entra's tenants and Entra's way of refusing."""

from __future__ import annotations

import re
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749 import InvalidClientError, UnsupportedGrantTypeError
from flask import Flask, Response, request as http_request

from authority.credentials import METHODS
from authority.directory import Directory, Tenant
from authority.grants import GRANTS, JSON_HEADERS
from authority.refusals import Refusal
from authority.tokens import TokenIssuer

# A GUID, or a domain's name.
WELL_FORMED_TENANT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[^.]+(\.[^.]+)+", re.I)


class TokenServer(AuthorizationServer):
    """Handles one token request after another; keeps what it issued in `issued`."""

    def __init__(self, app: Flask, directory: Directory, issuer: TokenIssuer) -> None:
        super().__init__(app, query_client=directory.client, save_token=self._remember)
        self.directory = directory
        self.issuer = issuer
        self.issued: list[dict[str, Any]] = []
        for name, method in METHODS.items():
            self.register_client_auth_method(name, method)
        for grant in GRANTS:
            self.register_grant(grant)

    def _remember(self, token: dict[str, Any], _: OAuth2Request) -> None:
        self.issued.append(token)

    def create_oauth2_request(self, request: Any) -> OAuth2Request:
        """Entra's requests name their tenant in the path, so it is part of the request here."""
        oauth_request = super().create_oauth2_request(request)
        oauth_request.tenant = self._tenant(http_request.view_args["tenant"])
        if not oauth_request.grant_type:
            raise Refusal(900144, parameter="grant_type")
        return oauth_request

    def _tenant(self, name: str) -> Tenant:
        tenant = self.directory.tenant(name)
        if tenant is not None:
            return tenant
        raise Refusal(90002 if WELL_FORMED_TENANT.fullmatch(name) else 900023, tenant=name)

    def handle_error_response(self, request: OAuth2Request, error: OAuth2Error) -> Response:
        """Answers in Entra's words where the error is one of Authlib's own."""
        if isinstance(error, InvalidClientError):
            error = Refusal(7000216)
        elif isinstance(error, UnsupportedGrantTypeError):
            error = Refusal(70003, grant_type=request.grant_type)
        return self.refuse(error)

    def refuse(self, refusal: Refusal) -> Response:
        body = refusal.body(self.issuer.authority_url, http_request.headers)
        return self.handle_response(refusal.status_code, body, JSON_HEADERS)
