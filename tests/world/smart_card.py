# SPDX-License-Identifier: MIT
"""A smart card in software: a token of SoftHSM, as PKCS#11 calls a card."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from cryptography.hazmat.primitives.serialization import (
    Encoding, NoEncryption, PrivateFormat)

from world.app_certificate import AppCertificate

PIN = "4711"
UNBLOCKING_PIN = "47114711"
NAME = "card"


def _library(name: str) -> Path:
    """Its path, which has the architecture in it."""
    return next(Path("/usr/lib").glob(f"*/{name}"))


class SmartCard:
    """A card in the folder with the key and the certificate of the app, both called `app`. The key
    may require the PIN for each signature. `env` is what programs need to reach the card, and
    `spied` what they need for their logins to be counted."""

    def __init__(self, folder: Path, app: AppCertificate, *,
                 pin_each_time: bool = False) -> None:
        (folder / "tokens").mkdir(parents=True)
        settings = folder / "softhsm2.conf"
        settings.write_text(f"directories.tokendir = {folder / 'tokens'}\n")
        self.env = {"SOFTHSM2_CONF": str(settings)}
        self._spied = folder / "calls"
        self.spied = {"PKCS11_PROVIDER_MODULE": str(_library("pkcs11-spy.so")),
                      "PKCS11SPY": str(_library("softhsm/libsofthsm2.so")),
                      "PKCS11SPY_OUTPUT": str(self._spied)}
        self._run("softhsm2-util", "--init-token", "--free", "--label", NAME, "--pin", PIN,
                  "--so-pin", UNBLOCKING_PIN)
        key = app.write("key.der", app.key.private_bytes(
            Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption()))
        certificate = app.write("certificate.der", app.certificate.public_bytes(Encoding.DER))
        self._add(key, "privkey", *(["--always-auth"] if pin_each_time else []))
        self._add(certificate, "cert")

    @staticmethod
    def missing() -> str | None:
        """What this machine lacks, for a reason to skip a test."""
        tools = [tool for tool in ("softhsm2-util", "pkcs11-tool") if shutil.which(tool) is None]
        if not any(Path("/usr/lib").glob("*/ossl-modules/pkcs11.so")):
            tools.append("pkcs11-provider")  # which is in Debian 13 and later
        return f"not installed: {', '.join(tools)}" if tools else None

    def uri(self, name: str = "app", more: str = "") -> str:
        """The URI (RFC 7512) of what has this name on the card."""
        return f"pkcs11:token={NAME};object={name}{more}"

    def logins(self) -> int:
        """How often a PIN was tried."""
        return self._spied.read_text().count(": C_Login\n") if self._spied.exists() else 0

    def _add(self, file: Path, kind: str, *words: str) -> None:
        self._run("pkcs11-tool", "--module", _library("softhsm/libsofthsm2.so"), "--token-label",
                  NAME, "--login", "--pin", PIN, "--write-object", file, "--type", kind,
                  "--label", "app", "--id", "01", *words)

    def _run(self, *command: str | Path) -> None:
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                              env={"PATH": "/usr/bin:/bin"} | self.env)
        assert done.returncode == 0, done.stdout + done.stderr
