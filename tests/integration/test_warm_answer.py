# SPDX-License-Identifier: MIT
"""A warm answer is cheap: the calls to the desktop keyring, and the size of what is installed."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from world.program import Daemon
from world.sanitized import are_sanitized
from world.waiting import wait_until

CALL = re.compile(r"^method call .* sender=(\S+) .* member=(\w+)$", re.MULTILINE)


@contextmanager
def watched(world) -> Iterator[Path]:
    """The session bus, watched by dbus-monitor; returns its log."""
    log = world.session.logs / "monitor.log"
    monitor = Daemon(["dbus-monitor", "--monitor", "--address", world.session.bus.address],
                     world.session.env, log)
    try:
        wait_until(lambda: "member=NameAcquired" in log.read_text(errors="replace"), "dbus-monitor")
        yield log
    finally:
        monitor.stop()


def calls_of_who_called(member: str, log: Path) -> list[str]:
    """All calls of the caller of this method, in order."""
    calls = CALL.findall(log.read_text(errors="replace"))
    sender = next((sender for sender, called in calls if called == member), None)
    return [called for one, called in calls if one == sender]


def test_a_warm_answer_makes_three_secret_service_calls(world):
    world.run("entra", "token", "--api", "MyWebApi")
    with watched(world) as log:
        assert world.run("entra", "token", "--api", "MyWebApi").code == 0
        wait_until(lambda: "GetSecrets" in calls_of_who_called("GetSecrets", log), "the answer")
    calls = calls_of_who_called("GetSecrets", log)
    assert calls[-3:] == ["SearchItems", "OpenSession", "GetSecrets"]
    assert set(calls[:-3]) <= {"Hello", "AddMatch", "GetNameOwner"}, "of the bus itself"
    assert len(calls) <= 6


def test_git_is_answered_in_one_session_opened_during_the_search(world):
    request = f"url={world.git_server.url}\n\n"
    world.run("git-credential-entra", "get", input=request)
    with watched(world) as log:
        assert world.run("git-credential-entra", "get", input=request).code == 0
        wait_until(lambda: "GetSecrets" in calls_of_who_called("GetSecrets", log), "the answer")
    # A typed credential takes precedence over a token, so it is looked up first.
    assert calls_of_who_called("GetSecrets", log)[-4:] == ["SearchItems", "OpenSession",
                                                           "SearchItems", "GetSecrets"]


def test_a_cold_answer_opens_one_session(world):
    with watched(world) as log:
        assert world.run("entra", "token", "--api", "MyWebApi").code == 0
        wait_until(lambda: "CreateItem" in calls_of_who_called("CreateItem", log), "the token")
    calls = calls_of_who_called("CreateItem", log)
    assert (calls.count("Hello"), calls.count("OpenSession")) == (1, 1)


def test_what_is_not_found_is_searched_for_once_more_and_what_is_found_is_not(world):
    """Without the schema, which finds what a locked keyring hides. Then for an item to change."""
    with watched(world) as log:
        assert world.run("entra", "token", "--api", "MyWebApi").code == 0
        wait_until(lambda: "CreateItem" in calls_of_who_called("CreateItem", log), "the token")
    calls = calls_of_who_called("CreateItem", log)
    assert calls[:calls.index("CreateItem")].count("SearchItems") == 2 + 1


def test_two_hundred_processes_on_an_empty_keyring_make_one_request(world, programs):
    processes = [subprocess.Popen([programs / "entra", "token", "--api", "MyWebApi",
                                   "--timeout", "120"], env=world.session.env,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
                 for _ in range(200)]
    said = {process.communicate(timeout=180)[0] for process in processes}
    assert said == {world.authority.issued_tokens[0] + "\n"}
    assert {process.returncode for process in processes} == {0}
    assert len(world.authority.token_requests) == 1


def test_the_installation_is_smaller_than_two_megabytes(programs):
    files = [file for file in programs.parent.rglob("*") if file.is_file()]
    assert are_sanitized(programs) or sum(file.lstat().st_size for file in files) < 2_000_000
