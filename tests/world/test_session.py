# SPDX-License-Identifier: MIT
"""The private session is real, and leaves nothing behind."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Iterator

import pytest

from world.program import TimedOut
from world.session import Session
from world.waiting import PATIENCE


@pytest.fixture
def session() -> Iterator[Session]:
    with Session() as session:
        yield session


def store(session: Session, secret: str = "a secret") -> None:
    done = session.run("secret-tool", "store", "--label=An item", "colour", "blue", input=secret)
    assert done.code == 0, done.err


def look_up(session: Session, timeout: float = PATIENCE) -> str:
    return session.run("secret-tool", "lookup", "colour", "blue", timeout=timeout).out


def test_the_keyring_keeps_what_a_program_stores(session: Session) -> None:
    store(session)
    (item,) = session.keyring.items(with_secrets=True)
    assert (item.label, item.attributes["colour"], item.secret) == ("An item", "blue", b"a secret")
    assert session.files_holding(b"a secret") == []


def test_a_locked_keyring_returns_nothing_until_it_is_unlocked(session: Session) -> None:
    store(session)
    session.keyring.lock()
    assert look_up(session) == ""
    session.keyring.unlock()
    assert look_up(session) == "a secret"


def test_a_frozen_keyring_does_not_answer(session: Session) -> None:
    session.keyring.freeze()
    with pytest.raises(TimedOut):
        look_up(session, timeout=0.3)
    session.keyring.thaw()
    assert look_up(session) == ""


def test_items_outlive_the_daemon(session: Session) -> None:
    store(session)
    session.keyring.stop()
    assert "not provided by any .service files" in session.run(
        "secret-tool", "lookup", "colour", "blue").err
    session.keyring.start()
    assert look_up(session) == "a secret"


def test_programs_do_not_see_the_callers_environment(
        session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "of the developer")
    assert "AZURE_CLIENT_SECRET" not in session.run("env").out


def test_a_session_without_a_bus_has_no_keyring() -> None:
    with Session(bus=False) as session:
        assert session.keyring is None
        assert session.run("secret-tool", "lookup", "colour", "blue").code != 0


def test_nothing_is_left_after_close() -> None:
    with Session() as session:
        root = session.root
        session.keyring.freeze()
    assert not root.exists()
    assert not any(str(root) in command for command in running_commands())


def running_commands() -> Iterator[str]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            yield (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            assert folder.name != str(os.getpid())
