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


# What clients send, beside client-go's usual.
OTHERS = [
    (V1BETA1, f'{{"apiVersion":"{V1BETA1}","kind":"ExecCredentials","spec":{{"interactive":true}}}}'),
    (V1, f'{{"apiVersion":"{V1}","kind":"ExecCredential","spec":null}}'),
    (V1, f'{{"apiVersion":"{V1}","kind":"ExecCredential",'
         '"spec":{"cluster":null,"interactive":false}}'),
    (V1BETA1, f'{{"apiVersion":"{V1BETA1}","kind":"ExecCredential","spec":{{"interactive":null}}}}'),
    (V1, f'{{"apiVersion":"{V1}","kind":"ExecCredential","spec":{{"interactive":true,'
         '"cluster":{"server":null,"config":null,"extensions":[]}},"status":null}'),
    (V1BETA1, '{"apiVersion":null,"kind":"ExecCredential","spec":{}}'),
]


@pytest.mark.parametrize("version, text", OTHERS)
@pytest.mark.parametrize("words", [[], ["get-token"]])
def test_every_client_gets_a_token(world, words, version, text):
    outcome = world.run("exec-credential-entra", *words, env={"KUBERNETES_EXEC_INFO": text})
    assert (outcome.code, outcome.err) == (0, ""), outcome
    answer = json.loads(outcome.out)
    assert answer["apiVersion"] == version
    assert answer["status"]["token"] == world.authority.issued_tokens[0]


def test_a_client_that_takes_a_warning_for_a_failure_gets_none(world):
    """The official .NET client; others show it to their users."""
    world.appsettings_file.chmod(0o644)  # others can read the secret in it
    for version, text in OTHERS[:2]:
        outcome = world.run("exec-credential-entra", env={"KUBERNETES_EXEC_INFO": text})
        assert outcome.code == 0 and json.loads(outcome.out)["apiVersion"] == version
        assert ("warning" in outcome.err) == (version == V1), outcome
    outcome = world.run("exec-credential-entra", "--verbose",
                        env={"KUBERNETES_EXEC_INFO": OTHERS[0][1]})
    assert "warning: " in outcome.err


@pytest.mark.parametrize("text", [None, ""])
def test_a_bare_get_token_is_kubelogins_call(world, text):
    """So a client that passes nothing, such as those in JavaScript and Java, gets its answer."""
    outcome = world.run("exec-credential-entra", "get-token", "--client-id", "not-this-one",
                        env={"KUBERNETES_EXEC_INFO": text,
                             "AZURE_CLIENT_ID": contoso.DAEMON.client_id})
    assert (outcome.code, outcome.err) == (0, ""), outcome
    assert json.loads(outcome.out)["apiVersion"] == V1BETA1
    (request,) = world.authority.token_requests
    assert request.form["client_id"] == contoso.DAEMON.client_id  # the variable's


@pytest.mark.parametrize("text", [
    None, "", "{", "[]", "null", "7", '"x"',
    '{"apiVersion":"client.authentication.k8s.io/v1","kind":"Pod"}',
    '{"apiVersion":"client.authentication.k8s.io/v1alpha1","kind":"ExecCredential"}',
    '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":[]}',
    '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",'
    '"spec":{"cluster":[]}}',
    '{"apiVersion":7,"kind":"ExecCredential"}',
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
