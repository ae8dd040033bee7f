# SPDX-License-Identifier: MIT
"""A wrong tenant or authority: the message names what it was taken from, an option, a variable, the
kubeconfig or a key of the configuration, and not a key that the user has never written."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Callable, Iterator

import pytest

from authority import contoso
from integration.asking import EXEC_INFO
from world.program import Outcome
from world.world import World

NOWHERE = "fabricam.onmicrosoft.com"
APP, SECRET = contoso.DAEMON.client_id, contoso.DAEMON.secret


def by_variables(world: World) -> dict[str, str]:
    world.appsettings_file.unlink()
    return {"AZURE_CLIENT_ID": APP, "AZURE_CLIENT_SECRET": SECRET, "AZURE_TENANT_ID": NOWHERE,
            "AZURE_AUTHORITY_HOST": world.authority.url}


def token(world: World, *words: str, **how) -> Outcome:
    return world.run("entra", "token", "--scope", f"{contoso.MY_WEB_API}/.default", *words, **how)


def of_the_file(world: World) -> Outcome:
    settings = world.appsettings()
    settings["AzureAd"]["TenantId"] = NOWHERE
    world.write_appsettings(settings)
    return token(world)


def of_its_authority(world: World) -> Outcome:
    settings = world.appsettings()
    settings["AzureAd"].pop("TenantId")
    settings["AzureAd"]["Authority"] = f"{settings['AzureAd'].pop('Instance').rstrip('/')}/{NOWHERE}"
    world.write_appsettings(settings)
    return token(world)


def of_a_kubeconfig(world: World) -> Outcome:
    world.appsettings_file.unlink()
    return world.run(
        "exec-credential-entra", "get-token", "--login", "spn", "--server-id", contoso.AKS,
        "--client-id", APP, "--tenant-id", NOWHERE, "--authority-host", f"{world.authority.url}/",
        env=EXEC_INFO | {"AAD_SERVICE_PRINCIPAL_CLIENT_SECRET": SECRET})


CASES: dict[str, tuple[Callable[[World], Outcome], str, str]] = {
    "the file": (of_the_file, "Check TenantId: ", "(Instance names the cloud)"),
    "its authority": (of_its_authority, "Check Authority: ", "(Authority names the cloud)"),
    "an option": (lambda world: token(world, "--tenant", NOWHERE), "Check --tenant: ",
                  "(Instance names the cloud)"),
    "two options": (lambda world: token(world, "--tenant", NOWHERE, "--authority",
                                        world.authority.url),
                    "Check --tenant: ", "(--authority names the cloud)"),
    "variables": (lambda world: token(world, env=by_variables(world)), "Check AZURE_TENANT_ID: ",
                  "(AZURE_AUTHORITY_HOST names the cloud)"),
    "a variable of .NET": (lambda world: token(world, env={"AzureAd__TenantId": NOWHERE}),
                           "Check the environment variable AzureAd__TenantId: ",
                           "(Instance names the cloud)"),
    "a kubeconfig": (of_a_kubeconfig, "Check --tenant-id in the kubeconfig: ",
                     "(--authority-host in the kubeconfig names the cloud)"),
}


@pytest.mark.parametrize("name", CASES)
def test_what_names_the_tenant_is_to_be_checked(world, name):
    ask, tenant, cloud = CASES[name]
    outcome = ask(world)
    assert outcome.code == 3 and "AADSTS90002" in outcome.err, outcome
    assert tenant in outcome.err and cloud in outcome.err, outcome


def test_each_of_two_programs_is_told_where_its_own_tenant_is_from(world):
    """They share the failure."""
    first = token(world, "--tenant", NOWHERE)
    second = token(world, env={"AzureAd__TenantId": NOWHERE})
    assert "Check --tenant: " in first.err and "AzureAd__TenantId: " in second.err
    assert "--tenant" not in second.err


def test_a_user_without_a_configuration_is_told_of_the_options(desk):
    desk.appsettings_file.unlink()
    words = ("entra", "login", "--device-code", "--authority", desk.authority.url, "--tenant", NOWHERE)
    outcome = desk.at_terminal(*words).finish()
    said = " ".join(outcome.err.split() or outcome.out.split())
    assert outcome.code != 0 and "Check --tenant: " in said
    assert "TenantId" not in said and "Instance" not in said


@pytest.fixture
def intercepting() -> Iterator[str]:
    """A proxy that answers in the place of every host, and without TLS."""
    def serve() -> None:
        with suppress(OSError):
            while True:
                client, _ = server.accept()
                with client, suppress(OSError):
                    client.recv(4096)
                    client.sendall(b"HTTP/1.1 200 Connected\r\n\r\nPlease log in to this network.\n")
                    client.recv(4096)

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


def test_an_authority_that_nobody_chose_is_not_to_be_checked(world, intercepting):
    """It is the public cloud's."""
    env = by_variables(world) | {"https_proxy": intercepting}
    chosen = token(world, env=env | {"AZURE_AUTHORITY_HOST": "https://login.example"})
    assert "Check AZURE_AUTHORITY_HOST and its port; a proxy" in chosen.err, chosen
    outcome = token(world, env=env | {"AZURE_AUTHORITY_HOST": ""})
    assert outcome.code == 4 and "Instance" not in outcome.err and "Check" not in outcome.err
    assert "A proxy or a captive portal may intercept the connection." in outcome.err
