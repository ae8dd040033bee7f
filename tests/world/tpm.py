# SPDX-License-Identifier: MIT
"""A TPM in software, with a key that signs."""

from __future__ import annotations

import shutil
import socket
import subprocess
from pathlib import Path

from cryptography.hazmat.primitives.serialization import load_pem_public_key

from world.ports import free_ports
from world.waiting import wait_until

HANDLE = "0x81000001"


class Tpm:
    """A TPM with a key at HANDLE, which may have a PIN. `env` is what programs need to reach it."""

    def __init__(self, folder: Path, pin: str = "") -> None:
        self._folder = folder
        self._port = free_ports(2)
        tcti = f"swtpm:host=127.0.0.1,port={self._port}"
        self.env = {"TPM2OPENSSL_TCTI": tcti}
        self._tools_env = {"PATH": "/usr/bin:/bin", "TPM2TOOLS_TCTI": tcti}
        self._daemon = subprocess.Popen(
            ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={folder}",
             "--server", f"type=tcp,port={self._port},bindaddr=127.0.0.1",
             "--ctrl", f"type=tcp,port={self._port + 1},bindaddr=127.0.0.1",
             "--flags", "not-need-init,startup-clear"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_until(self._listens, "the TPM")
            self._make_key(pin)
        except BaseException:
            self.close()
            raise

    @staticmethod
    def missing() -> str | None:
        """What this machine lacks, for a reason to skip a test."""
        tools = [tool for tool in ("swtpm", "tpm2_createprimary") if shutil.which(tool) is None]
        return f"not installed: {', '.join(tools)}" if tools else None

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port + 1)) == 0

    def _make_key(self, pin: str) -> None:
        self._tool("tpm2_createprimary", "-Q", "-C", "o", "-c", "primary")
        self._tool("tpm2_create", "-Q", "-C", "primary", "-G", "rsa2048", "-u", "public",
                   "-r", "private", *(["-p", pin] if pin else []), "-a",
                   "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|sign|decrypt|noda")
        self._tool("tpm2_load", "-Q", "-C", "primary", "-u", "public", "-r", "private", "-c", "key")
        self._tool("tpm2_evictcontrol", "-Q", "-C", "o", "-c", "key", HANDLE)
        self._tool("tpm2_readpublic", "-Q", "-c", HANDLE, "-f", "pem", "-o", "public.pem")
        self.public_key = load_pem_public_key((self._folder / "public.pem").read_bytes())

    def _tool(self, *words: str) -> None:
        for command in (words, ("tpm2_flushcontext", "-t")):
            subprocess.run(command, check=True, cwd=self._folder, env=self._tools_env,
                           capture_output=True)

    def close(self) -> None:
        self._daemon.kill()
        self._daemon.wait()

    def __enter__(self) -> Tpm:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
