# SPDX-License-Identifier: MIT
"""curl: the call that an API's section describes, made by real curl; and what neither a path nor the
configuration can smuggle into curl's configuration."""

from __future__ import annotations

import json

import pytest

from authority import contoso
from world.world import World

HELPER = "curl-credential-entra"


def configure(world: World, **section: object) -> None:
    settings = world.appsettings()
    settings["MyWebApi"] |= section
    world.write_appsettings(settings)


def helped(world: World, *words: str):
    return world.run(HELPER, "--api", "MyWebApi", *words)


def call(world: World, *words: str, curl: tuple[str, ...] = ()):
    """What the API was asked by curl with our configuration."""
    config = helped(world, *words)
    assert (config.code, config.err) == (0, ""), config
    answer = world.run("curl", "--silent", "--show-error", "--max-time", "20", *curl, "-K", "-",
                       input=config.out)
    assert (answer.code, answer.err) == (0, ""), answer
    request = world.web_api.requests[-1]
    assert request.authorization == f"Bearer {world.authority.issued_tokens[-1]}"
    return request, answer.out


def refused(world: World, outcome, said: str) -> None:
    assert (outcome.code, outcome.out) == (2, ""), outcome
    assert said in outcome.err
    assert len(outcome.err.splitlines()) == 1
    assert world.authority.requests == [] and world.web_api.requests == []


def test_the_api_alone_is_its_relative_path(world):
    request, body = call(world)
    assert (request.method, request.path, request.query) == ("GET", "/api/TodoList", "")
    assert json.loads(body)[0]["title"]


@pytest.mark.parametrize("path, asked, query", [
    ("api/WhoAmI", "/api/WhoAmI", ""),
    ("/api/WhoAmI", "/api/WhoAmI", ""),
    ("api/WhoAmI?a=b&c", "/api/WhoAmI", "a=b&c"),
    ("api/Zürich {1,2}[3]/a b", "/api/Zürich {1,2}[3]/a b", ""),
    ("-X", "/-X", ""), ("@evil.example/", "/@evil.example/", ""), ("//evil.example/", "/evil.example/", "")])
def test_a_path_is_below_the_base_url(world, path, asked, query):
    request, _ = call(world, "--", path)
    assert (request.method, request.path, request.query) == ("GET", asked, query)


def test_several_paths_and_urls_are_asked_for_in_turn(world):
    config = helped(world, "api/WhoAmI", world.web_api.todo_list_url, "api/TodoList?x")
    answer = world.run("curl", "--silent", "--fail", "-K", "-", input=config.out)
    assert answer.code == 0
    assert [(one.path, one.query) for one in world.web_api.requests] == [
        ("/api/WhoAmI", ""), ("/api/TodoList", ""), ("/api/TodoList", "x")]


def test_the_section_says_method_headers_and_parameters(world):
    configure(world, HttpMethod="Put", AcceptHeader="application/json;q=0.9, */*",
              ContentType="application/vnd.contoso+json",
              ExtraHeaderParameters={"OData-Version": "4.0", "X-Quoted": 'a "b" \\c\\n \\t{x}[1-2]'},
              ExtraQueryParameters={"api-version": "7.4", "a&b": "ü=\n\"#"})
    request, _ = call(world, "api/TodoList/3?first=1", curl=("--data-binary", "{}"))
    assert (request.method, request.path) == ("PUT", "/api/TodoList/3")
    assert request.query == "first=1&api-version=7.4&a%26b=%C3%BC%3D%0A%22%23"
    headers = request.headers
    assert headers["Accept"] == "application/json;q=0.9, */*"
    assert headers["Content-Type"] == "application/vnd.contoso+json"
    assert headers["OData-Version"] == "4.0"
    assert headers["X-Quoted"] == 'a "b" \\c\\n \\t{x}[1-2]'


def test_each_method_is_asked_with(world):
    for method in ("Get", "Head", "Post", "Put", "Patch", "Delete", "Options"):
        configure(world, HttpMethod=method)
        request, _ = call(world, curl=() if method in ("Get", "Head") else ("--data", ""))
        assert request.method == method.upper()


def test_a_whole_url_is_asked_for_as_it_is(world):
    configure(world, HttpMethod="Delete", AcceptHeader="text/plain",
              ExtraHeaderParameters={"X-A": "b"}, ExtraQueryParameters={"a": "b"})
    for words in ((), ("--api", "MyWebApi")):
        config = world.run(HELPER, *words, world.web_api.todo_list_url)
        assert [line.split(" ")[0] for line in config.out.splitlines()] == [
            "url", "globoff", "oauth2-bearer"]
        assert f'url = "{world.web_api.todo_list_url}"' in config.out


def test_one_calls_headers_are_not_those_of_the_next(world):
    configure(world, ExtraHeaderParameters={"X-A": "b"})
    config = helped(world, "api/WhoAmI", world.web_api.todo_list_url)
    assert world.run("curl", "--silent", "-K", "-", input=config.out).code == 0
    assert [one.headers.get("X-A") for one in world.web_api.requests] == ["b", None]


@pytest.mark.parametrize("path", [
    "../admin", "a/../../admin", "%2e%2e/admin", "a%2f..%2fadmin", "..;/admin", "a%5c..", "a\\b",
    "%252e%252e/x", "．．/admin", "x\noutput = /tmp/x", 'x"\noutput = "/tmp/x', "x\ty", "x#y",
    "https:evil", "x%", "x?a#b"])
def test_a_path_cannot_leave_the_base_url(world, path):
    configure(world, BaseUrl=f"{world.web_api.url}/api/")
    outcome = world.run(HELPER, "--api", "MyWebApi", "--", path)
    assert (outcome.code, outcome.out) == (2, ""), outcome
    assert len(outcome.err.splitlines()) == 1
    assert world.authority.requests == []


@pytest.mark.parametrize("url", ["https://evil.example/", "HTTPS://evil.example/api", "ftp://x/",
                                 "file:///etc/passwd", "https:/evil.example/"])
def test_a_url_of_another_host_gets_no_token_of_the_api(world, url):
    outcome = helped(world, url)
    assert (outcome.code, outcome.out) == (2, ""), outcome
    assert world.authority.requests == []


@pytest.mark.parametrize("section, said", [
    ({"RelativePath": "../x", "BaseUrl": "https://localhost/a"}, "is not below the BaseUrl of MyWebApi"),
    ({"RelativePath": 'x"\noutput = "/tmp/x'}, "invalid character"),
    ({"RelativePath": "https://evil.example/"}, "is not a path below a BaseUrl"),
    ({"HttpMethod": 'POST"\noutput = "/tmp/x'}, "HttpMethod is none of"),
    ({"AcceptHeader": "a\r\nX: y"}, "AcceptHeader must be visible ASCII"),
    ({"ContentType": "a\nX: y"}, "ContentType must be visible ASCII"),
    ({"ExtraHeaderParameters": {"@/etc/passwd": "x"}}, "is not the name of a header"),
    ({"ExtraHeaderParameters": {'X"\noutput = "/tmp/x': "x"}}, "is not the name of a header"),
    ({"ExtraHeaderParameters": {"X": "s3cret\"\nproxy = \"evil"}}, "must be visible ASCII"),
    ({"ExtraHeaderParameters": {"Authorization": "Basic s3cret"}}, "cannot be set"),
    ({"ExtraHeaderParameters": {"Host": "evil.example"}}, "cannot be set"),
    ({"BaseUrl": "https://*.contoso.com/"}, "is that of many hosts"),
    ({"BaseUrl": None}, "the API 'MyWebApi' has no BaseUrl"),
])
def test_a_section_cannot_smuggle_lines_or_headers_in(world, section, said):
    configure(world, **section)
    outcome = helped(world)
    refused(world, outcome, said)
    assert "s3cret" not in outcome.err


OF_CALL = {"RelativePath": ["api"], "HttpMethod": {"Method": "POST"}, "AcceptHeader": {},
           "ContentType": ["text/plain"], "ExtraHeaderParameters": "X: y", "ExtraQueryParameters": ["a"]}
UNUSED = {"ProtocolScheme": ["Bearer"], "Serializer": {"Indented": "true"}, "Deserializer": {}}


@pytest.mark.parametrize("key", OF_CALL)
def test_a_wrong_type_of_what_describes_a_call_stops_the_call_alone(world, key):
    configure(world, **{key: OF_CALL[key]})
    refused(world, helped(world), f"{key} must be")
    for command in (("entra", "token", "--api", "MyWebApi"), (HELPER, world.web_api.todo_list_url)):
        outcome = world.run(*command)
        assert outcome.code == 0 and f"warning: {world.appsettings_file}:" in outcome.err
        assert f"{key} must be" in outcome.err and len(outcome.err.splitlines()) == 1


@pytest.mark.parametrize("key", UNUSED)
def test_a_wrong_type_of_what_has_no_effect_stops_nothing(world, key):
    configure(world, **{key: UNUSED[key]})
    outcome = helped(world)
    assert outcome.code == 0 and f"{key} must be" in outcome.err
    assert len(outcome.err.splitlines()) == 1


def test_null_is_no_header_and_no_parameter(world):
    configure(world, ExtraHeaderParameters={"X-Away": None, "X-Here": "1"},
              ExtraQueryParameters={"away": None, "here": "1"})
    request, _ = call(world)
    assert request.query == "here=1" and request.headers["X-Here"] == "1"
    assert "X-Away" not in request.headers


@pytest.mark.parametrize("name", ["Ocp-Apim-Subscription-Key", "Account", "Name"])
@pytest.mark.parametrize("key", ["ExtraHeaderParameters", "ExtraQueryParameters"])
def test_doctor_does_not_show_the_values_of_headers_and_parameters(world, key, name):
    """Whatever their names: some are those of settings."""
    configure(world, **{key: {name: "s3cret"}})
    outcome = world.run("entra", "doctor", "--api", "MyWebApi")
    assert f"{key}:{name}: set" in outcome.out
    assert "s3cret" not in outcome.out + outcome.err


def test_a_path_needs_an_api(world):
    refused(world, world.run(HELPER, "api/TodoList"), "A path needs --api")
    refused(world, world.run(HELPER), "no URL is given")
    refused(world, world.run(HELPER, "--resource", contoso.MY_WEB_API), "no URL is given")
    refused(world, helped(world, ""), "an empty path is given")
    refused(world, world.run(HELPER, "--api", "Nobodys"), "there is no API 'Nobodys'")


def test_a_built_in_api_takes_paths_too(world):
    outcome = world.run(HELPER, "--api", "Graph", "v1.0/me/messages?$filter=isRead eq false")
    assert 'url = "https://graph.microsoft.com/v1.0/me/messages?$filter=isRead%20eq%20false"\n' \
        in outcome.out
