# SPDX-License-Identifier: MIT
"""Claims challenges, client capabilities, and clocks that are wrong."""

from __future__ import annotations

import json
import time
from email.utils import formatdate

import pytest

from authority import faults

CHALLENGE = {"access_token": {"nbf": {"essential": True, "value": "1795000000"}}}
CP1 = {"access_token": {"xms_cc": {"values": ["cp1"]}}}


def token(world, *words, **how):
    return world.run("entra", "token", "--api", "MyWebApi", *words, **how)


def claims(world):
    return json.loads(world.authority.token_requests[-1].form["claims"])


def with_capability(world) -> None:
    settings = world.appsettings()
    settings["AzureAd"]["ClientCapabilities"] = ["cp1"]
    world.write_appsettings(settings)


def test_a_challenge_bypasses_the_keyring(world):
    old = token(world).out
    assert token(world, "--claims", json.dumps(CHALLENGE)).out not in ("", old)
    assert claims(world) == CHALLENGE


def test_the_token_that_satisfies_it_is_stored(world):
    token(world)
    new = token(world, "--claims", json.dumps(CHALLENGE)).out
    assert token(world).out == new


def test_a_capability_is_merged_with_a_challenge(world):
    with_capability(world)
    token(world, "--claims", json.dumps(CHALLENGE))
    assert claims(world) == {"access_token": CHALLENGE["access_token"] | CP1["access_token"]}


def test_a_capability_alone_does_not_bypass_the_keyring(world):
    with_capability(world)
    token(world)
    token(world)
    assert claims(world) == CP1
    assert len(world.authority.token_requests) == 1


def wrong_clock(minutes: int) -> faults.Fault:
    """A refusal by an authority whose clock is off by this much."""

    def answer(exchange):
        response = faults.refused("late", "invalid_client", 700024, "Not within its time.",
                                  status=401).answer(exchange)
        response.headers["Date"] = formatdate(time.time() + minutes * 60, usegmt=True)
        return response
    return faults.Fault("a wrong clock", answer)


@pytest.mark.parametrize("minutes, words", [(30, "30 minutes behind"), (-30, "30 minutes ahead of")])
def test_a_wrong_clock_is_reported_with_its_effect(world, minutes, words):
    world.authority.faults.inject(wrong_clock(minutes))
    outcome = token(world)
    assert outcome.code == 3
    assert words in outcome.err


def test_a_correct_clock_is_not_blamed(world):
    world.authority.faults.inject(wrong_clock(0))
    assert "clock is" not in token(world).err
