# SPDX-License-Identifier: MIT
"""If an authority throttles, every process backs off."""

from __future__ import annotations

import json
import re
import time
from datetime import datetime
from email.utils import formatdate

import pytest

from authority import faults
from integration.stored import age
from world.waiting import PATIENCE, wait_until


def token(world, *words, **how):
    return world.run("entra", "token", "--api", "MyWebApi", *words, **how)


@pytest.mark.parametrize("fault", [
    lambda: faults.throttled("60"),
    lambda: faults.throttled(formatdate(time.time() + 60, usegmt=True)),
    lambda: faults.unavailable("60"),
], ids=["seconds", "a date", "503"])
def test_all_processes_respect_retry_after(world, fault):
    world.authority.faults.inject(fault(), times=1)
    first = token(world)
    assert first.code in (3, 4)
    assert re.search(r"until 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", first.err)
    second = token(world)
    assert (second.code, second.out) == (first.code, "")
    assert "until 20" in second.err
    assert world.run("entra", "token", "--api", "GitServer").code == first.code
    assert len(world.authority.token_requests) == 1


def test_no_request_comes_before_the_time_is_over(world):
    """Times are by the authority's log, and more exact than the programs' whole seconds."""
    world.authority.faults.inject(faults.throttled("2"), times=1)
    wait_until(lambda: token(world).code == 0, "a token")
    first, second = world.authority.token_requests
    assert second.time - first.time >= 2


def dated(ahead: int) -> faults.Fault:
    """Asks for a minute, as a date by a clock that is this many seconds ahead."""

    def answer(exchange: faults.Exchange):
        now = time.time() + ahead
        response = faults.throttled(formatdate(now + 60, usegmt=True)).answer(exchange)
        response.headers["Date"] = formatdate(now, usegmt=True)
        return response

    return faults.Fault("throttled by another clock", answer)


@pytest.mark.parametrize("ahead", [-600, 600])
def test_a_date_uses_the_clock_of_the_authority(world, ahead):
    began = time.time()
    world.authority.faults.inject(dated(ahead), times=1)
    outcome = token(world)
    until = re.search(r"until (20\S+Z)", outcome.err).group(1)
    left = datetime.strptime(until, "%Y-%m-%dT%H:%M:%S%z").timestamp() - began
    assert 50 < left < 60 + PATIENCE
    assert re.search("minutes " + ("behind" if ahead > 0 else "ahead of"), outcome.err)
    assert token(world).code == 3
    assert len(world.authority.token_requests) == 1


TOO_MANY = faults.fixed("too many", 429, b"Too Many Requests", {"Content-Type": "text/plain"})


def test_without_retry_after_processes_back_off_briefly(world):
    world.authority.faults.inject(TOO_MANY)
    first = token(world)
    assert first.code == 3 and "too many requests" in first.err
    (notice,) = (world.session.runtime / "entra").glob("*.throttle")
    assert 0 < json.loads(notice.read_text())["until"] - time.time() < 60


def test_then_too_a_valid_token_is_given(world):
    token(world)
    old = age(world, lives=120)
    world.authority.faults.inject(TOO_MANY)
    outcome = token(world)
    assert (outcome.code, outcome.out) == (0, old + "\n")


def test_another_app_is_not_delayed(world):
    world.authority.faults.inject(faults.throttled("60"), times=1)
    token(world)
    assert token(world, "--client-id", "0f0f0f0f-0000-4000-8000-000000000000").code == 3
    assert len(world.authority.token_requests) == 2


def test_a_valid_token_is_given_meanwhile(world):
    token(world)
    old = age(world, lives=120)
    world.authority.faults.inject(faults.throttled("60"), times=1)
    for _ in range(2):
        outcome = token(world)
        assert (outcome.code, outcome.out) == (0, old + "\n")
    assert len(world.authority.token_requests) == 2


def test_a_server_error_is_retried_twice(world):
    world.authority.faults.inject(faults.unavailable(), times=2)
    assert token(world).code == 0
    assert len(world.authority.token_requests) == 3


def test_it_is_not_retried_forever(world):
    world.authority.faults.inject(faults.unavailable())
    assert token(world).code == 4
    assert len(world.authority.token_requests) == 3


def test_a_refusal_is_never_retried(world):
    assert token(world, env={"AzureAd__ClientSecret": "wrong"}).code == 3
    assert len(world.authority.token_requests) == 1
