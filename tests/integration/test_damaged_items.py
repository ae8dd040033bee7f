# SPDX-License-Identifier: MIT
"""Items in a keyring that our programs did not write, or that are damaged: they do not keep the user
from listing the others, or from signing out."""

from __future__ import annotations

import json
import subprocess
import uuid
from pathlib import Path
from typing import Any, Iterator

import pytest

from world import kernel_keyring
from world.program import Outcome
from world.world import World

AUTHORITY = "https://login.contoso.example"
ADA, GRACE = "ada@contoso.com", "grace@contoso.com"
TEN_YEARS = 4102444800
SCHEMA = {"xdg:schema": "org.entra_credential_helpers.Token"}


class Stored:
    """A keyring with items that were put there by hand."""

    name: str

    def __init__(self, world: World) -> None:
        self._world = world

    def put(self, attributes: Any, record: bytes, label: Any = "a label") -> None:
        raise NotImplementedError

    def attributes(self) -> list[Any]:
        """Of all items that are left."""
        raise NotImplementedError

    def entra(self, *words: str) -> Outcome:
        return self._world.run("entra", *words, "--keyring", self.name)

    def listed(self) -> list[dict]:
        outcome = self.entra("list", "--output", "json")
        assert (outcome.code, outcome.err) == (0, ""), outcome
        table = self.entra("list")
        assert (table.code, table.err) == (0, ""), table
        rows = json.loads(outcome.out)
        # The table has one line for all clients that an account of an authority has signed in for.
        lines = {(row["account"], row["authority"], row["store"]) if (row["kind"], row["expiresOn"]) == ("sign_in", None)
                 else number for number, row in enumerate(rows)}
        assert len(table.out.splitlines()) == len(lines) + 1
        return rows

    def close(self) -> None:
        pass


class InMemory(Stored):
    name = "runtime"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._runtime = Path("/dev/shm") / f"entra-test-{uuid.uuid4().hex}"
        self.folder = self._runtime / "entra"
        self.folder.mkdir(parents=True, mode=0o700)
        self._runtime.chmod(0o700)
        world.session.env["XDG_RUNTIME_DIR"] = str(self._runtime)

    def put(self, attributes: Any, record: bytes, label: Any = "a label") -> None:
        header = {"label": label, "expires_on": 0, "attributes": attributes}
        self.put_file(json.dumps(header).encode() + b"\n" + record)

    def put_file(self, content: bytes) -> Path:
        file = self.folder / f"{uuid.uuid4().hex[:16]}.token"
        file.write_bytes(content)
        file.chmod(0o600)
        return file

    def attributes(self) -> list[Any]:
        return [json.loads(file.read_bytes().split(b"\n")[0])["attributes"]
                for file in self.folder.glob("*.token")]

    def close(self) -> None:
        subprocess.run(["rm", "-rf", self._runtime], check=True)


class InKernel(Stored):
    name = "kernel"

    def put(self, attributes: Any, record: bytes, label: Any = None) -> None:
        try:
            kernel_keyring.add(attributes, record)
        except OSError as reason:
            assert record == b"" or len(record) > 32767, reason
            pytest.skip(f"the kernel does not take this record: {reason}")

    def attributes(self) -> list[Any]:
        return list(kernel_keyring.keys().values())


class OnDesktop(Stored):
    name = "secret-service"

    def put(self, attributes: Any, record: bytes, label: Any = "a label") -> None:
        """D-Bus has no other attributes than texts."""
        texts = {name: value for name, value in attributes.items() if isinstance(value, str)}
        self._world.session.keyring.add(str(label), SCHEMA | texts, record)

    def attributes(self) -> list[Any]:
        items = self._world.session.keyring.items()
        return [{name: value for name, value in item.attributes.items() if name not in SCHEMA}
                for item in items]


KINDS = {kind.name: kind for kind in (InMemory, InKernel, OnDesktop)}


@pytest.fixture
def stored(request: pytest.FixtureRequest, programs: Path) -> Iterator[Stored]:
    kind = KINDS[request.param]
    with World(programs=programs, bus=kind is OnDesktop) as world:
        if kind is InKernel:
            request.getfixturevalue("in_kernel")
        keyring = kind(world)
        try:
            yield keyring
        finally:
            keyring.close()


every_keyring = pytest.mark.parametrize("stored", KINDS, indirect=True)
keyrings_of_json = pytest.mark.parametrize("stored", ["runtime", "kernel"], indirect=True)
in_memory = pytest.mark.parametrize("stored", ["runtime"], indirect=True)


def id_of(username: str) -> str:
    return f"{username.split('@')[0]}-object.home-tenant"


def account(username: str) -> dict[str, Any]:
    return {"kind": "account", "authority": AUTHORITY, "username": username}


def account_record(username: str, **members: Any) -> bytes:
    return json.dumps({"home_account_id": id_of(username), "username": username,
                       **members}).encode()


def refresh_token(username: str) -> dict[str, Any]:
    return {"kind": "refresh_token", "authority": AUTHORITY, "client_id": "a-client",
            "account": id_of(username)}


def access_token(username: str) -> dict[str, Any]:
    return {"kind": "access_token", "authority": AUTHORITY, "tenant": "contoso.example",
            "client_id": "a-client", "account": id_of(username), "scope": "api://x/.default"}


TOKEN = json.dumps({"access_token": "eyJ0", "received_on": TEN_YEARS - 3600,
                    "expires_on": TEN_YEARS, "refresh_on": 0, "claims": 0}).encode()


def sign_in(stored: Stored, username: str, record: bytes | None = None,
            is_default: bool = False) -> None:
    """Puts there what a sign-in leaves, with this record for the account."""
    record = account_record(username) if record is None else record
    stored.put(account(username), record)
    if is_default:
        stored.put(account("*"), record)
    stored.put(refresh_token(username), account_record(username, refresh_token="secret"))
    stored.put(access_token(username), TOKEN)


def ordered(items: list[Any]) -> list[str]:
    return sorted(json.dumps(item, sort_keys=True) for item in items)


def only_grace_is_left(stored: Stored) -> bool:
    return ordered(stored.attributes()) == ordered([
        account(GRACE), account("*"), refresh_token(GRACE), access_token(GRACE)])


DAMAGED = {
    "null": b"null",
    "a number": b"12",
    "an array": b"[]",
    "no members": b"{}",
    "null members": b'{"home_account_id":null,"username":null,"refresh_token":null,'
                    b'"access_token":null,"received_on":null,"expires_on":null,"refresh_on":null}',
    "numbers": b'{"home_account_id":1,"username":2,"refresh_token":3,"access_token":4,'
               b'"received_on":1,"expires_on":2,"refresh_on":0}',
    "nothing": b"",
    "64 KB": b"x" * 65536,
    "more than 64 KB": b"x" * 65537,
    "not UTF-8": b'{"home_account_id":"\xff\xfe","username":"\xff\xfe"}',
    "a NUL": b'{"home_account_id":"a\\u0000b","username":"ada"}\0',
}
damaged_records = pytest.mark.parametrize("record", DAMAGED.values(), ids=DAMAGED.keys())


@every_keyring
@damaged_records
def test_an_unreadable_account_is_listed_and_signed_out_by_name(stored, record):
    sign_in(stored, ADA, record)
    sign_in(stored, GRACE, is_default=True)
    assert [(row["account"], row["scope"]) for row in stored.listed()
            if row["expiresOn"] == "unreadable"] == [(ADA, None)]
    outcome = stored.entra("logout", "--account", ADA)
    assert (outcome.code, outcome.err) == (0, "Signed out of 1 account.\n")
    assert only_grace_is_left(stored)


@every_keyring
@damaged_records
def test_unreadable_tokens_are_listed_and_signed_out(stored, record):
    sign_in(stored, GRACE, is_default=True)
    stored.put(account(ADA), account_record(ADA))
    stored.put(refresh_token(ADA), record)
    stored.put(access_token(ADA), record)
    unreadable = [row for row in stored.listed() if row["expiresOn"] == "unreadable"]
    assert [row["account"] for row in unreadable] == [ADA, ADA]
    assert stored.entra("logout", "--account", ADA).err == "Signed out of 1 account.\n"
    assert only_grace_is_left(stored)


@every_keyring
@damaged_records
def test_an_unreadable_default_account_is_not_taken_for_signed_out(stored, record):
    """It is not known which of the two it was."""
    sign_in(stored, ADA)
    sign_in(stored, GRACE)
    stored.put(account("*"), record, label="the default account")
    assert any(row["expiresOn"] == "unreadable" for row in stored.listed())
    before = stored.attributes()
    for _ in range(2):  # repeating it does not pick one
        outcome = stored.entra("logout")
        assert (outcome.code, "Signed out" in outcome.err) == (1, False), outcome
        assert "default" in outcome.err and "--all" in outcome.err
        assert stored.attributes() == before


@every_keyring
@pytest.mark.parametrize("advice, done", [(("--account", ADA), 1), (("--all",), 2)])
def test_the_advice_for_an_unreadable_default_account_works(stored, advice, done):
    sign_in(stored, ADA)
    sign_in(stored, GRACE)
    stored.put(account("*"), b"null")
    outcome = stored.entra("logout")
    assert outcome.code == 1 and all(word in outcome.err for word in ("--account", "--all"))
    outcome = stored.entra("logout", *advice)
    assert (outcome.code, f"Signed out of {done} account" in outcome.err) == (0, True), outcome
    left = [item["account"] for item in stored.attributes() if item["kind"] == "refresh_token"]
    assert left == ([id_of(GRACE)] if done == 1 else [])


@every_keyring
@damaged_records
def test_a_logout_of_all_leaves_nothing_unreadable(stored, record):
    for attributes in (account(ADA), account("*"), refresh_token(ADA), access_token(ADA)):
        stored.put(attributes, record)
    outcome = stored.entra("logout", "--all")
    assert (outcome.code, outcome.err) == (0, "Signed out of 1 account.\n")
    assert stored.attributes() == []


ODD = {
    "null": {"extra": None},
    "a number": {"extra": 7},
    "an array": {"extra": ["x"]},
    "an object": {"extra": {"x": None}},
    "a NUL": {"extra": "a\0b"},
    "true": {"extra": True},
    "many more": {f"{i:02}": "x" for i in range(30)},
}


@every_keyring
@pytest.mark.parametrize("more", ODD.values(), ids=ODD.keys())
def test_more_attributes_do_no_harm(stored, more):
    """They come first, so that they would be in the way of ours."""
    if stored.name == "secret-service" and "\0" in str(more.get("extra")):
        pytest.skip("D-Bus has no such text")
    sign_in(stored, GRACE, is_default=True)
    for attributes, record in ((account(ADA), account_record(ADA)),
                               (refresh_token(ADA), account_record(ADA, refresh_token="secret")),
                               (access_token(ADA), TOKEN)):
        stored.put(more | attributes, record)
    assert len([row for row in stored.listed() if row["account"] == ADA]) == 2
    assert stored.entra("logout", "--account", ADA).err == "Signed out of 1 account.\n"
    assert only_grace_is_left(stored)


def without(attributes: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    rest = {key: text for key, text in attributes.items() if key != name}
    return rest if value == "missing" else rest | {name: value}


@every_keyring
@pytest.mark.parametrize("value", ["missing", None])
@pytest.mark.parametrize("name", ["authority", "tenant", "client_id", "account", "scope"])
def test_a_token_without_an_attribute_is_listed_and_goes_with_a_logout(stored, name, value):
    sign_in(stored, GRACE, is_default=True)
    sign_in(stored, ADA)
    stored.put(without(access_token(ADA), name, value), TOKEN, label="a lost token")
    rows = stored.listed()
    assert len(rows) == 5
    lost = [row for row in rows if row["expiresOn"] == "unreadable"]
    assert len(lost) == (0 if name == "authority" else 1)
    assert name != "account" or stored.name == "kernel" or lost[0]["account"] == "a lost token"
    assert stored.entra("logout", "--account", ADA).err == "Signed out of 1 account.\n"
    assert only_grace_is_left(stored)


@every_keyring
@pytest.mark.parametrize("value", ["missing", None])
@pytest.mark.parametrize("name", ["authority", "client_id", "account"])
def test_a_sign_in_without_an_attribute_goes_with_a_logout(stored, name, value):
    """And takes none with it whose attributes include its own."""
    sign_in(stored, GRACE, is_default=True)
    sign_in(stored, ADA)
    stored.put(without(refresh_token(ADA), name, value),
               account_record(ADA, refresh_token="secret"))
    assert len(stored.listed()) == 5
    assert stored.entra("logout", "--account", ADA).err == "Signed out of 1 account.\n"
    assert only_grace_is_left(stored)


@every_keyring
@pytest.mark.parametrize("value", ["missing", None])
@pytest.mark.parametrize("name", ["authority", "username"])
@pytest.mark.parametrize("record", [account_record(ADA), b"null"], ids=["whole", "damaged"])
def test_an_account_without_an_attribute_goes_with_a_logout(stored, name, value, record):
    sign_in(stored, GRACE, is_default=True)
    sign_in(stored, ADA)
    stored.put(without(account(ADA), name, value), record)
    stored.listed()
    assert stored.entra("logout", "--account", ADA).err == "Signed out of 1 account.\n"
    assert only_grace_is_left(stored)


@every_keyring
def test_a_refresh_token_is_signed_out_without_its_account(stored):
    sign_in(stored, GRACE, is_default=True)
    stored.put(refresh_token(ADA), account_record(ADA, refresh_token="secret"))
    stored.put(access_token(ADA), TOKEN)
    assert stored.entra("logout", "--account", ADA).err == "Signed out of 1 account.\n"
    assert only_grace_is_left(stored)


@keyrings_of_json
@pytest.mark.parametrize("attributes", [None, [], 7, "x", {}, {"kind": None}, {"kind": 7},
                                        {"kind": ["account"]}])
def test_an_item_of_no_kind_is_passed_over(stored, attributes):
    sign_in(stored, ADA, is_default=True)
    stored.put(attributes, b"null")
    assert len(stored.listed()) == 2
    assert stored.entra("logout").err == "Signed out of 1 account.\n"
    assert [item for item in stored.attributes() if isinstance(item, dict) and len(item) > 1] == []


@in_memory
@pytest.mark.parametrize("label", [None, 7, ["x"], {}, "x" * 5000, "\x1b[2J\nforged"],
                         ids=["null", "a number", "an array", "an object", "long", "control"])
def test_a_label_can_be_anything(stored, label):
    stored.put(without(access_token(ADA), "account", "missing"), TOKEN, label=label)
    (row,) = stored.listed()
    assert row["expiresOn"] == "unreadable"
    assert row["account"] is None or len(row["account"]) <= 80
    assert "\x1b" not in stored.entra("list").out


FILES = {
    "empty": b"",
    "a line": b"\n",
    "null": b"null\n",
    "an array": b"[]\nx",
    "too long": b"x" * 200_000,
    "not UTF-8": b"\xff\xfe\n",
    "no members": b"{}\nx",
    "null for attributes": b'{"attributes":null,"expires_on":0}\nx',
    "an array for attributes": b'{"attributes":[],"expires_on":0}\nx',
    "no expiry": b'{"attributes":{"kind":"refresh_token"}}\nx',
    "null for expiry": b'{"attributes":{"kind":"refresh_token"},"expires_on":null}\nx',
}


@in_memory
@pytest.mark.parametrize("content", FILES.values(), ids=FILES.keys())
def test_a_file_without_a_header_is_removed_because_it_may_be_anybodys(stored, content):
    sign_in(stored, ADA, is_default=True)
    file = stored.put_file(content)
    assert len(stored.listed()) == 2
    assert not file.exists()


CREDENTIAL = {"kind": "git_credential", "scheme": "https", "host": "dev.azure.com", "path": "",
              "username": "ada"}


@every_keyring
@damaged_records
def test_git_has_an_unreadable_credential_erased(stored, record):
    stored.put(CREDENTIAL, record)
    outcome = stored._world.run("git-credential-entra", "--keyring", stored.name,
                                "erase", input="protocol=https\nhost=dev.azure.com\n"
                                               "username=ada\npassword=wrong\n")
    assert (outcome.code, outcome.err) == (0, "")
    assert stored.attributes() == []
