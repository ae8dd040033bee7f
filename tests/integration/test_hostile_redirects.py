# SPDX-License-Identifier: MIT
"""Other programs can connect to the loopback redirect too: none of them can inject a token or block
the wait, and the true answer is still accepted afterwards."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from contextlib import ExitStack
from typing import Callable, Iterator
from urllib.parse import urlencode, urlsplit

import pytest

from authority import contoso
from integration.users import query, sign_in_url, token, whose
from world.terminal import Terminal
from world.waiting import wait_until
from world.world import World

EVIL_CODE = "1.a-code-that-the-attacker-got-for-an-account-of-its-own"
FORM = "application/x-www-form-urlencoded"


class Redirect:
    """A sign-in that waits for its answer, and a way to connect to it as any program on this
    machine, or any page in the browser, could."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.browser.will_wait()
        self.terminal: Terminal = world.at_terminal("entra", "login")
        self.url = sign_in_url(world, self.terminal)
        asked = query(self.url)
        self.state = asked["state"]
        self.port = urlsplit(asked["redirect_uri"]).port
        self.open = ExitStack()

    def connect(self) -> socket.socket:
        """A connection that stays open until the end of the test."""
        connection = socket.create_connection(("127.0.0.1", self.port), 10)
        self.open.callback(connection.close)
        return connection

    def send(self, data: bytes) -> bytes:
        """The whole response; empty if the connection is just closed."""
        connection = self.connect()
        answer = b""
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65536):
                answer += part
        except TimeoutError:
            raise
        except OSError:
            """It hung up on us, as it may."""
        return answer

    def request(self, method: str = "POST", path: str = "/", body: str | bytes = "",
                **headers: str) -> bytes:
        data = body.encode() if isinstance(body, str) else body
        given = {"Host": f"localhost:{self.port}", "Content-Type": FORM,
                 "Content-Length": str(len(data))} | {
                     name.replace("_", "-"): value for name, value in headers.items()}
        head = f"{method} {path} HTTP/1.1\r\n" + "".join(
            f"{name}: {value}\r\n" for name, value in given.items() if value)
        return self.send(f"{head}\r\n".encode() + data)

    def form(self, **fields: str) -> str:
        return urlencode({"code": EVIL_CODE, "state": self.state} | fields)


@pytest.fixture
def redirect(desk: World) -> Iterator[Redirect]:
    redirect = Redirect(desk)
    with redirect.open:
        yield redirect


def refused(answer: bytes) -> None:
    """An error, or no answer at all; never a page that reports success."""
    assert answer == b"" or answer.split()[1][:1] == b"4", answer


def true_answer_is_taken(redirect: Redirect) -> None:
    """Whatever came before: the user signs in, and only that code is redeemed."""
    world = redirect.world
    assert redirect.terminal.is_running, redirect.terminal.screen
    page = world.visitor.sign_in(redirect.url, contoso.ADA)
    assert page.status == 200, page.text
    outcome = redirect.terminal.finish()
    assert outcome.code == 0, outcome
    redeemed = [one.form["code"] for one in world.authority.token_requests
                if one.form["grant_type"] == "authorization_code"]
    assert EVIL_CODE not in redeemed and len(redeemed) == 1
    assert whose(world, token(world)) == contoso.ADA.username


ANSWERED: dict[str, Callable[[Redirect], bytes]] = {
    "a wrong state": lambda to: to.request(body=to.form(state="A" * len(to.state))),
    "a state that only begins right": lambda to: to.request(body=to.form(state=to.state[:-1])),
    "a state that goes on": lambda to: to.request(body=to.form(state=to.state + "A")),
    "an empty state": lambda to: to.request(body=to.form(state="")),
    "no state": lambda to: to.request(body=urlencode({"code": EVIL_CODE})),
    "two states": lambda to: to.request(body=f"state=x&{to.form()}"),
    "two codes": lambda to: to.request(body=f"code=x&{to.form()}"),
    "no code": lambda to: to.request(body=urlencode({"state": to.state})),
    "an empty code": lambda to: to.request(body=to.form(code="")),
    "an error with a wrong state": lambda to: to.request(
        body=urlencode({"error": "access_denied", "state": "x"})),
    "another Host": lambda to: to.request(body=to.form(), Host="evil.example"),
    "another Host with our port": lambda to: to.request(
        body=to.form(), Host=f"evil.example:{to.port}"),
    "no Host": lambda to: to.request(body=to.form(), Host=""),
    "a Host of another port": lambda to: to.request(body=to.form(), Host="localhost:1"),
    "a code by GET": lambda to: to.request("GET", f"/?{to.form()}"),
    "a code by GET with the favicon": lambda to: to.request("GET", f"/favicon.ico?{to.form()}"),
    "a GET of /favicon.ico": lambda to: to.request("GET", "/favicon.ico"),
    "a GET of /": lambda to: to.request("GET"),
    "a HEAD": lambda to: to.request("HEAD"),
    "an OPTIONS": lambda to: to.request("OPTIONS", "/", Origin="https://evil.example"),
    "a PUT": lambda to: to.request("PUT", body=to.form()),
    "another path": lambda to: to.request("POST", "/other", to.form()),
    "a code in the query of a POST": lambda to: to.request("POST", f"/?{to.form()}"),
    "JSON": lambda to: to.request(body='{"code":"x"}', Content_Type="application/json"),
    "no type": lambda to: to.request(body=to.form(), Content_Type=""),
    "text/plain": lambda to: to.request(body=to.form(), Content_Type="text/plain"),
    "a body of no length": lambda to: to.request(body=to.form(), Content_Length=""),
    "a body of a negative length": lambda to: to.request(body=to.form(), Content_Length="-1"),
    "a body of a huge length": lambda to: to.request(
        body=to.form(), Content_Length="99999999999999999999"),
    "a body of less than its length": lambda to: to.request(
        body=to.form()[:-4], Content_Length=str(len(to.form()))),
    "two lengths": lambda to: to.request(
        body=to.form(), Content_Length=f"{len(to.form())}\r\nContent-Length: 1"),
    "chunks": lambda to: to.request(body=b"0\r\n\r\n", Content_Length="",
                                    Transfer_Encoding="chunked"),
    "a NUL in the state": lambda to: to.request(body=f"code={EVIL_CODE}&state={to.state}%00x"),
    "a NUL in the code": lambda to: to.request(body=f"code=a%00b&state={to.state}"),
    "a line in the code": lambda to: to.request(body=f"code=a%0Ab&state={to.state}"),
    "a broken escape": lambda to: to.request(body=f"code=a%zz&state={to.state}"),
    "a code without end": lambda to: to.request(body=to.form(code="A" * 300_000)),
    "a thousand fields": lambda to: to.request(body="&".join(["a=b"] * 1000 + [to.form(code="")])),
    "a header without end": lambda to: to.request(body=to.form(), X="A" * 300_000),
    "a thousand headers": lambda to: to.request(
        body=to.form(state="x"), **{f"X{number}": "A" for number in range(1000)}),
    "a URL without end": lambda to: to.request("POST", "/" + "A" * 300_000, to.form()),
    "nothing": lambda to: to.send(b""),
    "empty lines": lambda to: to.send(b"\r\n" * 1000),
    "no HTTP": lambda to: to.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 500),
    "HTTP of another century": lambda to: to.send(b"GET /\r\n"),
}


@pytest.mark.parametrize("name", ANSWERED)
def test_it_is_refused_and_the_true_answer_is_still_accepted(redirect: Redirect, name: str) -> None:
    answer = ANSWERED[name](redirect)
    refused(answer)
    assert EVIL_CODE.encode() not in answer and redirect.state.encode() not in answer
    true_answer_is_taken(redirect)


def test_an_answer_cannot_be_replayed(desk: World) -> None:
    first = Redirect(desk)
    true_answer_is_taken(first)
    (issued,) = desk.authority.authorization_codes.all()
    desk.authority.log.clear()
    second = Redirect(desk)
    with second.open:
        refused(second.request(body=urlencode({"code": issued.code, "state": first.state})))
        page = desk.visitor.sign_in(second.url, contoso.GRACE)
        assert page.status == 200 and second.terminal.finish().code == 0
    assert issued.code not in [one.form.get("code") for one in desk.authority.token_requests]


def _trickle(connection: socket.socket, data: bytes) -> None:
    """Sends a byte now and then, until the other end closes or the test is over."""
    try:
        for byte in data:
            connection.sendall(bytes([byte]))
            time.sleep(0.02)
    except OSError:
        """Closed, by whichever end."""


def _flood(connection: socket.socket, sent: list[int]) -> None:
    try:
        while True:
            connection.sendall(b"A" * 65536)
            sent.append(65536)
    except OSError:
        """Closed, by whichever end."""


def in_the_background(function: Callable[..., None], *arguments: object) -> threading.Thread:
    thread = threading.Thread(target=function, args=arguments, daemon=True)
    thread.start()
    return thread


HEAD = b"POST / HTTP/1.1\r\nHost: localhost:%d\r\nContent-Type: " + FORM.encode() + b"\r\n"


@pytest.mark.parametrize("begun", [b"", b"P", b"POST / HTTP/1.1\r\n",
                                   HEAD + b"Content-Length: 100\r\n\r\n", HEAD +
                                   b"Content-Length: 100\r\n\r\ncode=a"],
                         ids=["nothing", "a letter", "a line", "a head", "half a body"])
def test_an_open_second_connection_does_not_block(redirect: Redirect, begun: bytes) -> None:
    redirect.connect().sendall(begun % redirect.port if b"%d" in begun else begun)
    true_answer_is_taken(redirect)


def test_a_hundred_connections_do_not_block(redirect: Redirect) -> None:
    for _ in range(100):
        try:
            redirect.connect().sendall(b"POST / ")
        except OSError:
            """It does not take as many; fine."""
    true_answer_is_taken(redirect)


def test_a_slow_request_does_not_block(redirect: Redirect) -> None:
    head = HEAD % redirect.port + b"Content-Length: 100000\r\n\r\n"
    in_the_background(_trickle, redirect.connect(), head + b"A" * 100_000)
    true_answer_is_taken(redirect)


@pytest.mark.parametrize("head", [HEAD + b"Content-Length: 999999999\r\n\r\n",
                                  HEAD + b"Transfer-Encoding: chunked\r\n\r\n", HEAD, b""],
                         ids=["a body", "a chunk", "a header", "a line"])
def test_an_endless_request_is_cut_off(redirect: Redirect, head: bytes) -> None:
    sent: list[int] = []
    connection = redirect.connect()
    connection.sendall(head % redirect.port if head else head)
    flood = in_the_background(_flood, connection, sent)
    wait_until(lambda: not flood.is_alive(), "the end of an endless request")
    assert sum(sent) < 32 << 20
    true_answer_is_taken(redirect)


def test_an_endless_request_does_not_block(redirect: Redirect) -> None:
    connection = redirect.connect()
    connection.sendall(HEAD % redirect.port + b"Content-Length: 999999999\r\n\r\n")
    in_the_background(_flood, connection, [])
    true_answer_is_taken(redirect)


def test_a_true_answer_in_two_pieces_is_accepted(redirect: Redirect) -> None:
    """The network may split it anywhere."""
    page = redirect.world.visitor.sign_in_until_redirect(redirect.url, contoso.ADA)
    body = urlencode(page.forms[0].fields).encode()
    connection = redirect.connect()
    connection.sendall(HEAD % redirect.port + b"Content-Len")
    time.sleep(0.05)
    connection.sendall(b"gth: %d\r\n\r\n" % len(body) + body[:7])
    time.sleep(0.05)
    connection.sendall(body[7:])
    assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
    assert redirect.terminal.finish().code == 0


def test_an_answer_of_a_program_that_has_gone_is_refused_and_the_user_told(redirect: Redirect) -> None:
    """Nobody can tell whose it was."""
    os.kill(redirect.terminal.pid, signal.SIGSTOP)
    body = redirect.form()
    with socket.create_connection(("127.0.0.1", redirect.port), 10) as connection:
        connection.sendall(f"POST / HTTP/1.1\r\nHost: localhost:{redirect.port}\r\n"
                           f"Content-Type: {FORM}\r\nContent-Length: {len(body)}\r\n\r\n"
                           f"{body}".encode())
    os.kill(redirect.terminal.pid, signal.SIGCONT)
    redirect.terminal.wait_for(r"has gone.*\n?.*--device-code")
    true_answer_is_taken(redirect)
