# SPDX-License-Identifier: MIT
"""The machine's file, /etc/entra/appsettings.json, under the user's: for what that leaves out."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from authority import contoso
from world import appsettings
from world.program import Outcome
from world.world import World

DAEMON, OTHER = contoso.DAEMON, contoso.WITHOUT_ROLES
IN_ETC = Path("/etc/entra/appsettings.json")

# The folder $1 is /etc/entra for the command, and for nothing else.
LAY = 'mount --rbind /etc /mnt && mount -t tmpfs none /etc && ln -s /mnt/* /etc && ' \
      'rm -f /etc/entra && mkdir /etc/entra && mount --bind "$1" /etc/entra && shift && exec "$@"'
ALONE = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]


@pytest.fixture
def machine(world: World, tmp_path: Path) -> Path:
    """The machine's file, with the identity; the user's has the APIs only."""
    if subprocess.run([*ALONE, "mount -t tmpfs none /mnt"], check=False,
                      capture_output=True).returncode != 0:
        pytest.skip("this machine has no user namespaces")
    settings = world.appsettings()
    file = tmp_path / "etc" / "appsettings.json"
    appsettings.write(file, {"AzureAd": settings.pop("AzureAd")})
    world.write_appsettings(settings)
    return file


def alone(machine: Path, *command: str | Path) -> list[str | Path]:
    return [*ALONE, LAY, "sh", machine.parent, *command]


def token(world: World, machine: Path, *words: str | Path, **how: Any) -> Outcome:
    world.authority.log.clear()
    return world.run(*alone(machine, "entra", "token", "--api", "MyWebApi", "--keyring", "none",
                            *words), **how)


def asked(world: World) -> tuple[str, str, str]:
    """The tenant, client and secret of the one request for a token."""
    (request,) = world.authority.token_requests
    return (request.path.split("/")[1], request.form["client_id"], request.form["client_secret"])


def change(file: Path, **sections: Any) -> None:
    """Changes sections of a file, key by key; None removes a section."""
    document = json.loads(file.read_text())
    for name, section in sections.items():
        if section is None:
            document.pop(name)
        else:
            document[name] = document.get(name, {}) | section
    appsettings.write(file, document)


def line_of(file: Path, text: str) -> int:
    return 1 + file.read_text()[:file.read_text().index(text)].count("\n")


DOMAIN = contoso.TENANT.domains[0]


@pytest.mark.parametrize("key, value", [("Instance", None), ("TenantId", "other.example")])
def test_an_authority_of_one_file_and_half_a_one_of_the_other_are_refused(world, machine, key,
                                                                         value):
    """The user's secret would be sent to the authority of the machine's file."""
    change(machine, AzureAd=None)
    change(machine, AzureAd={key: value or world.authority.url})
    change(world.appsettings_file, AzureAd={
        "Authority": f"{world.authority.url}/{DOMAIN}", "ClientId": DAEMON.client_id,
        "ClientSecret": DAEMON.secret})
    outcome = token(world, machine)
    assert (outcome.code, outcome.out) == (2, "")
    assert f"has the Authority of AzureAd, and {IN_ETC} its {key}" in outcome.err
    assert world.authority.requests == []
    change(machine, AzureAd=None)
    assert token(world, machine).code == 0


def test_the_machines_file_has_what_the_users_leaves_out(world, machine):
    outcome = token(world, machine)
    assert (outcome.code, outcome.err) == (0, "")
    assert asked(world) == (DOMAIN, DAEMON.client_id, DAEMON.secret)


def test_the_users_file_goes_first_key_by_key(world, machine):
    change(world.appsettings_file, azuread={"clientid": OTHER.client_id,
                                            "ClientSecret": OTHER.secret})
    outcome = token(world, machine)
    assert (outcome.code, outcome.err) == (0, "")
    assert asked(world) == (DOMAIN, OTHER.client_id, OTHER.secret)


def test_without_a_users_file_the_machines_is_the_only_one(world, machine):
    change(machine, MyWebApi=world.appsettings()["MyWebApi"])
    world.appsettings_file.unlink()
    outcome = token(world, machine)
    assert (outcome.code, outcome.err) == (0, "")
    assert asked(world) == (DOMAIN, DAEMON.client_id, DAEMON.secret)


@pytest.mark.parametrize("how", ["--config", "ENTRA_CONFIG"])
def test_a_file_that_is_named_has_nothing_under_it(world, machine, how):
    named = world.appsettings_file
    words, env = (("--config", named), {}) if how == "--config" else ((), {how: str(named)})
    outcome = token(world, machine, *words, env=env | {"AZURE_CLIENT_SECRET": "x"})
    assert (outcome.code, outcome.out) == (2, "")
    assert "no client id" in outcome.err and not world.authority.token_requests


def test_arrays_lie_one_under_another_by_index(world, machine):
    """The user's first credential cannot be loaded, so the machine's second one is used."""
    change(machine, AzureAd={"ClientSecret": None, "ClientCredentials": [
        {"SourceType": "ClientSecret", "ClientSecret": "not this one"},
        {"SourceType": "ClientSecret", "ClientSecret": DAEMON.secret}]})
    change(world.appsettings_file, AzureAd={"ClientCredentials": [
        {"SourceType": "KeyVault", "KeyVaultUrl": "https://contoso.vault.azure.net"}]})
    outcome = token(world, machine)
    assert (outcome.code, outcome.err) == (0, "")
    assert asked(world) == (DOMAIN, DAEMON.client_id, DAEMON.secret)


def test_a_value_in_the_place_of_the_machines_section_is_named(world, machine):
    """It hides the identity, and another one might be asked."""
    settings = json.loads(world.appsettings_file.read_text()) | {"AzureAd": "x"}
    appsettings.write(world.appsettings_file, settings)
    line = line_of(world.appsettings_file, '"AzureAd"')
    outcome = token(world, machine)
    assert outcome.code != 0 and not outcome.out
    assert f"{world.appsettings_file}:{line}: 'AzureAd' is a value, so the section at " \
           f"{IN_ETC}:2 is not read" in outcome.err
    assert not world.authority.token_requests


def test_and_so_is_one_of_the_machines_in_the_place_of_a_section(world, machine):
    document = json.loads(machine.read_text()) | {"MyWebApi": "x"}
    appsettings.write(machine, document)
    outcome = token(world, machine)
    assert outcome.code == 0
    assert f": 'MyWebApi' is a section, so the value at {IN_ETC}:" in outcome.err


def test_null_takes_a_text_out_of_the_machines_file(world, machine):
    change(world.appsettings_file, AzureAd={"ClientSecret": None})
    outcome = token(world, machine)
    assert (outcome.code, outcome.out) == (2, "")
    assert "has no client credential" in outcome.err and not world.authority.token_requests


def test_variables_override_both(world, machine):
    change(world.appsettings_file, AzureAd={"ClientId": "the-users"})
    token(world, machine, env={"AzureAd__ClientId": OTHER.client_id, "AzureAd__ClientSecret": "v"})
    assert asked(world) == (DOMAIN, OTHER.client_id, "v")


# ---- permissions ----

def of_readers(file: Path) -> str:
    return f"{file} holds a secret and others can read it"


def test_each_file_is_warned_of_for_its_own_secret(world, machine):
    machine.chmod(0o644)
    world.appsettings_file.chmod(0o644)
    outcome = token(world, machine)
    assert outcome.code == 0 and len(outcome.err.splitlines()) == 1
    assert of_readers(IN_ETC) in outcome.err


def test_a_secret_that_is_overridden_is_still_one(world, machine):
    change(world.appsettings_file, AzureAd={"ClientId": OTHER.client_id,
                                            "ClientSecret": OTHER.secret})
    machine.chmod(0o644)
    outcome = token(world, machine)
    assert outcome.code == 0 and len(outcome.err.splitlines()) == 1
    assert of_readers(IN_ETC) in outcome.err
    world.appsettings_file.chmod(0o644)
    both = token(world, machine).err
    assert of_readers(IN_ETC) in both and of_readers(world.appsettings_file) in both


@pytest.mark.parametrize("mode", [0o660, 0o606])
def test_a_machines_file_that_others_can_write_is_refused(world, machine, mode):
    machine.chmod(mode)
    world.write_appsettings()
    outcome = token(world, machine)
    assert (outcome.code, outcome.out) == (2, "")
    assert f"{IN_ETC} is not used: others can write it" in outcome.err and not world.authority.requests


def test_a_fault_of_the_machines_file_is_never_passed_over(world, machine):
    world.write_appsettings()
    machine.write_text('{\n "AzureAd": \n')
    outcome = token(world, machine)
    assert (outcome.code, outcome.out) == (2, "")
    assert f"{IN_ETC}:3: " in outcome.err and not world.authority.requests


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make such a file")
def test_a_machines_file_that_the_user_may_not_read_is_passed_over_if_there_is_a_users(world,
                                                                                    machine):
    os.chown(machine, 65534, 65534)
    world.write_appsettings()
    outcome = token(world, machine, "--verbose")
    assert outcome.code == 0 and f"passing over {IN_ETC}" in outcome.err
    world.appsettings_file.unlink()
    outcome = token(world, machine)
    assert (outcome.code, outcome.out) == (2, "") and f"{IN_ETC}: Permission denied" in outcome.err
    (advised,) = re.findall(r"'(mkdir .*)'\.$", outcome.err, re.M)
    world.appsettings_file.parent.rmdir()
    assert world.run("sh", "-c", advised).code == 0
    outcome = token(world, machine, "--verbose")
    assert f"passing over {IN_ETC}" in outcome.err and "Permission denied" not in outcome.err


# ---- where a value is ----

def test_an_error_names_the_file_that_has_the_value(world, machine):
    change(machine, AzureAd={"SendX5C": "perhaps"})
    outcome = token(world, machine)
    line = line_of(machine, "SendX5C")
    assert outcome.code == 2 and f"{IN_ETC}:{line}: SendX5C must be" in outcome.err
    change(world.appsettings_file, AzureAd={"SendX5C": "maybe"})
    outcome = token(world, machine)
    line = line_of(world.appsettings_file, "SendX5C")
    assert f"{world.appsettings_file}:{line}: SendX5C must be" in outcome.err


def test_doctor_names_the_file_of_each_value(world, machine):
    machine.chmod(0o644)
    world.appsettings_file.chmod(0o644)
    change(world.appsettings_file, AzureAd={"ClientId": OTHER.client_id})
    outcome = world.run(*alone(machine, "entra", "doctor", "--api", "MyWebApi", "--output", "json"))
    checks = json.loads(outcome.out)["checks"]
    details = {detail["name"]: detail["where"] for check in checks
               for detail in check.get("details", []) if "where" in detail}
    user = world.appsettings_file
    assert details["AzureAd:ClientId"] == f"{user}:{line_of(user, 'ClientId')}"
    assert details["AzureAd:TenantId"] == f"{IN_ETC}:{line_of(machine, 'TenantId')}"
    assert f"read {user}, and for what it leaves out {IN_ETC}" in outcome.out
    assert of_readers(IN_ETC) in outcome.out and of_readers(user) not in outcome.out


def test_a_relative_path_is_relative_to_the_file_that_has_it(world, machine):
    for file, secret in ((machine, DAEMON.secret), (world.appsettings_file, OTHER.secret)):
        (file.parent / "secret").touch(0o600)
        (file.parent / "secret").write_text(secret)
    change(machine, AzureAd={"ClientSecret": None, "ClientSecretPath": "secret"})
    assert token(world, machine).code == 0
    assert asked(world) == (DOMAIN, DAEMON.client_id, DAEMON.secret)
    change(world.appsettings_file, AzureAd={"ClientId": OTHER.client_id,
                                            "ClientSecretPath": "./secret"})
    assert token(world, machine).code == 0
    assert asked(world) == (DOMAIN, OTHER.client_id, OTHER.secret)
