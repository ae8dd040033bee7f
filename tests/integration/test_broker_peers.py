# SPDX-License-Identifier: MIT
"""The identity broker's interface as others have it: our programs ask Himmelblau's own side of it, and
Siemens' sso-mib asks the stand-in of these tests. So neither is a mirror of ours alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import jwt
import pytest

from authority import contoso
from integration.asking import EXEC_INFO
from integration.test_broker import API, DISPLAY, claims, token
from integration.test_kubectl_pop import HELPER, of_user, pop
from integration.test_kubectl_users import bare_desk
from world.identity_broker import IdentityBroker, account
from world.program import Daemon, Outcome
from world.waiting import wait_until
from world.world import World

PEERS = Path(__file__).resolve().parents[2] / "build" / "peers"
HIMMELBLAU = PEERS / "himmelblau" / "himmelblau_broker_peer"
SSO_MIB = PEERS / "sso_mib" / "usr" / "bin" / "sso-mib-tool"
ADA = contoso.ADA

__all__ = ["bare_desk"]  # the fixture

# ---- ours, and Himmelblau's broker ----


class Himmelblau:
    """The crate's D-Bus service and daemon, with Ada signed in."""

    def __init__(self, world: World) -> None:
        session = world.session
        self._log = session.root / "himmelblau.log"
        self._daemon = Daemon([HIMMELBLAU, session.root / "socket", "Ada@contoso.com",
                               ADA.object_ids[ADA.home], ADA.home, self._log],
                              session.env, session.logs / "himmelblau.log")
        wait_until(lambda: self._has_name(world), "Himmelblau's broker")

    def _has_name(self, world: World) -> bool:
        self._daemon.check_alive()
        return "true" in world.run(
            "dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/",
            "org.freedesktop.DBus.NameHasOwner", "string:com.microsoft.identity.broker1").out

    def calls(self) -> list[dict]:
        return [json.loads(line) for line in self._log.read_text().splitlines()]

    def close(self) -> None:
        self._daemon.stop()


@pytest.fixture
def himmelblau(desk: World) -> Iterator[Himmelblau]:
    if not HIMMELBLAU.exists():
        pytest.skip("Himmelblau's broker is not built here: make check-peers")
    broker = Himmelblau(desk)
    yield broker
    broker.close()


def test_himmelblaus_broker_gives_us_a_token(desk, himmelblau):
    assert claims(token(desk))["upn"] == "Ada@contoso.com"
    calls = himmelblau.calls()
    assert [call["method"] for call in calls] == ["getAccounts", "acquireTokenSilently"]
    assert {call["version"] for call in calls} == {"0.0"}


def test_himmelblaus_broker_serves_the_client_that_nobody_chose(desk, himmelblau):
    desk.write_appsettings(desk.user_appsettings(client=None))
    assert claims(token(desk, "--api", "GitServer"))["appid"] == contoso.AZURE_CLI.client_id
    sent = himmelblau.calls()[-1]["request"]["authParameters"]
    assert sent["redirectUri"] == "http://localhost"


def test_himmelblaus_broker_refuses_another_user(desk, himmelblau):
    outcome = token(desk, "--account", contoso.GRACE.username)
    assert outcome.code == 5 and "grace@contoso.com is not signed in to this device" in outcome.err


def test_himmelblaus_broker_is_known_as_such(desk, himmelblau):
    document = json.loads(desk.run("entra", "status", "--output", "json").out)
    assert document["broker"] == {"kind": "himmelblau", "version": "0.0.0-peer", "running": True,
                                  "accounts": ["Ada@contoso.com"], "reason": None}


def test_himmelblaus_broker_signs_in_by_its_window(desk, himmelblau):
    terminal = desk.at_terminal("entra", "login", "--broker", env=DISPLAY).finish()
    assert terminal.code == 0 and f"Signed in as {ADA.username}." in terminal.err


def test_himmelblaus_broker_binds_a_token_to_our_key(bare_desk):
    if not HIMMELBLAU.exists():
        pytest.skip("Himmelblau's broker is not built here: make check-peers")
    broker = Himmelblau(bare_desk)
    try:
        outcome = bare_desk.run(HELPER, *of_user(bare_desk, *pop()), env=EXEC_INFO)
        assert outcome.code == 0, outcome
        assert outcome.err == f"Signed in as {ADA.username}, by the device's identity broker.\n"
        proof = jwt.decode(json.loads(outcome.out)["status"]["token"],
                           options={"verify_signature": False})
        bound = jwt.decode(proof["at"], options={"verify_signature": False})
        sent = broker.calls()[-1]["request"]["authParameters"]["popParams"]
        assert sent["kid"] == bound["cnf"]["kid"]
    finally:
        broker.close()


# ---- sso-mib, and the stand-in ----


def sso_mib(world: World, command: str, *words: str) -> Outcome:
    root = PEERS / "sso_mib"
    loader = next(root.glob("usr/lib*/ld-linux*.so*"))
    libraries = next(root.glob("usr/lib/*/libc.so.6")).parent
    return world.run(loader, "--library-path", libraries, SSO_MIB, command, "-f", "json", *words)


@pytest.fixture(params=["java", "native"])
def stand_in(request, desk: World) -> Iterator[IdentityBroker]:
    if not SSO_MIB.exists():
        pytest.skip("sso-mib could not be had: make check-peers")
    with IdentityBroker(desk.session, request.param, accounts=[account(ADA)]) as broker:
        yield broker


def test_the_stand_in_serves_sso_mib(desk, stand_in):
    listed = sso_mib(desk, "getAccounts")
    assert listed.code == 0 and json.loads(listed.out)[0]["username"] == ADA.username, listed
    got = sso_mib(desk, "acquireTokenSilent", "-s", contoso.DESKTOP.client_id)
    assert got.code == 0, got
    assert json.loads(got.out)["access_token"].count(".") == 2, got
    version = sso_mib(desk, "getLinuxBrokerVersion")
    assert version.code == 0 and version.out.strip(), version


def test_we_send_what_sso_mib_sends(desk, stand_in):
    """Of a silent request: the same members, but for those that not every client has."""
    sso_mib(desk, "acquireTokenSilent", "-s", contoso.DESKTOP.client_id)
    theirs = stand_in.parameters()
    assert token(desk).code == 0
    ours = stand_in.parameters()
    assert set(theirs) <= set(ours)
    assert set(ours) - set(theirs) <= {"additionalQueryParametersForAuthorization",
                                       "uxContextHandle"}
    same = ("account", "authorizationType", "clientId", "redirectUri", "username")
    assert {name: ours[name] for name in same} == {name: theirs[name] for name in same}
