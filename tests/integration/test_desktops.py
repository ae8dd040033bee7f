# SPDX-License-Identifier: MIT
"""The keyrings of other desktops than GNOME: KWallet, KeePassXC, and what they have in common."""

from __future__ import annotations

import os

import pytest

from world.fussy_service import FussyService
from world.kwallet import KWallet
from world.waiting import SHORT_LIMIT
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


# ---- what libraries have to say ----

def test_messages_of_libraries_are_traced_and_not_printed(world):
    world.session.keyring.stop()
    with FussyService(world.session.bus.address, b"{}", "undecipherable", 1000):
        quiet = token(world, G_MESSAGES_DEBUG="all")
        traced = token(world, ENTRA_TRACE="1")
    assert quiet.code == 6 and len(quiet.err.splitlines()) == 1, quiet
    assert "keyring: libsecret: received a plain secret structure with invalid" in traced.err


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
def test_a_wallet_is_asked_for_once_a_minute(kde, env):
    """The wizard that would create one, and is left alone by the user."""
    for _ in range(2):
        outcome = token(kde, "--timeout", SHORT_LIMIT, **env)
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
