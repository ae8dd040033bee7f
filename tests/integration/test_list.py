# SPDX-License-Identifier: MIT
"""entra list: what it shows, and how it fits into a terminal."""

from __future__ import annotations

import json
import re

import pytest

from authority import contoso
from integration.credentials import CLIENT_ID
from integration.stored import kept
from integration.users import login, token

ADA, GRACE = contoso.ADA.username, contoso.GRACE.username
PAT = "protocol=https\nhost=dev.azure.com\npath=contoso/p/_git/app\nusername=ada\npassword=s3cr3t-pat\n"


def listed(world, *words) -> list[dict]:
    return json.loads(world.run("entra", "list", "--output", "json", *words).out)


def on_terminal(world, columns: int) -> list[str]:
    terminal = world.at_terminal("entra", "list", whole=True, columns=columns)
    assert terminal.finish().code == 0
    return terminal.screen.splitlines()


@pytest.fixture
def full(world):
    """A keyring with an item of each kind that an app and git have."""
    for api in ("MyWebApi", "Graph"):
        assert world.run("entra", "token", "--api", api).code == 0
    assert world.run("entra", "secret", "set", input="s3cr3t-of-the-app\n").code == 0
    assert world.run("git-credential-entra", "store", input=PAT).code == 0
    return world


def test_typed_credentials_and_client_secrets_have_rows(full):
    rows = {row["kind"]: row for row in listed(full)}
    assert rows["typed_credential"]["account"] == "ada"
    assert rows["typed_credential"]["place"] == "dev.azure.com/contoso"
    assert rows["client_secret"]["clientId"] == CLIENT_ID
    table = full.run("entra", "list").out
    assert re.search(r"^ada +\(typed\) dev\.azure\.com/contoso ", table, re.M)
    assert re.search(rf"^app {CLIENT_ID} +\(client secret\) ", table, re.M)
    for secret in ("s3cr3t", *full.authority.issued_tokens):
        assert secret not in table + json.dumps(listed(full))


def test_apis_have_their_names_also_those_of_another_file(full, tmp_path):
    assert {row["api"] for row in listed(full) if row["kind"] == "token"} >= {"MyWebApi", "Graph"}
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"Renamed": {"Scopes": [f"{contoso.MY_WEB_API}/.default"]}}))
    assert "Renamed" in {row["api"] for row in listed(full, "--config", str(other))}
    assert " Renamed " in full.run("entra", "list", "--config", str(other)).out


def test_without_a_configuration_that_can_be_read_scopes_are_shown(full):
    full.appsettings_file.write_text("{")
    outcome = full.run("entra", "list")
    assert outcome.code == 0
    assert outcome.err.startswith("entra: warning: APIs are shown by their scopes: "
                                  f"{full.appsettings_file}:1: ")
    assert outcome.err.count("\n") == 1
    assert f"{contoso.MY_WEB_API}/.default" in outcome.out and " Graph " in outcome.out


def test_an_empty_keyring_has_no_table(world):
    outcome = world.run("entra", "list")
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err == "The keyring has no tokens or sign-ins of these programs.\n"
    assert listed(world) == []


@pytest.mark.parametrize("columns", [80, 120, 72, 50])
def test_on_a_terminal_no_line_is_longer_than_it_is_wide(full, columns):
    lines = on_terminal(full, columns)
    assert max(len(line) for line in lines) <= columns
    assert lines[-1] == "All of it is in the keyring secret-service."
    assert (CLIENT_ID in "".join(lines)) == (columns == 120)
    assert len(lines) == 1 + len(listed(full)) + 1


def test_80_columns_hold_all_but_the_rest_of_a_guid(full):
    lines = on_terminal(full, 80)
    assert not any("..." in line for line in lines)
    assert lines == on_terminal(full, 0)  # a terminal that does not say
    assert any(line.startswith(f"app {CLIENT_ID[:8]}  Graph ") for line in lines)


def test_not_on_a_terminal_nothing_is_cut(full):
    table = full.run("entra", "list").out
    assert "..." not in table and CLIENT_ID in table and "KEYRING" in table


def test_an_account_has_one_row_whatever_clients_it_has_signed_in_for(desk):
    login(desk)
    login(desk, "--client-id", contoso.AZURE_CLI.client_id)
    rows = [row for row in listed(desk) if row["kind"] == "sign_in"]
    assert len({row["clientId"] for row in rows}) == len(rows) == 2
    table = desk.run("entra", "list").out
    assert table.count(f"{ADA}  (signed in, default)") == 1


def test_tokens_that_differ_in_their_client_alone_are_told_apart(desk):
    other = ("--client-id", contoso.AZURE_CLI.client_id)
    login(desk)
    login(desk, *other)
    for words in ((), other):
        assert token(desk, "--api", "Graph", *words).code == 0
    own = desk.user_appsettings()["AzureAd"]["ClientId"]
    lines = on_terminal(desk, 80)
    shown = [line for line in lines if " Graph, " in line]
    assert len(shown) == len(set(shown)) == 2 and not any("..." in line for line in lines)
    assert any(f"Graph, by {own[:8]} " in line for line in shown)
    assert any("Graph, by the Azure CLI " in line for line in shown)
    deleted = desk.run("entra", "forget", "--api", "Graph").out.splitlines()
    assert sorted(deleted) == sorted([f"Deleted the token for Graph of {ADA}, by {own}.",
                                      f"Deleted the token for Graph of {ADA}, by the Azure CLI."])


def test_tokens_of_two_clouds_are_told_apart(world):
    assert world.run("entra", "token", "--api", "MyWebApi").code == 0
    (item,) = kept(world, "access_token")
    other = item.attributes | {"authority": "https://login.microsoftonline.us"}
    world.session.keyring.add(item.label, other, item.secret)
    lines = world.run("entra", "list").out.splitlines()[1:]
    assert len(lines) == 2
    own = world.authority.url.removeprefix("https://")
    for host in (own, "login.microsoftonline.us"):
        assert sum(f" MyWebApi, at {host} " in line for line in lines) == 1
    status = world.run("entra", "status").out
    assert len(re.findall(r"MyWebApi, of the app, expires in \d+ min, at ", status)) == 2


def test_whose_token_is_whose_is_shown(desk):
    login(desk)
    login(desk, user=contoso.GRACE)
    token(desk, "--account", ADA)
    lines = desk.run("entra", "list").out.splitlines()[1:]
    shown = [line.split()[0] for line in lines]
    assert shown == sorted(shown) == [ADA, ADA, GRACE, *[GRACE] * (len(shown) - 3)]
    assert sum("(signed in, default)" in line for line in lines) == 1
    assert re.search(rf"^{GRACE} +\(signed in, default\)", "\n".join(lines), re.M)
    assert re.search(rf"^{ADA} +MyWebApi .* in \d+ min", "\n".join(lines), re.M)


def test_wide_characters_are_counted_as_wide(world):
    """A user name in a typed credential may be anything that is printable."""
    name = "\u5c71\u7530" * 20
    full = PAT.replace("=ada", f"={name}")
    assert world.run("git-credential-entra", "store", input=full.encode()).code == 0
    for line in on_terminal(world, 60):
        assert sum(2 if ord(c) > 0x2E80 else 1 for c in line) <= 60
