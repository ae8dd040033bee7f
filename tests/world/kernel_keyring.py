# SPDX-License-Identifier: MIT
"""The kernel keyring of this user: the only thing that the sessions of tests share."""

from __future__ import annotations

import json
import shutil
import subprocess

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
