# SPDX-License-Identifier: MIT
"""entra forget: exactly what was named is deleted, and said."""

from __future__ import annotations

import json
import os
from fcntl import LOCK_EX, flock
from pathlib import Path

import pytest

from authority import contoso
from integration.credentials import CLIENT_ID
from integration.test_damaged_items import (
    TOKEN, access_token, account, account_record, id_of, in_memory, refresh_token, sign_in, stored)
from integration.test_kubectl_pop import ask, pop
from integration.users import login, token
from world.passing_item import STAYS, PassingItem
from world.world import World

ADA, GRACE = contoso.ADA.username, contoso.GRACE.username
PAT = "protocol=https\nhost=dev.azure.com\npath=contoso/p/_git/app\nusername=ada\npassword=s3cr3t-pat\n"
USAGE = 2
OF_APP = ("--client-id", CLIENT_ID, "--tenant", contoso.TENANT.guid)


def listed(world: World, *words: str) -> list[dict]:
    return json.loads(world.run("entra", "list", "--output", "json", *words).out)


def rows(world: World) -> set[tuple[str, str, str]]:
    return {(row["kind"], row["account"] or row["clientId"], row["api"] or row["place"])
            for row in listed(world)}


def forget(world: World, *words: str, **how):
    return world.run("entra", "forget", *words, **how)


@pytest.fixture
def full(desk: World) -> World:
    """Two users, with tokens for two APIs each, a typed credential and a client secret."""
    login(desk, user=contoso.GRACE)
    login(desk, user=contoso.ADA)
    for account in (ADA, GRACE):
        for api in ("MyWebApi", "Graph"):
            assert token(desk, "--account", account, "--api", api).code == 0
    assert desk.run("git-credential-entra", "store", input=PAT).code == 0
    assert desk.run("entra", "secret", "set", *OF_APP, input="s3cr3t-of-the-app\n").code == 0
    return desk


def test_the_tokens_of_an_api_are_deleted_and_nothing_else(full):
    before = rows(full)
    outcome = forget(full, "--api", "graph")
    gone = {row for row in before if row[2] == "Graph"}
    assert outcome.code == 0 and len(gone) == 2
    assert sorted(outcome.out.splitlines()) == [f"Deleted the token for Graph of {ADA}.",
                                                f"Deleted the token for Graph of {GRACE}."]
    assert rows(full) == before - gone
    assert token(full, "--account", GRACE, "--api", "Graph").code == 0  # still signed in


def test_the_tokens_of_an_account_for_an_api(full):
    before = rows(full)
    outcome = forget(full, "--api", "Graph", "--account", GRACE.upper())
    assert outcome.out == f"Deleted the token for Graph of {GRACE}.\n"
    assert rows(full) == before - {("token", GRACE, "Graph")}


def test_an_account_goes_with_its_sign_ins_and_tokens(full):
    before = rows(full)
    outcome = forget(full, "--account", ADA)
    assert outcome.code == 0, outcome
    assert f"Deleted the sign-in of {ADA}.\n" in outcome.out and GRACE not in outcome.out
    assert rows(full) == {row for row in before if row[1] != ADA}
    assert full.run("entra", "status").out.startswith(f"Signed in  {GRACE} (default)\n")


def test_the_tokens_of_an_app_are_deleted_by_its_client_id(world):
    for api in ("MyWebApi", "Graph"):
        assert token(world, "--api", api).code == 0
    outcome = forget(world, "--account", CLIENT_ID)
    assert f"Deleted the token for Graph of the app {CLIENT_ID}.\n" in outcome.out
    assert rows(world) == set()


@pytest.mark.parametrize("option, kind, line", [
    ("--typed", "typed_credential", "Deleted the typed credential for dev.azure.com/contoso of ada."),
    ("--secrets", "client_secret", f"Deleted the client secret of the app {CLIENT_ID}.")])
def test_typed_credentials_and_client_secrets_are_kinds_of_their_own(full, option, kind, line):
    before = rows(full)
    outcome = forget(full, option)
    assert (outcome.code, outcome.out) == (0, f"{line}\n")
    assert rows(full) == {row for row in before if row[0] != kind}


def test_both_kinds_narrowed_to_one_account(full):
    before = rows(full)
    outcome = forget(full, "--typed", "--secrets", "--account", "ada")
    assert outcome.code == 0
    assert rows(full) == {row for row in before if row[0] != "typed_credential"}


@pytest.mark.parametrize("words", [["--account", "nobody@contoso.com"], ["--api", "AKS"],
                                   ["--typed", "--account", "grace"]])
def test_what_is_not_there_is_not_deleted(full, words):
    before = rows(full)
    outcome = forget(full, *words)
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err == "There is nothing to delete.\n"
    assert rows(full) == before


@pytest.mark.parametrize("words, said", [
    ([], "nothing to forget given"), (["--all", "--typed"], "--all cannot be used together"),
    (["--all", "--account", ADA], "--all cannot be used together"),
    (["--api", "Graph", "--typed"], "--api and --typed cannot be used together"),
    (["--api", "Graph", "--secrets"], "--api and --secrets cannot be used together"),
    (["--api", "Grpah"], "there is no API 'Grpah'"), (["--account", "ada contoso"], "not an account"),
    (["Graph"], "unexpected argument 'Graph'"), (["--resource", "x"], "--resource has no effect")])
def test_what_is_not_clear_deletes_nothing(full, words, said):
    before = rows(full)
    outcome = forget(full, *words)
    assert outcome.code == USAGE and said in outcome.err and outcome.out == ""
    assert rows(full) == before


def test_typed_names_differ_by_case(desk):
    for name in ("Ada", "ada"):
        pat = PAT.replace("username=ada", f"username={name}")
        assert desk.run("git-credential-entra", "store", input=pat).code == 0
    assert forget(desk, "--typed", "--account", "ada").out.count("\n") == 1
    assert {row[1] for row in rows(desk)} == {"Ada"}


# ---- what is said is what was done, whatever names an account ----

@in_memory
def test_tokens_whose_account_is_gone_are_deleted_by_the_name_that_the_list_shows(stored):
    stored.put(access_token(ADA), TOKEN)
    assert stored.listed()[0]["account"] == id_of(ADA)
    outcome = stored.entra("forget", "--account", id_of(ADA))
    assert outcome.out == f"Deleted the token for api://x/.default of {id_of(ADA)}.\n"
    assert stored.attributes() == []


@in_memory
def test_a_sign_in_whose_account_is_gone_is_deleted_and_said(stored):
    stored.put(refresh_token(ADA), account_record(ADA, refresh_token="secret"))
    outcome = stored.entra("forget", "--account", ADA)
    assert outcome.out == f"Deleted the sign-in of {id_of(ADA)}.\n"
    assert stored.attributes() == []


@in_memory
@pytest.mark.parametrize("name", [ADA, "ada@fabrikam.com"])
def test_a_renamed_account_is_deleted_by_either_name_and_said(stored, name):
    sign_in(stored, ADA)
    stored.put(account("ada@fabrikam.com"), account_record(ADA))
    outcome = stored.entra("forget", "--account", name)
    assert len(outcome.out.splitlines()) == 2 and outcome.err == "", outcome
    assert stored.attributes() == []


@in_memory
def test_an_account_that_has_nothing_but_its_name_is_deleted_and_said(stored):
    stored.put(account(ADA), account_record(ADA))
    outcome = stored.entra("forget", "--account", ADA)
    assert (outcome.out, outcome.err) == (f"Deleted the account {ADA}.\n", "")
    assert stored.attributes() == []


@in_memory
def test_what_goes_with_an_account_because_it_is_nobodys_is_said(stored):
    attributes = access_token(ADA)
    del attributes["account"]
    stored.put(attributes, TOKEN)
    outcome = stored.entra("forget", "--account", GRACE)
    assert outcome.out == "Deleted the token for api://x/.default of a label.\n"
    assert stored.attributes() == []


def test_a_keyring_that_fails_halfway_does_not_have_it_said_that_nothing_is_deleted(world):
    world.session.keyring.stop()
    attributes = {"xdg:schema": "org.entra_credential_helpers.Token", "kind": "access_token",
                  "account": "app", "client_id": CLIENT_ID}
    with PassingItem(world.session.bus.address, attributes, b"{}", "Delete",
                     "org.freedesktop.DBus.Error.Failed") as keyring:
        outcome = forget(world, "--account", CLIENT_ID)
    assert keyring.deleted == [STAYS]
    assert outcome.code != 0 and "nothing is deleted" not in outcome.err
    assert "some of it may still be there" in outcome.err


# ---- all of it ----

def folders(world: World) -> list[Path]:
    """Where these programs keep files."""
    return [world.session.runtime / "entra", Path(world.session.env["HOME"]) / ".local/state/entra",
            *(Path(f"{place}{os.geteuid()}") for place in ("/dev/shm/entra-", "/tmp/entra-"))]


def test_nothing_of_ours_stays(full):
    assert ask(full, *pop()).code == 0
    state = folders(full)[1]
    state.mkdir(parents=True, mode=0o700)
    (state / "0123456789abcdef.tenant").write_text("https://dev.azure.com/contoso contoso\n")
    for words in (["--keyring", "kernel"], ["--keyring", "runtime"]):
        assert ask(full, *pop(), *words).code == 0
    kinds = {item.attributes["kind"] for item in full.session.keyring.items()}
    assert kinds == {"access_token", "refresh_token", "account", "git_credential", "client_secret",
                     "bound_token", "pop_key"}
    outcome = forget(full, "--all")
    assert (outcome.code, outcome.err) == (0, ""), outcome
    assert f"Deleted the sign-in of {ADA}.\n" in outcome.out
    assert [item for item in full.session.keyring.items() if "kind" in item.attributes] == []
    assert [folder for folder in folders(full)[:2] if folder.exists()] == []
    assert listed(full) == listed(full, "--keyring", "kernel") == []


def test_items_of_others_and_locks_that_are_held_stay(full):
    """And the notes to whoever holds a lock, that all is deleted: one for each keyring."""
    runtime = folders(full)[0]
    (runtime / "0123456789abcdef.lock").touch()
    others = ("xdg:schema", "org.example.Token", "kind", "access_token", "user", "ada")
    assert full.run("secret-tool", "store", "--label", "x", *others, input="another's").code == 0
    with (runtime / "0123456789abcdef.lock").open() as held:
        flock(held, LOCK_EX)
        assert forget(full, "--all").code == 0
        assert {path.suffix for path in runtime.iterdir()} == {".lock", ".signed-out"}
    assert forget(full, "--all").code == 0
    assert not runtime.exists()
    assert full.run("secret-tool", "lookup", *others).out == "another's"


def test_a_locked_keyring_is_not_called_empty(full):
    full.session.keyring.restart_locked()
    for words in (["--all"], ["--api", "Graph"], ["--account", ADA]):
        outcome = forget(full, *words)
        assert outcome.code != 0 and outcome.out == "" and "locked" in outcome.err, outcome
    full.session.keyring.unlock()
    assert {row[0] for row in rows(full)} == {"sign_in", "token", "typed_credential", "client_secret"}


@pytest.mark.parametrize("words", [["--api", "Graph"], ["--account", ADA], ["--typed"], ["--secrets"]])
def test_of_what_is_in_two_collections_one_of_which_is_locked_nothing_is_deleted(full, words):
    keyring = full.session.keyring
    items = [item for item in keyring.items(with_secrets=True) if "kind" in item.attributes]
    keyring.add_default_collection()
    for item in items:
        keyring.add(item.label, item.attributes, item.secret)
    before = rows(full)
    keyring.lock()
    outcome = forget(full, *words)
    assert outcome.code != 0 and outcome.out == "", outcome
    assert "nothing is deleted" in outcome.err and "locked" in outcome.err
    keyring.unlock()
    assert rows(full) == before and len(listed(full)) == 2 * len(before)


def test_damaged_items_go_with_all(full):
    for attributes in ("kind access_token", "kind account username x", "kind pop_key account y"):
        assert full.run("secret-tool", "store", "--label", "damaged", "xdg:schema",
                        full.session.keyring.items()[0].attributes["xdg:schema"],
                        *attributes.split(), input="{").code == 0
    assert forget(full, "--all").code == 0
    assert [item for item in full.session.keyring.items() if "kind" in item.attributes] == []


@in_memory
def test_all_is_not_called_nothing_if_the_list_has_no_row_for_it(stored):
    stored.put(account(ADA), account_record(ADA))
    outcome = stored.entra("forget", "--all")
    assert outcome.out == "Deleted what was left of accounts.\n"
    assert "nothing" not in outcome.err and stored.attributes() == []


@in_memory
def test_more_than_a_list_can_have_goes_and_is_said(stored):
    for number in range(1100):
        stored.put(access_token(ADA) | {"scope": f"api://{number}/.default"}, TOKEN)
    outcome = stored.entra("forget", "--all")
    assert outcome.code == 0 and stored.attributes() == []
    assert outcome.out.splitlines()[-1] == "Deleted what else there was."


def test_all_of_one_keyring_is_not_called_all(full):
    outcome = forget(full, "--all", "--keyring", "runtime")
    assert outcome.code == 0 and "Other keyrings than 'runtime' were not looked at." in outcome.err
    assert ADA in {row[1] for row in rows(full)}


@pytest.mark.parametrize("named, others", [
    ("secret-service", ["kernel", "runtime"]), ("kernel", ["secret-service", "runtime"]),
    ("runtime", ["secret-service", "kernel"])])
def test_of_the_sign_ins_of_all_keyrings_only_that_of_the_named_one_goes(desk, in_kernel, named, others):
    for name in (named, *others):
        login(desk, "--keyring", name)
    outcome = forget(desk, "--all", "--keyring", named)
    assert outcome.out == f"Deleted the sign-in of {ADA}.\n"
    assert f"Other keyrings than '{named}' were not looked at." in outcome.err
    assert listed(desk, "--keyring", named) == []
    for name in others:
        assert token(desk, "--keyring", name).code == 0


def test_files_of_others_in_our_folders_stay(desk):
    """XDG_STATE_HOME may be the same folder as XDG_CONFIG_HOME."""
    config = desk.appsettings_file
    assert config.parent.name == "entra"
    assert forget(desk, "--all", env={"XDG_STATE_HOME": str(config.parent.parent)}).code == 0
    assert config.exists()
