# SPDX-License-Identifier: MIT
"""The key that signs access tokens, and the public key that APIs fetch."""

from __future__ import annotations

import json
import uuid
from functools import lru_cache
from typing import Any

from authlib.jose import JsonWebKey, JsonWebSignature


class SigningKey:
    """An RSA key with a key id; tokens are signed with RS256, as by Entra."""

    def __init__(self) -> None:
        self.kid = uuid.uuid4().hex
        self._key = JsonWebKey.generate_key("RSA", 2048, {"kid": self.kid}, is_private=True)

    def sign(self, claims: dict[str, Any]) -> str:
        """Like Entra, without escapes for what is not ASCII."""
        header = {"typ": "JWT", "alg": "RS256", "kid": self.kid}
        payload = json.dumps(claims, ensure_ascii=False, separators=(",", ":")).encode()
        return JsonWebSignature().serialize_compact(header, payload, self._key).decode("ascii")

    @property
    def public_key(self) -> Any:
        """The public key in the form that PyJWT takes."""
        return self._key.get_public_key()

    def jwks(self) -> dict[str, Any]:
        return {"keys": [self._key.as_dict(is_private=False) | {"use": "sig", "alg": "RS256"}]}


@lru_cache(maxsize=None)
def process_key() -> SigningKey:
    """One key for the whole process: generating it is the slow step in starting an authority."""
    return SigningKey()
