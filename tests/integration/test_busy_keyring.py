# SPDX-License-Identifier: MIT
"""A keyring that is slow for a while, or that all may not ask at once, costs no second request: who
gets no answer from it joins the others all the same."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from authority import contoso, faults
from authority.request_log import LoggedRequest
from integration.stored import kept
from integration.test_keyrings import limited, memory_of_silence
from integration.test_single_flight import PATIENTLY, finish
from world.waiting import SHORT_LIMIT, wait_until
from world.world import World

FOLLOWERS = 8
GIVEN_UP = "is not used any more"


class Crowd:
    """Processes that want the same token, and what each traces."""

    def __init__(self, world: World, programs: Path, folder: Path) -> None:
        self._world = world
        self._programs = programs
        self._folder = folder
        self.processes: list[subprocess.Popen] = []

    def start(self, count: int, *words: str, before: tuple[str, ...] = ()) -> None:
        for _ in range(count):
            trace = self._folder / f"trace-{len(self.processes)}"
            trace.touch()
            self.processes.append(subprocess.Popen(
                [*before, self._programs / "entra", "token", "--api", "MyWebApi", *PATIENTLY, *words],
                env=self._world.session.env | {"ENTRA_TRACE": str(trace)}, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, text=True))

    def traced(self, text: str) -> int:
        """How many of them have traced this."""
        return sum(text in file.read_text() for file in self._folder.glob("trace-*"))

    def wait_until_traced(self, text: str, count: int) -> None:
        wait_until(lambda: self.traced(text) >= count, f"'{text}' from {count} processes")

    def all_answered_by_one_request(self) -> None:
        ends = finish(self.processes)
        assert {(code, err) for code, _, err in ends} == {(0, "")}
        assert len({out for _, out, _ in ends}) == 1
        assert len(requests(self._world)) == 1


def requests(world: World) -> list[LoggedRequest]:
    """Those for the token that the crowd wants."""
    return [one for one in world.authority.token_requests
            if one.form["scope"].startswith(contoso.MY_WEB_API)]


@pytest.fixture
def crowd(world, programs, tmp_path) -> Iterator[Crowd]:
    crowd = Crowd(world, programs, tmp_path)
    yield crowd
    for process in crowd.processes:
        process.kill()
        process.wait()


@contextmanager
def held(world: World) -> Iterator[None]:
    """The next answer of the authority comes at the end of the block."""
    release = threading.Event()
    world.authority.faults.inject(faults.held(release), times=1)
    try:
        yield
    finally:
        release.set()


def make_silent(world: World) -> None:
    """The keyring does not answer, and that is known, so nobody waits for it longer than a moment."""
    world.session.keyring.freeze()
    assert world.run("entra", "token", "--api", "GitServer", "--timeout", SHORT_LIMIT).code == 0
    assert len(memory_of_silence(world)) == 1


def test_a_process_that_the_keyring_fails_waits_for_the_leader(world, crowd):
    with held(world):
        crowd.start(1)
        wait_until(lambda: len(requests(world)) == 1, "the leader's request")
        make_silent(world)
        crowd.start(FOLLOWERS)
        crowd.wait_until_traced(GIVEN_UP, FOLLOWERS)
        world.session.keyring.thaw()
    crowd.all_answered_by_one_request()


def test_a_leader_that_the_keyring_has_failed_can_still_store(world, crowd):
    make_silent(world)
    with held(world):
        crowd.start(FOLLOWERS)
        wait_until(lambda: len(requests(world)) == 1, "the leader's request")
        crowd.wait_until_traced(GIVEN_UP, FOLLOWERS)
        world.session.keyring.thaw()
    crowd.all_answered_by_one_request()


def test_a_crowd_that_the_bus_has_no_room_for_makes_one_request(world, crowd):
    """Those who have found room wait for the leader in it, the others for room."""
    with limited(world, max_connections_per_user=20):
        with held(world):
            crowd.start(60)
            wait_until(lambda: len(requests(world)) == 1, "the leader's request")
            crowd.wait_until_traced(GIVEN_UP, 20)
        crowd.all_answered_by_one_request()


def test_a_keyring_that_has_answered_once_is_waited_for(world, crowd):
    """However long it has been silent to others."""
    with held(world):
        crowd.start(1)
        wait_until(lambda: len(requests(world)) == 1, "the leader's request")
        crowd.start(1)
        crowd.wait_until_traced("has no such token", 2)
        make_silent(world)
        leader, follower = crowd.processes
        leader.kill()
        leader.wait()
        with pytest.raises(subprocess.TimeoutExpired):
            follower.wait(2)
        assert len(requests(world)) == 1
        world.session.keyring.thaw()
        ((code, _, err),) = finish([follower])
    assert (code, err, len(requests(world))) == (0, "", 2)
    assert len(kept(world, "access_token")) == 1


# ---- a crowd ----

# `make check-crowd` has more.
CROWD = int(os.environ.get("ENTRA_TESTS_CROWD", "200"))
DESCRIPTORS = 24
MEGABYTE = 1 << 20


def status(process: subprocess.Popen) -> dict[str, int]:
    """Numbers of /proc/PID/status; those of memory are in bytes."""
    fields = (line.split() for line in Path(f"/proc/{process.pid}/status").read_text().splitlines())
    return {words[0].rstrip(":"): int(words[1]) * (1024 if words[-1] == "kB" else 1)
            for words in fields if len(words) > 1 and words[1].isdigit()}


def test_a_crowd_makes_one_request_and_needs_little(world, crowd):
    """All of them wait at the same time, each with few descriptors and little memory of its own."""
    with held(world):
        crowd.start(CROWD, before=("prlimit", f"--nofile={DESCRIPTORS}"))
        wait_until(lambda: len(requests(world)) == 1, "the leader's request")
        crowd.wait_until_traced("has no such token", CROWD)
        each = [status(process) for process in crowd.processes]
    crowd.all_answered_by_one_request()
    if not any("SAN_OPTIONS" in name for name in world.session.env):
        assert sum(one["RssAnon"] for one in each) < CROWD * 2 * MEGABYTE
        assert max(one["VmHWM"] for one in each) < 25 * MEGABYTE
