# SPDX-License-Identifier: MIT
"""Checks client assertions as Entra does: with PyJWT, against what the client registered."""

from __future__ import annotations

import base64
import time
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from authority.directory import Client, Federation
from authority.refusals import Refusal

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST_LIFE = 10 * 60


def thumbprint(certificate: x509.Certificate, digest: hashes.HashAlgorithm) -> str:
    """The value of x5t or x5t#S256: base64url of the digest, without padding."""
    return base64.urlsafe_b64encode(certificate.fingerprint(digest)).decode().rstrip("=")


def check_assertion(client: Client, assertion: str, endpoint: str) -> None:
    """Raises a Refusal unless the assertion proves that it comes from the client."""
    try:
        header = jwt.get_unverified_header(assertion)
        claims = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.InvalidTokenError as error:
        raise Refusal(700027, why=str(error)) from error
    if claims.get("iss") == client.client_id:
        _check_own(client, assertion, header, endpoint)
    else:
        _check_foreign(client, assertion, claims)


def _certificate(client: Client, header: dict[str, Any]) -> tuple[x509.Certificate, str]:
    """The registered certificate that the header names, and the algorithm that goes with it."""
    # MSAL for Go writes it in Base64 with padding.
    of_sha256 = header.get("x5t#S256", "").translate(str.maketrans("+/", "-_", "="))
    for certificate in client.certificates:
        if of_sha256 == thumbprint(certificate, hashes.SHA256()):
            return certificate, "PS256"
        if header.get("x5t") == thumbprint(certificate, hashes.SHA1()):
            return certificate, "RS256"
    raise Refusal(700027, why="The key was not found")


def _check_own(client: Client, assertion: str, header: dict[str, Any], endpoint: str) -> None:
    certificate, algorithm = _certificate(client, header)
    required = {"require": ["aud", "iss", "sub", "jti", "nbf", "exp"]}
    try:
        claims = jwt.decode(assertion, certificate.public_key(), algorithms=[algorithm],
                            audience=endpoint, issuer=client.client_id, options=required)
    except jwt.ExpiredSignatureError as error:
        raise Refusal(700024, now=time.time(), expiry="past") from error
    except jwt.InvalidTokenError as error:
        raise Refusal(700027, why=str(error)) from error
    claims.setdefault("iat", claims["nbf"])  # MSAL for Go leaves it out
    whole = all(isinstance(claims[name], int) for name in ("nbf", "iat", "exp"))
    if not whole or claims["sub"] != client.client_id or \
            claims["exp"] - claims["iat"] > LONGEST_LIFE:
        raise Refusal(700021, why="The claims are not those of the documentation.")


def _federation(client: Client, claims: dict[str, Any]) -> Federation:
    """Issuer and subject must match exactly."""
    of_issuer = [one for one in client.federations if one.issuer == claims.get("iss")]
    if not of_issuer:
        raise Refusal(700211, issuer=claims.get("iss"))
    for federation in of_issuer:
        if federation.subject == claims.get("sub"):
            return federation
    raise Refusal(700213, subject=claims.get("sub"))


def _check_foreign(client: Client, assertion: str, claims: dict[str, Any]) -> None:
    federation = _federation(client, claims)
    try:
        jwt.decode(assertion, federation.public_key, algorithms=["RS256"],
                   audience=federation.audience)
    except jwt.ExpiredSignatureError as error:
        raise Refusal(700024, now=time.time(), expiry="past") from error
    except jwt.InvalidTokenError as error:
        raise Refusal(700027, why=str(error)) from error
