# SPDX-License-Identifier: MIT
"""The servers accept real git, kubectl and curl with a token, and refuse them without."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Iterator

import pytest

from authority import contoso
from authority.authority import Authority
from authority.directory import Client
from world.kubeconfig import V1, V1BETA1, ExecPlugin
from world.tls import CertificateAuthority
from world.world import World


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World(bus=False) as world:
        yield world


def curl(world: World, url: str, *options: str) -> tuple[str, str]:
    """The status and the body that curl gets."""
    done = world.run("curl", "--silent", "--write-out", "\n%{http_code}", *options, url)
    body, _, status = done.out.rpartition("\n")
    return status, body


def bearer(token: str) -> tuple[str, str]:
    return "--header", f"Authorization: Bearer {token}"


def test_the_web_api_accepts_a_token_for_itself(world: World) -> None:
    status, body = curl(world, world.web_api.todo_list_url,
                        *bearer(world.authority.make_token(contoso.MY_WEB_API)))
    assert (status, len(json.loads(body))) == ("200", 2)


@pytest.mark.parametrize("audience, client, status", [
    (contoso.GRAPH, contoso.DAEMON, "401"),
    (contoso.MY_WEB_API, contoso.WITHOUT_ROLES, "403"),
])
def test_the_web_api_rejects_other_tokens(world: World, audience: str, client: Client,
                                          status: str) -> None:
    token = world.authority.make_token(audience, client)
    assert curl(world, world.web_api.todo_list_url, *bearer(token))[0] == status


def test_a_server_of_another_authority_is_not_trusted(world: World, tmp_path: Path) -> None:
    stranger = CertificateAuthority(tmp_path, "Another CA")
    with Authority(stranger.server_context()) as authority:
        assert curl(world, authority.url)[0] == "000"


def push(world: World, folder: str, *options: str) -> tuple[int, str]:
    """Pushes a commit that is larger than a packet or a pipe buffer."""
    url = world.git_server.create_repository(f"contoso/{folder}")
    work = world.session.home / folder
    world.run("git", "init", "--quiet", folder)
    (work / "big").write_bytes(bytes(range(256)) * 8192 + world.authority.issuer.key.kid.encode())
    world.run("git", "add", "big", cwd=work)
    world.run("git", "-c", "core.compression=0", "commit", "--quiet", "--message=Big", cwd=work)
    done = world.run("git", *options, "push", url, "main", cwd=work)
    return done.code, done.err


def with_password(token: str) -> tuple[str, str]:
    script = f'!f() {{ test "$1" = get && echo username=any && echo password={token}; }}; f'
    return "-c", f"credential.helper={script}"


def test_git_pushes_with_a_token_as_password(world: World) -> None:
    token = world.authority.make_token(contoso.AZURE_DEVOPS)
    assert push(world, "basic", *with_password(token))[0] == 0
    assert world.git_server.commits("contoso/basic") == ["Big"]


def test_git_pushes_with_a_bearer_token(world: World) -> None:
    token = world.authority.make_token(contoso.AZURE_DEVOPS)
    assert push(world, "bearer", "-c", f"http.extraHeader=Authorization: Bearer {token}")[0] == 0


def test_git_is_rejected_with_a_revoked_token(world: World) -> None:
    token = world.authority.make_token(contoso.AZURE_DEVOPS)
    world.git_server.gate.revoked.add(token)
    code, complaint = push(world, "revoked", *with_password(token))
    assert code != 0 and "Authentication failed" in complaint


@pytest.mark.parametrize("api_version", [V1, V1BETA1])
def test_kubectl_lists_pods_with_a_token_from_a_plugin(world: World, api_version: str) -> None:
    token = world.authority.make_token(contoso.AKS)
    credential = {"apiVersion": api_version, "kind": "ExecCredential", "status": {"token": token}}
    plugin = world.session.home / "plugin"
    plugin.write_text(f"#!/bin/sh\necho '{json.dumps(credential)}'\n")
    plugin.chmod(0o755)
    world.write_kubeconfig(ExecPlugin(plugin, api_version=api_version))
    done = world.run("kubectl", "get", "pods")
    assert done.out.count("Running") == 2, done.err
