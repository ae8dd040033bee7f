# SPDX-License-Identifier: MIT
"""kubectl: real kubectl with the plugin, and the plugin by hand."""

from __future__ import annotations

import json
import re
import subprocess
from datetime import datetime

import pytest

from authority import contoso
from world.kubeconfig import V1, V1BETA1, ExecPlugin


def kubectl_minor() -> int:
    done = subprocess.run(["kubectl", "version", "--client"], capture_output=True, text=True,
                          check=False)
    found = re.search(r'(?:v1\.|Minor:")(\d+)', done.stdout)
    return int(found.group(1)) if found else 0


def info(version: str = V1, **spec) -> dict[str, str]:
    return {"KUBERNETES_EXEC_INFO": json.dumps(
        {"apiVersion": version, "kind": "ExecCredential", "spec": {"interactive": False} | spec})}


@pytest.mark.parametrize("version", [V1, V1BETA1])
def test_kubectl_lists_pods(world, version):
    if version == V1 and kubectl_minor() < 22:
        pytest.skip("this kubectl knows no client.authentication.k8s.io/v1")
    world.write_kubeconfig(ExecPlugin("exec-credential-entra", api_version=version))
    for _ in range(2):
        outcome = world.run("kubectl", "get", "pods")
        assert outcome.code == 0, outcome.err
        assert "Running" in outcome.out
    assert len(world.authority.token_requests) == 1


@pytest.mark.parametrize("words", [[], ["get-token"]])
@pytest.mark.parametrize("version", [V1, V1BETA1])
def test_the_answer_has_the_requested_version(world, version, words):
    outcome = world.run("exec-credential-entra", *words, env=info(version))
    answer = json.loads(outcome.out)
    assert answer["apiVersion"] == version
    assert answer["kind"] == "ExecCredential"
    assert answer["status"]["token"] == world.authority.issued_tokens[0]
    (request,) = world.authority.token_requests
    assert request.form["scope"] == f"{contoso.AKS}/.default"


def test_it_is_called_again_five_minutes_before_expiry(world):
    world.authority.issuer.lifetime = 3600
    status = json.loads(world.run("exec-credential-entra", env=info()).out)["status"]
    listed = json.loads(world.run("entra", "list", "--output", "json",
                                    "--keyring", "secret-service").out)
    until = datetime.fromisoformat(status["expirationTimestamp"].replace("Z", "+00:00"))
    end = datetime.fromisoformat(listed[0]["expiresOn"].replace("Z", "+00:00"))
    assert (end - until).total_seconds() == 300


@pytest.mark.parametrize("text", [
    None, "", "{", "[]", "null", "7", '"x"',
    '{"apiVersion":"client.authentication.k8s.io/v1","kind":"Pod"}',
    '{"apiVersion":"client.authentication.k8s.io/v1alpha1","kind":"ExecCredential"}',
    '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":null}',
    '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":[]}',
    '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",'
    '"spec":{"cluster":null}}',
    '{"apiVersion":null,"kind":"ExecCredential"}',
    '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential"} x',
    "[" * 100_000,
])
def test_a_broken_request_is_reported_in_one_clear_line(world, text):
    outcome = world.run("exec-credential-entra", env={"KUBERNETES_EXEC_INFO": text})
    assert (outcome.code, outcome.out) == (2, "")
    assert len(outcome.err.splitlines()) == 1
    assert "KUBERNETES_EXEC_INFO" in outcome.err
    assert world.authority.requests == []


def test_a_word_other_than_get_token_is_refused(world):
    outcome = world.run("exec-credential-entra", "convert-kubeconfig", env=info())
    assert (outcome.code, outcome.out) == (2, "")
