# SPDX-License-Identifier: MIT
"""Azurite, Microsoft's emulator of Azure Storage: blobs over https. tests/peers/fetch brings it.

It takes a user's or an app's token for Azure Storage that has not expired; with any signature, and
without looking for a role.
"""

from __future__ import annotations

import re
import ssl
from pathlib import Path
from typing import Mapping
from urllib.request import Request, urlopen

from world.program import Daemon
from world.tls import CertificateAuthority
from world.waiting import wait_until

PROGRAM = (Path(__file__).resolve().parents[2] / "build" / "peers" / "azurite" / "node_modules"
           / ".bin" / "azurite-blob")
ACCOUNT = "devstoreaccount1"
VERSION = "2021-12-02"


class Azurite:
    """`account_url` is where its one account is. `folder` holds the blobs."""

    def __init__(self, folder: Path, env: Mapping[str, str],
                 certificates: CertificateAuthority) -> None:
        folder.mkdir()
        pem = certificates.server_file()
        self._tls = ssl.create_default_context(cafile=certificates.certificate_file)
        self._daemon = Daemon(
            [PROGRAM, "--blobHost", "127.0.0.1", "--blobPort", "0", "--location", folder,
             "--oauth", "basic", "--cert", pem, "--key", pem, "--skipApiVersionCheck",
             "--disableTelemetry"], env, folder / "log")
        try:
            wait_until(lambda: self._url() is not None, "Azurite")
        except BaseException:
            self.close()
            raise
        self.account_url = f"{self._url()}/{ACCOUNT}"

    def _url(self) -> str | None:
        self._daemon.check_alive()
        found = re.search(r"successfully listens on (https://\S+)", self._daemon.log.read_text())
        return found and found.group(1)

    def put_blob(self, container: str, name: str, content: bytes, token: str) -> None:
        """Stores a blob in a new container."""
        self._put(f"{container}?restype=container", b"", token)
        self._put(f"{container}/{name}", content, token)

    def _put(self, path: str, content: bytes, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}", "x-ms-version": VERSION,
                   "x-ms-blob-type": "BlockBlob"}
        request = Request(f"{self.account_url}/{path}", content, headers, method="PUT")
        with urlopen(request, context=self._tls) as answer:
            assert answer.status == 201

    def close(self) -> None:
        self._daemon.stop()
