# SPDX-License-Identifier: MIT
"""A keyring that has been locked since the user logged in, without a password (automatically, by a
fingerprint, over ssh), hides its items from most searches. Nobody is told that nothing is there."""

from __future__ import annotations

import json
import time

import pytest

from authority import contoso
from integration import users
from integration.asking import ASK, ask_entra, ask_git, own_host
from integration.credentials import configure
from integration.examining import examine
from integration.stored import kept
from integration.users import login, token, whose
from world.prompter import Prompter
from world.waiting import SHORT_LIMIT, wait_until
from world.world import World

ADA = contoso.ADA.username
DISPLAY = {"DISPLAY": ":99"}
TYPED = "username=ada\npassword=typed-by-hand\n"


@pytest.fixture
def hidden(desk: World) -> World:
    """Ada has signed in and has a token; then the machine was started anew."""
    login(desk)
    assert token(desk).code == 0
    desk.session.keyring.restart_locked()
    desk.authority.log.clear()
    return desk


def items(world: World) -> list[tuple]:
    """What the keyring has, once it is unlocked."""
    world.session.keyring.unlock()
    return sorted((item.label, item.secret) for item in
                  world.session.keyring.items(with_secrets=True))


def is_asked_to_unlock(outcome) -> None:
    """Nothing is claimed of what could not be looked at."""
    (line,) = outcome.err.splitlines()
    assert "locked" in line and "Unlock it" in line, outcome
    for claim in ("nobody", "Nobody", "not signed in", "has not signed in", "Signed out",
                  "no longer stored", "has no "):
        assert claim not in line, outcome


@pytest.mark.parametrize("env", [{}, DISPLAY], ids=["no display", "a display"])
@pytest.mark.parametrize("program", ASK)
def test_no_program_says_that_nobody_is_signed_in(hidden, program, env):
    hidden.write_appsettings(hidden.user_appsettings() | {
        "AKS": {"RequestAppToken": False, "Scopes": [f"{contoso.AKS}/.default"]}})
    outcome = ASK[program](hidden, env=env)
    assert (outcome.code, outcome.out) == (users.SIGN_IN_FIRST, "")
    is_asked_to_unlock(outcome)
    assert hidden.authority.requests == [] and len(hidden.browser.urls) == 1


@pytest.mark.parametrize("words, code", [
    (["token", *users.API, "--account", ADA], 5), (["token", *users.API, "--user"], 5),
    (["token", *users.API, "--keyring", "secret-service"], 6), (["token", *users.API, "--renew"], 1),
    (["list"], 1), (["list", "--output", "json"], 1), (["list", "--keyring", "secret-service"], 6),
    (["logout"], 1), (["logout", "--account", ADA], 1), (["logout", "--all"], 1),
    (["logout", "--all", "--keyring", "secret-service"], 6)],
    ids=lambda part: " ".join(part) if isinstance(part, list) else str(part))
def test_no_command_claims_anything(hidden, words, code):
    outcome = hidden.run("entra", *words)
    assert outcome.code == code, outcome
    if "json" in words:
        assert json.loads(outcome.err)["code"] == "keyring_locked"
    else:
        is_asked_to_unlock(outcome)
    assert hidden.authority.requests == [] and len(hidden.browser.urls) == 1
    assert len(items(hidden)) == 4
    assert whose(hidden, token(hidden)) == ADA


@pytest.mark.parametrize("keyring", ["auto", "secret-service"])
def test_a_sign_in_is_not_started(hidden, keyring):
    outcome = hidden.at_terminal("entra", "login", "--keyring", keyring).finish()
    assert outcome.code == 6 and "locked" in outcome.err and "Signed in" not in outcome.err
    assert users.asked_nobody(hidden)


def test_doctor_says_that_it_is_locked(hidden):
    report = examine(hidden)
    assert ("keyring", "keyring_locked") in report.crosses
    assert "nobody" not in report.outcome.out + report.outcome.err
    assert users.asked_nobody(hidden)


def test_an_app_gets_its_token_all_the_same(world):
    first = ask_entra(world)
    world.session.keyring.restart_locked()
    outcome = ask_entra(world)
    assert (outcome.code, outcome.out.strip()) == (0, world.authority.issued_tokens[1])
    is_asked_to_unlock(outcome)
    world.session.keyring.unlock()
    assert ask_entra(world).out == first.out


# ---- client secrets ----


@pytest.fixture
def secret(world: World) -> World:
    """An app whose client secret is in the keyring."""
    configure(world, {"SourceType": "Keyring"})
    assert world.run("entra", "secret", "set", input=contoso.DAEMON.secret).code == 0
    world.session.keyring.restart_locked()
    return world


@pytest.mark.parametrize("keyring", ["auto", "secret-service"])
@pytest.mark.parametrize("command", ["set", "clear"])
def test_a_client_secret_is_neither_replaced_nor_removed(secret, command, keyring):
    outcome = secret.run("entra", "secret", command, "--keyring", keyring, input="another")
    assert outcome.code == 6
    is_asked_to_unlock(outcome)
    assert [content for _, content in items(secret)] == [contoso.DAEMON.secret.encode()]


def test_a_client_secret_is_not_reported_as_missing(secret):
    outcome = ask_entra(secret)
    assert (outcome.code, outcome.out) == (6, "")
    is_asked_to_unlock(outcome)
    report = examine(secret)
    assert report.crosses == [("keyring", "keyring_locked")]
    assert report.statuses("credential") == {"skipped"}
    assert report.of("credential")[-1]["message"] == "not checked, since the check keyring failed"


# ---- what a user typed ----


@pytest.fixture
def typed(world: World) -> World:
    """A host that takes no tokens of ours, and a credential that was typed for it."""
    settings = world.appsettings()
    settings["GitServer"]["Scopes"] = []
    world.write_appsettings(settings)
    assert ask_git(world, operation="store", request=TYPED).code == 0
    assert len(world.session.keyring.items()) == 1
    return world


@pytest.mark.parametrize("operation, request_lines", [
    ("get", ""), ("erase", TYPED), ("store", TYPED), ("store", TYPED.replace("ada", "grace"))])
@pytest.mark.parametrize("lock", ["lock", "restart_locked"])
def test_a_typed_credential_is_not_taken_for_missing(typed, operation, request_lines, lock):
    before = items(typed)
    getattr(typed.session.keyring, lock)()
    outcome = ask_git(typed, operation=operation, request=request_lines)
    assert (outcome.code, outcome.out) == (1, "")
    is_asked_to_unlock(outcome)
    assert items(typed) == before
    assert "password=typed-by-hand" in ask_git(typed).out


@pytest.mark.parametrize("lock", ["lock", "restart_locked"])
def test_a_refused_token_is_not_taken_for_erased(world, lock):
    refused = next(line for line in ask_git(world).out.splitlines() if "password=" in line)
    getattr(world.session.keyring, lock)()
    outcome = ask_git(world, operation="erase", request=refused + "\n")
    assert (outcome.code, outcome.out) == (1, "")
    is_asked_to_unlock(outcome)
    assert len(items(world)) == 1


# ---- the desktop's prompt ----


def unlocking(world: World) -> Prompter:
    """The user types the password whenever asked."""
    return Prompter(world.session.bus.address, answer=world.session.keyring.unlock)


@pytest.mark.parametrize("program", ["git-credential-entra", "curl-credential-entra", "entra"])
def test_whoever_unlocks_it_gets_the_token_in_it(hidden, program):
    with unlocking(hidden) as prompter:
        outcome = ASK[program](hidden, env=DISPLAY)
        assert (outcome.code, outcome.err, prompter.asked) == (0, "", 1)
    assert users.asked_nobody(hidden)


def test_whoever_unlocks_it_for_a_list_sees_all(hidden):
    with unlocking(hidden) as prompter:
        outcome = hidden.run("entra", "list", env=DISPLAY)
        assert (outcome.code, outcome.err, prompter.asked) == (0, "", 1)
    assert outcome.out.count(ADA) == 2


def test_whoever_unlocks_it_is_signed_out(hidden):
    with unlocking(hidden) as prompter:
        outcome = hidden.run("entra", "logout", env=DISPLAY)
        assert (outcome.code, outcome.err) == (0, "Signed out of 1 account.\n")
        assert prompter.asked == 1
    assert items(hidden) == []


def test_whoever_unlocks_it_can_sign_in(hidden):
    hidden.browser.will_sign_in(contoso.GRACE)
    with unlocking(hidden) as prompter:
        outcome = hidden.at_terminal("entra", "login", env=DISPLAY).finish()
        assert (outcome.code, prompter.asked) == (0, 1), outcome
    assert whose(hidden, token(hidden)) == contoso.GRACE.username
    assert len(kept(hidden, "refresh_token")) == 2


@pytest.mark.parametrize("operation, count", [("get", 1), ("erase", 0), ("store", 1)])
def test_whoever_unlocks_it_uses_what_was_typed(typed, operation, count):
    typed.session.keyring.restart_locked()
    with unlocking(typed) as prompter:
        outcome = ask_git(typed, operation=operation, env=DISPLAY,
                          request="" if operation == "get" else TYPED)
        assert (outcome.code, outcome.err, prompter.asked) == (0, "", 1)
    assert ("password=typed-by-hand" in outcome.out) is (operation == "get")
    assert len(items(typed)) == count


def test_a_user_has_time_to_unlock_a_keyring_that_was_silent(hidden):
    """Whoever waits for the keyring itself, and not for the user, does so for half a second."""
    hidden.session.keyring.freeze()
    assert token(hidden, "--timeout", SHORT_LIMIT).code == users.SIGN_IN_FIRST
    assert list((hidden.session.runtime / "entra").glob("*.silent")) != []
    hidden.session.keyring.thaw()

    def type_slowly() -> None:
        time.sleep(1.5)
        hidden.session.keyring.unlock()

    outcomes = []
    with Prompter(hidden.session.bus.address, answer=type_slowly) as prompter:
        wait_until(lambda: outcomes.append(token(hidden, env=DISPLAY)) or prompter.asked > 0,
                   "the prompt")
        assert (outcomes[-1].code, outcomes[-1].err, prompter.asked) == (0, "", 1)
    assert users.asked_nobody(hidden)


def test_a_refusal_to_unlock_it_is_respected(hidden):
    with Prompter(hidden.session.bus.address) as prompter:
        for words in (["token", *users.API], ["list"], ["logout"], ["token", *users.API]):
            outcome = hidden.run("entra", *words, env=DISPLAY)
            assert outcome.code != 0
            is_asked_to_unlock(outcome)
        assert prompter.asked == 1
    assert users.asked_nobody(hidden) and len(items(hidden)) == 4


# ---- a collection that is locked, and one that is not ----


def test_what_is_left_in_a_locked_collection_is_not_said_to_be_removed(world):
    configure(world, {"SourceType": "Keyring"})
    set_secret = ("entra", "secret", "set")
    assert world.run(*set_secret, input="old").code == 0
    world.session.keyring.restart_locked()
    world.session.keyring.add_default_collection()
    assert world.run(*set_secret, input="new").code == 0
    assert [item.secret for item in kept(world, "client_secret")] == [b"new"]
    world.session.keyring.restart_locked()
    world.session.keyring.unlock()
    outcome = world.run("entra", "secret", "clear")
    assert outcome.code == 6
    is_asked_to_unlock(outcome)


def test_what_is_in_an_unlocked_collection_is_listed_and_used(hidden):
    """The refresh token and the account are in the default collection by now, the token is not."""
    hidden.session.keyring.unlock()
    for kind in ("refresh_token", "account"):
        hidden.run("secret-tool", "clear", "kind", kind)
    hidden.session.keyring.add_default_collection()
    login(hidden)
    hidden.session.keyring.restart_locked()
    hidden.session.keyring.unlock()
    listed = hidden.run("entra", "list", "--output", "json")
    assert listed.code == 1 and json.loads(listed.err)["code"] == "keyring_locked"
    assert [(row["account"], row["expiresOn"]) for row in json.loads(listed.out)] == [(ADA, None)]
    before = len(hidden.session.keyring.items())
    outcome = hidden.run("entra", "logout")
    assert outcome.code == 1
    is_asked_to_unlock(outcome)
    assert len(hidden.session.keyring.items()) == before


# ---- other programs' items ----


def test_items_of_other_programs_are_not_ours(world):
    """They have the attributes of ours, but another schema or none."""
    for schema in ({}, {"xdg:schema": "org.example.Other"}):
        world.session.keyring.add("another's", {"kind": "access_token"} | schema, b"{}")
    for lock in (None, "lock", "restart_locked"):
        if lock is not None:
            getattr(world.session.keyring, lock)()
        with Prompter(world.session.bus.address) as prompter:
            listed = world.run("entra", "list", "--output", "json", env=DISPLAY)
            assert (listed.code, json.loads(listed.out), listed.err) == (0, [], ""), lock
            outcome = world.run("entra", "logout", "--all", env=DISPLAY)
            assert (outcome.code, outcome.err) == (0, "Nobody is signed in.\n")
            assert prompter.asked == 0
    world.session.keyring.unlock()
    assert len(world.session.keyring.items()) == 2
