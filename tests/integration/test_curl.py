# SPDX-License-Identifier: MIT
"""curl: real curl with the helper, and URLs that must not get a token."""

from __future__ import annotations

import json

import pytest

from authority import contoso, faults


def test_curl_calls_the_api_with_the_token(world):
    url = world.web_api.todo_list_url
    config = world.run("curl-credential-entra", url)
    assert (config.code, config.err) == (0, "")
    answer = world.run("curl", "--silent", "--fail", "-K", "-", input=config.out)
    assert json.loads(answer.out)[0]["title"]


def test_each_url_gets_the_token_of_its_own_api(world):
    config = world.run("curl-credential-entra", world.web_api.todo_list_url,
                       f"{world.git_server.url}/contoso")
    lines = config.out.splitlines()
    tokens = [line.split('"')[1] for line in lines if line.startswith("oauth2-bearer")]
    assert tokens == world.authority.issued_tokens
    assert lines.count("next") == 1


def test_curl_gives_each_server_the_token_of_its_own_api(world):
    refs = f"{world.git_server.create_repository()}/info/refs?service=git-upload-pack"
    config = world.run("curl-credential-entra", f"{world.web_api.url}/api/WhoAmI", refs)
    assert config.code == 0, config
    answer = world.run("curl", "--silent", "--show-error", "--fail", "-K", "-", input=config.out)
    assert answer.code == 0, answer
    assert contoso.MY_WEB_API in answer.out and "# service=git-upload-pack" in answer.out


def test_a_failed_attempt_is_forgotten_once_another_succeeds(world):
    world.authority.faults.inject(faults.NAMED["broken connection"], times=1)
    config = world.run("curl-credential-entra", world.web_api.todo_list_url,
                       f"{world.git_server.url}/contoso")
    assert (config.code, config.err) == (0, "")
    assert config.out.count("oauth2-bearer") == 2


def test_secrets_in_a_url_are_not_repeated(world):
    for url in ("https://ada:hunter2@localhost/?sig=abc", "https://nobody.example/?sig=abc"):
        outcome = world.run("curl-credential-entra", url)
        assert outcome.code == 2
        assert "hunter2" not in outcome.err and "abc" not in outcome.err


def test_one_unknown_url_leaves_the_others_without_a_token(world):
    outcome = world.run("curl-credential-entra", world.web_api.todo_list_url,
                        "https://evil.example/")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("curl-credential-entra: https://evil.example/ belongs to no API")


@pytest.mark.parametrize("change", [
    lambda url: url.replace("https://", "http://"),
    lambda url: url.replace("https://", "https://evil.example@"),
    lambda url: url.replace("https://localhost", "https://localhost.evil.example"),
    lambda url: url.replace("https://localhost", "https://localhost."),
    lambda url: url.replace("https://localhost", "https://{localhost,evil.example}"),
    lambda url: url.replace("localhost", "127.0.0.1"),
    lambda url: url.replace("/api", "\\@evil.example/api"),
    lambda url: url + '"\noutput = "x',
    lambda url: url + '"',
    lambda url: url.rsplit(":", 1)[0] + ":1/api",
    lambda url: url.replace("https://", "ftp://"),
    lambda url: url.replace("https://", "https:/"),
    lambda url: " " + url,
    lambda url: "",
])
def test_a_url_that_is_not_below_a_base_url_gets_no_token(world, change):
    outcome = world.run("curl-credential-entra", change(world.web_api.todo_list_url))
    assert (outcome.code, outcome.out) == (2, "")
    assert len(outcome.err.splitlines()) == 1
    assert world.authority.requests == []


@pytest.mark.parametrize("path", [
    "api/../admin", "api/%2e%2e/admin", "api%2f..%2fadmin", "api/..", "apis", "API/x", "", "api%5c..",
])
def test_a_path_outside_the_base_url_gets_no_token(world, path):
    settings = world.appsettings()
    settings["MyWebApi"]["BaseUrl"] += "api/"
    world.write_appsettings(settings)
    outcome = world.run("curl-credential-entra", f"{world.web_api.url}/{path}")
    assert (outcome.code, outcome.out) == (2, "")


def test_the_hosts_case_and_the_schemes_default_port_do_not_matter(world):
    settings = world.appsettings()
    settings["MyWebApi"]["BaseUrl"] = "https://API.contoso.com:443/"
    world.write_appsettings(settings)
    assert world.run("curl-credential-entra", "HTTPS://api.CONTOSO.com/x").code == 0
