# SPDX-License-Identifier: MIT
"""NuGet's plugin protocol: whole conversations, as NuGet has them."""

from __future__ import annotations

import json
import re

import pytest

from authority import contoso
from integration.users import NO_BROWSER, enter, login
from world.nuget import PLUGIN, NuGet

LINE_MAX = 4 * 1024 * 1024
HANDSHAKE = {"RequestId": "1", "Type": "Request", "Method": "Handshake", "Payload": {
    "ProtocolVersion": "2.0.0", "MinimumProtocolVersion": "1.0.0"}}
ERROR, NOT_FOUND = {"ResponseCode": "Error"}, {"ResponseCode": "NotFound"}


@pytest.fixture
def plugins():
    started = []
    yield started
    for plugin in started:
        plugin.kill()


@pytest.fixture
def start(plugins):
    def _start(world, env=None, **how) -> NuGet:
        plugins.append(NuGet(world, env, **how))
        return plugins[-1]
    return _start


@pytest.fixture
def nuget(world, start):
    return start(world).begin()


def feed(world) -> str:
    return f"{world.git_server.url}/contoso/_packaging/feed/nuget/v3/index.json"


def credentials(token: str) -> dict:
    return {"Username": "VssSessionToken", "Password": token, "AuthenticationTypes": ["Basic"],
            "ResponseCode": "Success"}


# ---- conversations ----

def test_a_restore_gets_the_token_of_each_feed(world, nuget):
    assert nuget.claims == ["Authentication"]
    assert nuget.ask("GetOperationClaims", PackageSourceRepository=feed(world),
                     ServiceIndex={"version": "3.0.0"}) == {"Claims": []}
    for _ in range(2):
        answer = nuget.credentials(feed(world))
        assert answer == credentials(world.authority.issued_tokens[0])
    assert nuget.credentials("https://nobody.example/v3/index.json") == ERROR
    assert nuget.close() == (0, "")
    assert nuget.log == [] and len(world.authority.issued_tokens) == 1


def test_a_refused_token_is_replaced(world, nuget):
    assert nuget.credentials(feed(world)) == credentials(world.authority.issued_tokens[0])
    assert nuget.credentials(feed(world), retry=True) == credentials(world.authority.issued_tokens[1])


def test_a_failure_is_shown_by_nuget(world, start):
    nuget = start(world, {"AzureAd__ClientSecret": "another"}).begin()
    assert nuget.credentials(feed(world)) == ERROR
    ((level, text),) = nuget.log
    assert level == "Warning" and text.startswith("no token for GitServer: ")
    assert "AADSTS7000215" in text and "Check ClientId" in text
    assert nuget.close() == (0, "")


def test_the_proxys_password_is_passed_over(world, nuget):
    assert nuget.ask("SetCredentials", PackageSourceRepository="/", ProxyUsername="ada",
                     ProxyPassword="hunter2") == {"ResponseCode": "Success"}
    assert nuget.close() == (0, "")


def test_an_unknown_method_is_a_fault(world, nuget):
    nuget.send("7", "Request", "PrefetchPackage", {})
    message = json.loads(nuget.process.stdout.readline())
    assert (message["RequestId"], message["Type"], message["Method"]) == ("7", "Fault", "PrefetchPackage")
    assert nuget.credentials(feed(world))["ResponseCode"] == "Success"


def test_late_messages_do_no_harm(world, nuget):
    nuget.send("7", "Cancel", "GetAuthenticationCredentials")
    nuget.send("7", "Progress", "GetAuthenticationCredentials", {})
    nuget.send("7", "Response", "Log", {"ResponseCode": "Error"})
    assert nuget.credentials(feed(world))["ResponseCode"] == "Success"


# ---- users ----

def test_a_user_is_asked_only_if_the_restore_is_interactive(desk, start):
    desk.write_appsettings(desk.user_appsettings())
    nuget = start(desk, {"DISPLAY": ":99"}).begin()
    assert nuget.credentials(feed(desk)) == NOT_FOUND
    assert desk.browser.urls == [] and "entra login" in nuget.log[0][1]
    answer = nuget.credentials(feed(desk), interactive=True)
    assert answer == credentials(desk.authority.issued_tokens[-1]) and len(desk.browser.urls) == 1


@pytest.mark.parametrize("env, dialog", [({}, False), (NO_BROWSER, True)])
def test_a_device_code_is_shown_by_nuget(desk, start, env, dialog):
    desk.write_appsettings(desk.user_appsettings())
    nuget = start(desk, env | {"DISPLAY": ":99"}).begin()

    def sign_in(text: str) -> None:
        if re.fullmatch(r"[A-Z0-9]{9}", text):
            enter(desk, text)

    nuget.on_log = sign_in
    answer = nuget.credentials(feed(desk), interactive=True, dialog=dialog)
    assert answer == credentials(desk.authority.issued_tokens[-1]) and desk.browser.urls == []
    assert ("Minimal", f"{desk.authority.url}/device") in nuget.log
    assert nuget.close()[0] == 0


def test_nuget_hears_of_progress_while_a_user_signs_in(desk, start):
    nuget = start(desk, NO_BROWSER | {"DISPLAY": ":99"}).begin()
    request_id = "11111111-2222-4333-8444-555555555555"
    nuget.send(request_id, "Request", "GetAuthenticationCredentials", {
        "Uri": feed(desk), "IsRetry": False, "IsNonInteractive": False, "CanShowDialog": True})
    said = map(json.loads, iter(nuget.process.stdout.readline, ""))
    others = (message for message in said if message["Method"] != "Log")
    for _ in range(2):
        assert next(others) == {"RequestId": request_id, "Type": "Progress",
                                "Method": "GetAuthenticationCredentials", "Payload": {}}


def test_a_signed_in_user_is_enough(desk, start):
    login(desk)
    nuget = start(desk, {"CI": "1"}).begin()
    assert nuget.credentials(feed(desk)) == credentials(desk.authority.issued_tokens[-1])


# ---- the handshake ----

@pytest.mark.parametrize("versions, fits", [
    (("2.0.0", "1.0.0"), True), (("2.0.0", "2.0.0"), True), (("2.1.0", "2.0.0"), True),
    (("3.0.0", "1.0.0"), True), (("2.0.0-beta", "1.0.0"), True), (("1.9.9", "1.0.0"), False),
    (("3.0.0", "3.0.0"), False), (("3.0.0", "2.0.1"), False), (("2", "1"), False),
    (("", ""), False), (("2.0.x", "1.0.0"), False), (("99999.0.0", "1.0.0"), False)])
def test_both_sides_must_speak_version_2(world, start, versions, fits):
    nuget = start(world, versions=versions)
    if fits:
        assert nuget.handshake == {"ResponseCode": "Success", "ProtocolVersion": "2.0.0"}
    else:
        assert nuget.handshake == ERROR and nuget.close() == (0, "")


def test_a_nuget_that_refuses_the_handshake_is_left(world, start):
    code, err = start(world, accepts=False).wait()
    assert code == 1 and "does not speak version 2.0.0" in err


# ---- who gets no token ----

@pytest.mark.parametrize("change", [
    lambda uri: uri.replace("https://", "http://"),
    lambda uri: uri.replace("https://", "https://evil.example@"),
    lambda uri: uri.replace("https://localhost", "https://localhost.evil.example"),
    lambda uri: uri.replace("localhost", "127.0.0.1"),
    lambda uri: uri.rsplit(":", 1)[0] + ":1/contoso",
    lambda uri: "",
    lambda uri: "https://nuget.example/v3/index.json",
    lambda uri: "https://graph.microsoft.com/v3/index.json",
    lambda uri: "https://dev.azure.com/evil/p/_apis/git/repositories/r/items?path=/index.json",
    lambda uri: "https://evil.visualstudio.com/index.json",
    lambda uri: "https://pkgs.dev.azure.com.evil.example/contoso/",
    lambda uri: "https://evilpkgs.dev.azure.com/contoso/",
    lambda uri: "http://pkgs.dev.azure.com/contoso/",
    lambda uri: "https://a.b.pkgs.visualstudio.com/",
    lambda uri: "\\\\server\\feed",
    lambda uri: "/home/ada/feed",
])
def test_a_source_that_is_not_ours_is_left_to_others(world, nuget, change):
    assert nuget.credentials(change(feed(world))) == ERROR
    assert nuget.close() == (0, "") and nuget.log == [] and world.authority.requests == []


def test_a_configuration_that_cannot_be_read_matters_for_our_feeds_only(world, start):
    world.appsettings_file.write_text('{ "MyApi": {')
    nuget = start(world).begin()
    for url in ("https://nuget.example/v3/index.json", "https://pkgs.dev.azure.com/contoso/"):
        assert nuget.credentials(url) == ERROR
    assert nuget.close() == (0, "") and [level for level, _ in nuget.log] == ["Warning"] * 2


def test_a_request_without_a_uri_is_not_applicable(world, nuget):
    assert nuget.ask("GetAuthenticationCredentials") == ERROR
    assert nuget.ask("GetAuthenticationCredentials", Uri=7, IsRetry="x") == ERROR


# ---- the end, and lines that are none ----

def test_the_plugin_ends_with_nuget(world, nuget):
    nuget.process.stdin.close()
    assert nuget.wait() == (0, "")


@pytest.mark.parametrize("line, message", [
    ("{", "is not valid JSON"), ("", "is not valid JSON"), ("[]", "is not a JSON object"),
    ("\0", "is not valid JSON"), ("{}", "has no RequestId"),
    ('{"RequestId":"","Type":"Request","Method":"Log"}', "has no RequestId"),
    (json.dumps({"RequestId": "x" * 129, "Type": "Request", "Method": "Log"}), "too long"),
    ('{"RequestId":"1","Type":"request","Method":"Log"}', "has an unknown Type"),
    ('{"RequestId":"1","Type":"Request"}', "has no Method"),
    ('{"RequestId":"1","Type":"Request","Method":"Log","Payload":[]}', "has a Payload that is not"),
    ('{"RequestId":"1","Type":"Fault","Method":"None","Payload":{"Message":"x"}}', "reports a fault"),
], ids=str)
def test_a_line_that_is_no_message_ends_the_conversation(world, line, message):
    outcome = world.run(PLUGIN, "-Plugin", input=line + "\n")
    assert outcome.code in (1, 2) and message in outcome.err
    assert len(outcome.out.splitlines()) == 1 and world.authority.requests == []


@pytest.mark.parametrize("text", ["x" * (10 * 1024 * 1024), "[" * (10 * 1024 * 1024)],
                         ids=["10 MB", "10 MB of brackets"])
def test_a_line_without_end_is_not_read(world, text):
    outcome = world.run(PLUGIN, "-Plugin", input=text)
    assert outcome.code == 1 and "is longer than" in outcome.err


def test_half_a_message_is_none(world):
    outcome = world.run(PLUGIN, "-Plugin", input=json.dumps(HANDSHAKE))
    assert outcome.code == 1 and "ends in the middle of a line" in outcome.err
    assert len(outcome.out.splitlines()) == 1


def test_without_nuget_there_is_advice(world):
    outcome = world.run(PLUGIN)
    assert (outcome.code, outcome.out) == (2, "") and "'entra setup nuget'" in outcome.err
    assert world.run("entra", "setup", "nuget").code == 0
