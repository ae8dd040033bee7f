# SPDX-License-Identifier: MIT
"""What an API checks before it lets a request in: the token, as Microsoft tells APIs to."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from typing import Any, Callable

import jwt

from authority.keys import SigningKey


INSUFFICIENT_CLAIMS = "insufficient_claims"


class Rejected(Exception):
    """Not let in: 401 where the token is at fault, 403 where its owner lacks a role."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


@dataclass
class Gate:
    """Lets in who brings a token of the authority for `audience`; an app only with `role`, if one
    is named.

    A token in `revoked` is turned away though it is valid otherwise. With `basic_too`, the token
    may also come as the password of Basic authentication, beside any user name but an empty one;
    and what is in `personal_access_tokens` is taken in place of one.

    A token that is good but not one of those that meet `demand` is turned away with a claims
    challenge: INSUFFICIENT_CLAIMS.
    """

    key: SigningKey
    audience: str
    role: str | None = None
    basic_too: bool = False
    revoked: set[str] = field(default_factory=set)
    personal_access_tokens: set[str] = field(default_factory=set)
    demand: Callable[[str], bool] | None = None

    def claims(self, authorization: str) -> dict[str, Any]:
        """The claims of the token in an Authorization header, or Rejected."""
        token = self._token(authorization)
        if token in self.revoked:
            raise Rejected(401, "the token was revoked")
        if token in self.personal_access_tokens:
            return {}
        try:
            claims = jwt.decode(token, self.key.public_key, algorithms=["RS256"],
                                audience=self.audience)
        except jwt.InvalidTokenError as error:
            raise Rejected(401, str(error)) from None
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
