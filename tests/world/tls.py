# SPDX-License-Identifier: MIT
"""Throw-away certificates: a certificate authority, and servers that it certifies."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (Encoding, NoEncryption, PrivateFormat)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


class CertificateAuthority:
    """Issues server certificates, which programs trust if they trust `certificate_file`.

    To test an untrusted server, use a second authority.
    """

    def __init__(self, folder: Path, name: str = "Throw-away test CA") -> None:
        self._folder = folder
        self._name = _named(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        folder.mkdir(parents=True, exist_ok=True)
        self.certificate_file = folder / "ca.pem"
        self.certificate_file.write_bytes(self._own_certificate().public_bytes(Encoding.PEM))

    def server_file(self, *more_names: str) -> Path:
        """The key of a server on the loopback, and a certificate for its names and more. A file for
        another server takes its place."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._server_certificate(key, (*LOOPBACK_NAMES, *more_names))
        pem_file = self._folder / "server.pem"
        pem_file.touch(mode=0o600)
        pem_file.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            + certificate.public_bytes(Encoding.PEM))
        return pem_file

    def server_context(self, *more_names: str) -> ssl.SSLContext:
        """The context of such a server."""
        pem_file = self.server_file(*more_names)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem_file)
        pem_file.unlink()
        return context

    def _own_certificate(self) -> x509.Certificate:
        usage = x509.KeyUsage(
            key_cert_sign=True, crl_sign=True, digital_signature=False, content_commitment=False,
            key_encipherment=False, data_encipherment=False, key_agreement=False,
            encipher_only=False, decipher_only=False)
        return (self._draft(self._name, self._key)
                .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
                .add_extension(usage, critical=True)
                .sign(self._key, hashes.SHA256()))

    def _server_certificate(self, key: ec.EllipticCurvePrivateKey,
                            names: tuple[str, ...]) -> x509.Certificate:
        alternatives = x509.SubjectAlternativeName([_general_name(name) for name in names])
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return (self._draft(_named(names[0]), key)
                .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
                .add_extension(alternatives, critical=False)
                .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
                .add_extension(issuer, critical=False)
                .sign(self._key, hashes.SHA256()))

    def _draft(self, subject: x509.Name,
               key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        """What all certificates share. They are valid since yesterday, in case a clock is slow."""
        now = datetime.utcnow()
        return (x509.CertificateBuilder()
                .subject_name(subject)
                .issuer_name(self._name)
                .public_key(key.public_key())
                .serial_number(x509.random_serial_number())
                .not_valid_before(now - timedelta(days=1))
                .not_valid_after(now + timedelta(days=7))
                .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False))
