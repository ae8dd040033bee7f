# SPDX-License-Identifier: MIT
"""The keyrings of other desktops than GNOME: KWallet, KeePassXC, and what they have in common."""

from __future__ import annotations

import pytest

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
