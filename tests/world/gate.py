# SPDX-License-Identifier: MIT
"""What an API checks before it accepts a request: the token, as Microsoft tells APIs to."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from typing import Any, Callable

import jwt

from authority.keys import SigningKey
from world.proof import BadProof, access_token_of


INSUFFICIENT_CLAIMS = "insufficient_claims"


class Rejected(Exception):
    """The request is rejected: 401 if the token is at fault, 403 if its owner lacks a role."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


@dataclass
class Gate:
    """Accepts requests with a token of the authority for `audience`; from an app only with `role`,
    if that is set.

    A token in `revoked` is rejected even if it is valid otherwise. With `basic_too`, the token may
    also be the password of Basic authentication, with any user name that is not empty; and the
    tokens in `personal_access_tokens` are accepted too.

    If `proof_for` is set, only a proof of possession for this host is accepted, with such a token in
    it. Otherwise, a token that is bound to a key is rejected.

    A valid token that does not meet `demand` is rejected with a claims challenge:
    INSUFFICIENT_CLAIMS.
    """

    key: SigningKey
    audience: str
    role: str | None = None
    basic_too: bool = False
    revoked: set[str] = field(default_factory=set)
    personal_access_tokens: set[str] = field(default_factory=set)
    demand: Callable[[str], bool] | None = None
    proof_for: str | None = None

    def claims(self, authorization: str) -> dict[str, Any]:
        """The claims of the token in an Authorization header; raises Rejected."""
        token = self._token(authorization)
        if self.proof_for is not None:
            try:
                token = access_token_of(token, self.proof_for)
            except BadProof as error:
                raise Rejected(401, str(error)) from None
        if token in self.revoked:
            raise Rejected(401, "the token was revoked")
        if token in self.personal_access_tokens:
            return {}
        try:
            claims = jwt.decode(token, self.key.public_key, algorithms=["RS256"],
                                audience=self.audience)
        except jwt.InvalidTokenError as error:
            raise Rejected(401, str(error)) from None
        if "cnf" in claims and self.proof_for is None:
            raise Rejected(401, "the token is bound to a key")
        if self.demand is not None and not self.demand(token):
            raise Rejected(401, INSUFFICIENT_CLAIMS)
        is_app = "scp" not in claims
        if is_app and self.role is not None and self.role not in claims["roles"]:
            raise Rejected(403, "Insufficient privileges to complete the operation.")
        return claims

    def _token(self, authorization: str) -> str:
        scheme, _, credential = authorization.partition(" ")
        if scheme.lower() == "bearer":
            return credential
        if scheme.lower() == "basic" and self.basic_too:
            return _password(credential)
        raise Rejected(401, "no token came with the request")


def _password(credential: str) -> str:
    try:
        user, _, password = base64.b64decode(credential, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise Rejected(401, "the Basic credential cannot be read") from None
    if not user:
        raise Rejected(401, "the user name is empty")
    return password
