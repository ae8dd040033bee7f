# SPDX-License-Identifier: MIT
"""No test reads or changes what the user who runs it has in the folders that all processes of a user
share. Here that user is this test, which has a token there with the keyring `runtime`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from world import shared_folders
from world.sanitized import skip_if_sanitized
from world.session import Session
from world.test_kernel_keyring import PYTEST, TESTS, run

FORGETS = [f"{TESTS}/integration/{one}" for one in (
    "test_forget.py::test_nothing_of_ours_stays",
    "test_forget.py::test_items_of_others_and_locks_that_are_held_stay")]
FILES = {"0123456789abcdef.token": "a sign-in", "0123456789abcdef.lock": "",
         "0123456789abcdef.failure": "a failure"}


@pytest.fixture
def of_the_user(in_kernel: None) -> Iterator[None]:
    """Files of the user's; they are still there in the end, as they were, and there are no others."""
    if not shared_folders.are_covered():
        pytest.skip("nothing can be mounted here")
    in_memory = shared_folders.own()[:2]
    for folder in in_memory:
        folder.mkdir(parents=True, mode=0o700)
        for name, text in FILES.items():
            (folder / name).write_text(text)
    yield
    for folder in in_memory:
        assert {path.name: path.read_text() for path in folder.iterdir()} == FILES
    shared_folders.clear()


@pytest.mark.parametrize("workers", ["0", "2"])
def test_tests_leave_the_users_files_alone(of_the_user, programs, workers):
    ran = run(sys.executable, *PYTEST, "-n", workers, *FORGETS)
    assert ran.returncode == 0 and f"{len(FORGETS)} passed" in ran.stdout, ran.stdout + ran.stderr


def test_torture_leaves_them_alone(of_the_user, programs):
    skip_if_sanitized(programs, "a sanitizer replaces the functions that are made to fail")
    ran = run(sys.executable, "-m", "torture.torture", "--programs", programs, "--build",
              os.environ["ENTRA_TORTURE"], "--jobs", "1", "--flows", "entra logout --all",
              "--sample", "1")
    assert ran.returncode == 0, ran.stdout + ran.stderr


SHOW = (sys.executable, "-m", "world.kernel_keyring", "ls", "-A")


def test_another_user_than_root_sees_none_either(of_the_user):
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    shown = run("setpriv", "--reuid=12345", "--regid=12345", "--clear-groups", *SHOW, "/dev/shm")
    assert (shown.returncode, shown.stdout) == (0, ""), shown


def test_the_last_of_the_folders_is_covered_if_it_is_there(of_the_user):
    *_, folder = shared_folders.own()
    planted = folder / "planted by a test"
    folder.mkdir(mode=0o700, exist_ok=True)
    planted.touch()
    try:
        assert run(*SHOW, folder).stdout == ""
    finally:
        planted.unlink()
        if not any(folder.iterdir()):
            folder.rmdir()


def test_a_session_leaves_nothing_there(in_kernel):
    with Session(bus=False):
        (folder := shared_folders.own()[1]).mkdir()
    assert not folder.exists()


def test_where_nothing_can_be_mounted_tests_begin_only_without_a_token_there(of_the_user):
    """As long as the kernel gives no namespaces of mounts."""
    shown = run("unshare", "--user", "--map-root-user", "sh", "-c",
                'echo 0 >/proc/sys/user/max_mnt_namespaces; exec "$@"', "sh", *SHOW, "/dev/shm")
    assert shown.returncode != 0 and "could delete the tokens" in shown.stderr, shown
