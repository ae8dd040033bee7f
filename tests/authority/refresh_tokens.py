# SPDX-License-Identifier: MIT
"""The refresh tokens in clients' hands, and when they end."""

from __future__ import annotations

import enum
import secrets
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from authlib.oauth2.rfc6749 import TokenMixin

from authority.directory import Client, User
from authority.refusals import Refusal


class Rotation(enum.Enum):
    """What comes of a refresh token that was used: Entra gives a new one and lets the old one live,
    other authorities end the old one, and some answers bring no new one at all."""

    KEEPS_OLD = "keeps old"
    ENDS_OLD = "ends old"
    NONE = "none"


@dataclass(eq=False)
class RefreshToken(TokenMixin):
    """Good for every API that the client may ask for, in every tenant that knows the person."""

    client: Client
    user: User
    issued_on: float = field(default_factory=time.time)
    ended: bool = False
    value: str = field(default_factory=lambda: f"1.{secrets.token_urlsafe(900)}")

    def check_client(self, client: Client) -> bool:
        return client == self.client or client.family and self.client.family

    def get_expires_in(self) -> int:
        return 0


@dataclass(frozen=True)
class _Revocation:
    """From `since` on no token that was issued to the user before is taken."""

    user: User
    code: int
    more: dict[str, Any]
    since: float


class RefreshTokens:
    """Those of one authority. `rotation` may be changed between requests."""

    def __init__(self) -> None:
        self.rotation = Rotation.KEEPS_OLD
        self._lock = threading.Lock()
        self._tokens: dict[str, RefreshToken] = {}
        self._revocations: list[_Revocation] = []

    def issue(self, client: Client, user: User) -> str:
        issued = RefreshToken(client, user)
        with self._lock:
            self._tokens[issued.value] = issued
        return issued.value

    def all(self) -> list[RefreshToken]:
        """Every token that was issued, in order."""
        with self._lock:
            return list(self._tokens.values())

    def revoke(self, user: User, code: int = 50173, **more: Any) -> None:
        """Refuses all that was issued to the user so far, with this AADSTS code; `more` may have
        the `suberror` and `claims` of the answer. A new sign-in brings a token that is good."""
        with self._lock:
            self._revocations.append(_Revocation(user, code, more, time.time()))

    def restore(self) -> None:
        """Takes every revocation back, as a policy that was changed again does."""
        with self._lock:
            self._revocations.clear()

    def check(self, value: str, client: Client, resource: str) -> RefreshToken:
        """The token of that value, which the client may use for the resource; or a Refusal."""
        with self._lock:
            found = self._tokens.get(value)
            revocations = list(self._revocations)
        if found is None or found.ended or not found.check_client(client):
            raise Refusal(70000, suberror="bad_token")
        for revocation in reversed(revocations):
            if revocation.user == found.user and found.issued_on <= revocation.since:
                raise Refusal(revocation.code, issued=_date(found.issued_on),
                              since=_date(revocation.since), resource=resource,
                              client_id=client.client_id, **revocation.more)
        return found


def _date(time_in_seconds: float) -> str:
    return datetime.fromtimestamp(time_in_seconds, timezone.utc).isoformat()
