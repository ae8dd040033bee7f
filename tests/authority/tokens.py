"""The access tokens that the authority makes, and the answer that carries one."""

from __future__ import annotations

import base64
import os
import time
from dataclasses import dataclass
from typing import Any

from authority.directory import Client, Tenant
from authority.keys import SigningKey


@dataclass
class TokenIssuer:
    """Makes signed tokens. `lifetime` and `refresh_in` are in seconds and may be changed between
    requests; refresh_in is left out of answers where it is None, as for most of Entra's tokens.
    """

    key: SigningKey
    authority_url: str
    lifetime: int = 3599
    refresh_in: int | None = None

    def app_token(self, tenant: Tenant, client: Client, audience: str) -> dict[str, Any]:
        """The answer to an app's request, members in Entra's order."""
        answer: dict[str, Any] = {
            "token_type": "Bearer",
            "expires_in": self.lifetime,
            "ext_expires_in": self.lifetime,
        }
        if self.refresh_in is not None:
            answer["refresh_in"] = self.refresh_in
        answer["access_token"] = self.key.sign(self._claims(tenant, client, audience))
        return answer

    def _claims(self, tenant: Tenant, client: Client, audience: str) -> dict[str, Any]:
        """The claims of an app's v1.0 access token; `uti` makes each token differ."""
        now = int(time.time())
        return {
            "aud": audience,
            "iss": f"{self.authority_url}/{tenant.guid}/",
            "iat": now,
            "nbf": now,
            "exp": now + self.lifetime,
            "appid": client.client_id,
            "appidacr": "1",
            "idtyp": "app",
            "oid": client.object_id,
            "roles": list(client.roles),
            "sub": client.object_id,
            "tid": tenant.guid,
            "uti": base64.urlsafe_b64encode(os.urandom(16)).decode("ascii").rstrip("="),
            "ver": "1.0",
        }
