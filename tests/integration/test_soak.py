"""Everything at once for a while: tokens of seconds' life, helpers, keyring and authority killed and
hung at random. ENTRA_SOAK_SECONDS makes it longer."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path

from authority import faults
from world.waiting import wait_until
from world.world import World

SECONDS = float(os.environ.get("ENTRA_SOAK_SECONDS", "12"))
WORKERS = 8
LIFE = 303  # three seconds more than the margin in which a token counts as used up


class Crowd:
    """Helpers that come and go, some of them killed, and what the others said."""

    def __init__(self, world: World, programs: Path, chance: random.Random) -> None:
        self.world, self.programs, self.chance = world, programs, chance
        self.running: list[tuple[subprocess.Popen, bool]] = []
        self.answers: list[tuple[int, str]] = []

    def start(self) -> None:
        words = self.chance.choice([[], [], [], ["--force-refresh"]])
        process = subprocess.Popen(
            [self.programs / "entra", "token", "--api", "MyWebApi", "--timeout", "5", *words],
            env=self.world.session.env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        doomed = self.chance.random() < 0.1
        if doomed:
            time.sleep(self.chance.random() / 50)
            process.send_signal(signal.SIGKILL)
        self.running.append((process, doomed))

    def reap(self, all_of_them: bool = False) -> None:
        for process, doomed in list(self.running):
            if not all_of_them and process.poll() is None:
                continue
            out, _ = process.communicate(timeout=60)
            self.running.remove((process, doomed))
            if not doomed or process.returncode == 0:
                self.answers.append((process.returncode, out.strip()))


def disturb(world: World, chance: random.Random) -> None:
    """One of the things that go wrong."""
    keyring = world.session.keyring
    what = chance.randrange(5)
    if what == 0:
        keyring.freeze()
        time.sleep(chance.random() / 3)
        keyring.thaw()
    elif what == 1:
        keyring.stop()
        keyring.start()
    elif what == 2:
        world.authority.faults.inject(faults.delayed(chance.random() / 2), times=3)
    elif what == 3:
        world.authority.faults.inject(faults.unavailable(), times=1)
    else:
        keyring.lock()
        time.sleep(chance.random() / 5)
        keyring.unlock()


def test_no_wrong_token_and_nothing_left_behind(world, programs):
    chance = random.Random(os.environ.get("ENTRA_SOAK_SEED", "entra"))
    world.authority.issuer.lifetime = LIFE
    world.authority.issuer.refresh_in = 1
    crowd = Crowd(world, programs, chance)
    end = time.monotonic() + SECONDS
    next_disturbance = time.monotonic() + 1
    while time.monotonic() < end:
        while len(crowd.running) < WORKERS:
            crowd.start()
        if time.monotonic() > next_disturbance:
            disturb(world, chance)
            next_disturbance = time.monotonic() + chance.random()
        crowd.reap()
        time.sleep(0.01)
    crowd.reap(all_of_them=True)

    issued = set(world.authority.issued_tokens)
    assert {out for code, out in crowd.answers if code == 0} <= issued
    assert all(out == "" for code, out in crowd.answers if code != 0)
    assert len([code for code, _ in crowd.answers if code == 0]) > len(crowd.answers) * 0.9
    # Far fewer requests than answers, though a third of them wanted a new token.
    assert len(world.authority.token_requests) < len(crowd.answers)

    world.authority.faults.clear()
    wait_until(lambda: no_helper_runs(world), "the last renewal's end")
    started = time.monotonic()
    assert world.run("entra", "token", "--api", "MyWebApi", "--force-refresh").code == 0
    assert time.monotonic() - started < 5  # no lock is left


def no_helper_runs(world: World) -> bool:
    """Whether no process of this session's helpers is there, not even a zombie."""
    home = f"HOME={world.session.home}\0".encode()
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and (process / "comm").read_text().strip() == "entra" and (
                    home in (process / "environ").read_bytes()
                    or "State:\tZ" in (process / "status").read_text()):
                return False
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return True
