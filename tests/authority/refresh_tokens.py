# SPDX-License-Identifier: MIT
"""The refresh tokens that clients have, and when they stop being valid."""

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
    """What happens when a refresh token is used: Entra issues a new one and keeps the old one
    valid, other authorities revoke the old one, and some responses contain no new one at all."""

    KEEPS_OLD = "keeps old"
    ENDS_OLD = "ends old"
    NONE = "none"


@dataclass(eq=False)
class RefreshToken(TokenMixin):
    """Valid for every API that the client may request, in every tenant that knows the user."""

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
    """Tokens issued to the user before `since` are no longer accepted."""

    user: User
    code: int
    more: dict[str, Any]
    since: float


class RefreshTokens:
    """The refresh tokens of one authority. `rotation` can be changed between requests."""

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
        """Refuses everything issued to the user so far, with this AADSTS code; `more` can have the
        `suberror` and `claims` of the response. A new sign-in gives a valid token."""
        with self._lock:
            self._revocations.append(_Revocation(user, code, more, time.time()))

    def restore(self) -> None:
        """Undoes every revocation, as when a policy is changed back."""
        with self._lock:
            self._revocations.clear()

    def check(self, value: str, client: Client, resource: str) -> RefreshToken:
        """The token with that value, if the client may use it for the resource; raises a
        Refusal."""
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
