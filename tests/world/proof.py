# SPDX-License-Identifier: MIT
"""What an Arc-enabled cluster checks of a proof of possession.

As in github.com/kubeguard/guard, auth/providers/azure/pop_tokenverifier.go, in its order.
"""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any

import jwt

VALIDITY = 15 * 60


class BadProof(Exception):
    pass


def thumbprint(key: dict[str, str]) -> str:
    """Of an RSA key as a JWK (RFC 7638)."""
    required = {name: key[name] for name in ("e", "kty", "n")}
    text = json.dumps(required, separators=(",", ":"), sort_keys=True).encode()
    return jwt.utils.base64url_encode(hashlib.sha256(text).digest()).decode()


def _check(holds: bool, why: str) -> None:
    if not holds:
        raise BadProof(why)


def access_token_of(proof: str, host: str) -> str:
    """The access token in a proof for this host; raises BadProof, also if the token is not bound to
    the key that signed the proof."""
    try:
        header = jwt.get_unverified_header(proof)
        said: dict[str, Any] = jwt.decode(proof, options={"verify_signature": False})
        _check(bool(header.get("kid")), "No KeyID found in PoP token header")
        _check(header["alg"] == "RS256", "Wrong algorithm found in PoP token header")
        _check(header["typ"].lower() == "pop", "Wrong typ")
        _check(said["ts"] + VALIDITY >= time.time(), "Token is expired")
        _check(said["u"].lower() == host.lower(), "Invalid Pop token due to host mismatch")
        key = said["cnf"]["jwk"]
        bound = jwt.decode(said["at"], options={"verify_signature": False})
        _check(bound["cnf"]["kid"] == thumbprint(key), "'cnf' claim mismatch")
        jwt.decode(proof, jwt.PyJWK(key).key, algorithms=["RS256"])
    except (jwt.InvalidTokenError, KeyError, AttributeError, TypeError) as error:
        raise BadProof(f"Could not parse PoP token: {error!r}") from None
    return said["at"]
