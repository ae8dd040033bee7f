# SPDX-License-Identifier: MIT
"""entra run: other programs, browsers and users of the machine at its endpoint."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import socket
import struct
import threading

import pytest

from authority import contoso
from integration.run_asking import Endpoint
from world.sanitized import are_sanitized
from world.waiting import wait_until

API = contoso.MY_WEB_API


@pytest.fixture
def endpoint(world):
    endpoint = Endpoint(world)
    yield endpoint
    endpoint.close()


def check_refused(world, answer, status):
    assert answer.status == status and "access_token" not in answer.text
    assert answer.json.keys() == {"statusCode", "message"}
    assert world.authority.token_requests == []


@pytest.mark.parametrize("secret", [None, "", "x", "SECRETx", "SECRE"])
def test_without_the_secret_there_is_no_token(world, endpoint, secret):
    given = secret and secret.replace("SECRET", endpoint.secret).replace("SECRE",
                                                                         endpoint.secret[:-1])
    answer = endpoint.ask(headers={"X-IDENTITY-HEADER": given})
    check_refused(world, answer, 401)
    assert endpoint.secret not in answer.text


@pytest.mark.parametrize("more", [{"x-ms-identity": "other"}, {"Secret": "other"}])
def test_two_secrets_are_none(world, endpoint, more):
    answer = endpoint.ask(headers=more)
    assert answer.status == (401 if "x-ms-identity" in more else 200)


def test_the_secret_in_the_address_is_none(world, endpoint):
    check_refused(world, endpoint.ask(headers={"X-IDENTITY-HEADER": None},
                                      query={"X-IDENTITY-HEADER": endpoint.secret}), 401)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:PORT", "localhost:PORT",
                                  "127.0.0.1", "127.0.0.1:1", "127.0.0.1:PORT.evil.example",
                                  "evil@127.0.0.1:PORT", "[::1]:PORT", ""])
def test_another_host_is_a_browser_that_was_led_here(world, endpoint, host):
    given = host.replace("PORT", str(endpoint.address[1]))
    check_refused(world, endpoint.ask(headers={"Host": given}), 403)


@pytest.mark.parametrize("header", [{"Origin": "https://evil.example"}, {"Origin": "null"},
                                    {"X-Forwarded-For": "192.0.2.1"},
                                    {"X-Forwarded-For": "127.0.0.1"},
                                    {"X-Forwarded-Host": "evil.example"},
                                    {"X-Real-IP": "192.0.2.1"}, {"Via": "1.1 proxy"},
                                    {"Forwarded": "for=192.0.2.1"}])
def test_browsers_and_proxies_get_nothing(world, endpoint, header):
    check_refused(world, endpoint.ask(headers=header), 403)


def speak(endpoint, data):
    """All that is answered to these bytes, until the connection is closed."""
    with endpoint.connect() as connection:
        received = b""
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            while more := connection.recv(65536):
                received += more
        except OSError:
            """It was closed while there was more to send."""
        return received


def head(endpoint, *lines, target=None, version="1.1"):
    target = target or f"{endpoint.path}?api-version=2019-08-01&resource={API}"
    return "\r\n".join([f"GET {target} HTTP/{version}", *lines, "", ""]).encode()


UNCLEAR = {
    "two hosts": ["Host: HOST", "Host: HOST", "X-IDENTITY-HEADER: SECRET"],
    "no host": ["X-IDENTITY-HEADER: SECRET"],
    "the secret twice": ["Host: HOST", "X-IDENTITY-HEADER: SECRET", "X-IDENTITY-HEADER: SECRET"],
    "a blank before the colon": ["Host: HOST", "X-IDENTITY-HEADER : SECRET"],
    "chunks": ["Host: HOST", "X-IDENTITY-HEADER: SECRET", "Transfer-Encoding: chunked"],
    "a body": ["Host: HOST", "X-IDENTITY-HEADER: SECRET", "Content-Length: 5"],
    "many fields": ["Host: HOST", "X-IDENTITY-HEADER: SECRET", *[f"X-{i}: y" for i in range(100)]],
    "a long field": ["Host: HOST", "X-IDENTITY-HEADER: SECRET", "X: " + "y" * 100_000],
}


@pytest.mark.parametrize("what", UNCLEAR)
def test_a_request_that_is_not_clear_is_refused(world, endpoint, what):
    lines = [line.replace("HOST", endpoint.host).replace("SECRET", endpoint.secret)
             for line in UNCLEAR[what]]
    answer = speak(endpoint, head(endpoint, *lines))
    assert b"access_token" not in answer and not answer.startswith(b"HTTP/1.1 200")
    assert world.authority.token_requests == []
    assert endpoint.ask().status == 200


def test_an_absolute_target_is_refused(world, endpoint):
    lines = [f"Host: {endpoint.host}", f"X-IDENTITY-HEADER: {endpoint.secret}"]
    target = f"http://evil.example{endpoint.path}?api-version=2019-08-01&resource={API}"
    assert b"access_token" not in speak(endpoint, head(endpoint, *lines, target=target))


NOT_HTTP = {
    "nothing": b"",
    "a NUL": b"\0",
    "empty lines": b"\r\n" * 1000,
    "a beginning": b"GET",
    "another version": b"GET / HTTP/9.9\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\0\x01\0",
    "all bytes": bytes(range(256)) * 16,
    "a line without an end": b"A" * 1_000_000,
    "a long target": b"GET /" + b"A" * 1_000_000 + b" HTTP/1.1\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
}


@pytest.mark.parametrize("what", NOT_HTTP)
def test_what_is_not_http_does_no_harm(endpoint, what):
    assert b"access_token" not in speak(endpoint, NOT_HTTP[what])
    assert endpoint.ask().status == 200


def test_a_request_of_a_megabyte_is_not_read(world, endpoint):
    lines = [f"Host: {endpoint.host}", f"X-IDENTITY-HEADER: {endpoint.secret}",
             "Content-Length: 1000000"]
    answer = speak(endpoint, head(endpoint, *lines) + b"x" * 1_000_000)
    assert b"access_token" not in answer and world.authority.token_requests == []
    assert endpoint.ask().status == 200


def memory(endpoint):
    """Of all our processes, in bytes."""
    total, waiting = 0, [endpoint.process.pid]
    while waiting:
        pid = waiting.pop()
        with open(f"/proc/{pid}/comm") as file:
            name = file.read().strip()
        with open(f"/proc/{pid}/statm") as file:
            total += int(file.read().split()[1]) * resource.getpagesize() if name == "entra" else 0
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            waiting += [int(word) for word in file.read().split()]
    return total


def test_ten_thousand_connections_do_not_keep_the_command_out(endpoint, programs):
    """Each is given up for the next, so that they cost no memory either."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 11_000:
        pytest.skip("this user may not have so many descriptors")
    before = memory(endpoint)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    held = []
    try:
        for number in range(10_000):
            held.append(endpoint.connect())
            if number % 2:
                held[-1].send(b"GET / HTTP/1.1\r\nHost: ")
            if number % 2500 == 2499:
                assert endpoint.ask().status == 200
        # The sanitizers keep what was freed.
        assert are_sanitized(programs) or memory(endpoint) < before + 16 * 1024 * 1024
    finally:
        for connection in held:
            connection.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert endpoint.ask().status == 200


@pytest.mark.parametrize("limits", ["-Sn 64", "-n 64", "-n 40", "-n 24"])
def test_few_descriptors_do_not_keep_the_command_out(world, limits):
    """A stranger takes all that there are, goes, and takes them again."""
    endpoint = Endpoint(world, within=["sh", "-c", f"ulimit {limits} && exec \"$@\"", "sh"])
    try:
        for _ in range(2):
            held = [endpoint.connect() for _ in range(100)]
            assert endpoint.ask().status == 200
            for connection in held:
                connection.close()
            assert endpoint.ask().status == 200
    finally:
        endpoint.close()


def with_fault(call, error, number):
    return ["strace", "-f", "-qqq", "-o", "/dev/null", "-e", f"trace={call}", "-e",
            f"inject={call}:error={error}:when={number}"]


@pytest.mark.parametrize("error", ["ENOMEM", "ENFILE", "EMFILE", "ECONNABORTED"])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_connection_that_could_not_be_accepted_is_accepted_later(world, error, number):
    """While another one is idle, which may stay open."""
    endpoint = Endpoint(world, within=with_fault("accept4", error, number))
    try:
        with contextlib.closing(endpoint.client()) as idle:
            assert endpoint.ask(client=idle).status == 200
            assert endpoint.ask().status == 200
        assert endpoint.ask().status == 200
    finally:
        endpoint.close()


def test_without_descriptors_an_idle_connection_gives_way(world):
    endpoint = Endpoint(world, within=with_fault("accept4", "EMFILE", 3))
    try:
        with contextlib.closing(endpoint.client()) as idle:
            assert endpoint.ask(client=idle).status == 200
            assert endpoint.ask().status == 200
            assert idle.sock.recv(1) == b""
    finally:
        endpoint.close()


def test_a_server_that_cannot_wait_ends_with_us_all_the_same(world):
    """strace waits for it."""
    outcome = world.run(*with_fault("poll", "ENOMEM", "1+"), "entra", "run", "--", "sh", "-c",
                        "kill -KILL $PPID; sleep 60")
    assert outcome.code == -signal.SIGKILL, outcome


def test_the_programs_of_a_request_have_the_users_limit(world):
    """More descriptors are for the server alone."""
    limits = world.session.home / "limits"
    settings = world.appsettings()
    settings["AzureAd"]["ClientCredentials"] = [{
        "SourceType": "SignedAssertionCommand",
        "SignedAssertionCommand": ["sh", "-c", f"ulimit -Sn >{limits}; exit 1"]}]
    del settings["AzureAd"]["ClientSecret"]
    world.write_appsettings(settings)
    endpoint = Endpoint(world, within=["sh", "-c", "ulimit -Sn 64 && exec \"$@\"", "sh"])
    try:
        assert endpoint.ask().status >= 400
        assert limits.read_text() == "64\n"
    finally:
        endpoint.close()


def test_slow_bytes_are_not_waited_for(endpoint):
    """A byte now and then keeps no connection open: the time for a request is that for all of it."""
    with endpoint.connect() as connection:
        given_up = threading.Event()

        def trickle():
            for byte in head(endpoint, "Host: x", "X-Y: " + "z" * 10_000):
                try:
                    connection.send(bytes([byte]))
                except OSError:
                    given_up.set()
                    return
                given_up.wait(0.2)

        threading.Thread(target=trickle, daemon=True).start()
        assert endpoint.ask().status == 200
        wait_until(given_up.is_set, "the end of the slow connection")
    assert endpoint.ask().status == 200


def test_an_answer_that_nobody_takes_is_given_up(endpoint):
    requests = head(endpoint, f"Host: {endpoint.host}", f"X-IDENTITY-HEADER: {endpoint.secret}")
    with endpoint.connect() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        connection.sendall(requests * 100)
        assert endpoint.ask().status == 200
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert endpoint.ask().status == 200


def test_after_the_commands_end_nobody_listens(endpoint):
    open_before = endpoint.connect()
    endpoint.finish()
    with pytest.raises(ConnectionRefusedError):
        endpoint.connect()
    with open_before:
        open_before.settimeout(10)
        try:
            assert open_before.recv(1) == b""
        except ConnectionResetError:
            """That is as well."""


def test_it_listens_at_loopback_only(endpoint):
    with open("/proc/net/tcp") as file:
        listening = [line.split()[1] for line in file if line.split()[3] == "0A"]
    port = f"{endpoint.address[1]:04X}"
    assert [place for place in listening if place.endswith(f":{port}")] == [f"0100007F:{port}"]


def test_the_secret_is_in_no_command_line(endpoint):
    for folder in os.listdir("/proc"):
        try:
            with open(f"/proc/{folder}/cmdline", "rb") as file:
                assert endpoint.secret.encode() not in file.read()
        except (OSError, NotADirectoryError):
            """It has ended, or is no process."""
