# SPDX-License-Identifier: MIT
"""A desktop keyring that is not looked into, over ssh or since its service has ended: what may be in
it is not said to be absent, signed out or deleted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from authority import contoso
from integration.credentials import configure
from integration.stored import kept
from integration.users import SIGN_IN_FIRST, login, token
from world.world import World

ADA = contoso.ADA.username
NO_BUS = "there is no session bus (DBUS_SESSION_BUS_ADDRESS is not set)"
NO_SERVICE = "there is no keyring on the session bus"
NOT_LOOKED_INTO = "desktop's keyring is not looked into: "
DENIALS = ("Nobody is signed in.", "is not signed in.", "nothing to delete", "The keyring has no")
ALL = [["logout", "--all"], ["forget", "--all"]]
ONE = [["logout"], ["logout", "--account", ADA], ["forget", "--account", ADA],
       ["forget", "--api", "MyWebApi"]]


@pytest.fixture
def desktop(desk: World) -> World:
    """Ada has signed in at the desktop."""
    login(desk)
    assert token(desk).code == 0
    return desk


@contextmanager
def over_ssh(world: World, folder: Path) -> Iterator[str]:
    before = dict(world.session.env)
    del world.session.env["DBUS_SESSION_BUS_ADDRESS"]
    world.session.env["XDG_RUNTIME_DIR"] = str(folder)
    yield NO_BUS
    world.session.env.update(before)


@contextmanager
def without_service(world: World, folder: Path) -> Iterator[str]:
    world.session.keyring.stop()
    yield NO_SERVICE
    world.session.keyring.start()


unseen = pytest.mark.parametrize("where", [over_ssh, without_service])


@unseen
@pytest.mark.parametrize("words", ALL + ONE, ids=" ".join)
def test_what_is_not_looked_at_is_not_said_to_be_done(in_kernel, desktop, tmp_path, where, words):
    with where(desktop, tmp_path) as why:
        outcome = desktop.run("entra", *words)
    assert outcome.code == 1 and NOT_LOOKED_INTO + why in outcome.err, outcome
    assert outcome.out == "" and not any(denial in outcome.err for denial in DENIALS)
    assert "--keyring kernel" in outcome.err and len(outcome.err.splitlines()) == 1
    assert [len(kept(desktop, kind)) for kind in ("refresh_token", "account")] == [1, 2]


@unseen
@pytest.mark.parametrize("words", ALL + ONE, ids=" ".join)
def test_the_advice_names_the_keyring_that_is_meant(in_kernel, desktop, tmp_path, where, words):
    with where(desktop, tmp_path):
        outcome = desktop.run("entra", *words, "--keyring", "kernel")
    assert outcome.code == 0 and "desktop" not in outcome.err, outcome


@unseen
def test_what_is_in_the_other_keyring_is_deleted_all_the_same(in_kernel, desktop, tmp_path, where):
    login(desktop, "--keyring", "kernel")
    with where(desktop, tmp_path) as why:
        outcome = desktop.run("entra", "logout", "--all", "--output", "json")
    assert outcome.code == 1 and json.loads(outcome.out) == {"signedOut": 1}
    assert why in outcome.err and "others may still be signed in" in outcome.err
    assert len(kept(desktop, "refresh_token")) == 1


@unseen
def test_a_sign_out_of_the_account_that_is_used_there_is_done(in_kernel, desktop, tmp_path, where):
    login(desktop, "--keyring", "kernel")
    with where(desktop, tmp_path):
        outcome = desktop.run("entra", "logout")
    assert (outcome.code, outcome.err) == (0, "Signed out of 1 account.\n")


@unseen
def test_the_list_says_what_it_lacks(in_kernel, desktop, tmp_path, where):
    with where(desktop, tmp_path) as why:
        empty = desktop.run("entra", "list")
    assert (empty.code, empty.out) == (0, "") and f"not looked into: {why}" in empty.err
    assert not any(denial in empty.err for denial in DENIALS)
    login(desktop, "--keyring", "kernel")
    with where(desktop, tmp_path) as why:
        table, document = desktop.run("entra", "list"), desktop.run("entra", "list", "--output", "json")
    assert table.code == document.code == 0 and ADA in table.out
    assert NOT_LOOKED_INTO + why in table.err
    assert json.loads(document.err)["code"] in ("keyring_no_bus", "keyring_absent")


@unseen
def test_an_account_that_cannot_be_switched_to_may_be_there(in_kernel, desktop, tmp_path, where):
    with where(desktop, tmp_path) as why:
        outcome = desktop.run("entra", "switch", ADA)
    assert outcome.code == SIGN_IN_FIRST and f"the desktop's is not looked into: {why}" in outcome.err


@unseen
@pytest.mark.parametrize("words", ALL + ONE, ids=" ".join)
def test_a_machine_without_a_desktop_does_not_fail(in_kernel, world, tmp_path, where, words):
    with where(world, tmp_path) as why:
        world.session.env |= {"XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path),
                              "ENTRA_CONFIG": str(world.appsettings_file)}
        outcome = world.run("entra", *words)
        (tmp_path / "keyrings").mkdir()
        (tmp_path / "keyrings/login.keyring").touch()
        assert world.run("entra", *words).code == 1
    assert outcome.code == 0 and f"not looked into: {why}" in outcome.err, outcome


@unseen
def test_nor_does_kubelogins_command_say_that_all_is_removed(in_kernel, desktop, tmp_path, where):
    with where(desktop, tmp_path) as why:
        outcome = desktop.run("exec-credential-entra", "remove-tokens")
    assert outcome.code == 1 and NOT_LOOKED_INTO + why in outcome.err, outcome


# ---- setup, secret and status ----

SIGN_OUT = ["setup", "--remove", "--yes"]


@unseen
@pytest.mark.parametrize("words", [SIGN_OUT, ["setup", "--remove", "--dry-run"]], ids=" ".join)
def test_setup_does_not_say_that_all_is_undone(in_kernel, desktop, tmp_path, where, words):
    with where(desktop, tmp_path) as why:
        outcome = desktop.run("entra", *words)
    assert outcome.code == 1 and NOT_LOOKED_INTO + why in outcome.err, outcome
    assert NOT_LOOKED_INTO + why in outcome.out and "nobody is signed in" not in outcome.out
    assert "Give --keyring kernel" in outcome.err
    assert [len(kept(desktop, kind)) for kind in ("refresh_token", "account")] == [1, 2]
    with where(desktop, tmp_path):
        outcome = desktop.run("entra", *words, "--keyring", "kernel")
    assert outcome.code == 0 and "nobody is signed in\n" in outcome.out, outcome


@unseen
def test_setup_signs_out_whom_it_finds_and_says_that_there_may_be_others(in_kernel, desktop,
                                                                         tmp_path, where):
    login(desktop, "--keyring", "kernel")
    with where(desktop, tmp_path) as why:
        outcome = desktop.run("entra", *SIGN_OUT)
    assert outcome.code == 1 and f"{ADA} is signed out\n" in outcome.out, outcome
    assert "Signed out of 1 account." in outcome.err
    assert f"others may still be signed in: the {NOT_LOOKED_INTO}{why}" in outcome.err
    assert len(kept(desktop, "refresh_token")) == 1


def configure_keyring(world: World) -> None:
    """The app's client secret is stored in the keyring."""
    configure(world, {"SourceType": "Keyring"})
    assert world.run("entra", "secret", "set", input=contoso.DAEMON.secret).code == 0


@unseen
def test_a_client_secret_is_not_said_to_be_removed(in_kernel, world, tmp_path, where):
    configure_keyring(world)
    with where(world, tmp_path) as why:
        outcome = world.run("entra", "secret", "clear", "--output", "json")
        named = world.run("entra", "secret", "clear", "--keyring", "kernel")
    assert outcome.code == 1 and NOT_LOOKED_INTO + why in outcome.err, outcome
    assert outcome.out == "" and "nothing to remove" not in outcome.err
    assert len(kept(world, "client_secret")) == 1
    assert named.code == 0 and "the keyring (kernel) has no client secret" in named.err


@unseen
@pytest.mark.parametrize("words", [["token", "--api", "MyWebApi"], ["status"]], ids=" ".join)
def test_a_client_secret_that_is_not_found_may_be_there(in_kernel, world, tmp_path, where, words):
    configure_keyring(world)
    with where(world, tmp_path) as why:
        outcome = world.run("entra", *words)
    assert outcome.code == 2, outcome
    assert ("the keyring kernel has no client secret for the app" in outcome.err
            and f"the desktop's is not looked into: {why}" in outcome.err)


@unseen
def test_the_status_says_what_it_lacks(in_kernel, desktop, tmp_path, where):
    with where(desktop, tmp_path) as why:
        outcome, document = (desktop.run("entra", "status", *words)
                             for words in ([], ["--output", "json"]))
    assert outcome.code == SIGN_IN_FIRST, outcome
    assert "Signed in  unknown: the desktop's keyring is not looked into\n" in outcome.out
    said = json.loads(document.err)
    assert said["code"] == "sign_in_needed"
    assert ("no app has a credential: the keyring kernel has no such sign-in, and the desktop's is "
            f"not looked into: {why}") in said["message"]
    assert said["hint"].startswith("Sign in with 'entra login'.")
    assert ("DBUS_SESSION_BUS_ADDRESS as it is there" in said["hint"]) == (why == NO_BUS)


@unseen
def test_nor_does_the_status_of_another_client_say_that_nobody_is_signed_in(in_kernel, desktop,
                                                                            tmp_path, where):
    login(desktop, "--keyring", "kernel", "--client-id", contoso.AZURE_CLI.client_id)
    with where(desktop, tmp_path) as why:
        outcome = desktop.run("entra", "status")
    assert outcome.code == SIGN_IN_FIRST and "nobody is signed in for the client" in outcome.err
    assert f"the desktop's is not looked into: {why}" in outcome.err


@unseen
@pytest.mark.parametrize("words, said", [
    (SIGN_OUT, "nobody is signed in: the keyring kernel has no sign-in, and the desktop's is not"),
    (["secret", "clear"], "There is nothing to remove: the keyring kernel has no client secret of"),
], ids=["setup --remove", "secret clear"])
def test_a_machine_without_a_desktop_has_nothing_to_undo(in_kernel, world, tmp_path, where, words,
                                                         said):
    with where(world, tmp_path) as why:
        world.session.env |= {"XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path),
                              "ENTRA_CONFIG": str(world.appsettings_file)}
        outcome = world.run("entra", *words)
    shown = " ".join((outcome.out + outcome.err).split())
    assert outcome.code == 0 and said in shown and f"not looked into: {why}" in shown, outcome
