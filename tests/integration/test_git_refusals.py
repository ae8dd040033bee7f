# SPDX-License-Identifier: MIT
"""A server that refuses every token: after a few, no more are requested for a while."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path

import pytest

from integration.git_asking import ask, attributes, clone_of, commit, host_of, push
from integration.stored import age
from integration.test_git_lfs import push_large
from integration.users import login
from world.program import Outcome
from world.world import World

CAPABLE = ("capability[]=authtype", "capability[]=state")
MANY = 3
NOT_FOR_US = "somebody else"


@pytest.fixture
def clone(world: World) -> Path:
    return clone_of(world, world.git_server.create_repository())


def requests(world: World) -> int:
    return len(world.authority.token_requests)


def record(world: World) -> Path:
    (file,) = (world.session.runtime / "entra").glob("*.refusals")
    return file


def rewrite(world: World, **texts: object) -> None:
    """Changes the record of the refusals: how many, when the last token was received, when it was
    refused, when the user was told."""
    names = ("count", "received_on", "refused_on", "said_on")
    numbers = dict(zip(names, record(world).read_text().split())) | texts
    record(world).write_text(" ".join(str(numbers[name]) for name in names) + "\n")


def refuse(world: World, *lines: str) -> None:
    """A git that gets a token, and whose server refuses it. Tokens are counted by the second in
    which they were received, so the last one is made older."""
    token = attributes(ask(world, *host_of(world), *lines).out)["password"]
    outcome = ask(world, *host_of(world), *lines, f"password={token}", operation="erase")
    assert (outcome.code, outcome.err) == (0, "")
    rewrite(world, received_on=int(time.time()) - 30)


@pytest.fixture
def refusing(world: World) -> World:
    """A world whose git server has just refused as many new tokens as it takes."""
    for _ in range(MANY):
        refuse(world)
    assert requests(world) == MANY
    return world


# ---- with real git ----

@pytest.mark.skipif(shutil.which("git-lfs") is None, reason="git-lfs is not installed")
def test_git_lfs_does_not_go_on_for_ever(world, each_git, clone):
    """git-lfs 3.3 asks for another token as long as the server answers with 401."""
    world.run("git", "lfs", "install", "--skip-repo")
    world.run("git", "lfs", "track", "*.bin", cwd=clone)
    push_large(world, clone, ["one.bin"])
    before = requests(world)
    world.git_server.gate.audience = NOT_FOR_US
    world.git_server.large_files.clear()
    outcome = world.run("git", "lfs", "push", "--all", "origin", cwd=clone,
                        env={"GIT_TERMINAL_PROMPT": "0"})
    assert outcome.code != 0
    assert outcome.err.count("new tokens in a row") == 1
    assert requests(world) - before < 12
    left = requests(world)
    assert world.run("git", "lfs", "push", "--all", "origin", cwd=clone,
                     env={"GIT_TERMINAL_PROMPT": "0"}).code != 0
    assert requests(world) == left


def test_git_works_again_once_the_server_accepts_a_token(world, each_git, clone):
    audience, world.git_server.gate.audience = world.git_server.gate.audience, NOT_FOR_US
    told = []
    while not told:
        assert requests(world) < 2 * MANY
        outcome = push(world, clone, env={"GIT_TERMINAL_PROMPT": "0"})
        assert outcome.code != 0
        told = [line for line in outcome.err.splitlines() if "new tokens in a row" in line]
        rewrite(world, received_on=int(time.time()) - 30)
    assert len(told) == 1
    world.git_server.gate.audience = audience
    rewrite(world, refused_on=int(time.time()) - 300)
    assert push(world, clone).code == 0
    assert list((world.session.runtime / "entra").glob("*.refusals")) == []


# ---- by hand ----


def test_git_is_told_to_quit_and_the_user_why_once(refusing):
    outcome = ask(refusing, *host_of(refusing))
    assert (outcome.code, outcome.out) == (3, "quit=1\n")
    assert len(outcome.err.splitlines()) == 1
    assert f"has refused {MANY} new tokens in a row" in outcome.err
    for lines in ((), CAPABLE, ("username=ada",)):
        again = ask(refusing, *lines, *host_of(refusing))
        assert (again.out, again.err) == ("quit=1\n", "")
    assert requests(refusing) == MANY


def test_the_user_is_told_again_later(refusing):
    ask(refusing, *host_of(refusing))
    rewrite(refusing, said_on=int(time.time()) - 60)
    assert "new tokens in a row" in ask(refusing, *host_of(refusing)).err


def test_the_pause_ends(refusing):
    rewrite(refusing, refused_on=int(time.time()) - 300)
    outcome = ask(refusing, *host_of(refusing))
    assert (outcome.code, outcome.err) == (0, "") and "password=" in outcome.out


def test_a_git_that_continues_is_told_to_quit_too(world):
    for _ in range(MANY - 1):
        refuse(world)
    first = ask(world, *CAPABLE, *host_of(world)).out
    (state,) = [line for line in first.splitlines() if line.startswith("state[]=")]
    again = ask(world, *CAPABLE, state, "wwwauth[]=Bearer", *host_of(world))
    assert again.out == "quit=1\n" and "new tokens in a row" in again.err
    assert requests(world) == MANY


@pytest.mark.parametrize("lines", [("ephemeral=1", "authtype=Bearer", "credential={}"),
                                   ("username=x", "password={}")], ids=["a newer git", "an older git"])
def test_a_token_that_is_accepted_ends_it(world, lines):
    for _ in range(MANY - 1):
        refuse(world)
    token = attributes(ask(world, *host_of(world)).out)["password"]
    assert ask(world, *host_of(world), *(line.format(token) for line in lines),
               operation="store").code == 0
    ask(world, *host_of(world), f"password={token}", operation="erase")
    assert "password=" in ask(world, *host_of(world)).out


def test_a_token_that_has_worked_for_a_while_may_be_revoked(world):
    for _ in range(MANY - 1):
        refuse(world)
    ask(world, *host_of(world))
    token = age(world, lives=1800)
    ask(world, *host_of(world), f"password={token}", operation="erase")
    assert "password=" in ask(world, *host_of(world)).out


def test_one_token_counts_once_however_many_are_refused_with_it(world):
    first = ask(world, *CAPABLE, *host_of(world)).out
    token = attributes(ask(world, *host_of(world)).out)["password"]
    for _ in range(MANY):
        ask(world, *host_of(world), f"password={token}", operation="erase")
    (state,) = [line for line in first.splitlines() if line.startswith("state[]=")]
    for _ in range(MANY):
        ask(world, *CAPABLE, state, "wwwauth[]=Bearer", *host_of(world))
    assert record(world).read_text().split()[0] == "1"


def test_what_a_user_typed_is_given_all_the_same(refusing):
    ask(refusing, *host_of(refusing), "username=ada", "password=typed", operation="store")
    assert attributes(ask(refusing, *host_of(refusing)).out)["password"] == "typed"


def refused(world: World, *place: str) -> Outcome:
    """What git is told after this place has refused as many new tokens as it takes."""
    for _ in range(MANY):
        token = attributes(ask(world, *place).out)["password"]
        ask(world, *place, f"password={token}", operation="erase")
        rewrite(world, received_on=int(time.time()) - 30)
    outcome = ask(world, *place)
    assert outcome.out == "quit=1\n"
    return outcome


def advised(outcome: Outcome) -> str:
    (command,) = re.findall(r"run '([^']*)'", outcome.err)
    return command


@pytest.mark.parametrize("path", [(), ("path=contoso/app/_git/app",), ("path=Con to$o/x",)],
                         ids=["no path", "an organization", "an odd one"])
def test_the_advised_command_allows_another_try(world, each_git, path):
    """git sends the path as entra setup git has it, or none."""
    assert world.run("entra", "setup", "git").code == 0
    place = ("protocol=https", "host=dev.azure.com", *path)
    command = advised(refused(world, *place))
    assert world.run("sh", "-c", command).code == 0, command
    assert "password=" in ask(world, *place).out


def test_the_advised_command_has_the_path_that_an_api_needs(world):
    settings = world.appsettings()
    settings["MyWebApi"]["BaseUrl"] = "https://git.contoso.com:8443/code/"
    world.write_appsettings(settings)
    world.run("git", "config", "--global", "credential.helper", "entra")
    world.run("git", "config", "--global", "credential.useHttpPath", "true")
    place = ("protocol=https", "host=git.contoso.com:8443", "path=code/a b.git")
    command = advised(refused(world, *place))
    assert world.run("sh", "-c", command).code == 0, command
    assert "password=" in ask(world, *place).out


def test_the_manuals_command_allows_another_try(world):
    page = (Path(__file__).parents[2] / "man" / "git-credential-entra.1").read_text()
    (command,) = re.findall(r"^(echo url=.*)$", page, re.MULTILINE)
    assert world.run("entra", "setup", "git").code == 0
    place = ("protocol=https", "host=dev.azure.com", "path=contoso/app/_git/app")
    refused(world, *place)
    assert world.run("sh", "-c", command).code == 0, command
    assert "password=" in ask(world, *place).out


def test_reject_without_a_password_allows_another_try(refusing):
    ask(refusing, *host_of(refusing), operation="erase")
    assert "password=" in ask(refusing, *host_of(refusing)).out


def test_a_users_tokens_are_counted_too(desk):
    login(desk)
    before = len(desk.authority.token_requests)
    for _ in range(MANY):
        refuse(desk)
    outcome = ask(desk, *host_of(desk))
    assert outcome.out == "quit=1\n" and "new tokens in a row" in outcome.err
    assert len(desk.authority.token_requests) <= before + MANY


def test_other_organizations_are_not_affected(world):
    azure = ("protocol=https", "host=dev.azure.com")
    for organization in ("contoso", "Contoso", "contoso"):
        place = (*azure, f"path={organization}/app/_git/app")
        token = attributes(ask(world, *place).out)["password"]
        ask(world, *place, f"password={token}", operation="erase")
        rewrite(world, received_on=int(time.time()) - 30)
    assert ask(world, *azure, "path=contoso/other").out == "quit=1\n"
    assert "password=" in ask(world, *azure, "path=fabrikam/app").out
    assert "password=" in ask(world, *host_of(world)).out


@pytest.mark.parametrize("content", [
    b"", b"\n", b"x", b"3", b"3 1 1", b"-3 -1 -1 -1\n", b"3 1 1 1\n", b"3 1 99999999999 1\n",
    b"9" * 200, b"\0" * 100, b"\xff" * 5000])
def test_a_damaged_record_is_ignored(refusing, content):
    record(refusing).write_bytes(content)
    assert "password=" in ask(refusing, *host_of(refusing)).out
