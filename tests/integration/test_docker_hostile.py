# SPDX-License-Identifier: MIT
"""docker's helper: servers that must not get a token, and registries that answer badly."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
import time
from typing import Callable

import pytest
from flask import Response, jsonify, redirect

from authority import contoso
from integration.docker_asking import CONTOSO, HELPER, ask, configure, failed, not_found, secret
from integration.stored import kept
from world.waiting import PATIENCE, SHORT_LIMIT
from world.world import World


@pytest.fixture
def images(world: World) -> World:
    configure(world)
    return world


# ---- servers ----

@pytest.mark.parametrize("server", [
    "docker.io", "https://index.docker.io/v1/", "dev.azure.com", "graph.microsoft.com",
    "azurecr.io", ".azurecr.io", "contoso.azurecr.io.evil.example", "contoso.azurecr.io.",
    "contosoazurecr.io", "contoso.azurecr.io@evil.example", "evil.example@contoso.azurecr.io",
    "https://contoso@contoso.azurecr.io", "a.contoso.azurecr.io", "contoso.azurecr.io:80",
    "contoso.azurecr.io:5000", "contoso.azurecr.io:", "contoso.azurecr.io:0443",
    "http://contoso.azurecr.io", "ftp://contoso.azurecr.io", "contoso.azurecr.de",
    "contoso。azurecr。io", "contoso.azurecr.ıo", "cоntoso.azurecr.io", "contoso.azurecr.io\\@x",
    "contoso.azurecr.io%2eevil.example", "contoso.azurecr.io evil.example",
    "contoso.azurecr.io\tx", "evil.example/contoso.azurecr.io", "evil.example?contoso.azurecr.io",
    "evil.example#.azurecr.io", "x://contoso.azurecr.io", "https:/contoso.azurecr.io",
    "https://https://contoso.azurecr.io", '"contoso.azurecr.io"', "*.azurecr.io", "-", "\x01",
    "contoso.azurecr.io\0.evil.example", "evil.example\0.azurecr.io", "a" * 300 + ".azurecr.io",
])
def test_a_server_that_is_no_registry_of_azures_gets_no_token(world, server):
    world.internet
    world.write_appsettings({"AzureAd": {"TenantId": contoso.TENANT.guid,
                                         "ClientId": contoso.DAEMON.client_id,
                                         "ClientSecret": contoso.DAEMON.secret}})
    not_found(ask(world, server.encode()))
    assert world.internet.asked == []


@pytest.mark.parametrize("change", [
    lambda host: host.replace("localhost", "127.0.0.1"),
    lambda host: host.replace("localhost", "localhost.evil.example"),
    lambda host: f"http://{host}",
    lambda host: "localhost",
    lambda host: host[:-1] if host[-1] != ":" else host,
    lambda host: f"{host}0",
])
def test_a_server_beside_a_configured_registry_gets_no_token(images, change):
    not_found(ask(images, change(images.registry.host)))
    assert images.registry.log.all() == [] and images.authority.requests == []


@pytest.mark.parametrize("path", ["team/", "v2/", "oauth2/exchange"])
def test_a_base_url_with_a_path_is_not_that_of_a_registry(images, path):
    configure(images, BaseUrl=f"{images.registry.url}/{path}")
    for server in (images.registry.host, f"{images.registry.host}/{path}",
                   f"{images.registry.url}/{path}"):
        not_found(ask(images, server))
    assert images.registry.log.all() == [] and images.authority.requests == []


def test_a_request_that_is_too_long_is_refused(images):
    failed(ask(images, "a" * 1_000_000), 2, "longer than")


def test_a_request_without_an_end_is_given_up(images, programs):
    process = subprocess.Popen([programs / HELPER, "--timeout", "1", "get"], text=True,
                               env=images.session.env, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdin.write(images.registry.host)
    process.stdin.flush()
    assert process.wait(PATIENCE) == 1
    assert "the request has no end after 1 s" in process.stdout.read()
    for stream in (process.stdin, process.stdout, process.stderr):
        stream.close()


# ---- answers ----

Answer = Callable[[World], Response | tuple[Response, int]]


def token(world: World, **claims: object) -> Response:
    return jsonify(refresh_token=world.registry.refresh_token(world.registry.host, **claims))


def realm_elsewhere(world: World) -> Response:
    """A challenge as those of registries, which leads to a server that is not the registry."""
    response = jsonify(errors=[{"code": "UNAUTHORIZED", "message": "go there"}])
    response.headers["WWW-Authenticate"] = \
        f'Bearer realm="{world.web_api.url}/oauth2/token",service="x"'
    response.status_code = 401
    return response


def echo(world: World) -> Response:
    token = world.authority.issued_tokens[-1]
    return Response(json.dumps({"errors": [{"code": "DENIED", "message": f"'{token}' is bad"}]}),
                    403, mimetype="application/json")


UNUSABLE: dict[str, Answer] = {
    "a redirect": lambda world: redirect(f"{world.web_api.url}/oauth2/exchange", 307),
    "a redirect to itself": lambda world: redirect("/oauth2/exchange", 308),
    "10 MB": lambda world: Response(b'{"refresh_token": "' + b"A" * 10_000_000 + b'"}'),
    "10 MB of blanks": lambda world: Response(b" " * 10_000_000 + b"{}"),
    "of another registry": lambda world: token(world, aud="fabrikam.azurecr.io"),
    "of several registries": lambda world: token(world, aud=[world.registry.host, "x"]),
    "of no registry": lambda world: token(world, aud=None),
    "expired": lambda world: token(world, exp=int(time.time()) - 1),
    "for ever": lambda world: token(world, exp=10**15),
    "without an end": lambda world: token(world, exp=None),
    "an end that is a text": lambda world: token(world, exp="tomorrow"),
    "no token": lambda world: jsonify(access_token="x"),
    "a token that is a number": lambda world: jsonify(refresh_token=1),
    "garbage": lambda world: jsonify(refresh_token="garbage"),
    "another line": lambda world: jsonify(
        refresh_token=world.registry.refresh_token(world.registry.host) + '\n"Username":"root"'),
    "a quotation mark": lambda world: jsonify(refresh_token='a.b.c","x":"'),
    "the entra token": lambda world: jsonify(refresh_token=world.authority.issued_tokens[-1]),
    "not json": lambda world: Response("<html>"),
    "an array": lambda world: jsonify([1]),
    "nothing": lambda world: Response(""),
    "nul": lambda world: Response(b'{"refresh_token":"a\\u0000b"}'),
    "404": lambda world: Response("page not found", 404),
    "404 in json": lambda world: (jsonify(errors=[{"code": "NOT_FOUND", "message": "no page"}]), 404),
    "405": lambda world: (jsonify(errors=[{"status": 405}]), 405),
    "another fault of the request": lambda world: (
        jsonify(errors=[{"code": "UNSUPPORTED", "message": "the grant type"}]), 400),
    "a redirect by 200": lambda world: Response("", 200, {"Location": world.web_api.url}),
}


@pytest.mark.parametrize("answer", UNUSABLE)
def test_an_answer_that_cannot_be_used_is_an_error(images, answer):
    images.registry.exchange_answer = lambda: UNUSABLE[answer](images)
    failed(ask(images, images.registry.host), 4, f"no token for {images.registry.host}")
    assert len(images.registry.log.all()) == 1 and images.web_api.requests == []
    assert kept(images, "registry_token") == []


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_registry_with_a_fault_is_tried_three_times(images, status):
    images.registry.exchange_answer = lambda: Response("", status)
    failed(ask(images, images.registry.host), 4, f"HTTP {status}")
    assert len(images.registry.exchanges) == 3


def test_a_registry_that_throttles_is_left_alone_and_others_are_not(images):
    images.registry.exchange_answer = lambda: Response("", 429, {"Retry-After": "600"})
    for _ in range(2):
        failed(ask(images, images.registry.host), 3, "throttling")
    assert len(images.registry.exchanges) == 1
    assert images.run("entra", "token", "--api", "Images").code == 0


def test_no_realm_is_followed(images):
    images.registry.exchange_answer = lambda: realm_elsewhere(images)
    not_found(ask(images, images.registry.host), "go there")
    assert len(images.registry.log.all()) == 1 and images.web_api.requests == []


def test_a_refusal_that_repeats_the_token_does_not_show_it(images):
    images.registry.exchange_answer = lambda: echo(images)
    outcome = ask(images, images.registry.host)
    not_found(outcome, "DENIED")
    assert images.authority.issued_tokens[-1] not in outcome.err


def test_a_registry_that_does_not_answer_ends_with_the_time_limit(images):
    images.registry.exchange_answer = lambda: time.sleep(PATIENCE) or Response("")
    outcome = ask(images, images.registry.host, "--timeout", SHORT_LIMIT)
    failed(outcome, 4)


def test_a_registry_whose_certificate_is_not_trusted_gets_nothing(images):
    failed(ask(images, images.registry.host, env={"SSL_CERT_FILE": None, "CURL_CA_BUNDLE": None}), 4)
    assert images.registry.log.all() == []


def test_the_tokens_are_in_no_file_log_or_argument(images):
    host = images.registry.host
    trace = images.session.root / "trace"
    password = secret(ask(images, host, env={"ENTRA_TRACE": str(trace)}), host)
    secret(ask(images, host, env={"ENTRA_TRACE": str(trace)}), host)
    assert trace.read_text().count(host) > 2
    for needle in (password, images.authority.issued_tokens[0]):
        assert images.session.files_holding(needle.encode()) == []


# ---- registries that cannot be reached ----

@pytest.mark.parametrize("greeting, words, says, advice", [
    (None, (), "cannot be reached", "the network and the firewall"),
    (b"", ("--timeout", SHORT_LIMIT), "did not answer in time",
     "whether the firewall of the registry lets this machine in"),
    (b"220 mail.example ESMTP\r\n" * 20, (), "cannot be reached",
     "a captive portal may intercept"),
], ids=["nothing listens", "silence", "no TLS"])
def test_a_registry_that_cannot_be_reached_gets_advice_about_registries(world, greeting, words, says,
                                                                        advice):
    with socket.socket() as there:
        there.bind(("127.0.0.1", 0))
        port = there.getsockname()[1]
        configure(world, BaseUrl=f"https://localhost:{port}/")
        assert world.run("entra", "token", "--api", "Images").code == 0
        if greeting is not None:
            there.listen()
            threading.Thread(target=greet, args=(there, greeting), daemon=True).start()
        outcome = ask(world, f"localhost:{port}", *words)
        there.close()
    failed(outcome, 4, f"https://localhost:{port} {says}")
    assert advice in outcome.err and "Instance" not in outcome.err, outcome


def greet(server: socket.socket, text: bytes) -> None:
    clients = []
    try:
        while True:
            clients.append(server.accept()[0])
            clients[-1].sendall(text)
    except OSError:
        pass  # the test is over


def test_an_answer_that_is_too_long_gets_advice_about_registries(images):
    images.registry.exchange_answer = lambda: UNUSABLE["10 MB"](images)
    outcome = ask(images, images.registry.host)
    failed(outcome, 4, "answered with more than")
    assert "Check the name of the registry" in outcome.err and "Instance" not in outcome.err
