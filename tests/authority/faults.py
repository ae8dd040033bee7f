# SPDX-License-Identifier: MIT
"""Ways for the authority to misbehave.

A Fault is a name and a function from an Exchange (the request, and the response that it would
normally get) to a response. Most are made by three functions: `fixed` (a given status, headers and
body), `altered` (the normal token response with members changed) and `refused` (a well-formed error
with a given text). Faults without a parameter are in NAMED, so that a test can run through them
all.
"""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Callable, Iterable, Iterator, Mapping

from flask import Request, Response

from authority.refusals import correlation_id, error_body

JSON = {"Content-Type": "application/json; charset=utf-8"}
MISSING = object()
CHUNK = b"A" * 65536


@dataclass(frozen=True)
class Exchange:
    """A token request and, on demand, the response that it would get without the fault."""

    request: Request
    normal: Callable[[], Response]
    authority_url: str


@dataclass(frozen=True)
class Fault:
    name: str
    answer: Callable[[Exchange], Response]


class FaultQueue:
    """The faults for the next requests, in the order in which they were injected."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[tuple[Fault, int | None]] = []

    def inject(self, fault: Fault, times: int | None = None) -> None:
        """Answers the next `times` token requests with the fault, or all of them until clear()."""
        with self._lock:
            self._waiting.append((fault, times))

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    @contextmanager
    def injected(self, fault: Fault, times: int | None = None) -> Iterator[None]:
        self.inject(fault, times)
        try:
            yield
        finally:
            self.clear()

    def take(self) -> Fault | None:
        """The fault for the current request."""
        with self._lock:
            if not self._waiting:
                return None
            fault, times = self._waiting[0]
            if times is not None:
                self._waiting[:1] = [(fault, times - 1)] if times > 1 else []
            return fault


# Functions that make faults.

def fixed(name: str, status: int, body: bytes | Iterable[bytes] = b"",
          headers: Mapping[str, str] = JSON) -> Fault:
    """The same response to every request. An iterable is streamed."""
    return Fault(name, lambda _: Response(body, status, dict(headers)))


def altered(name: str, **members: Any) -> Fault:
    """A token response with some members set to a value, to a function of their normal value, or
    removed (MISSING)."""

    def answer(exchange: Exchange) -> Response:
        body = json.loads(exchange.normal().get_data())
        for member, value in members.items():
            if value is MISSING:
                body.pop(member, None)
            else:
                body[member] = value(body.get(member)) if callable(value) else value
        return Response(json.dumps(body, ensure_ascii=False), 200, dict(JSON))

    return Fault(name, answer)


def refused(name: str, error: str, code: int, text: str | Callable[[Request], str],
            status: int = 400) -> Fault:
    """An error body in Entra's form, with a given text."""

    def answer(exchange: Exchange) -> Response:
        said = text(exchange.request) if callable(text) else text
        body = error_body(error, code, said, exchange.authority_url,
                          correlation_id(exchange.request.headers))
        return Response(json.dumps(body, ensure_ascii=False), status, dict(JSON))

    return Fault(name, answer)


def delayed(seconds: float, fault: Fault | None = None) -> Fault:
    """Waits for a while, and then answers normally or with another fault."""
    then = fault or normal()

    def answer(exchange: Exchange) -> Response:
        time.sleep(seconds)
        return then.answer(exchange)

    return Fault(f"{seconds:g} s late, {then.name}", answer)


# Faults with a parameter.

def held(release: threading.Event, fault: Fault | None = None) -> Fault:
    """Waits until the event is set, and then answers normally or with another fault."""
    then = fault or normal()

    def answer(exchange: Exchange) -> Response:
        release.wait(120)
        return then.answer(exchange)

    return Fault("held back", answer)


def normal() -> Fault:
    """No fault: answers one request normally before the next fault."""
    return Fault("normal", lambda exchange: exchange.normal())


def redirected(location: str, status: int = 302) -> Fault:
    return fixed(f"redirect {status}", status, headers={"Location": location})


def throttled(retry_after: str = "60") -> Fault:
    """Entra's response to a client that sends too many requests: text, not JSON."""
    return fixed("throttled", 429, b"Too Many Requests",
                 {"Content-Type": "text/plain", "Retry-After": retry_after})


def unavailable(retry_after: str | None = None) -> Fault:
    headers = {"Content-Type": "text/html"} | ({"Retry-After": retry_after} if retry_after else {})
    return fixed("unavailable", 503, b"<h1>Our services aren't available right now</h1>", headers)


def huge_body(megabytes: int = 64) -> Fault:
    """JSON with one very long string."""

    def answer(_: Exchange) -> Response:
        def parts() -> Iterator[bytes]:
            yield b'{"token_type":"Bearer","expires_in":3599,"access_token":"'
            for _ in range(megabytes * 16):
                yield CHUNK
            yield b'"}'
        return Response(parts(), 200, dict(JSON))

    return Fault(f"body of {megabytes} MB", answer)


def endless_body() -> Fault:
    """A response that ends only when the client hangs up."""

    def answer(_: Exchange) -> Response:
        def parts() -> Iterator[bytes]:
            while True:
                yield CHUNK
        return Response(parts(), 200, dict(JSON))

    return Fault("endless body", answer)


def trickling(pause: float = 0.2) -> Fault:
    """The normal response, byte by byte: never silent for long, and never done."""

    def answer(exchange: Exchange) -> Response:
        def parts(body: bytes) -> Iterator[bytes]:
            for byte in body:
                yield bytes([byte])
                time.sleep(pause)
        whole = exchange.normal()
        return Response(parts(whole.get_data()), whole.status_code, dict(JSON))

    return Fault("trickling", answer)


def expires_in(value: Any) -> Fault:
    return altered(f"expires_in {value!r}", expires_in=value)


def token_with(name: str, characters: str) -> Fault:
    """A token with something in the middle that no token may contain."""
    return altered(name, access_token=lambda token: token[:40] + characters + token[40:])


def cut_short(name: str, share: float, keep_length: bool) -> Fault:
    """The first part of the normal body. With keep_length, the header still gives the full length,
    so that the client sees the connection break off."""

    def answer(exchange: Exchange) -> Response:
        whole = exchange.normal().get_data()
        response = Response(whole[:int(len(whole) * share)], 200, dict(JSON))
        if keep_length:
            response.headers["Content-Length"] = str(len(whole))
        return response

    return Fault(name, answer)


# Faults without a parameter, with their names in NAMED.

def _catalogue() -> Iterator[Fault]:
    yield fixed("captive portal", 200, b"<!DOCTYPE html><html><title>Hotel Wi-Fi</title>"
                b"<form action=/login>Accept the terms to go online</form></html>",
                {"Content-Type": "text/html"})
    yield fixed("empty body", 200)
    yield fixed("empty error", 400)
    yield fixed("json array", 200, b"[]")
    yield fixed("json null", 200, b"null")
    yield fixed("json with a tail", 200, b'{"error":"invalid_client"} {"access_token":"x"}')
    yield fixed("deep json", 200, b"[" * 100_000)
    yield fixed("not utf-8", 200, b'{"access_token":"\xff\xfe","expires_in":3599}')
    yield fixed("raw nul", 200, b'{"access_token":"abc\x00def","expires_in":3599}')
    yield throttled()
    yield unavailable()
    yield cut_short("truncated json", 0.5, keep_length=False)
    yield cut_short("broken connection", 0.5, keep_length=True)
    yield altered("numbers as strings", expires_in=str, ext_expires_in=str)
    yield altered("pop token", token_type="pop")
    yield altered("lower-case bearer", token_type="bearer")
    yield altered("no token type", token_type=MISSING)
    yield altered("no token", access_token=MISSING)
    yield altered("empty token", access_token="")
    yield altered("token not a string", access_token=12345)
    yield altered("huge token", access_token="A" * 200_000)
    yield token_with("newline in token", "\npassword=x\n")
    yield token_with("carriage return in token", "\r")
    yield token_with("space in token", " ")
    yield token_with("quote in token", '"')
    yield token_with("control character in token", "\x1b]0;title\x07")
    yield token_with("nul in token", "\x00")
    yield token_with("non-ascii in token", "é")
    yield altered("no expires_in", expires_in=MISSING, ext_expires_in=MISSING)
    for value in (-1, 0, 10**18, 10**30, 3599.5, "abc", "", None, [3599]):
        yield expires_in(value)
    yield refused("error with escape sequences", "invalid_client", 7000215,
                  "\x1b[2J\x1b]0;owned\x07Invalid\r\n\x9b31m client secret\x00 provided.", 401)
    yield refused("very long error", "invalid_client", 7000215, "blah " * 40_000, 401)
    yield refused("error that echoes the secret", "invalid_client", 7000215,
                  lambda request: f"'{request.form.get('client_secret')}' is wrong.", 401)
    yield refused("error under 200", "invalid_client", 7000215, "Invalid client secret.", 200)


NAMED: dict[str, Fault] = {fault.name: fault for fault in _catalogue()}
