# SPDX-License-Identifier: MIT
"""The authorization codes between the sign-in page and the token endpoint."""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass, field

from authlib.oauth2 import OAuth2Request
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin

from authority.directory import Client, User
from authority.refusals import Refusal


@dataclass
class AuthorizationCode(AuthorizationCodeMixin):
    """What the user agreed to."""

    client: Client
    user: User
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str
    code_challenge_method: str
    expires_on: float
    redeemed: bool = False
    code: str = field(default_factory=lambda: f"1.{secrets.token_urlsafe(600)}")

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope


class AuthorizationCodes:
    """Codes that are valid for `lifetime` seconds and can be used once."""

    def __init__(self) -> None:
        self.lifetime = 600
        self._lock = threading.Lock()
        self._codes: dict[str, AuthorizationCode] = {}

    def issue(self, request: OAuth2Request, user: User) -> str:
        issued = AuthorizationCode(
            client=request.client, user=user, redirect_uri=request.redirect_uri,
            scope=request.scope, nonce=request.data.get("nonce"),
            code_challenge=request.data["code_challenge"],
            code_challenge_method=request.data["code_challenge_method"],
            expires_on=time.time() + self.lifetime)
        with self._lock:
            self._codes[issued.code] = issued
        return issued.code

    def all(self) -> list[AuthorizationCode]:
        """Every code that was issued, in order."""
        with self._lock:
            return list(self._codes.values())

    def redeem(self, code: str, client: Client) -> AuthorizationCode:
        """Returns what the code stands for, and marks it as used."""
        with self._lock:
            found = self._codes.get(code)
            if found is None or found.client != client:
                raise Refusal(70000)
            if found.redeemed:
                raise Refusal(54005)
            found.redeemed = True
        if time.time() > found.expires_on:
            raise Refusal(70008)
        return found
