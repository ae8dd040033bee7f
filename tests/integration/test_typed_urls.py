# SPDX-License-Identifier: MIT
"""URLs that users type or paste: with the user name of git's URLs, with a password, for ssh."""

from __future__ import annotations

import pytest

from authority import contoso
from integration.examining import examine
from integration.users import login

PASSWORD = "s3cretPAT"
CLONE_URL = "https://contoso@dev.azure.com/contoso/p/_git/r"
SSH = "For ssh, git takes a key and asks no credential helper."


# ---- a user name ----


def test_the_url_of_a_clone_button_is_set_up_as_git_asks_for_it(world):
    assert world.run("entra", "setup", "git", CLONE_URL).code == 0
    asked = world.run("git", "config", "--get-urlmatch", "credential.helper", CLONE_URL)
    assert asked.out == "entra\n"
    assert world.run("entra", "setup", "git", CLONE_URL).err == (
        "git is already set up for https://dev.azure.com/contoso/p/_git/r.\n")
    assert world.run("entra", "setup", "git", "--remove", CLONE_URL).code == 0
    assert world.run("git", "config", "--get-urlmatch", "credential.helper", CLONE_URL).code == 1


def test_doctor_examines_it_without_showing_the_user_name(world):
    url = world.git_server.url.replace("://", "://name-or-token@") + "/contoso/_git/r"
    report = examine(world, url)
    assert report.ok and report.of("host", "ok")
    assert "name-or-token" not in report.outcome.out


def test_doctor_uses_the_account_that_the_url_names_as_git_does(desk):
    settings = desk.user_appsettings()
    settings["GitServer"]["RequestAppToken"] = False
    desk.write_appsettings(settings)
    login(desk, "--api", "GitServer")
    login(desk, "--api", "GitServer", user=contoso.GRACE)
    desk.run("git", "config", "--global", "credential.helper", "entra")
    for user in (contoso.ADA, contoso.GRACE):
        name = user.username.replace("@", "%40")
        report = examine(desk, desk.git_server.url.replace("://", f"://{name}@"))
        assert report.details("token")["account"][0] == user.username


def test_curl_is_answered_with_the_url_to_give(world):
    url = f"{world.web_api.url}/api"
    outcome = world.run("curl-credential-entra", url.replace("://", "://ada@"))
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (f"curl-credential-entra: '{url}': the URL contains a user name. "
                           f"Give it without: {url}\n")
    assert world.run("curl-credential-entra", url).code == 0


# ---- a password ----


@pytest.mark.parametrize("command", [
    ("entra", "doctor"),
    ("entra", "doctor", "--api"),
    ("entra", "doctor", "--authority"),
    ("entra", "doctor", "--explain"),
    ("entra", "setup"),
    ("entra", "setup", "git"),
    ("entra", "setup", "git", "--remove"),
    ("entra", "setup", "docker"),
    ("entra", "setup", "cargo"),
    ("entra", "setup", "kubectl"),
    ("entra", "token"),
    ("entra", "token", "--api"),
    ("entra", "token", "--resource"),
    ("entra", "token", "--scope"),
    ("entra", "login", "--scope"),
    ("entra", "switch"),
    ("entra", "list"),
    ("entra", "run", "--"),
    ("entra", "completion"),
    ("entra", "help"),
    ("entra",),
    ("curl-credential-entra",),
    ("curl-credential-entra", "--goauth"),
    ("docker-credential-entra",),
    ("keyring-credential-entra", "get"),
    ("keyring-credential-entra", "-Uri"),
    ("git-credential-entra",),
], ids=" ".join)
@pytest.mark.parametrize("url", [f"https://ada:{PASSWORD}@dev.azure.com/contoso",
                                 f"ada:{PASSWORD}@dev.azure.com/contoso",
                                 f"https://ada:{PASSWORD}#@dev.azure.com/contoso"])
def test_a_password_in_a_url_is_not_shown(world, command, url):
    for more in ((), ("--output", "json"), ("--verbose",)):
        outcome = world.run(*command, url, *more, input="", env={"BROWSER": None})
        assert PASSWORD not in outcome.out + outcome.err, outcome


def test_doctor_says_how_to_give_it_instead(world):
    outcome = world.run("entra", "doctor", f"https://ada:{PASSWORD}@dev.azure.com/contoso")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(
        "entra: 'https://dev.azure.com/contoso': the URL contains a password. "
        "Give it without: https://dev.azure.com/contoso. ")


def test_what_is_in_a_query_is_not_shown(world):
    report = examine(world, f"{world.git_server.url}/contoso?sig={PASSWORD}")
    assert report.of("host", "ok") and PASSWORD not in report.outcome.out


# ---- a URL of another API ----


@pytest.mark.parametrize("url, api, other", [
    ("https://graph.microsoft.com/v1.0/me", "MyWebApi", "Graph"),
    ("https://dev.azure.com/contoso", "Graph", "AzureDevOps"),
])
@pytest.mark.parametrize("program", ["curl", "doctor"])
def test_the_api_of_the_url_is_named(world, program, url, api, other):
    words = ("--api", api, url)
    said = f"{url} belongs to the API {other}, not to {api}"
    hint = f"Leave out --api, or give --api {other}."
    if program == "curl":
        outcome = world.run("curl-credential-entra", *words)
        assert (outcome.code, outcome.out) == (2, "")
        assert outcome.err == f"curl-credential-entra: {said}. {hint}\n"
        return
    report = examine(world, *words)
    assert report.crosses == [("host", "url_of_another_api")]
    (finding,) = report.of("host")
    assert (finding["message"], finding["hint"]) == (said, hint)
    assert report.of("token")[0]["message"] == "not checked, since the check host failed"
    assert report.error["message"] == "1 check failed: host"
    assert examine(world, url).of("host", "ok") and examine(world, url, "--api", other).of("host", "ok")


def test_git_is_not_set_up_for_it_and_no_base_url_is_advised(world):
    outcome = world.run("entra", "setup", "git", "https://dev.azure.com/contoso", "--api", "Graph",
                        "--dry-run")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == ("entra: cannot set up git: https://dev.azure.com/contoso belongs to the "
                           "API AzureDevOps, not to Graph. Leave out --api, or give --api "
                           "AzureDevOps.\n")


@pytest.mark.parametrize("command", [("entra", "setup", "git"), ("curl-credential-entra",)],
                         ids=" ".join)
def test_no_base_url_of_http_is_advised(world, command):
    outcome = world.run(*command, "http://api.example/")
    assert outcome.code == 2 and "BaseUrl" not in outcome.err
    assert outcome.err.endswith("http://api.example/: tokens are not sent over http: use https\n")


# ---- no URL of ours ----


@pytest.mark.parametrize("words", [("doctor",), ("setup", "git")], ids=" ".join)
@pytest.mark.parametrize("typed, hint", [
    ("dev.azure.com/contoso", "Did you mean https://dev.azure.com/contoso?"),
    ("git@ssh.dev.azure.com:v3/contoso/p/r",
     f"{SSH} The https URL is https://dev.azure.com/contoso/p/_git/r."),
    ("ssh://git@ssh.dev.azure.com/v3/contoso/p/r",
     f"{SSH} The https URL is https://dev.azure.com/contoso/p/_git/r."),
    ("git@git.example:app", f"{SSH} Give the https URL."),
])
def test_what_was_meant_is_said(world, words, typed, hint):
    outcome = world.run("entra", *words, typed)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.endswith(f" {hint}\n")
