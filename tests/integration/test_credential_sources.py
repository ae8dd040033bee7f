# SPDX-License-Identifier: MIT
"""ClientCredentials: which one is used, and client secrets in files and in the keyring."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import termios
import time

import pytest

from authority import contoso
from integration.credentials import CLIENT_ID, configure, path, refused, register, token
from world.app_certificate import AppCertificate
from world.waiting import PATIENCE

LIMIT = "20"  # seconds, half of which is for the keyring

SECRET = contoso.DAEMON.secret
BY_SECRET = {"SourceType": "ClientSecret", "ClientSecret": SECRET}


def test_the_first_that_can_be_loaded_is_used(world, tmp_path):
    configure(world, {"SourceType": "StoreWithThumbprint", "CertificateThumbprint": "AB"},
              path(tmp_path / "nothing.pem"), BY_SECRET)
    outcome = token(world, "--verbose")
    assert outcome.code == 0
    assert world.authority.token_requests[0].form["client_secret"] == SECRET
    assert "nothing.pem: No such file" in outcome.err


def test_a_refused_credential_is_an_error_and_the_next_is_not_tried(world):
    configure(world, {"SourceType": "ClientSecret", "ClientSecret": "wrong"}, BY_SECRET)
    refused(token(world), 3, "AADSTS7000215")
    assert len(world.authority.token_requests) == 1


def test_if_none_can_be_loaded_the_first_failure_is_reported(world, tmp_path):
    configure(world, path(tmp_path / "a.pem"), path(tmp_path / "b.pem"))
    refused(token(world), 2, "a.pem")


@pytest.mark.parametrize("source, home, instead", [
    ("KeyVault", "Azure Key Vault", "SignedAssertionFromManagedIdentity"),
    ("SignedAssertionFromVault", "Azure Key Vault", "SignedAssertionFromManagedIdentity"),
    ("StoreWithThumbprint", "Windows", "Path"),
    ("StoreWithDistinguishedName", "Windows", "Path"),
    ("CustomSignedAssertion", ".NET", "SignedAssertionCommand"),
])
def test_unsupported_credentials_say_what_to_use_instead(world, source, home, instead):
    configure(world, {"SourceType": source})
    refused(token(world), 2, f"SourceType {source} belongs to", home, instead)


def test_an_entry_from_the_environment_is_named_by_its_variable(world):
    configure(world, BY_SECRET)
    refused(token(world, env={"AzureAd__ClientCredentials__1__ClientSecret": "x"}), 2,
            "variable AzureAd__ClientCredentials__1__ClientSecret: SourceType is missing")


def test_an_unknown_source_type_is_an_error_with_its_line(world):
    configure(world, {"SourceType": "Psychic"})
    refused(token(world), 2, "appsettings.json:", "unknown SourceType 'Psychic'")


def test_a_credential_in_the_file_takes_precedence_over_the_environment(world):
    configure(world, BY_SECRET)
    assert token(world, env={"AZURE_CLIENT_SECRET": "wrong"}).code == 0


def test_a_secret_takes_precedence_over_a_certificate_in_the_environment(world, tmp_path):
    app = AppCertificate(tmp_path)
    register(world, certificates=(app.certificate,))
    configure(world)
    assert token(world, env={"AZURE_CLIENT_SECRET": SECRET,
                             "AZURE_CLIENT_CERTIFICATE_PATH": str(app.pem())}).code == 0
    assert "client_secret" in world.authority.token_requests[0].form


NONE = "no client credential in it, AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH, " \
       "AZURE_FEDERATED_TOKEN_FILE\n"


@pytest.mark.parametrize("there", [None, "AZURE_CLIENT_SECRET", "AZURE_FEDERATED_TOKEN_FILE"])
def test_verbose_shows_how_the_credential_was_chosen(world, there):
    configure(world)
    outcome = token(world, "--verbose", env={there: "/nothing"} if there else {})
    assert outcome.code != 0
    assert (NONE in outcome.err) == (there is None), outcome.err
    assert (f"client credential 1: {there}\n" in outcome.err) == (there is not None), outcome.err


def test_a_federated_token_that_fails_does_not_lead_to_another_identity(world):
    configure(world)
    refused(token(world, env={"AZURE_FEDERATED_TOKEN_FILE": "/nothing",
                              "AZURE_POD_IDENTITY_AUTHORITY_HOST": "http://127.0.0.1:1"}),
            2, "/nothing")


# ---- a secret in a file ----


@pytest.mark.parametrize("where", ["identity", "credential", "systemd", "environment"])
def test_a_secret_is_read_from_a_file(world, tmp_path, where):
    file = tmp_path / "secret"
    file.write_text(SECRET + "\n")
    file.chmod(0o600)
    env = {}
    if where == "identity":
        configure(world, ClientSecretPath=str(file))
    elif where == "credential":
        configure(world, {"SourceType": "ClientSecretPath", "ClientSecretPath": str(file)})
    elif where == "systemd":
        configure(world, ClientSecretPath="secret")
        env = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    else:
        configure(world)
        env = {"CREDENTIALS_DIRECTORY": str(tmp_path), "AzureAd__ClientSecretPath": "secret"}
    outcome = token(world, env=env)
    assert (outcome.code, outcome.err) == (0, "")


@pytest.mark.parametrize("mode, warned", [(0o440, False), (0o444, True)])
def test_the_mask_of_a_systemd_acl_is_not_group_access(world, tmp_path, mode, warned):
    file = tmp_path / "secret"
    file.write_text(SECRET)
    file.chmod(mode)
    configure(world, ClientSecretPath="secret")
    outcome = token(world, env={"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert (outcome.code, "others can read it" in outcome.err) == (0, warned)


@pytest.mark.parametrize("content", ["", "\n", "two\nlines\n", "x" * 5000],
                         ids=["empty", "blank", "two lines", "too long"])
def test_a_file_without_a_secret_is_reported(world, tmp_path, content):
    file = tmp_path / "secret"
    file.write_text(content)
    file.chmod(0o600)
    configure(world, ClientSecretPath=str(file))
    refused(token(world), 2, str(file))


# ---- a secret in the keyring ----

BY_KEYRING = {"SourceType": "Keyring"}


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_the_keyring_stores_a_secret_and_returns_it(world, end):
    configure(world, BY_KEYRING)
    refused(token(world), 2, "entra secret set")
    outcome = world.run("entra", "secret", "set", input=SECRET + end)
    assert (outcome.code, outcome.out) == (0, "")
    assert SECRET not in outcome.err
    assert token(world).code == 0
    assert json.loads(world.run("entra", "list", "--output", "json",
                                    "--keyring", "secret-service").out)[0]["clientId"] == CLIENT_ID
    assert world.run("entra", "secret", "clear").code == 0
    refused(token(world, "--force-refresh"), 2, "entra secret set")


def test_a_secret_in_a_locked_keyring_is_not_reported_as_missing(world):
    configure(world, BY_KEYRING)
    assert world.run("entra", "secret", "set", input=SECRET + "\n").code == 0
    world.session.keyring.lock()
    outcome = world.run("entra", "secret", "clear")
    assert outcome.code == 6 and "locked" in outcome.err, outcome
    world.session.keyring.unlock()
    assert token(world).code == 0


@pytest.mark.parametrize("upset", ["lock", "freeze"])
@pytest.mark.parametrize("entries", [[BY_SECRET, BY_KEYRING], [BY_KEYRING, BY_SECRET]],
                         ids=["before", "after"])
def test_a_failing_keyring_does_not_stop_another_credential(world, entries, upset):
    configure(world, *entries)
    assert world.run("entra", "secret", "set", input=SECRET + "\n").code == 0
    getattr(world.session.keyring, upset)()
    try:
        outcome = token(world, "--force-refresh", "--timeout", LIMIT)
    finally:
        world.session.keyring.thaw()
    assert outcome.code == 0, outcome.err
    assert world.authority.token_requests[-1].form["client_secret"] == SECRET


def test_without_another_credential_the_keyring_failure_is_reported(world, tmp_path):
    configure(world, BY_KEYRING, path(tmp_path / "nothing.pem"))
    assert world.run("entra", "secret", "set", input=SECRET + "\n").code == 0
    world.session.keyring.lock()
    refused(token(world), 6, "keyring", "locked")


@pytest.mark.parametrize("text", ["", "\n", "a\nb\n"])
def test_invalid_secrets_are_not_stored(world, text):
    configure(world, BY_KEYRING)
    assert world.run("entra", "secret", "set", input=text).code == 2
    assert world.session.keyring.items() == []


def test_a_secret_needs_a_keyring(shell):
    configure(shell, BY_KEYRING)
    assert shell.run("entra", "secret", "set", "--keyring", "none", input=SECRET).code == 2


class Terminal:
    """`entra secret set` on its own terminal."""

    def __init__(self, world, programs) -> None:
        pid, self.master = pty.fork()
        if pid == 0:
            os.execve(programs / "entra", ["entra", "secret", "set"], world.session.env)
        self.pid = pid

    def read_until(self, text: str) -> str:
        seen = ""
        deadline = time.monotonic() + PATIENCE
        while text not in seen and time.monotonic() < deadline:
            if select.select([self.master], [], [], 0.2)[0]:
                try:
                    seen += os.read(self.master, 4096).decode()
                except OSError:
                    break
        return seen

    def echoes(self) -> bool:
        return bool(termios.tcgetattr(self.master)[3] & termios.ECHO)

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def wait(self) -> int:
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def test_a_secret_typed_on_a_terminal_is_not_shown(world, programs):
    configure(world, BY_KEYRING)
    terminal = Terminal(world, programs)
    terminal.read_until("not shown): ")
    assert not terminal.echoes()
    terminal.type(SECRET + "\n")
    assert SECRET not in terminal.read_until("is now stored in the keyring")
    assert terminal.wait() == 0
    assert token(world).code == 0


def test_an_interrupt_gives_the_terminal_back(world, programs):
    configure(world, BY_KEYRING)
    terminal = Terminal(world, programs)
    terminal.read_until("not shown): ")
    terminal.type("half a sec\x03")
    assert terminal.wait() == -signal.SIGINT
    assert terminal.echoes()
    assert world.session.keyring.items() == []


def test_a_secret_is_not_prompted_for_without_a_terminal_of_ones_own(world):
    configure(world, {"SourceType": "Keyring"})
    outcome = world.at_terminal("setsid", "-w", "entra", "secret", "set").finish()
    assert outcome.code == 2 and "there is no terminal to prompt on" in outcome.err, outcome
