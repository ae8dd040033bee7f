# SPDX-License-Identifier: MIT
"""Many processes use tokens that live for seconds, by a clock of their own: once there is a token,
none of them waits, and each renewal is one request."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
from pathlib import Path

import pytest

from authority import faults
from world.clock import Clock
from world.waiting import PATIENCE, wait_until
from world.world import World

LIFE = 340   # of which a token is used for 40 seconds
LATEST = 38  # seconds after its receipt, a token of this life is due at the latest

WAITS = ("network: asking", "network: another process")
TRACED = re.compile(r"\S+ entra\[(\d+)\]: .* ms  (.*)")


class Crowd:
    """Callers, and what they and the renewals that they start write to the trace."""

    def __init__(self, world: World, programs: Path, clock: Clock) -> None:
        self.world, self.programs, self.clock = world, programs, clock
        self.trace = world.session.root / "trace"
        self.callers: set[int] = set()
        world.session.env |= clock.env | {"ENTRA_TRACE": str(self.trace)}
        world.authority.issuer.lifetime = LIFE

    def call(self, count: int) -> set[str]:
        """Starts so many callers at once; returns their tokens."""
        processes = [subprocess.Popen(
            [self.programs / "entra", "token", "--api", "MyWebApi", "--timeout", str(PATIENCE)],
            env=self.world.session.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for _ in range(count)]
        self.callers |= {process.pid for process in processes}
        ends = [process.communicate(timeout=PATIENCE) for process in processes]
        assert [process.returncode for process in processes] == [0] * count, ends
        assert {err for _, err in ends} == {""}
        return {out.strip() for out, _ in ends}

    def traced(self, text: str) -> list[int]:
        """The processes that traced this, once for each line."""
        lines = map(TRACED.match, self.trace.read_text().splitlines())
        return [int(line[1]) for line in lines if line and line[2].startswith(text)]

    def waited(self) -> set[int]:
        """The callers that waited for the authority."""
        return {process for text in WAITS for process in self.traced(text)} & self.callers

    def requests(self) -> int:
        return len(self.world.authority.token_requests)

    def all_have_another_than(self, old: str) -> None:
        """Not the last one that the authority issued: those for killed processes may come later."""
        (new,) = self.call(3)
        assert new != old and new in self.world.authority.issued_tokens

    def settle(self) -> None:
        """Waits for the end of renewals."""
        wait_until(lambda: not self.world.session.is_running("entra"), "the end of renewals")


@pytest.fixture
def crowd(world: World, programs: Path, tmp_path: Path) -> Crowd:
    """It has its first token, for which one caller has waited."""
    crowd = Crowd(world, programs, Clock(tmp_path))
    crowd.call(1)
    assert len(crowd.waited()) == crowd.requests() == 1
    return crowd


def test_of_three_hundred_callers_only_the_first_waits(crowd):
    renewals = 0
    for _ in range(100):
        started = len(crowd.traced("network: renewing"))
        fresh = crowd.world.authority.issued_tokens[-1]
        crowd.clock.advance(1)
        tokens = crowd.call(3)
        if len(crowd.traced("network: renewing")) > started:
            renewals += 1
            crowd.settle()
            tokens -= {crowd.world.authority.issued_tokens[-1]}
        assert tokens <= {fresh}
    assert 2 <= renewals <= 10
    assert crowd.requests() == 1 + renewals
    assert len(crowd.waited()) == 1


def hold_renewal(crowd: Crowd, release: threading.Event) -> int:
    """Has one caller start a renewal, which the authority keeps waiting; returns its process."""
    before = crowd.requests()
    crowd.world.authority.faults.inject(faults.held(release), times=1)
    crowd.call(1)
    wait_until(lambda: crowd.requests() == before + 1, "the renewal")
    return crowd.traced("network: asking")[-1]


def test_a_renewal_that_is_killed_costs_one_more_request_and_nobody_waits(crowd):
    old = crowd.world.authority.issued_tokens[-1]
    crowd.clock.advance(LATEST)
    for killed in range(1, 4):
        release = threading.Event()
        process = hold_renewal(crowd, release)
        assert process not in crowd.callers
        assert crowd.call(3) == {old}  # they leave the renewal to that process
        os.kill(process, signal.SIGKILL)
        release.set()
        crowd.settle()
        assert crowd.requests() == 1 + killed
    assert crowd.call(1) == {old}
    crowd.settle()
    crowd.all_have_another_than(old)
    assert crowd.requests() == 5
    assert len(crowd.waited()) == 1


def test_if_several_renewals_were_started_another_takes_over_from_one_that_is_killed(crowd):
    release = threading.Event()
    old = crowd.world.authority.issued_tokens[-1]
    crowd.clock.advance(LATEST)
    crowd.world.authority.faults.inject(faults.held(release), times=1)
    crowd.call(8)
    wait_until(lambda: crowd.requests() == 2, "the renewal")
    os.kill(crowd.traced("network: asking")[-1], signal.SIGKILL)
    release.set()
    crowd.call(1)  # if there was but one
    wait_until(lambda: crowd.requests() == 3, "another renewal")
    crowd.settle()
    crowd.all_have_another_than(old)
    assert crowd.requests() == 3
    assert len(crowd.waited()) == 1


def test_callers_of_a_day_with_an_hour_between_them_do_not_use_what_has_expired(crowd):
    for hour in range(1, 6):
        crowd.clock.advance(3600)
        assert crowd.call(3) == {crowd.world.authority.issued_tokens[-1]}
        assert crowd.requests() == 1 + hour


def test_a_clock_that_is_set_back_costs_one_request(crowd):
    crowd.clock.advance(-3600)
    assert crowd.call(3) == {crowd.world.authority.issued_tokens[-1]}
    assert crowd.call(3) == {crowd.world.authority.issued_tokens[-1]}
    assert crowd.requests() == 2
