# SPDX-License-Identifier: MIT
"""curl-credential-entra for Bazel and Go: real Go, and what Bazel says."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import pytest

from authority import contoso
from integration.users import SIGN_IN_FIRST
from world.program import Outcome

HELPER = "curl-credential-entra"
GOAUTH = f"{HELPER} --goauth"
CLOUD = "https://login.microsoftonline.com"
REFUSAL = "HTTP/1.1 401 Unauthorized\nWww-Authenticate: Basic realm=\"x\"\n\n"


@pytest.fixture
def feed(world):
    """The mirror, as an API of the configuration."""
    settings = world.appsettings()
    settings["Feed"] = settings["GitServer"] | {"BaseUrl": world.go_mirror.url}
    world.write_appsettings(settings)
    return world


def of_mirror(world, *more: str) -> str:
    return "/".join((world.go_mirror.proxy, "example.com/greeting/@v/list", *more))


# ---- Go ----

@lru_cache(maxsize=None)
def go() -> Path | None:
    found = shutil.which("go")
    if found is None:
        return None
    said = subprocess.run([found, "env", "GOVERSION"], capture_output=True, text=True).stdout
    version = re.match(r"go(\d+)\.(\d+)", said)
    return Path(found).resolve() if version and tuple(map(int, version.groups())) >= (1, 24) else None


real_go = pytest.mark.skipif(go() is None, reason="there is no Go 1.24 or newer")


def run_go(world, *words: str, auth: str = GOAUTH, **env: str) -> Outcome:
    folder = world.session.home / "user"
    folder.mkdir(exist_ok=True)
    (folder / "go.mod").write_text("module example.com/user\n\ngo 1.21\n")
    (folder / "main.go").write_text(
        'package main\n\nimport "example.com/greeting"\n\nfunc main() { println(greeting.Name()) }\n')
    return world.run(go(), *words, cwd=folder, env={
        "GOAUTH": auth, "GOPROXY": world.go_mirror.proxy, "GONOSUMDB": "*", "GOTOOLCHAIN": "local",
        "GOFLAGS": "-mod=mod -modcacherw", "GOPATH": str(world.session.home / "go"),
        "GOCACHE": str(world.session.home / "gocache")} | env)


@real_go
@pytest.mark.parametrize("status", [401, 403, 404])
def test_go_gets_a_module_from_a_mirror_that_wants_a_token(feed, status):
    feed.go_mirror.modules.add("example.com/greeting")
    feed.go_mirror.status = status
    outcome = run_go(feed, "get", "example.com/greeting@v1.0.0")
    assert outcome.code == 0, outcome
    assert (feed.session.home / "go/pkg/mod/example.com/greeting@v1.0.0/greeting.go").exists()
    assert len(feed.authority.issued_tokens) == 1
    last = [one.status for one in feed.go_mirror.requests if one.path.endswith(".zip")]
    assert last == [200]  # with the token of the first ones, which Go makes side by side


@real_go
def test_go_shows_why_there_is_no_token(feed):
    feed.go_mirror.modules.add("example.com/greeting")
    settings = json.loads(feed.appsettings_file.read_text())
    settings["AzureAd"]["ClientSecret"] = "another"
    feed.write_appsettings(settings)
    outcome = run_go(feed, "get", "-x", "example.com/greeting@v1.0.0")
    assert outcome.code != 0 and "no token for Feed: " in outcome.err
    assert "AADSTS7000215" in outcome.err and "Check ClientId" in outcome.err


@real_go
def test_what_is_not_ours_is_left_to_gos_next_command(feed, tmp_path):
    feed.go_mirror.modules.add("example.com/greeting")
    feed.go_mirror.gate.personal_access_tokens.add("pat")
    feed.write_appsettings(feed.appsettings())
    netrc = tmp_path / "netrc"
    feed.go_mirror.gate.basic_too = True
    host = feed.go_mirror.url.removeprefix("https://")
    netrc.write_text(f"machine {host} login ada password pat\n")
    outcome = run_go(feed, "get", "example.com/greeting@v1.0.0", auth=f"{GOAUTH}; netrc",
                     NETRC=str(netrc))
    assert outcome.code == 0, outcome


def goauth(world, *words: str, input: str = REFUSAL, **how) -> Outcome:
    return world.run(HELPER, "--goauth", *words, input=input, **how)


def test_the_first_call_is_answered_with_nothing(feed):
    outcome = feed.run(HELPER, "--goauth")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    assert feed.authority.requests == []


@pytest.mark.parametrize("base, covered", [
    ("", ""), ("/", ""), ("/contoso/", "/contoso"), ("/contoso/_packaging/", "/contoso/_packaging"),
    ("/contoso/_packaging/go/example.com/greeting/@v/list", "/contoso/_packaging/go/example.com/greeting/@v/list"),
])
def test_a_token_is_for_all_below_the_base_url(feed, base, covered):
    settings = feed.appsettings()
    settings["Feed"] = settings["GitServer"] | {"BaseUrl": f"{feed.go_mirror.url}{base}"}
    feed.write_appsettings(settings)
    outcome = goauth(feed, f"{of_mirror(feed)}?go-get=1")
    assert outcome.out == (f"{feed.go_mirror.url}{covered}\n\n"
                           f"Authorization: Bearer {feed.authority.issued_tokens[0]}\n\n")


def test_the_token_of_one_api_is_not_for_another_above_it(feed):
    settings = feed.appsettings()
    settings["Feed"] = settings["GitServer"] | {"BaseUrl": f"{feed.go_mirror.url}/contoso/_packaging/"}
    settings["Above"] = settings["GitServer"] | {"BaseUrl": f"{feed.go_mirror.url}/"}
    feed.write_appsettings(settings)
    assert goauth(feed, of_mirror(feed)).out.startswith(f"{feed.go_mirror.url}/contoso/_packaging\n")


@pytest.mark.parametrize("change", [
    lambda url: url.replace("https://", "http://"),
    lambda url: url.replace("https://", "https://evil.example@"),
    lambda url: url.replace("https://localhost", "https://localhost.evil.example"),
    lambda url: url.replace("localhost", "127.0.0.1"),
    lambda url: url + "\n\nAuthorization: x",
    lambda url: "https://goproxy.example/x/@v/list",
    lambda url: "https://graph.microsoft.com/",
    lambda url: "https://pkgs.dev.azure.com.evil.example/contoso/",
    lambda url: "http://pkgs.dev.azure.com/contoso/",
    lambda url: "",
])
def test_a_url_that_is_not_ours_is_answered_with_nothing(feed, change):
    outcome = goauth(feed, change(of_mirror(feed)))
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    assert feed.authority.requests == []


def test_a_configuration_that_cannot_be_read_matters_for_our_feeds_only(feed):
    feed.appsettings_file.write_text('{ "MyApi": {')
    outcome = goauth(feed, "https://proxy.nobody.example/x")
    assert (outcome.code, outcome.out) == (0, "") and "warning" in outcome.err
    outcome = goauth(feed, "https://pkgs.dev.azure.com/contoso/_packaging/app/go/x")
    assert (outcome.code, outcome.out) == (2, "") and str(feed.appsettings_file) in outcome.err


@pytest.fixture
def azure(world):
    """Azure DevOps under its real names; the app's tenant is not known."""
    world.internet
    world.write_appsettings({"AzureAd": {"ClientId": contoso.DAEMON.client_id,
                                         "ClientSecret": contoso.DAEMON.secret}})
    return world


def test_the_servers_answer_names_the_tenant(azure):
    answer = (f"HTTP/2.0 401 Unauthorized\r\nDate: x\nwww-authenticate: Bearer authorization_uri="
              f"{CLOUD}/{contoso.TENANT.guid}, Basic realm=\"x\"\n\n")
    outcome = goauth(azure, "https://pkgs.dev.azure.com/Contoso/_packaging/go/x/@v/list", input=answer)
    assert outcome.out.startswith("https://pkgs.dev.azure.com/Contoso\n\nAuthorization: Bearer "), outcome
    assert azure.authority.token_requests[0].path.startswith(f"/{contoso.TENANT.guid}/")


@pytest.mark.parametrize("answer", ["", "HTTP/1.1", "x\n\n", "\0\n\n", "HTTP/1.1 401\nWWW-Authenticate\n\n",
                                    REFUSAL + "x" * 100000])
def test_a_strange_answer_of_the_server_does_no_harm(feed, answer):
    assert goauth(feed, of_mirror(feed), input=answer).code == 0


def test_an_answer_without_end_is_not_read(feed):
    outcome = goauth(feed, of_mirror(feed), input="HTTP/1.1 401\n" + "x" * 10 * 1024 * 1024)
    assert (outcome.code, outcome.out) == (2, "") and "is longer than" in outcome.err


def test_go_passes_one_url(feed):
    outcome = goauth(feed, of_mirror(feed), of_mirror(feed))
    assert (outcome.code, outcome.out) == (2, "") and "unexpected argument" in outcome.err


@pytest.mark.parametrize("words", [("--goauth",), ("get",)])
def test_a_configuration_is_not_looked_for_where_a_build_is(feed, words):
    (feed.session.home / "own.json").write_text("{}")
    outcome = feed.run(HELPER, *words, "--config", "own.json", *((of_mirror(feed),) * (words[0] != "get")),
                       input=json.dumps({"uri": of_mirror(feed)}) if words[0] == "get" else REFUSAL)
    code = 0 if words == ("--goauth",) else 2  # of Go, other commands are asked too
    assert (outcome.code, outcome.out) == (code, "") and "absolute" in outcome.err


# ---- Bazel ----

def bazel(world, uri: str, **how) -> Outcome:
    return world.run(HELPER, "get", input=json.dumps({"uri": uri}), **how)


def test_bazel_gets_the_header_until_the_token_is_not_fresh(feed):
    outcome = bazel(feed, of_mirror(feed))
    assert (outcome.code, outcome.err) == (0, "")
    answer = json.loads(outcome.out)
    assert answer["headers"] == {"Authorization": [f"Bearer {feed.authority.issued_tokens[0]}"]}
    expires = datetime.fromisoformat(answer["expires"].replace("Z", "+00:00")).timestamp()
    assert abs(expires - time.time() - 3600 + 300) < 120


@pytest.mark.parametrize("uri", ["https://graph.microsoft.com/v1.0/me",
                                 "https://contoso.blob.core.windows.net/cache/ac/0",
                                 "https://pkgs.dev.azure.com/contoso/_packaging/x"])
def test_bazel_is_answered_for_the_built_in_apis(azure, uri):
    settings = json.loads(azure.appsettings_file.read_text())
    settings["AzureAd"]["TenantId"] = contoso.TENANT.guid
    azure.write_appsettings(settings)
    outcome = bazel(azure, uri)
    assert outcome.code == 0, outcome
    (token,) = azure.authority.issued_tokens
    assert json.loads(outcome.out)["headers"] == {"Authorization": [f"Bearer {token}"]}


def test_bazel_hears_of_a_faulty_configuration(feed):
    feed.appsettings_file.write_text("{")
    outcome = bazel(feed, "https://cache.contoso.example/")
    assert outcome.code == 2 and str(feed.appsettings_file) in outcome.err


def test_a_request_may_have_more_members(feed):
    outcome = feed.run(HELPER, "get", input=json.dumps({"new": [1], "uri": of_mirror(feed)}) + "\n")
    assert outcome.code == 0 and "Bearer" in outcome.out


@pytest.mark.parametrize("uri", [
    "https://nobody.example/x", "http://pkgs.dev.azure.com/contoso/", "http://graph.microsoft.com/",
    "https://graph.microsoft.com.evil.example/", "https://a.b.blob.core.windows.net/",
    "https://pkgs.dev.azure.com.evil.example/contoso/", "https://a@pkgs.dev.azure.com/contoso/",
    "grpcs://pkgs.dev.azure.com/contoso/", "", "x", "https://evil.example/?sig=hunter2"])
def test_a_uri_that_is_not_ours_is_an_error(feed, uri):
    outcome = bazel(feed, uri)
    assert (outcome.code, outcome.out) == (2, "")
    assert ("not sent over http:" if uri.startswith("http:") else "belongs to no API") in outcome.err
    assert "hunter2" not in outcome.err and feed.authority.requests == []


@pytest.mark.parametrize("text, message", [
    ("", "is not valid JSON"), ("{", "is not valid JSON"), ("[]", "has no uri"), ("{}", "has no uri"),
    ('{"uri":1}', "has no uri"), ('{"uri":"a\\u0000"}', "has no uri"), ("null", "is not valid JSON"),
    ('{"uri":"x"}{"uri":"y"}', "is not valid JSON"), ("x" * (10 * 1024 * 1024), "is longer than")],
    ids=range(9))
def test_a_request_without_a_uri_is_refused(feed, text, message):
    outcome = feed.run(HELPER, "get", input=text)
    assert (outcome.code, outcome.out) == (2, "") and message in outcome.err


def test_bazel_waits_for_no_user(desk):
    settings = desk.user_appsettings()
    settings["Feed"] = settings["GitServer"] | {"BaseUrl": desk.go_mirror.url}
    desk.write_appsettings(settings)
    outcome = bazel(desk, of_mirror(desk), env={"DISPLAY": ":99"})
    assert (outcome.code, outcome.out) == (SIGN_IN_FIRST, "") and "entra login" in outcome.err
    assert desk.browser.urls == []


def test_with_an_api_get_is_a_path(feed):
    outcome = feed.run(HELPER, "--api", "MyWebApi", "get")
    assert outcome.code == 0 and f'url = "{feed.web_api.url}/get"' in outcome.out
