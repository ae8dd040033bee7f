# SPDX-License-Identifier: MIT
"""The keyrings of other desktops than GNOME: KWallet, KeePassXC, and what they have in common."""

from __future__ import annotations

import os

import pytest
from gi.repository import GLib

from authority import contoso
from integration import users
from integration.credentials import configure
from world.bus import MessageBus
from world.fussy_service import FussyService
from world.keepassxc import KeePassXC
from world.kwallet import KWallet
from world.refusing_service import RefusingService
from world.secret_service import NAME
from world.waiting import SHORT_LIMIT, wait_until
from world.world import World

DISPLAY = {"DISPLAY": ":99"}
TOKEN = ("entra", "token", "--api", "MyWebApi", "--keyring", "secret-service")


def token(world: World, *words: str, **env: str):
    return world.run(*TOKEN, *words, env=env)


def given(world: World, outcome) -> None:
    assert (outcome.code, outcome.err) == (0, ""), outcome
    assert outcome.out.strip() == world.authority.issued_tokens[-1]


# ---- sessions that do not work ----


@pytest.mark.parametrize("bad", [1, 3])
@pytest.mark.parametrize("fault", ["refused", "undecipherable", "garbled"])
def test_a_token_is_read_in_another_session(world, fault, bad):
    given(world, token(world))
    (item,) = world.session.keyring.items(with_secrets=True)
    world.session.keyring.stop()
    with FussyService(world.session.bus.address, item.secret, fault, bad) as service:
        given(world, token(world))
        assert service.sessions == bad + 1
    assert len(world.authority.token_requests) == 1


@pytest.mark.parametrize("fault", ["refused", "undecipherable"])
def test_a_token_is_stored_in_another_session(world, fault):
    world.session.keyring.stop()
    with FussyService(world.session.bus.address, None, fault, 1) as service:
        given(world, token(world))
        assert world.authority.issued_tokens[-1].encode() in service.record
        assert service.sessions == 2


@pytest.mark.parametrize("fault", ["refused", "undecipherable"])
def test_a_keyring_without_a_session_that_works_has_failed(world, fault):
    """It has the token, so `nothing` would be wrong."""
    given(world, token(world))
    (item,) = world.session.keyring.items(with_secrets=True)
    world.session.keyring.stop()
    with FussyService(world.session.bus.address, item.secret, fault, 1000) as service:
        outcome = token(world)
        assert (outcome.code, outcome.out) == (6, "")
        assert "the desktop keyring" in outcome.err
        assert service.sessions < 10
    assert len(world.authority.token_requests) == 1


def test_a_session_that_is_never_opened_is_waited_for_until_the_time_limit(world):
    given(world, token(world))
    (item,) = world.session.keyring.items(with_secrets=True)
    world.session.keyring.stop()
    with FussyService(world.session.bus.address, item.secret, "silent", 1000) as service:
        outcome = token(world, "--timeout", SHORT_LIMIT)
        assert (outcome.code, outcome.out) == (6, "")
        assert "did not answer in time" in outcome.err
        assert outcome.seconds < 20  # GLib would wait for 25
        assert service.sessions == 1


# ---- what libraries have to say ----

def test_messages_of_libraries_are_traced_and_not_printed(world):
    world.session.keyring.stop()
    with FussyService(world.session.bus.address, b"{}", "undecipherable", 1000):
        quiet = token(world, G_MESSAGES_DEBUG="all")
        traced = token(world, ENTRA_TRACE="1")
    assert quiet.code == 6 and len(quiet.err.splitlines()) == 1, quiet
    assert "bus: libsecret: received a plain secret structure with invalid" in traced.err


# ---- keyrings that nothing can be in ----


def test_a_keyring_without_a_collection_and_a_display_is_not_used(world):
    """As with gnome-keyring in a container: the kernel stores the token."""
    world.session.keyring.delete()
    first, second = (world.run("entra", "token", "--api", "MyWebApi") for _ in range(2))
    assert (first.code, first.err, second.err) == (0, "", "")
    assert first.out == second.out and len(world.authority.token_requests) == 1
    named = token(world, "--force-refresh")
    assert (named.code, named.out) == (6, "")


def test_a_keyring_that_the_bus_denies_is_not_used(programs):
    """As to a program that is confined in a snap."""
    with World(programs=programs, bus=False) as world:
        world.write_appsettings()
        session = world.session
        bus = MessageBus(session.runtime, session.logs, session.env,
                         policy=f'<deny send_destination="{NAME}"/>')
        session.env["DBUS_SESSION_BUS_ADDRESS"] = bus.address
        with RefusingService(bus.address):
            first, second = (world.run("entra", "token", "--api", "MyWebApi") for _ in range(2))
            traced = world.run("entra", "token", "--api", "MyWebApi", "--verbose")
            named = token(world)
        bus.stop()
    assert (first.code, first.err, second.out) == (0, "", first.out)
    assert "keyring: secret-service is not used: the session bus does not let" in traced.err
    assert (named.code, named.out) == (6, "") and "does not let this program use" in named.err


# ---- prompts that are dismissed ----


def test_a_token_is_not_stored_if_its_prompt_is_dismissed(world):
    world.session.keyring.stop()
    with RefusingService(world.session.bus.address) as service:
        for _ in range(2):
            outcome = token(world, "--force-refresh", **DISPLAY)
            assert (outcome.code, outcome.out) == (6, ""), outcome
        assert service.asked == 1


def test_a_prompt_that_was_dismissed_is_none_of_another_sessions(world):
    session = world.session
    session.keyring.stop()
    bus = MessageBus(session.runtime, session.logs, session.env,
                     elsewhere=f"unix:path={session.root}/other")
    for address in (session.bus.address, bus.address):
        with RefusingService(address) as service:
            token(world, "--force-refresh", **DISPLAY, DBUS_SESSION_BUS_ADDRESS=address)
            assert service.asked == 1
    bus.stop()


@pytest.mark.parametrize("locked, asked", [
    (GLib.Variant("b", False), 0), (GLib.Variant("b", True), 1), (GLib.Variant("s", "no"), 1)],
    ids=["unlocked", "locked", "not a boolean"])
def test_only_in_an_unlocked_collection_a_locked_item_is_not_replaced(world, locked, asked):
    """KeePassXC would ask for that, each time. What else a collection says is not believed."""
    world.session.keyring.stop()
    with RefusingService(world.session.bus.address, collection_locked=locked) as service:
        outcome = token(world, "--force-refresh", **DISPLAY)
        assert (outcome.code, outcome.out, service.asked) == (6, "", asked), outcome
        assert ("asks before an item is replaced" in outcome.err) is (asked == 0)


def test_an_item_is_not_deleted_if_its_prompt_is_dismissed(world):
    configure(world, {"SourceType": "Keyring"})
    world.session.keyring.stop()
    with RefusingService(world.session.bus.address) as service:
        outcome = world.run("entra", "secret", "clear", env=DISPLAY)
        assert (outcome.code, service.asked) == (6, 1), outcome
        assert "asked the user, who dismissed it" in outcome.err


def test_a_prompt_before_an_item_is_deleted_is_no_silence(world):
    configure(world, {"SourceType": "Keyring"})
    world.session.keyring.stop()
    with RefusingService(world.session.bus.address, answers=False) as service:
        outcome = world.run("entra", "secret", "clear", "--timeout", SHORT_LIMIT, env=DISPLAY)
        assert (outcome.code, service.asked) == (6, 1), outcome
    assert not list((world.session.runtime / "entra").glob("*.silent"))


@pytest.mark.parametrize("env, why, words", [
    ({}, "locked", ()), (DISPLAY, "did not answer in time", ("--timeout", SHORT_LIMIT))],
    ids=["no display", "display"])
def test_a_prompt_that_nobody_answers_is_taken_back_and_not_repeated(world, env, why, words):
    """Without a display, nobody sees it, and it is not waited for until the time limit."""
    world.session.keyring.stop()
    with RefusingService(world.session.bus.address, answers=False) as service:
        outcome = token(world, "--force-refresh", *words, **env)
        assert (outcome.code, outcome.out) == (6, "") and why in outcome.err, outcome
        wait_until(lambda: service.dismissed == 1, "the end of the prompt")
        again = token(world, "--force-refresh", *words, **env)
        assert (again.code, again.out) == (6, ""), again
        assert (service.asked, service.dismissed) == (1, 1)


# ---- KWallet ----


@pytest.fixture
def kde(programs):
    """A KDE desktop, with a wallet that is closed."""
    KWallet.require()
    with World(programs=programs, keyring=False) as world:
        world.write_appsettings()
        world.kwallet = KWallet(world.session.bus.address, world.session.logs, world.session.env)
        yield world
        world.kwallet.close()


@pytest.mark.parametrize("env", [{}, DISPLAY], ids=["no display", "display"])
def test_a_wallet_that_pam_has_opened_is_not_locked(kde, env):
    """Its prompt completes without a dialog."""
    kde.kwallet.create()
    kde.kwallet.open()
    given(kde, token(kde, **env))
    kde.kwallet.restart()
    kde.kwallet.open()
    given(kde, token(kde, **env))
    assert len(kde.authority.token_requests) == 1


@pytest.mark.parametrize("env", [{}, DISPLAY], ids=["no display", "display"])
def test_another_wallet_that_is_closed_is_left_alone(kde, env):
    """Nothing of ours is in it, so it need not be open to know that there is no token."""
    kde.kwallet.create("other")
    kde.kwallet.create()
    kde.kwallet.open()
    for _ in range(2):
        given(kde, kde.run("entra", "token", "--api", "MyWebApi", "--timeout", SHORT_LIMIT, env=env))
    assert len(kde.authority.token_requests) == 1
    outcome = kde.run("entra", "logout", env=env)
    assert (outcome.code, outcome.err) == (0, "Nobody is signed in.\n")


def test_a_wallet_is_asked_for_once_a_minute(kde):
    """The wizard that would create one, and is left alone by the user."""
    for _ in range(2):
        outcome = token(kde, "--timeout", SHORT_LIMIT, **DISPLAY)
        assert (outcome.code, outcome.out) == (6, "")
    assert outcome.seconds < float(SHORT_LIMIT) and "locked" in outcome.err


def test_no_call_fails_by_the_keys_of_its_session(kde):
    """One in a hundred did. By chance, so this takes many, and minutes."""
    calls = int(os.environ.get("KWALLET_CALLS", 0))
    if calls == 0:
        pytest.skip("KWALLET_CALLS (1500) is not set")
    kde.kwallet.create()
    kde.kwallet.open()
    for call in range(calls):
        outcome = token(kde, *(["--force-refresh"] if call % 4 == 0 else []))
        assert (outcome.code, outcome.err) == (0, ""), (call, outcome)
    assert len(kde.authority.token_requests) == (calls + 3) // 4


# ---- KeePassXC ----


@pytest.fixture(params=[False], ids=["confirms nothing"])
def keepassxc(request, programs):
    """A desktop with KeePassXC and an open database."""
    KeePassXC.require()
    with World(programs=programs, keyring=False) as world:
        world.write_appsettings()
        session = world.session
        world.keepassxc = KeePassXC(session.bus.address, session.root / "keepassxc", session.logs,
                                    session.env, confirms=request.param)
        yield world
        world.keepassxc.close()


@pytest.mark.parametrize("env", [{}, DISPLAY], ids=["no display", "display"])
def test_an_open_database_is_not_locked_and_not_asked_to_replace(keepassxc, env):
    """Its prompts complete without a dialog, except that for replacing an item."""
    given(keepassxc, token(keepassxc, **env))
    given(keepassxc, token(keepassxc, "--force-refresh", **env))
    given(keepassxc, token(keepassxc, **env))
    assert len(keepassxc.authority.token_requests) == 2
    assert len(keepassxc.keepassxc.items()) == 1


def test_a_typed_password_is_not_taken_for_a_reference(keepassxc):
    """KeePassXC replaces {TITLE} and the like in what it takes for a text."""
    host = keepassxc.git_server.url.removeprefix("https://")
    asked = f"protocol=https\nhost={host}\n"
    password = "{TITLE}{USERNAME}"
    store = ("git-credential-entra", "--keyring", "secret-service", "store")
    stored = keepassxc.run(*store, env=DISPLAY, input=f"{asked}username=ada\npassword={password}\n")
    assert (stored.code, stored.err) == (0, "")
    given_back = keepassxc.run("git-credential-entra", "--keyring", "secret-service", "get",
                               input=asked)
    assert f"password={password}\n" in given_back.out, given_back


@pytest.mark.parametrize("env", [{}, DISPLAY], ids=["no display", "display"])
@pytest.mark.parametrize("words", [
    ("token", "--api", "MyWebApi", "--user"), ("list",), ("logout",), ("logout", "--all"),
    ("secret", "clear"), ("login",)], ids=" ".join)
def test_nothing_is_said_to_be_missing_in_a_locked_database(keepassxc, words, env):
    """It does not show its items while it is locked."""
    keepassxc.write_appsettings(keepassxc.user_appsettings())
    users.login(keepassxc, "--keyring", "secret-service", env=DISPLAY)
    keepassxc.keepassxc.lock()
    keepassxc.authority.log.clear()
    outcome = keepassxc.run("entra", *words, "--keyring", "secret-service", env=env)
    assert (outcome.code, outcome.out) == (6, ""), outcome
    (line,) = outcome.err.splitlines()
    assert "the desktop keyring is locked" in line
    assert keepassxc.authority.requests == []


def test_a_typed_password_is_not_said_to_be_erased_from_a_locked_database(keepassxc):
    host = keepassxc.git_server.url.removeprefix("https://")
    asked = f"protocol=https\nhost={host}\n"
    git = ("git-credential-entra", "--keyring", "secret-service")
    typed = f"{asked}username=ada\npassword=typed-by-hand\n"
    assert keepassxc.run(*git, "store", env=DISPLAY, input=typed).err == ""
    keepassxc.keepassxc.lock()
    outcome = keepassxc.run(*git, "erase", input=typed)
    assert outcome.code == 6 and "locked" in outcome.err, outcome


@pytest.mark.parametrize("keepassxc", [True], ids=["confirms"], indirect=True)
@pytest.mark.parametrize("env", [{}, DISPLAY], ids=["no display", "display"])
def test_a_token_does_not_wait_for_a_dialog_to_replace_an_older_one(keepassxc, env):
    words = ("entra", "token", "--api", "MyWebApi", "--force-refresh")
    assert keepassxc.run(*words, env=env).err == ""
    outcome = keepassxc.run(*words, env=env)
    assert (outcome.code, outcome.out.strip()) == (0, keepassxc.authority.issued_tokens[-1])
    (line,) = outcome.err.splitlines()
    assert "asks before an item is replaced" in line and "KeePassXC" in line
    assert outcome.seconds < 20  # the limit is 30


def offered_accounts(world, env) -> list[str]:
    """What a shell offers for `entra switch`, as an answer for fish."""
    outcome = world.run("entra", "completion", "--answer", "fish", input="entra\0switch\0\0", env=env)
    assert (outcome.code, outcome.err) == (0, "")
    return outcome.out.splitlines()[1:]


@pytest.mark.parametrize("env", [{}, DISPLAY], ids=["no display", "display"])
def test_the_completion_of_accounts_does_not_have_a_database_opened(keepassxc, env):
    """KeePassXC prompts when it is searched as a whole while a database is locked."""
    keepassxc.write_appsettings(keepassxc.user_appsettings())
    users.login(keepassxc, "--keyring", "secret-service", env=DISPLAY)
    assert offered_accounts(keepassxc, env) == [contoso.ADA.username]
    keepassxc.keepassxc.lock()
    assert offered_accounts(keepassxc, env) == []


@pytest.mark.parametrize("env", [{}, DISPLAY], ids=["no display", "display"])
def test_the_completion_of_accounts_does_not_have_a_wallet_opened(kde, env):
    kde.kwallet.create()
    assert offered_accounts(kde, env) == []
    kde.kwallet.open()
    kde.write_appsettings(kde.user_appsettings())
    users.login(kde, "--keyring", "secret-service", env=DISPLAY)
    assert offered_accounts(kde, env) == [contoso.ADA.username]
