# SPDX-License-Identifier: MIT
"""Text beyond ASCII, and numbers beyond 64 bits, at every door for JSON. (The users of these tests
have names beyond ASCII anyway.)"""

from __future__ import annotations

import json

import pytest

from authority import contoso, faults
from integration.asking import ASK, ask_entra, ask_git, ask_kubectl, failed
from integration.credentials import configure
from integration.users import login, token, whose
from world.kubeconfig import V1

TEXT = "Zoë Größe Ωμέγα 鍵 🔑"
NUMBERS = {"large": 2 ** 70, "small": -2 ** 70, "real": 1e300, "inside": [{"large": 2 ** 64}]}


def test_an_answer_may_have_any_text_and_number(world):
    more = NUMBERS | {TEXT: TEXT}
    for _ in range(2):
        world.authority.faults.inject(faults.altered("more", **more), times=1)
        outcome = ask_entra(world, "--force-refresh")
        assert (outcome.code, outcome.err) == (0, "")
        assert outcome.out.strip() == world.authority.issued_tokens[-1]


@pytest.mark.parametrize("program", ASK)
def test_the_text_of_a_refusal_is_shown_as_it_is(world, program):
    refusal = faults.refused("refused", "invalid_grant", 50000, f"AADSTS50000: {TEXT}")
    with world.authority.faults.injected(refusal):
        failed(program, ASK[program](world), 3, f"AADSTS50000: {TEXT}")


def test_who_signed_in_is_read_from_the_keyring_again(desk):
    """Keyring records have what the answers had."""
    desk.authority.faults.inject(faults.altered("more", **NUMBERS, text=TEXT), times=1)
    login(desk)
    first = token(desk)
    assert whose(desk, first) == contoso.ADA.username
    assert token(desk).out == first.out
    outcome = desk.run("entra", "list")
    assert (outcome.code, outcome.err) == (0, "") and contoso.ADA.username in outcome.out


@pytest.mark.parametrize("keyring", ["secret-service", "kernel"])
def test_a_typed_credential_is_given_back(request, world, keyring):
    if keyring == "kernel":
        request.getfixturevalue("in_kernel")
    stored = ask_git(world, "--keyring", keyring, operation="store",
                     request=f"username={TEXT}\npassword=pass {TEXT}\n")
    assert (stored.code, stored.err) == (0, "")
    given = ask_git(world, "--keyring", keyring)
    assert given.out == f"username={TEXT}\npassword=pass {TEXT}\n", given


def test_an_exec_info_may_have_any_text_and_number(world):
    info = {"apiVersion": V1, "kind": "ExecCredential", "numbers": NUMBERS,
            "spec": {"interactive": False, "cluster": {
                "server": "https://example.com", "config": NUMBERS | {TEXT: TEXT}}}}
    outcome = ask_kubectl(world, env={"KUBERNETES_EXEC_INFO": json.dumps(info, ensure_ascii=False)})
    assert (outcome.code, outcome.err) == (0, ""), outcome
    assert json.loads(outcome.out)["status"]["token"] == world.authority.issued_tokens[-1]


def test_a_configuration_may_have_any_text_and_number(world):
    settings = world.appsettings() | {"Logging": NUMBERS | {TEXT: TEXT}, TEXT: {"a": NUMBERS}}
    world.appsettings_file.write_text(json.dumps(settings, ensure_ascii=False))
    assert (ask_entra(world).code, ask_entra(world).err) == (0, "")


def test_a_client_secret_may_have_any_text(world):
    configure(world, ClientSecret=TEXT)
    assert ask_entra(world).code == 3
    assert world.authority.token_requests[-1].form["client_secret"] == TEXT
