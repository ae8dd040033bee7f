# SPDX-License-Identifier: MIT
"""The kernel keyring of this user: the only thing that the sessions of tests share."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

OURS = "entra:"


def keys() -> dict[str, dict[str, str]]:
    """The serial number and the attributes of each key that our programs created."""
    if shutil.which("keyctl") is None:
        return {}
    shown = subprocess.run(["keyctl", "show", "@u"], capture_output=True, text=True, check=False)
    found = {}
    for line in shown.stdout.splitlines():
        serial, _, description = line.partition(f" {OURS}")
        if description:
            found[serial.split()[0]] = json.loads(description)
    return found


def forget(value: str, attribute: str = "authority") -> None:
    """Removes the keys that have this attribute: those of one authority's tokens, by its URL."""
    for serial, attributes in keys().items():
        if attributes.get(attribute) == value:
            subprocess.run(["keyctl", "unlink", serial, "@u"], capture_output=True, check=False)


class OwnKernelKeyring:
    """A kernel keyring of a test's own: the user's, in a user namespace. It is there as long as a
    process is."""

    def __init__(self) -> None:
        self._holder = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "unshare", "--user", "--map-root-user", "sh", "-c",
             "echo; exec sleep infinity"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if not self._holder.stdout.readline():
            why = self._holder.stderr.read().decode()
            self.close()
            raise OSError(why)
        self.inside = ("nsenter", "--user", "--preserve-credentials", f"--target={self._holder.pid}")

    def close(self) -> None:
        self._holder.kill()
        self._holder.communicate()

    def _keyctl(self, *words: str, input: bytes | None = None) -> str:
        return subprocess.run([*self.inside, "keyctl", *words], input=input, capture_output=True,
                              check=True).stdout.decode()

    def add(self, attributes: Any, record: bytes) -> None:
        """Adds a key as our programs do, with anything as its attributes. Fails with an OSError if
        the kernel does not take the record."""
        description = OURS + json.dumps(attributes, separators=(",", ":"))
        for kind in ("big_key", "user"):
            try:
                self._keyctl("padd", kind, description, "@u", input=record)
                return
            except subprocess.CalledProcessError as failure:
                reason = failure.stderr.decode()
        raise OSError(reason)

    def attributes(self) -> list[Any]:
        """Of each key that looks like ours."""
        lines = self._keyctl("show", "@u").splitlines()
        return [json.loads(line.split(OURS, 1)[1]) for line in lines if OURS in line]
