# SPDX-License-Identifier: MIT
"""Many processes that need the same token behave like one careful client."""

from __future__ import annotations

import signal
import subprocess
import threading
from pathlib import Path

from authority import faults
from integration.users import API, all_before_an_answer
from world.waiting import PATIENCE, SHORT_LIMIT, wait_until
from world.world import World

TOKEN = ("entra", "token", *API)

# For many processes, which may keep a slow machine busy for longer than the default limit.
PATIENTLY = ("--timeout", str(PATIENCE))


def start(world: World, programs: Path, *words: str) -> subprocess.Popen:
    return subprocess.Popen([programs / "entra", "token", "--api", "MyWebApi", *words],
                            env=world.session.env, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


def finish(processes: list[subprocess.Popen]) -> list[tuple[int, str, str]]:
    ends = [(process.communicate(timeout=PATIENCE), process) for process in processes]
    return [(process.returncode, out, err) for (out, err), process in ends]


def test_a_hundred_processes_make_one_request(world, programs):
    ends = finish([start(world, programs, *PATIENTLY) for _ in range(100)])
    assert {(code, err) for code, _, err in ends} == {(0, "")}
    assert {out for _, out, _ in ends} == {world.authority.issued_tokens[0] + "\n"}
    assert len(world.authority.token_requests) == 1


def test_force_refresh_joins_a_flight_in_progress(world, programs):
    old = world.run("entra", "token", "--api", "MyWebApi").out
    world.authority.log.clear()
    release = threading.Event()
    world.authority.faults.inject(faults.held(release))
    commands = [(*TOKEN, *PATIENTLY, "--force-refresh")] * 20
    outcomes = all_before_an_answer(world, commands, release.set)
    assert {outcome.code for outcome in outcomes} == {0}
    assert old not in {outcome.out for outcome in outcomes}
    assert len(world.authority.token_requests) <= 3  # a process may have begun, and not yet waited


def test_a_wrong_secret_costs_one_request(world):
    settings = world.appsettings()
    settings["AzureAd"]["ClientSecret"] = "wrong"
    world.write_appsettings(settings)
    release = threading.Event()
    world.authority.faults.inject(faults.held(release), times=1)
    outcomes = all_before_an_answer(world, [(*TOKEN, *PATIENTLY)] * 60, release.set)
    assert {outcome.code for outcome in outcomes} == {3}
    assert all("AADSTS7000215" in outcome.err for outcome in outcomes)
    assert len(world.authority.token_requests) == 1


def test_a_corrected_secret_works_at_once(world):
    assert world.run("entra", "token", "--api", "MyWebApi",
                     env={"AzureAd__ClientSecret": "wrong"}).code == 3
    assert world.run("entra", "token", "--api", "MyWebApi").code == 0


def test_a_killed_process_frees_the_others(world, programs):
    world.authority.faults.inject(faults.delayed(PATIENCE), times=1)
    first = start(world, programs)
    wait_until(lambda: len(world.authority.token_requests) == 1, "the first request")
    others = [start(world, programs) for _ in range(5)]
    first.send_signal(signal.SIGKILL)
    finish([first])
    ends = finish(others)
    assert {code for code, _, _ in ends} == {0}
    assert len(world.authority.token_requests) == 2


def test_a_waiting_process_keeps_its_own_time_limit(world, programs):
    world.authority.faults.inject(faults.delayed(PATIENCE), times=1)
    first = start(world, programs)
    wait_until(lambda: len(world.authority.token_requests) == 1, "the first request")
    outcome = world.run("entra", "token", "--api", "MyWebApi", "--timeout", SHORT_LIMIT)
    assert (outcome.code, outcome.out) == (4, "")
    assert "another process" in outcome.err
    first.kill()
    finish([first])


def test_an_expired_time_limit_does_not_affect_others(world, programs):
    world.authority.faults.inject(faults.delayed(PATIENCE), times=1)
    hasty = start(world, programs, "--timeout", SHORT_LIMIT)
    wait_until(lambda: len(world.authority.token_requests) == 1, "the first request")
    patient = start(world, programs, "--timeout", str(PATIENCE))
    assert [code for code, _, _ in finish([hasty, patient])] == [4, 0]


def test_locks_and_shared_failures_are_private_and_contain_no_secret(world):
    world.run("entra", "token", "--api", "MyWebApi", env={"AzureAd__ClientSecret": "wrong-one"})
    folder = world.session.runtime / "entra"
    assert folder.stat().st_mode & 0o777 == 0o700
    for file in folder.iterdir():
        assert file.stat().st_mode & 0o777 == 0o600
        assert b"wrong-one" not in file.read_bytes()
