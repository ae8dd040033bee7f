# SPDX-License-Identifier: MIT
"""An authority that misbehaves: one clear line, the documented exit code, nothing on stdout, and
the token in the keyring is kept."""

from __future__ import annotations

import threading

import pytest

from authority import faults
from authority.authority import Authority
from authority.faults import NAMED, Fault
from integration.asking import ASK, ask_entra, failed
from world.waiting import SHORT_LIMIT

REFUSED, NETWORK = 3, 4

NO_ENDPOINT = (NETWORK, "the server that answered is not a token endpoint")
NO_TOKEN = (NETWORK, "it has no access_token")
NO_BEARER = (NETWORK, "its token_type is not Bearer")
CHARACTERS = (NETWORK, "its access_token contains invalid characters")
NO_LIFE = (NETWORK, "its expires_in is missing or not a number")
NO_CREDIBLE_LIFE = (NETWORK, "its lifetime is not plausible")
SECRET_IS_WRONG = (REFUSED, "that the secret is one of this app's")

# The message for each fault; None for those that do no harm.
SAID: dict[str, tuple[int, str] | None] = {
    "captive portal": (NETWORK, "a proxy or a captive portal may intercept the connection"),
    "empty body": NO_ENDPOINT,
    "empty error": (NETWORK, "the server that answered is not a token endpoint (HTTP 400)"),
    "json array": NO_ENDPOINT,
    "json null": NO_ENDPOINT,
    "json with a tail": NO_ENDPOINT,
    "deep json": NO_ENDPOINT,
    "not utf-8": NO_ENDPOINT,
    "raw nul": NO_ENDPOINT,
    "throttled": (REFUSED, "It asks clients to wait until "),
    "unavailable": (NETWORK, "the authority reported a server error (HTTP 503)"),
    "truncated json": NO_ENDPOINT,
    "broken connection": (NETWORK, "cannot be reached: "),
    "numbers as strings": None,
    "pop token": NO_BEARER,
    "lower-case bearer": None,
    "no token type": None,
    "no token": NO_TOKEN,
    "empty token": CHARACTERS,
    "token not a string": NO_TOKEN,
    "huge token": (NETWORK, "its access_token is too long"),
    "newline in token": CHARACTERS,
    "carriage return in token": CHARACTERS,
    "space in token": CHARACTERS,
    "quote in token": CHARACTERS,
    "control character in token": CHARACTERS,
    "nul in token": NO_TOKEN,
    "non-ascii in token": CHARACTERS,
    "no expires_in": NO_LIFE,
    "expires_in -1": NO_CREDIBLE_LIFE,
    "expires_in 0": NO_CREDIBLE_LIFE,
    f"expires_in {10**18}": NO_CREDIBLE_LIFE,
    f"expires_in {10**30}": NO_CREDIBLE_LIFE,
    "expires_in 3599.5": None,
    "expires_in 'abc'": NO_LIFE,
    "expires_in ''": NO_LIFE,
    "expires_in None": NO_LIFE,
    "expires_in [3599]": NO_LIFE,
    "error with escape sequences": SECRET_IS_WRONG,
    "very long error": SECRET_IS_WRONG,
    "error that echoes the secret": SECRET_IS_WRONG,
    "error under 200": SECRET_IS_WRONG,
}
HARMFUL = [name for name, said in SAID.items() if said is not None]
HARMLESS = [name for name, said in SAID.items() if said is None]

# One of each kind, for the tests of all programs.
SOME = ["captive portal", "throttled", "broken connection", "newline in token", "very long error"]


def test_every_fault_has_an_expected_message():
    assert set(SAID) == set(NAMED)


@pytest.mark.parametrize("name", HARMFUL)
def test_a_faulty_answer_gives_no_token_and_keeps_the_stored_one(world, name):
    kept = ask_entra(world).out
    with world.authority.faults.injected(NAMED[name]):
        failed("entra", ask_entra(world, "--force-refresh"), *SAID[name])
    outcome = ask_entra(world)
    assert (outcome.code, outcome.out) == (0, kept)


@pytest.mark.parametrize("name", HARMLESS)
def test_an_unusual_answer_is_accepted(world, name):
    world.authority.faults.inject(NAMED[name])
    outcome = ask_entra(world)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == world.authority.issued_tokens[0] + "\n"


@pytest.mark.parametrize("name", SOME)
@pytest.mark.parametrize("program", ASK)
def test_every_program_reports_it_alike(world, program, name):
    world.authority.faults.inject(NAMED[name])
    failed(program, ASK[program](world), *SAID[name])
    assert world.session.keyring.items() == []


# ---- redirects ----


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(world, status):
    with Authority(world.certificates.server_context()) as elsewhere:
        world.authority.faults.inject(faults.redirected(
            f"{elsewhere.url}/contoso.com/oauth2/v2.0/token", status))
        failed("entra", ask_entra(world), NETWORK, f"HTTP {status}", "not followed")
        assert elsewhere.requests == []


def test_a_redirect_to_the_authority_itself_is_not_followed_either(world):
    world.authority.faults.inject(faults.redirected(
        f"{world.authority.url}/contoso.com/oauth2/v2.0/token", 307), times=1)
    failed("entra", ask_entra(world), NETWORK, "not followed")
    assert len(world.authority.requests) == 1


# ---- too much, too slow ----


@pytest.mark.parametrize("fault", [faults.huge_body(), faults.endless_body()],
                         ids=["huge", "endless"])
@pytest.mark.parametrize("program", ASK)
def test_an_endless_answer_is_cut_off(world, program, fault):
    world.authority.faults.inject(fault)
    failed(program, ASK[program](world), NETWORK, "answered with more than")


@pytest.fixture
def silent():
    """An authority that does not answer while the test runs."""
    end = threading.Event()
    yield faults.held(end)
    end.set()


@pytest.mark.parametrize("proxy", ["http://ada:hunter2@[bad:1", "ftp://ada:hunter2@localhost:1",
                                   "ada:hunter2@[bad"])
def test_an_unusable_proxy_is_named_without_its_password(world, proxy):
    outcome = ask_entra(world, env={"https_proxy": proxy, "no_proxy": None})
    failed("entra", outcome, NETWORK, "cannot be reached")
    assert "hunter2" not in outcome.err
    for file in (world.session.runtime / "entra").iterdir():
        assert b"hunter2" not in file.read_bytes()


@pytest.mark.parametrize("program", ASK)
def test_a_silent_authority_costs_only_the_time_limit(world, silent, program):
    world.authority.faults.inject(silent)
    outcome = ASK[program](world, "--timeout", SHORT_LIMIT)
    failed(program, outcome, NETWORK, "did not answer in time", "--timeout")
    assert outcome.seconds < 25  # the limit without the option is 30


def test_a_trickling_answer_costs_only_the_time_limit(world):
    world.authority.faults.inject(faults.trickling())
    outcome = ask_entra(world, "--timeout", SHORT_LIMIT)
    failed("entra", outcome, NETWORK, "did not answer in time")
    assert outcome.seconds < 25  # the limit without the option is 30


# ---- the authority's text is shown on a terminal ----


def said(text: str, **more) -> Fault:
    return faults.refused("an authority's words", "invalid_client", 7000215, text, 401, **more)


@pytest.mark.parametrize("program", ASK)
def test_the_authoritys_text_cannot_control_the_terminal(world, program):
    world.authority.faults.inject(said("\x1b[2J\x1b]0;owned\x07\x7f\x9b31mYour secret\b is \u0085old."))
    outcome = ASK[program](world)
    failed(program, outcome, REFUSED, "AADSTS7000215", "Your secret", "old.")


def test_the_authoritys_text_stays_on_one_line(world):
    world.authority.faults.inject(said("Wrong.\r\nentra: all is well\n"))
    failed("entra", ask_entra(world), REFUSED, "AADSTS7000215: Wrong.")


@pytest.mark.parametrize("unit", ["é", "xé", "€", "x€", "xx€", "\U0001f511", "x\U0001f511"],
                         ids=range(7))
def test_a_long_text_is_not_cut_inside_a_character(world, unit):
    world.authority.faults.inject(said(unit * 2000))
    failed("entra", ask_entra(world), REFUSED, "AADSTS7000215", "that the secret is one of this app's")


def test_a_very_long_text_is_cut(world):
    world.authority.faults.inject(NAMED["very long error"])
    assert len(ask_entra(world).err) < 2000


def test_an_invalid_oauth_error_is_not_shown(world):
    world.authority.faults.inject(NAMED["captive portal"])
    assert "Hotel" not in ask_entra(world).err
