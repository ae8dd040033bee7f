# SPDX-License-Identifier: MIT
"""A locked keyring prompts the user, if there is one, and accepts a refusal."""

from __future__ import annotations

import subprocess

import pytest

from world.prompter import Prompter
from world.waiting import PATIENCE, SHORT_LIMIT
from world.world import World

DISPLAY = {"DISPLAY": ":99"}


@pytest.fixture(params=["the token is in it", "the token is not in it"])
def locked(request, world) -> World:
    if request.param == "the token is in it":
        world.run("entra", "token", "--api", "MyWebApi")
    world.session.keyring.lock()
    return world


def token(world, **env):
    return world.run("entra", "token", "--api", "MyWebApi", "--timeout", str(2 * int(SHORT_LIMIT)), env=env)


def delivered(world, outcome, *, with_warning: bool = True) -> None:
    assert (outcome.code, outcome.out.strip()) == (0, world.authority.issued_tokens[-1])
    lines = outcome.err.splitlines()
    assert len(lines) == with_warning
    for line in lines:
        assert "locked" in line and "could not be stored" in line


def test_there_is_no_prompt_without_a_display(locked):
    with Prompter(locked.session.bus.address) as prompter:
        delivered(locked, token(locked))
        locked.run("entra", "list")
        assert prompter.asked == 0


def test_cancel_is_respected_and_there_is_no_new_prompt(locked):
    with Prompter(locked.session.bus.address) as prompter:
        for first in (True, False, False):
            delivered(locked, token(locked, **DISPLAY), with_warning=first)
        assert prompter.asked == 1


def test_many_processes_prompt_once(locked, programs):
    with Prompter(locked.session.bus.address) as prompter:
        processes = [subprocess.Popen([programs / "entra", "token", "--api", "MyWebApi"],
                                      env=locked.session.env | DISPLAY, stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, text=True) for _ in range(20)]
        ends = [(*process.communicate(timeout=PATIENCE), process.returncode) for process in processes]
        assert {code for _, _, code in ends} == {0}
        assert {out.strip() for out, _, _ in ends} <= set(locked.authority.issued_tokens)
        assert "".join(err for _, err, _ in ends).count("could not be stored") <= 1
        assert prompter.asked == 1


def test_an_unlocked_keyring_returns_its_token(world):
    first = token(world).out
    world.session.keyring.lock()
    with Prompter(world.session.bus.address, answer=world.session.keyring.unlock) as prompter:
        outcome = token(world, **DISPLAY)
        assert (outcome.code, outcome.out, outcome.err) == (0, first, "")
        assert prompter.asked == 1


def test_an_unanswered_prompt_ends_in_time(locked):
    with Prompter(locked.session.bus.address, answer=None) as prompter:
        outcome = token(locked, **DISPLAY)
        assert outcome.code == 0 and outcome.seconds < 25  # the limit without the option is 30
        assert "could not be stored" in outcome.err
        assert prompter.asked == 1
    # The keyring is still there: GNOME's would abort if its prompt were dismissed.
    locked.session.keyring.unlock()
    assert not locked.session.keyring.is_locked()
    # Who takes time to type a password has no silent keyring.
    assert list((locked.session.runtime / "entra").glob("*.silent")) == []
