# SPDX-License-Identifier: MIT
"""Clients that run the plugin: the machine's kubectl, Debian's own, and the JavaScript client."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from authority import contoso
from integration.test_kubectl import info, kubectl_minor
from world.kubeconfig import V1, V1BETA1, ExecPlugin

PEERS = Path(__file__).resolve().parents[2] / "build" / "peers"


def kubectl(world):
    return world.run("kubectl", "get", "pods")


def debians_kubectl(world):
    program = PEERS / "kubectl" / "usr" / "bin" / "kubectl"
    if not program.exists():
        pytest.skip("Debian's kubectl could not be had: tests/peers/fetch")
    return world.run(program, "get", "pods")


def javascript(world):
    script = PEERS / "javascript" / "list_pods.js"
    if not script.exists() or shutil.which("node") is None:
        pytest.skip("the JavaScript client could not be had: tests/peers/fetch")
    return world.run("node", script, world.session.home / ".kube" / "config", timeout=60)


CLIENTS = [(kubectl, V1), (kubectl, V1BETA1), (debians_kubectl, V1BETA1), (javascript, V1),
           (javascript, V1BETA1)]


@pytest.fixture(params=CLIENTS, ids=lambda one: f"{one[0].__name__}-{one[1].rpartition('/')[2]}")
def client(request):
    """A client with the protocol versions that it supports."""
    if request.param == (kubectl, V1) and kubectl_minor() < 22:
        pytest.skip("this kubectl knows no client.authentication.k8s.io/v1")
    return request.param


def plugin(client, **how) -> ExecPlugin:
    """The JavaScript client passes nothing of what a client should pass."""
    run, version = client
    if run is javascript and "get-token" not in how.get("args", []):
        how["env"] = info(version)
    return ExecPlugin("exec-credential-entra", api_version=version,
                      interactive_mode="Never" if version == V1 else None, **how)


def test_a_client_gets_a_token_and_accepts_it(world, client):
    world.write_kubeconfig(plugin(client))
    outcome = client[0](world)
    assert outcome.code == 0, outcome.err
    assert "Running" in outcome.out
    assert len(world.authority.token_requests) == 1


def test_a_bare_get_token_is_enough_for_every_client(world, client):
    world.write_kubeconfig(plugin(client, args=["get-token"]))
    outcome = client[0](world)
    assert outcome.code == 0, outcome.err
    assert "Running" in outcome.out


def test_a_client_works_with_kubelogins_arguments(world, client):
    world.write_kubeconfig(plugin(client, args=[
        "get-token", "--environment", "AzurePublicCloud", "--server-id", contoso.AKS, "--client-id",
        contoso.DAEMON.client_id, "--tenant-id", contoso.TENANT.guid, "--login", "spn"]))
    outcome = client[0](world)
    assert outcome.code == 0, outcome.err
    assert "Running" in outcome.out


def test_a_client_passes_on_the_settings_of_the_cluster(world, client):
    if client[0] is javascript:
        pytest.skip("the JavaScript client tells a plugin nothing")
    world.write_kubeconfig(plugin(client, provide_cluster_info=True,
                                  cluster_config={"tenant-id": contoso.OTHER_TENANT.guid}))
    outcome = client[0](world)
    assert outcome.code != 0
    assert f"the tenant-id of the cluster is {contoso.OTHER_TENANT.guid}" in outcome.err


def test_a_failure_is_shown_with_the_clients_own_message(world, client):
    world.write_kubeconfig(plugin(client, args=["--tenant", "fabrikam.onmicrosoft.com"]))
    outcome = client[0](world)
    assert outcome.code != 0
    assert "exec-credential-entra: no token for AKS: " in outcome.err
    assert "AADSTS" in outcome.err
