# SPDX-License-Identifier: MIT
"""No test reads or changes the kernel keyring of the user who runs it. Here that user is this test,
whose own keyring has a token of our programs and a key of another program."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Iterator

import pytest

from world import kernel_keyring
from world.sanitized import skip_if_sanitized
from world.session import Session

TESTS = Path(__file__).resolve().parents[1]
PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "--dist", "loadgroup")
# Tests that sign out of all keyrings, list all, or store in the kernel's.
ONES = [f"{TESTS}/integration/{one}" for one in (
    "test_accounts.py::test_a_logout_of_all_leaves_no_account",
    "test_accounts.py::test_the_list_shows_account_scope_expiry_and_keyring",
    "test_git_typed.py::test_every_keyring_stores_it[kernel]")]


def outside() -> dict[str, str]:
    """The environment of a user who has not entered a keyring of the tests."""
    given = os.environ | {"PYTHONPATH": str(TESTS)}
    return {name: value for name, value in given.items()
            if name != kernel_keyring.ENTERED and not name.startswith("PYTEST_")}


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, env=outside(), capture_output=True, text=True, check=False,
                          timeout=300)


@pytest.fixture
def of_the_user(in_kernel: None) -> Iterator[None]:
    """Keys of the user's; they are still there in the end, as they were, and there are no others."""
    kernel_keyring.clear()
    kernel_keyring.add({"kind": "refresh_token", "authority": "https://login.microsoftonline.com",
                        "client_id": "a", "account": "b"}, b'{"refresh_token":"secret"}')
    subprocess.run(["keyctl", "add", "user", "of another program", "secret", "@u"], check=True,
                   capture_output=True)
    before = everything()
    yield
    assert everything() == before
    kernel_keyring.clear()


def everything() -> dict[int, tuple[str, bytes]]:
    return {serial: (kernel_keyring.description(serial), kernel_keyring.read(serial))
            for serial in kernel_keyring.serials()}


@pytest.mark.parametrize("workers, ones", [("0", ONES[:1]), ("2", ONES)])
def test_tests_leave_the_users_keys_alone(of_the_user, programs, workers, ones):
    ran = run(sys.executable, *PYTEST, "-n", workers, *ones)
    assert ran.returncode == 0 and f"{len(ones)} passed" in ran.stdout, ran.stdout + ran.stderr


def test_torture_leaves_them_alone(of_the_user, programs):
    skip_if_sanitized(programs, "a sanitizer replaces the functions that are made to fail")
    ran = run(sys.executable, "-m", "torture.torture", "--programs", programs, "--build",
              os.environ["ENTRA_TORTURE"], "--jobs", "1", "--flows", "git store, kernel",
              "--sample", "1")
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_a_session_begins_only_in_a_keyring_of_the_tests(of_the_user, monkeypatch):
    monkeypatch.delenv(kernel_keyring.ENTERED)
    with pytest.raises(RuntimeError, match="call enter"):
        Session(bus=False)
    monkeypatch.undo()


def test_a_session_leaves_its_keyring_empty(in_kernel):
    with Session(bus=False) as session:
        assert session.run("keyctl", "add", "user", "a name", "a value", "@u").code == 0
    assert kernel_keyring.serials() == []


# ---- whatever the machine allows ----

SHOW = (sys.executable, "-m", "world.kernel_keyring", "keyctl", "show", "@u")
NO_NAMESPACES = "echo 0 >/proc/sys/user/max_user_namespaces"


def test_another_user_than_root_has_one_too(of_the_user):
    alone = ("setpriv", "--reuid=12345", "--regid=12345", "--clear-groups")
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    shown = run(*alone, *SHOW)
    assert (shown.returncode, "_uid.12345" in shown.stdout) == (0, True), shown
    assert "uid=12345 gid=12345" in run(*alone, *SHOW[:3], "id").stdout
    capabilities = run(*alone, *SHOW[:3], sys.executable, "-c",
                       "print(open('/proc/self/status').read())").stdout
    assert "CapEff:\t0000000000000000" in capabilities


def test_without_user_namespaces_there_is_no_kernel_keyring(of_the_user):
    shown = run("unshare", "--user", "--map-root-user", "sh", "-c", f'{NO_NAMESPACES}; exec "$@"',
                "sh", *SHOW)
    assert shown.returncode != 0 and "Operation not permitted" in shown.stderr, shown
