# SPDX-License-Identifier: MIT
"""A well-behaved public client, such as those that users sign in with."""

from __future__ import annotations

import base64
import hashlib
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jwt
import requests
from flask import Flask, request

from authority import contoso
from authority.authority import Authority
from authority.directory import Client, User
from authority.visitor import Visitor
from authority.web_server import WebServer

DEVOPS_SCOPE = f"{contoso.AZURE_DEVOPS}/.default offline_access openid profile"
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"


class DesktopApp:
    """A client whose redirect URI is a server on the loopback, and the user of the client."""

    def __init__(self, authority: Authority, trust: Path, client: Client = contoso.DESKTOP) -> None:
        self.authority = authority
        self.client = client
        self.visitor = Visitor(trust)
        self.verifier = secrets.token_urlsafe(48)
        self.received: list[dict[str, str]] = []
        self._trust = str(trust)
        app = Flask("desktop app")
        app.add_url_rule("/", "redirect", self._receive, methods=["GET", "POST"])
        self._server = WebServer(lambda: app, None)
        self.redirect_uri = f"http://localhost:{self._server.port}"

    def _receive(self) -> str:
        self.received.append((request.form or request.args).to_dict(flat=True))
        return "Back at the app."

    def close(self) -> None:
        self._server.close()

    def post(self, endpoint: str, tenant: str = contoso.TENANT.guid,
             **form: str | None) -> requests.Response:
        return requests.post(
            f"{self.authority.url}/{tenant}/oauth2/v2.0/{endpoint}", verify=self._trust, timeout=10,
            data={"client_id": self.client.client_id, "client_info": "1"} | form)

    def authorize_url(self, tenant: str = contoso.TENANT.guid, **changes: str) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        query = {
            "client_id": self.client.client_id, "response_type": "code",
            "redirect_uri": self.redirect_uri, "response_mode": "form_post",
            "scope": DEVOPS_SCOPE, "state": "the state", "nonce": "the nonce",
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256"} | changes
        return f"{self.authority.url}/{tenant}/oauth2/v2.0/authorize?{urlencode(query)}"

    def code(self, user: User = contoso.ADA) -> str:
        self.visitor.sign_in(self.authorize_url(), user)
        return self.received[-1]["code"]

    def redeem(self, code: str, **changes: str | None) -> requests.Response:
        return self.post("token", **{
            "grant_type": "authorization_code", "code": code, "code_verifier": self.verifier,
            "redirect_uri": self.redirect_uri} | changes)

    def refresh_token(self, user: User = contoso.ADA) -> str:
        return self.redeem(self.code(user)).json()["refresh_token"]

    def refresh(self, token: str, scope: str = DEVOPS_SCOPE, **changes: str) -> requests.Response:
        return self.post("token", grant_type="refresh_token", refresh_token=token, scope=scope,
                         **changes)

    def device_code(self, tenant: str = contoso.TENANT.guid) -> dict[str, Any]:
        return self.post("devicecode", tenant, scope=DEVOPS_SCOPE).json()

    def poll(self, device_code: str) -> requests.Response:
        return self.post("token", grant_type=DEVICE_CODE, device_code=device_code)

    def claims(self, token: str, audience: str = contoso.AZURE_DEVOPS) -> dict[str, Any]:
        return jwt.decode(token, self.authority.key.public_key, algorithms=["RS256"],
                          audience=audience)
