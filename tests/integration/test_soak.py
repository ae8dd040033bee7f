# SPDX-License-Identifier: MIT
"""Everything at once for a while: tokens that live for seconds, and helpers, keyring and authority
that are killed and hung at random. `make soak` runs longer; ENTRA_SOAK_SEED sets another seed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

import pytest

from authority import faults
from world.waiting import PATIENCE, wait_until
from world.world import World

SECONDS = float(os.environ.get("ENTRA_SOAK_SECONDS", "12"))
SEED = os.environ.get("ENTRA_SOAK_SEED", "entra")
WORKERS = 8
REFRESH_IN = 1
LIFE = 303  # three seconds more than the margin in which a token is treated as expired


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str
    forced: bool
    killed: bool


class Crowd:
    """Helpers that come and go, some of them killed, and their output."""

    def __init__(self, world: World, programs: Path, chance: random.Random) -> None:
        self.world, self.programs, self.chance = world, programs, chance
        self.trace = world.session.root / "trace"
        self.running: list[tuple[subprocess.Popen, bool]] = []
        self.answers: list[Answer] = []

    def start(self) -> None:
        forced = self.chance.random() < 0.05
        process = subprocess.Popen(
            [self.programs / "entra", "token", "--api", "MyWebApi", "--timeout", "60",
             *(["--force-refresh"] if forced else [])],
            env=self.world.session.env | {"ENTRA_TRACE": str(self.trace)},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if self.chance.random() < 0.1:
            time.sleep(self.chance.random() / 50)
            process.send_signal(signal.SIGKILL)
        self.running.append((process, forced))

    def reap(self, all_of_them: bool = False) -> None:
        for process, forced in list(self.running):
            if not all_of_them and process.poll() is None:
                continue
            out, err = process.communicate(timeout=PATIENCE)
            self.running.remove((process, forced))
            self.answers.append(Answer(process.returncode, out.strip(), err.strip(), forced,
                                       process.returncode == -signal.SIGKILL))

    def count(self, what) -> int:
        return sum(1 for answer in self.answers if what(answer))


def hang_the_keyring(world: World, chance: random.Random) -> None:
    world.session.keyring.freeze()
    time.sleep(chance.random() / 3)
    world.session.keyring.thaw()


def kill_the_keyring(world: World, chance: random.Random) -> None:
    world.session.keyring.stop()
    time.sleep(chance.random() / 5)
    world.session.keyring.start()


def lock_the_keyring(world: World, chance: random.Random) -> None:
    world.session.keyring.lock()
    time.sleep(chance.random() / 5)
    world.session.keyring.unlock()


def slow_the_authority(world: World, chance: random.Random) -> None:
    world.authority.faults.inject(faults.delayed(chance.random() / 2), times=3)


def fault_the_authority(world: World, chance: random.Random) -> None:
    world.authority.faults.inject(faults.unavailable(), times=1)


def kill_the_authority(world: World, chance: random.Random) -> None:
    world.authority.close()
    time.sleep(chance.random() / 2)
    world.authority.start()


DISTURBANCES = [hang_the_keyring, kill_the_keyring, lock_the_keyring, slow_the_authority,
                fault_the_authority, kill_the_authority]


@pytest.fixture
def soaked(world: World, programs: Path) -> Crowd:
    """A world in which all of this has happened, and the crowd of helpers in it."""
    chance = random.Random(SEED)
    world.authority.issuer.lifetime = LIFE
    world.authority.issuer.refresh_in = REFRESH_IN
    crowd = Crowd(world, programs, chance)
    end = time.monotonic() + SECONDS
    next_disturbance = time.monotonic() + 1
    while time.monotonic() < end:
        while len(crowd.running) < WORKERS:
            crowd.start()
        if time.monotonic() > next_disturbance:
            chance.choice(DISTURBANCES)(world, chance)
            next_disturbance = time.monotonic() + chance.random()
        crowd.reap()
        time.sleep(0.01)
    crowd.reap(all_of_them=True)
    world.authority.faults.clear()
    wait_until(lambda: not world.session.is_running("entra"), "the last renewal's end", 60)
    return crowd


def test_no_token_is_wrong_or_lost_and_nothing_is_left_behind(world, soaked):
    issued = set(world.authority.issued_tokens)
    for answer in soaked.answers:
        if answer.code == 0:
            assert answer.out in issued
        else:
            assert answer.out in ("", *issued)  # or killed after its answer
            # Only helpers that needed a new token while none could be issued have none.
            assert answer.killed or (answer.forced and answer.code == 4), answer
    check_bound(world, soaked)
    assert held_locks(world.session.runtime / "entra") == []
    assert world.run("entra", "token", "--api", "MyWebApi", "--force-refresh").code == 0


def held_locks(folder: Path) -> list[Path]:
    def is_held(path: Path) -> bool:
        with open(path, "rb") as lock:
            try:
                flock(lock, LOCK_EX | LOCK_NB)
            except BlockingIOError:
                return True
        return False

    locks = [path for path in folder.iterdir() if path.is_file()]
    assert locks, "the crowd had a lock, or this looks in the wrong place"
    return [path for path in locks if is_held(path)]


def check_bound(world: World, crowd: Crowd) -> None:
    """There are no more requests than entra-credential-helpers(7) says, in "Token lifetime"."""
    requests = world.authority.token_requests
    due = 1 + (requests[-1].time - requests[0].time) / REFRESH_IN
    # A warning is given once only.
    unstored = crowd.trace.read_text(errors="replace").count("the token is not stored")
    asked_apart = unstored + crowd.count(lambda answer: answer.forced or answer.killed)
    repeated = sum(1 for request in requests if request.status and request.status >= 500)
    bound = due + asked_apart + repeated
    print(f"{len(crowd.answers)} answers, {len(requests)} requests of {bound:.0f} at most")
    assert len(requests) <= bound
    if "ENTRA_SOAK_SECONDS" in os.environ:  # in a short run, a slow machine gives few answers
        assert bound < len(crowd.answers) / 2
