# SPDX-License-Identifier: MIT
"""--output json: one document on stdout, errors on stderr, and the same members for ever."""

from __future__ import annotations

import json
import re
from typing import Any, Callable

import pytest

from authority import contoso
from integration.users import login, token
from world.commands import COMMANDS, HELPERS
from world.program import Outcome
from world.world import World

ADA, GRACE = contoso.ADA.username, contoso.GRACE.username
ROW = {"kind", "account", "clientId", "tenant", "scope", "api", "place", "expiresOn", "store",
       "isDefault", "authority"}
FINDING = {"check", "status", "message"}
ERROR = {"kind", "exitCode", "message"}
MORE_OF_ERROR = {"wanted", "hint", "code", "error", "suberror", "correlationId", "timestamp",
                 "retryAfter"}
TOKEN = {"accessToken", "expiresOn", "expires_on", "tokenType", "tenant", "clientId", "scope",
         "source"}


def entra(*words: str, **how: Any) -> Callable[[World], Outcome]:
    return lambda world: world.run("entra", *words, "--output", "json", **how)


def with_tokens(world: World) -> Outcome:
    for api in ("MyWebApi", "Graph"):
        assert world.run("entra", "token", "--api", api).code == 0
    return entra("list")(world)


def forgetting(world: World) -> Outcome:
    assert world.run("entra", "token", "--api", "MyWebApi").code == 0
    return entra("forget", "--api", "MyWebApi")(world)


def signing_in(world: World) -> Outcome:
    world.browser.will_sign_in(contoso.ADA)
    return world.at_terminal("entra", "login", "--output", "json").finish()


def switching(world: World) -> Outcome:
    login(world)
    login(world, user=contoso.GRACE)
    return entra("switch", ADA)(world)


def signing_out(world: World) -> Outcome:
    login(world)
    return entra("logout")(world)


def status_of_user(world: World) -> Outcome:
    login(world)
    assert token(world).code == 0
    return entra("status")(world)


def setting_up_kubectl(world: World) -> Outcome:
    (world.session.home / ".kube").mkdir()
    (world.session.home / ".kube" / "config").write_text(KUBECONFIG)
    return entra("setup", "kubectl")(world)


def setting_up_pip(world: World) -> Outcome:
    world.session.env["PATH"] = f"{world.session.home}/bin:{world.session.env['PATH']}"
    return entra("setup", "pip")(world)


KUBECONFIG = f"""apiVersion: v1
kind: Config
users:
- name: aks
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      command: kubelogin
      args: [get-token, --login, devicecode, --server-id, {contoso.AKS}]
"""

PLAN = {"git", "kubectl", "docker", "cargo", "nuget", "pip", "sign-in"}

# The members of each document, and of what is in its arrays.
DOCUMENTS: dict[str, tuple[Callable[[World], Outcome], Any]] = {
    "token": (entra("token", "--api", "MyWebApi"), TOKEN),
    "list": (with_tokens, [ROW]),
    "status": (entra("status"), {"accounts": [], "identity": {
        "kind", "clientId", "tenant", "authority", "credential"},
        "keyring": {"name", "reason"}, "tokens": [], "broker": None}),
    "forget": (forgetting, {"deleted": [ROW]}),
    "secret set": (entra("secret", "set", input="s3cr3t\n"), {"clientId", "keyring", "stored"}),
    "secret clear": (entra("secret", "clear"), {"clientId", "keyring", "stored"}),
    "setup git": (entra("setup", "git"), {"dryRun": None, "commands": [str]}),
    "setup git --dry-run": (entra("setup", "git", "--dry-run"),
                            {"dryRun": None, "commands": [str]}),
    "setup cargo": (entra("setup", "cargo", "contoso"), {
        "dryRun": None, "registries": [{"registry", "file", "backup"}]}),
    "setup kubectl": (setting_up_kubectl,
                      {"dryRun": None, "users": [{"file", "user", "login", "backup"}]}),
    "setup docker": (entra("setup", "docker", "contoso.azurecr.io"), {
        "dryRun": None, "credHelpers": [{"file", "registry", "helper", "before", "backup"}]}),
    "setup pip": (setting_up_pip,
                  {"dryRun": None, "files": [{"file", "link", "setting", "backup"}]}),
    "setup --dry-run": (entra("setup", "--dry-run"), {
        "dryRun": None, "plan": PLAN, "commands": [str], "users": [], "registries": [],
        "files": [], "credHelpers": []}),
    "setup --yes": (entra("setup", "--yes"), {
        "dryRun": None, "plan": PLAN, "commands": [str], "users": [], "registries": [],
        "files": [], "credHelpers": [],
        "status": {"accounts", "identity", "keyring", "tokens", "broker"}}),
    "doctor": (entra("doctor", env={"CURL_CA_BUNDLE": None}), {"ok": None, "checks": [FINDING]}),
    "doctor --explain": (entra("doctor", "--explain", "53003"), [{"codes", "meaning", "remedy"}]),
    "version": (entra("version"), {"version"}),
    "--version": (entra("--version"), {"version"}),
    "token --version": (entra("token", "--version"), {"version"}),
}
OF_USERS: dict[str, tuple[Callable[[World], Outcome], Any]] = {
    "login": (signing_in, {"username", "tenant", "clientId", "authority"}),
    "logout": (signing_out, {"signedOut"}),
    "switch": (switching, {"username", "changed"}),
    "status": (status_of_user, {
        "accounts": [{"username", "homeAccountId", "isDefault", "clients"}], "identity": {
            "kind", "clientId", "tenant", "authority", "credential"},
        "keyring": {"name", "reason"}, "broker": None,
        "tokens": [{"api", "account", "tenant", "scope", "registry", "expiresOn"}]}),
}


def only(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    assert len(set(names)) == len(names), names
    return dict(pairs)


def read(text: str) -> Any:
    """The document, and nothing else: no member twice, no control character, no rounding error."""
    document = json.loads(text, object_pairs_hook=only)
    assert all(character.isprintable() for character in text.replace("\n", ""))
    assert not re.search(r"\d\.\d{5}", text)
    return document


def has_members(value: Any, members: Any) -> None:
    if members is None or members is str:
        assert not isinstance(value, (dict, list)), value
    elif isinstance(members, list):
        assert isinstance(value, list) and bool(value) == bool(members), value
        for item in value:
            has_members(item, members[0])
    elif members is FINDING:
        assert FINDING <= set(value) <= FINDING | {"details"} | ERROR | MORE_OF_ERROR, value
    elif isinstance(members, set):
        assert set(value) == members, value
    else:
        assert set(value) == set(members), value
        for name, inside in members.items():
            has_members(value[name], inside)


def succeeds(world: World, run: Callable[[World], Outcome], members: Any) -> None:
    outcome = run(world)
    assert outcome.code == 0, outcome
    has_members(read(outcome.out), members)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_each_document_has_its_members(world, name):
    succeeds(world, *DOCUMENTS[name])


@pytest.mark.parametrize("name", OF_USERS)
def test_each_document_about_users_has_its_members(desk, name):
    succeeds(desk, *OF_USERS[name])


WITHOUT_OUTPUT = {"help", "completion", "run"}
OBJECTS = [command for command in COMMANDS if command not in WITHOUT_OUTPUT]


@pytest.mark.parametrize("command", OBJECTS)
@pytest.mark.parametrize("fault", [["--frobnicate"], ["--timeout", "x"], ["--output", "yaml"]])
@pytest.mark.parametrize("form", [["--output", "json"], ["--output=json"]])
def test_wrong_usage_is_an_object_on_stderr(world, command, fault, form):
    outcome = world.run("entra", *command.split(), *fault, *form)
    assert (outcome.code, outcome.out) == (2, "")
    error = read(outcome.err)
    assert ERROR <= set(error) <= ERROR | MORE_OF_ERROR
    assert (error["kind"], error["exitCode"]) == ("usage", 2)


def test_each_command_takes_it_and_says_so(world):
    """But for help, which is for people. What `run` prints is its command's."""
    shown = re.findall(r"^  (\w+) {2,}", world.run("entra", "--help").out.split("Options:")[0], re.M)
    assert set(shown) >= {"token", "doctor"}
    for command in set(shown) - {"help", "completion"}:
        assert "--output FORM" in world.run("entra", command, "--help").out, command
    assert {command.split()[0] for command in COMMANDS} == set(shown)


@pytest.mark.parametrize("words", [["frobnicate"], ["tokn"], ["--output", "json", "frobnicate"]])
def test_an_unknown_command_is_an_object_too(world, words):
    outcome = world.run("entra", *words, "--output", "json")
    assert outcome.out == "" and "unknown command" in read(outcome.err)["message"]


def test_a_program_that_does_not_take_it_prints_no_document(world):
    for program in set(HELPERS) - {"keyring-credential-entra"}:  # whose option it is as keyring
        outcome = world.run(program, "--output", "json")
        assert (outcome.code, outcome.out) == (2, "")
    outcome = world.run("entra", "help", "--output", "json")
    assert (outcome.code, outcome.out) == (2, "")


def test_what_is_known_is_printed_all_the_same(world):
    world.write_appsettings(world.user_appsettings())
    outcome = entra("status")(world)
    document = read(outcome.out)
    assert outcome.code == read(outcome.err)["exitCode"] == 5
    assert document["accounts"] == [] and "keyring" in document


def test_a_failed_check_is_in_the_report_of_doctor_and_its_error(world):
    outcome = entra("doctor", env={"AzureAd__ClientSecret": "wrong"})(world)
    error = read(outcome.err)
    assert read(outcome.out)["ok"] is False and error["message"] == "1 check failed: token"
    assert error["hint"].startswith("Check ClientId")


def test_an_authoritys_refusal_has_its_code_and_correlation_id(world):
    error = read(entra("token", "--api", "MyWebApi",
                       env={"AzureAd__ClientSecret": "wrong"})(world).err)
    assert (error["kind"], error["exitCode"]) == ("refused", 3)
    assert (error["code"], error["error"]) == ("AADSTS7000215", "invalid_client")
    assert error["correlationId"] and error["hint"].startswith("Check ClientId")


def test_no_secret_is_in_a_document_but_the_token_that_was_asked_for(world):
    assert world.run("entra", "secret", "set", input="s3cr3t-of-the-app\n").code == 0
    issued = world.run("entra", "token", "--api", "MyWebApi").out.strip()
    for name in DOCUMENTS:
        out = DOCUMENTS[name][0](world).out if name != "setup kubectl" else ""
        assert (issued in out) == (name == "token"), name
        assert "s3cr3t" not in out and contoso.DAEMON.secret not in out


def test_text_that_is_not_utf8_becomes_valid(world):
    folder = world.session.home / "x"
    folder.mkdir()
    path = bytes(folder) + b"/\xff\xfe.json"
    with open(path, "wb") as file:
        file.write(b"{")
    outcome = world.run("sh", "-c", 'exec entra token --api A --output json --config "$(ls -d x/*)"')
    assert "??.json" in read(outcome.err)["message"]
