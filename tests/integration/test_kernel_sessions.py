# SPDX-License-Identifier: MIT
"""The kernel keyring in sessions that do not lead to the user's keys, as that of a login does:
services of systemd (KeyringMode=private), cron, sudo; and those that have ended while a program, such
as tmux, goes on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from authority import contoso
from integration import users
from integration.asking import own_host
from integration.credentials import configure
from world import kernel_keyring
from world.program import Outcome
from world.world import World

# What is done to the new session before the program starts.
SESSIONS = {
    "private": "true",
    "revoked": "keyctl revoke @s",
    "expired": "keyctl timeout @s 1; while keyctl rdescribe @s; do sleep 0.1; done",
}
PRIVATE = ("keyctl", "session", "-")
TOKEN = ("entra", "token", "--api", "MyWebApi")


@pytest.fixture
def kernel(in_kernel: None, shell: World) -> World:
    return shell


def within(world: World, session: str, *words: str, **how) -> Outcome:
    """Runs a program in one of these sessions, which says nothing but which session it is."""
    line = f'{{ {SESSIONS[session]}; }} >/dev/null 2>&1; exec "$@"'
    outcome = world.run(*PRIVATE, "sh", "-c", line, "sh", *words, **how)
    joined, *said = outcome.err.splitlines()
    assert joined.startswith("Joined session keyring"), outcome
    assert (outcome.code, said) == (0, []), outcome
    return outcome


every_session = pytest.mark.parametrize("session", SESSIONS)


@every_session
def test_a_token_is_stored_and_found_again(kernel, session):
    first, second = (within(kernel, session, *TOKEN) for _ in range(2))
    at_login = kernel.run(*TOKEN)
    assert first.out == second.out == at_login.out
    assert len(kernel.authority.token_requests) == 1


@every_session
def test_a_token_of_a_login_is_found(kernel, session):
    at_login = kernel.run(*TOKEN)
    assert within(kernel, session, *TOKEN).out == at_login.out


@pytest.mark.parametrize("session", [(), PRIVATE], ids=["login", "private"])
def test_a_key_is_private_and_expires_with_its_token(kernel, session):
    kernel.authority.issuer.lifetime = 1200
    assert kernel.run(*session, *TOKEN).code == 0
    (serial,) = kernel_keyring.keys()
    assert kernel_keyring.description(serial).split(";")[3] == "3f010000"
    (line,) = [line for line in Path("/proc/keys").read_text().splitlines()
               if line.startswith(f"{serial:08x}")]
    assert line.split()[3] in ("19m", "20m")


def test_a_container_of_the_same_uid_cannot_read_the_key(kernel):
    """Without root, it is in a user namespace of its own, but sees the key in /proc/keys."""
    kernel.run(*TOKEN)
    (serial,) = kernel_keyring.keys()
    inside = ("unshare", "--user", "--map-root-user", *PRIVATE, "keyctl")
    assert kernel.run(*inside, "rdescribe", str(serial)).code == 0
    reading = kernel.run(*inside, "pipe", str(serial))
    assert reading.out == "" and "Permission denied" in reading.err


@every_session
def test_what_a_killed_program_has_just_added_is_listed(kernel, session):
    """Its permissions are still those of a new key."""
    kernel_keyring.add({"kind": "access_token", "client_id": "a"}, b"{}")
    listed = within(kernel, session, "entra", "list", "--keyring", "kernel")
    assert len(listed.out.splitlines()) == 2


@every_session
def test_a_user_signs_in_and_out(kernel, session):
    kernel.write_appsettings(kernel.user_appsettings())
    users.login(kernel)
    assert users.whose(kernel, within(kernel, session, *TOKEN)) == contoso.ADA.username
    assert contoso.ADA.username in within(kernel, session, "entra", "list").out
    kernel.run(*PRIVATE, "entra", "logout")
    assert kernel_keyring.keys() == {}


@every_session
def test_a_typed_credential_is_stored_and_erased(kernel, session):
    typed = own_host(kernel) + "username=ada\npassword=typed\n"

    def git(operation: str) -> str:
        return within(kernel, session, "git-credential-entra", operation, input=typed).out

    assert git("store") == ""
    assert "password=typed" in git("get")
    git("erase")
    assert kernel_keyring.keys() == {}


@every_session
def test_a_client_secret_is_stored(kernel, session):
    configure(kernel, {"SourceType": "Keyring"})
    kernel.run(*PRIVATE, "entra", "secret", "set", input=contoso.DAEMON.secret)
    assert within(kernel, session, *TOKEN).out == kernel.authority.issued_tokens[0] + "\n"


# ---- a real unit ----


def manager() -> tuple[str, ...]:
    """The options of systemd-run for the user's manager, or else, for root, the system's."""
    folder = os.environ.get("XDG_RUNTIME_DIR", "")
    if (Path(folder) / "systemd" / "private").exists():
        return ("--user",)
    if os.geteuid() == 0 and Path("/run/systemd/private").exists():
        return ()
    pytest.skip("systemd does not run here")


def test_a_service_of_systemd_stores_its_token(kernel):
    """It is not in the tests' user namespace, so it gets one of its own; nor does it see the bus of
    whoever runs them."""
    options = ("--quiet", "--wait", "--pipe", "--collect", "--property=KeyringMode=private",
               "--property=PrivateUsers=yes", "--property=RuntimeMaxSec=60",
               "--property=UnsetEnvironment=DBUS_SESSION_BUS_ADDRESS")
    variables = [f"--setenv={name}={value}" for name, value in kernel.session.env.items()]
    token = " ".join((*TOKEN, "--keyring", "kernel"))
    outcome = kernel.run("systemd-run", *manager(), *options, *variables, "sh", "-c",
                         f"{token} && {token} && keyctl show @s",
                         env={name: os.environ.get(name) for name in
                              ("XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS")})
    assert (outcome.code, outcome.err) == (0, ""), outcome
    first, second, *session = outcome.out.splitlines()
    assert first == second
    assert len(kernel.authority.token_requests) == 1
    assert not any("_uid" in line for line in session), session
