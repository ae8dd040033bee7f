# SPDX-License-Identifier: MIT
"""A git server's claims challenge leads to a token that satisfies it."""

from __future__ import annotations

import base64
import json

import pytest

from authority.faults import NAMED
from integration.git_asking import ask, attributes, clone_of, commit, host_of, push
from world.world import World

CLAIMS = {"access_token": {"acrs": {"essential": True, "value": "c1?>~"}}}


def encoded(claims: object, alphabet=base64.b64encode) -> str:
    return alphabet(json.dumps(claims).encode()).decode()


def challenge(claims: str, error: str = "insufficient_claims") -> str:
    return ('wwwauth[]=Bearer realm="", authorization_uri="https://login.microsoftonline.com/common'
            f'/oauth2/authorize", client_id="x", error="{error}", claims="{claims}"')


def claims_asked(world: World) -> list[object]:
    return [json.loads(request.form["claims"]) if "claims" in request.form else None
            for request in world.authority.token_requests]


@pytest.fixture
def demanding(world: World) -> World:
    """The server accepts only tokens that were requested with the claims."""

    def satisfies(token: str) -> bool:
        number = world.authority.issued_tokens.index(token)
        return claims_asked(world)[number] == CLAIMS

    world.git_server.claims = CLAIMS
    world.git_server.gate.demand = satisfies
    return world


def test_a_newer_git_satisfies_it_in_the_same_push(demanding, newer):
    clone = clone_of(demanding, demanding.git_server.create_repository())
    outcome = push(demanding, clone)
    assert (outcome.code, outcome.err) == (0, "")
    assert claims_asked(demanding) == [None, CLAIMS]
    commit(demanding, clone, "Second")
    assert push(demanding, clone).code == 0
    assert claims_asked(demanding) == [None, CLAIMS]


@pytest.mark.parametrize("alphabet", [base64.b64encode, base64.urlsafe_b64encode,
                                      lambda data: base64.b64encode(data).rstrip(b"=")])
def test_get_requests_a_token_with_the_claims(world, alphabet):
    old = attributes(ask(world, *host_of(world)).out)["password"]
    outcome = ask(world, *host_of(world), challenge(encoded(CLAIMS, alphabet)))
    assert attributes(outcome.out)["password"] not in ("", old)
    assert claims_asked(world) == [None, CLAIMS]


@pytest.mark.parametrize("line", [
    challenge(encoded(CLAIMS), error="invalid_token"), challenge("not base64!"),
    challenge(encoded([1])), challenge(encoded("text")), challenge(encoded(CLAIMS)[:20]),
    challenge(""), challenge("A" * 50000),
    challenge(encoded(CLAIMS)).replace("Bearer", "Basic"),
    f'wwwauth[]=Basic realm="Bearer error=insufficient_claims, claims={encoded(CLAIMS)}"',
], ids=["another error", "no Base64", "an array", "a string", "cut", "empty", "long", "Basic",
        "within a realm"])
def test_an_invalid_claims_challenge_is_ignored(world, line):
    ask(world, *host_of(world))
    outcome = ask(world, *host_of(world), line)
    assert attributes(outcome.out)["password"] == world.authority.issued_tokens[0]
    assert len(world.authority.token_requests) == 1


def test_a_challenge_passed_with_erase_applies_to_the_next_run(world):
    """git from 2.41 to 2.45: a rejection ends the command, and its challenge comes with erase."""
    token = attributes(ask(world, *host_of(world)).out)["password"]
    ask(world, *host_of(world), f"password={token}", challenge(encoded(CLAIMS)), operation="erase")
    ask(world, *host_of(world))
    assert claims_asked(world) == [None, CLAIMS]
    ask(world, *host_of(world))
    assert len(claims_asked(world)) == 2


def test_it_applies_to_the_next_run_if_git_repeats_the_user_name_of_the_answer(world):
    answer = attributes(ask(world, *host_of(world)).out)
    ask(world, *host_of(world), f"username={answer['username']}", f"password={answer['password']}",
        challenge(encoded(CLAIMS)), operation="erase")
    ask(world, *host_of(world))
    assert claims_asked(world) == [None, CLAIMS]


@pytest.mark.parametrize("fault, claims", [("captive portal", CLAIMS), ("error under 200", None)],
                         ids=["unusable answer", "refusal"])
def test_a_kept_challenge_stays_until_the_authority_has_answered(world, fault, claims):
    token = attributes(ask(world, *host_of(world)).out)["password"]
    ask(world, *host_of(world), f"password={token}", challenge(encoded(CLAIMS)), operation="erase")
    with world.authority.faults.injected(NAMED[fault]):
        assert ask(world, *host_of(world)).code != 0
    for failure in (world.session.runtime / "entra").glob("*.failure"):
        failure.unlink()
    assert ask(world, *host_of(world)).code == 0
    assert claims_asked(world)[-1] == claims


@pytest.mark.parametrize("content", [b"", b"x", b"99999999999 {}", b"1 {}", b"\xff" * 20000,
                                     b"-1"])
def test_a_damaged_stored_challenge_is_ignored(world, content):
    token = attributes(ask(world, *host_of(world)).out)["password"]
    ask(world, *host_of(world), f"password={token}", challenge(encoded(CLAIMS)), operation="erase")
    (file,) = (world.session.runtime / "entra").glob("*.claims")
    file.write_bytes(content)
    assert ask(world, *host_of(world)).code == 0
    assert claims_asked(world) == [None, None]
