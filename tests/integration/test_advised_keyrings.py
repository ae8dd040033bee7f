# SPDX-License-Identifier: MIT
"""A keyring that fails: another one is advised for all programs, by a command that is run here word
for word, and never to a program that changes what is in the one that failed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from authority import contoso
from integration.git_asking import host_of
from integration.test_advice import advised
from integration.users import SIGN_IN_FIRST, login
from world.program import Outcome
from world.waiting import SHORT_LIMIT
from world.world import World

EXPORT = r"'(export ENTRA_KEYRING=[^']*)'"
LIMIT = ("--timeout", SHORT_LIMIT)
GET = "git-credential-entra get"


def sh(world: World, *lines: str, **how) -> Outcome:
    return world.run("sh", "-c", "\n".join(lines), **how)


def in_container(world: World, *lines: str) -> Outcome:
    return world.run(sys.executable, "-m", "world.container", "sh", "-c", "\n".join(lines),
                     env={"PYTHONPATH": str(Path(__file__).parents[1])})


def freeze(world: World) -> None:
    world.session.keyring.freeze()


def stop(world: World) -> None:
    world.session.keyring.stop()


@pytest.mark.parametrize("kind, failure", [
    ("world", freeze), ("world", stop), ("shell", lambda world: None)],
    ids=["it is silent", "there is none", "there is no bus"])
def test_the_keyring_that_is_advised_serves_an_app(in_kernel, request, kind, failure):
    world = request.getfixturevalue(kind)
    failure(world)
    world.session.env["ENTRA_KEYRING"] = "secret-service"
    token = "entra token --api MyWebApi"
    command = advised(sh(world, f"{token} --timeout {SHORT_LIMIT}"), EXPORT)
    outcome = sh(world, command, token, token)
    assert (outcome.code, outcome.err) == (0, "")
    first, second = outcome.out.split()
    assert first == second


def test_the_keyring_that_is_advised_serves_git_once_the_user_has_signed_in(in_kernel, desk):
    """git takes no --keyring."""
    login(desk)
    freeze(desk)
    place = "".join(f"{line}\n" for line in host_of(desk))
    failed = sh(desk, f"{GET} --timeout {SHORT_LIMIT}", input=place)
    assert failed.code == SIGN_IN_FIRST and "--keyring kernel" not in failed.err
    command = advised(failed, EXPORT)
    again = advised(sh(desk, command, GET, input=place), r"'(entra login\b[^']*)'")
    desk.browser.will_sign_in(contoso.ADA)
    assert desk.at_terminal("sh", "-c", f"{command}\n{again}").finish().code == 0
    outcome = sh(desk, command, GET, input=place)
    assert (outcome.code, outcome.err) == (0, "") and "password=" in outcome.out


def test_in_a_container_the_keyring_that_is_advised_serves_all_programs(shell):
    token = "entra token --api MyWebApi"
    command = advised(in_container(shell, f"{token} --keyring kernel"), EXPORT)
    outcome = in_container(shell, command, token, token, "entra status", "entra list")
    assert outcome.code == 0 and "kernel" not in outcome.err
    first, second, *_ = outcome.out.split()
    assert first == second and "runtime" in outcome.out


OF_ONE_KEYRING: dict[str, tuple[str, ...]] = {
    "logout": ("logout",), "logout --all": ("logout", "--all"),
    "forget": ("forget", "--account", contoso.ADA.username), "forget --all": ("forget", "--all"),
    "switch": ("switch", contoso.ADA.username),
}


@pytest.mark.parametrize("words", OF_ONE_KEYRING)
def test_what_changes_a_keyring_advises_no_other(desk, words):
    """In the kernel's, nobody would be signed in, while the user still is in the desktop's."""
    login(desk)
    freeze(desk)
    outcome = desk.run("entra", *OF_ONE_KEYRING[words], *LIMIT)
    assert outcome.code != 0 and "Unlock or restart it." in outcome.err
    assert "kernel" not in outcome.err and "KEYRING" not in outcome.err
    desk.session.keyring.thaw()
    assert desk.run("entra", *OF_ONE_KEYRING[words]).code == 0


@pytest.mark.parametrize("code", [
    "keyring_no_bus", "keyring_absent", "keyring_denied", "keyring_foreign_bus", "keyring_silent",
    "keyring_failed", "keyring_forbidden"])
def test_no_advice_is_an_option_that_git_does_not_take(world, code):
    explained = world.run("entra", "doctor", "--explain", code)
    assert explained.code == 0
    assert "export ENTRA_KEYRING=" in " ".join(explained.out.split())
