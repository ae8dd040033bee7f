# SPDX-License-Identifier: MIT
"""The tokens that the authority issues, and the response that contains them."""

from __future__ import annotations

import base64
import json
import os
import time
from dataclasses import dataclass
from typing import Any

from authority.directory import Client, Tenant, User
from authority.keys import SigningKey
from authority.scopes import UserScope


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def _type(confirmation: dict[str, Any] | None) -> str:
    return "pop" if confirmation else "Bearer"


def client_info(user: User) -> str:
    """The user's ids in the home tenant, as used in MSAL's account ids."""
    who = {"uid": user.object_ids[user.home], "utid": user.home}
    return _base64url(json.dumps(who, separators=(",", ":")).encode())


@dataclass
class TokenIssuer:
    """Issues signed tokens. `lifetime` and `refresh_in` are in seconds and can be changed between
    requests; if refresh_in is None, responses do not have it, like most of Entra's.
    """

    key: SigningKey
    authority_url: str
    lifetime: int = 3599
    refresh_in: int | None = None

    def app_token(self, tenant: Tenant, client: Client, audience: str,
                  confirmation: dict[str, Any] | None = None) -> dict[str, Any]:
        """The response to an app's request, with members in Entra's order. With a confirmation, the
        token is bound to the key that it names."""
        token = self._sign(tenant.guid, audience, {
            "appid": client.client_id,
            "appidacr": "1",
            "idtyp": "app",
            "oid": client.object_id,
            "roles": list(client.roles),
            "sub": client.object_id,
        }, confirmation)
        return {"token_type": _type(confirmation)} | self._times() | {"access_token": token}

    def user_token(self, tenant: str, client: Client, user: User,
                   scope: UserScope, confirmation: dict[str, Any] | None = None
                   ) -> dict[str, Any]:
        """The response to a request on behalf of a user, up to the access token; `tenant` is a GUID,
        and confirmation as above."""
        token = self._sign(tenant, scope.audience, {
            "acr": "1",
            "amr": ["pwd"],
            "appid": client.client_id,
            "appidacr": "0",
            "idtyp": "user",
            "name": user.name,
            "oid": user.object_ids[tenant],
            "scp": " ".join(scope.granted),
            "sub": user.object_ids[tenant],
            "unique_name": user.username,
            "upn": user.username,
        }, confirmation)
        return {"token_type": _type(confirmation), "scope": scope.answered} | self._times() | {
            "access_token": token}

    def id_token(self, tenant: str, client: Client, user: User, nonce: str | None) -> str:
        """The id token, which tells the client who signed in: a v2.0 token, like the endpoints."""
        now = int(time.time())
        claims = {
            "aud": client.client_id,
            "iss": f"{self.authority_url}/{tenant}/v2.0",
            "iat": now,
            "nbf": now,
            "exp": now + self.lifetime,
            "name": user.name,
            "oid": user.object_ids[tenant],
            "preferred_username": user.username,
            "sub": user.object_ids[tenant],
            "tid": tenant,
            "uti": _base64url(os.urandom(16)),
            "ver": "2.0",
        }
        return self.key.sign(claims | ({"nonce": nonce} if nonce else {}))

    def _times(self) -> dict[str, int]:
        times = {"expires_in": self.lifetime, "ext_expires_in": self.lifetime}
        return times if self.refresh_in is None else times | {"refresh_in": self.refresh_in}

    def _sign(self, tenant: str, audience: str, whose: dict[str, Any],
              confirmation: dict[str, Any] | None) -> str:
        """A v1.0 access token, which has another issuer than v2.0 tokens; `uti` makes each one
        different."""
        now = int(time.time())
        return self.key.sign({
            "aud": audience,
            "iss": f"https://sts.windows.net/{tenant}/",
            "iat": now,
            "nbf": now,
            "exp": now + self.lifetime,
        } | whose | ({"cnf": confirmation} if confirmation else {}) | {
            "tid": tenant,
            "uti": _base64url(os.urandom(16)),
            "ver": "1.0",
        })
