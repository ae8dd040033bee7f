# SPDX-License-Identifier: MIT
"""An app's certificate and key, in every file format in use."""

from __future__ import annotations

import subprocess
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat, PublicFormat, pkcs12)
from cryptography.x509.oid import NameOID

PASSWORD = "a password of the app"


@lru_cache(maxsize=None)
def _rsa_key(number: int) -> rsa.RSAPrivateKey:
    """One key per number for the whole process, since generating keys is slow."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


class AppCertificate:
    """A certificate signed by `issuer`, or else self-signed, which is valid from `begins` days from
    now to `days` days from now.
    Its files are written to `folder`, and only their owner may read them."""

    def __init__(self, folder: Path, *, number: int = 1, elliptic: bool = False, days: float = 30,
                 begins: float = -60, public_key=None, name: str = "daemon.contoso.example",
                 issuer: AppCertificate | None = None) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.key = ec.generate_private_key(ec.SECP256R1()) if elliptic else _rsa_key(number)
        now = datetime.utcnow()
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(issuer.certificate.subject if issuer else _name("Contoso"))
            .public_key(public_key or self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + timedelta(days=begins))
            .not_valid_after(now + timedelta(days=days))
            .sign(issuer.key if issuer else self.key, hashes.SHA256()))

    def write(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_bytes(content)
        return path

    @property
    def certificate_pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def key_pem(self, password: str | None = None) -> bytes:
        encryption = BestAvailableEncryption(password.encode()) if password else NoEncryption()
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)

    def request_pem(self) -> bytes:
        """The request that is sent to a CA for signing, and may be left in the file."""
        request = x509.CertificateSigningRequestBuilder().subject_name(_name("request"))
        return request.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM)

    def pem(self, *, key_first: bool = True, more: bytes = b"") -> Path:
        """The key, the certificate and further certificates in one file."""
        parts = [self.key_pem(), self.certificate_pem]
        return self.write("app.pem", b"".join(parts if key_first else parts[::-1]) + more)

    def certificate_file(self) -> Path:
        return self.write("certificate.pem", self.certificate_pem)

    def key_file(self, password: str | None = None) -> Path:
        return self.write("key.pem", self.key_pem(password))

    def pkcs12(self, password: str = PASSWORD, chain: list[AppCertificate] | None = None) -> Path:
        """With an empty password, it is not encrypted."""
        content = pkcs12.serialize_key_and_certificates(
            b"app", self.key, self.certificate, [one.certificate for one in chain or []],
            BestAvailableEncryption(password.encode()) if password else NoEncryption())
        return self.write("app.pfx", content)

    def old_pkcs12(self, password: str = PASSWORD) -> Path:
        """Encrypted with RC2 and 3DES, as old tools did."""
        subprocess.run(["openssl", "pkcs12", "-export", "-legacy", "-in", self.pem(), "-out",
                        self.folder / "old.pfx", "-passout", f"pass:{password}"], check=True)
        (self.folder / "old.pfx").chmod(0o600)
        return self.folder / "old.pfx"

    @property
    def public_key_pem(self) -> bytes:
        return self.certificate.public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
