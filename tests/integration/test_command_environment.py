# SPDX-License-Identifier: MIT
"""Which secrets in our environment child processes get, and when they end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from integration.credentials import configure, token
from integration.users import login
from world.waiting import wait_until

SECRETS = [
    "AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PASSWORD", "AZURE_PASSWORD",
    "AAD_SERVICE_PRINCIPAL_CLIENT_SECRET", "AAD_SERVICE_PRINCIPAL_CLIENT_CERTIFICATE_PASSWORD",
    "AAD_USER_PRINCIPAL_PASSWORD", "ARM_CLIENT_SECRET", "ARM_CLIENT_CERTIFICATE",
    "ARM_CLIENT_CERTIFICATE_PASSWORD", "Other__ClientSecret", "other__clientsecret",
    "Other__ClientCredentials__0__ClientSecret", "Other__ClientCredentials__0__CertificatePassword",
    "Other__ClientCredentials__0__Base64EncodedValue",
]
PLATFORM_TOKENS = [
    "IDENTITY_HEADER", "MSI_SECRET", "SYSTEM_ACCESSTOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
]
WITH_PIN = {"SOME_KEY": "pkcs11:object=x?pin-value=hidden"}
ENVIRONMENT = dict.fromkeys(SECRETS + PLATFORM_TOKENS, "hidden") | WITH_PIN | {"KEPT": "kept"}


class Spy:
    """A program that records its environment and then runs another one."""

    def __init__(self, folder: Path, name: str, goes_on_as: str) -> None:
        self._note = folder / f"{name}.environment"
        self.program = folder / name
        self.program.write_text(f'#!/bin/sh\nenv >> {self._note}\n{goes_on_as} "$@"\n')
        self.program.chmod(0o700)

    def hidden(self) -> set[str]:
        """The names of the variables that it got and that should be hidden."""
        lines = self._note.read_text().splitlines()
        assert "KEPT=kept" in lines
        return {line.partition("=")[0] for line in lines if "hidden" in line}


def run_by_command(world, folder: Path, script: str) -> None:
    program = folder / "issuer"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)
    configure(world, {"SourceType": "SignedAssertionCommand",
                      "SignedAssertionCommand": [str(program)]})


def test_an_assertion_command_gets_platform_tokens_but_no_secrets(world, tmp_path):
    spy = Spy(tmp_path, "issuer", "exit 1; :")
    configure(world, {"SourceType": "SignedAssertionCommand",
                      "SignedAssertionCommand": str(spy.program)})
    token(world, env=ENVIRONMENT)
    assert spy.hidden() == set(PLATFORM_TOKENS)


@pytest.mark.parametrize("name", ["git", "kubectl"])
def test_a_host_tool_gets_neither(world, tmp_path, name):
    spy = Spy(tmp_path, name, f"exec {shutil.which(name) or 'false'}")
    world.run("entra", "doctor",
              env=ENVIRONMENT | {"PATH": f"{tmp_path}:{world.session.env['PATH']}"})
    assert spy.hidden() == set()


def test_a_browser_gets_neither(desk, tmp_path):
    spy = Spy(tmp_path, "browser", f"exec {desk.browser.program}")
    login(desk, env=ENVIRONMENT | {"BROWSER": str(spy.program)})
    assert spy.hidden() == set()


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_children_of_a_command_end_with_us(world, programs, tmp_path, how):
    """Even if it ignores signals, and although the terminal's Ctrl-C does not reach it."""
    pids = tmp_path / "pids"
    run_by_command(world, tmp_path, f"trap '' INT TERM HUP\nsleep 600 & echo $! $$ > {pids}.new\n"
                                    f"mv {pids}.new {pids}\nwait")
    entra = subprocess.Popen([programs / "entra", "token", "--api", "MyWebApi"],
                             env=world.session.env, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    try:
        wait_until(pids.exists, "the command")
        started = [int(pid) for pid in pids.read_text().split()]
        assert all(map(is_running, started))
        entra.send_signal(how)
        entra.wait()
        wait_until(lambda: not any(map(is_running, started)), "the command's end")
    finally:
        entra.kill()
        for pid in map(int, pids.read_text().split()):
            if is_running(pid):
                os.kill(pid, signal.SIGKILL)
