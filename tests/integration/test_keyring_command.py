# SPDX-License-Identifier: MIT
"""keyring-credential-entra by its command lines: those of pip, uv and artifacts-keyring, and what it
hands on to another keyring."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from authority import contoso
from integration.keyring_asking import (HOST, INDEX, NO_OTHER_KEYRING, PUBLIC_CLOUD, USERNAME,
                                        another, azure, calls, keyring, link, provider)
from integration.run_asking import beginning
from integration.stored import forget_tokens
from integration.users import NO_BROWSER, SIGN_IN_FIRST, enter, start_device_code, whose
from world.package_feed import FEED
from world.program import Outcome
from world.world import World

HOME = contoso.TENANT.guid
UV = "get", INDEX, "--mode", "creds"
PIP = "--mode=creds", "--output=json", "get", INDEX


def tenants_asked(world: World) -> list[str]:
    return [request.path.split("/")[1] for request in world.authority.token_requests]


def questions(world: World) -> list[str]:
    """The requests for the feed's tenant."""
    return [request.path for request in world.package_feed.requests if request.method == "HEAD"]


# ---- as keyring ----

@pytest.mark.parametrize("words, answer", [
    (("get", INDEX, "ada"), "TOKEN\n"),
    (UV, f"{USERNAME}\nTOKEN\n"),
    (PIP, f'{{"username": "{USERNAME}", "password": "TOKEN"}}\n'),
    ((*PIP, 'a"dä'), '{"username": "a\\"dä", "password": "TOKEN"}\n'),
    (("--output", "json", "get", INDEX, "ada"), '{"password": "TOKEN"}\n'),
    (("get", "--mode=creds", INDEX, "ada"), "ada\nTOKEN\n"),
])
def test_each_form_gets_its_answer(azure, words, answer):
    outcome = keyring(azure, *words)
    (token,) = azure.authority.issued_tokens
    assert (outcome.code, outcome.out, outcome.err) == (0, answer.replace("TOKEN", token), "")
    assert tenants_asked(azure) == [HOME]


@pytest.mark.parametrize("url", [
    INDEX, f"https://{HOST}/Contoso/project/_packaging/app/pypi/simple/",
    "https://contoso.pkgs.visualstudio.com/_packaging/app/pypi/simple/",
])
def test_the_feed_is_asked_for_its_tenant_once(azure, url):
    for _ in range(2):
        assert keyring(azure, "get", url, "ada").code == 0
        forget_tokens(azure)
    assert len(questions(azure)) == 1
    assert all("Authorization" not in one.headers for one in azure.package_feed.requests)
    (file,) = (azure.session.home / ".local" / "state" / "entra").iterdir()
    assert file.read_text() == f"https://dev.azure.com/contoso {HOME}\n"


def test_the_organization_is_asked_if_the_feed_names_no_tenant(azure):
    azure.git_server.authorization_uri = f"{PUBLIC_CLOUD}/{HOME}"
    azure.package_feed.authorization_uri = azure.package_feed.tenant = None
    assert keyring(azure, "get", INDEX, "ada").code == 0
    assert [one.path for one in azure.git_server.requests] == ["/contoso"]


def test_a_query_is_not_sent_when_the_tenant_is_asked_for(azure):
    assert keyring(azure, "get", f"{INDEX}?sig=secret#part", "ada").code == 0
    assert [one.query for one in azure.package_feed.requests] == [""]


def test_a_configured_feed_gets_the_token_of_its_own_api(azure):
    url = azure.package_feed.url
    azure.write_appsettings(azure.appsettings() | {
        "Feed": {"BaseUrl": f"{url}{FEED}", "Scopes": [f"{contoso.MY_WEB_API}/.default"]}})
    outcome = keyring(azure, "get", f"{url}{FEED}/simple/", "ada")
    assert outcome.out.strip() == azure.authority.issued_tokens[0]
    assert f"{contoso.MY_WEB_API}/.default" in azure.authority.token_requests[0].form["scope"]


@NO_OTHER_KEYRING
def test_a_user_without_a_sign_in_is_told_what_to_run(azure):
    azure.write_appsettings({"AzureDevOps": {"RequestAppToken": False,
                                             "Scopes": [f"{contoso.AZURE_DEVOPS}/.default"]}})
    outcome = keyring(azure, "get", INDEX, "ada", env=NO_BROWSER)
    assert (outcome.code, outcome.out) == (SIGN_IN_FIRST, "")
    assert outcome.err.startswith("keyring: ") and "entra login" in outcome.err


def test_a_failure_has_its_reason_and_no_output(azure):
    azure.package_feed.authorization_uri = azure.package_feed.tenant = None
    azure.git_server.authorization_uri = azure.git_server.tenant = None
    other = another(azure)
    outcome = keyring(azure, "get", INDEX, "ada")
    assert (outcome.code, outcome.out) == (2, "")
    assert "no tenant" in outcome.err
    assert calls(other) == []


# ---- with a user ----

@pytest.fixture
def person(desk: World) -> World:
    """A user of Azure DevOps at a desktop, who has yet to sign in."""
    desk.write_appsettings(desk.user_appsettings(None) | {
        "AzureDevOps": {"RequestAppToken": False, "Scopes": [f"{contoso.AZURE_DEVOPS}/.default"]}})
    link(desk)
    return desk


def test_a_user_signs_in_where_pip_runs(person):
    """pip gives it no stdin, and keeps its stderr."""
    outcome = person.at_terminal("sh", "-c", 'exec "$@" 2>/dev/null </dev/null', "sh", "keyring",
                                 *PIP).finish()
    assert outcome.code == 0, outcome
    assert whose(person, Outcome((), 0, json.loads(outcome.out)["password"], "", 0),
                 contoso.AZURE_DEVOPS) == contoso.ADA.username
    assert len(person.authority.authorize_requests) == 1
    assert keyring(person, "get", INDEX, "ada").code == 0


def test_a_provider_that_must_not_ask_does_not(person):
    outcome = person.at_terminal("keyring-credential-entra", "-U", INDEX, "-NonInteractive",
                                 "True").finish()
    assert (outcome.code, outcome.out) == (SIGN_IN_FIRST, "")
    assert person.authority.authorize_requests == []


def test_a_provider_without_a_dialog_shows_a_code(person):
    terminal, code = start_device_code(person, "keyring-credential-entra", "-U", INDEX, "-C",
                                       "False", "-F", "Json")
    enter(person, code)
    outcome = terminal.finish()
    assert outcome.code == 0 and json.loads(outcome.out)["Username"] == USERNAME
    assert person.authority.authorize_requests == []


# ---- what is handed on ----

@pytest.mark.parametrize("words", [
    ("get", "https://pypi.contoso.example/simple/", "ada"),
    ("get", "pypi.contoso.example", "ada"),
    ("get", HOST, USERNAME), ("get", f"{HOST}:443", "ada"),
    ("get", "system", "ada"),
    ("get", INDEX.replace("https:", "http:"), "ada"),
    ("--mode=creds", "--output=json", "get", "https://pypi.contoso.example/simple/"),
    ("set", INDEX, "ada"), ("del", INDEX, "ada"),
    ("-b", "keyring.backends.null.Keyring", "get", INDEX, "ada"),
    ("get", INDEX, "ada", "--keyring-path", "/x"),
    ("--mode", "other", "get", INDEX), ("--output=yaml", "get", INDEX, "ada"),
    ("get",), ("get", INDEX, "ada", "more"), ("diagnose",), ("--list-backends",), ("--disable",),
    ("--print-completion", "bash"), ("--help",), ("--version",), (), ("",), ("get", ""),
    ("get", "https://pypi.contoso.example/ö\n ", "a d\ta"),
    ("get", INDEX, "two\nlines"),
])
def test_what_is_not_ours_goes_to_the_next_keyring_as_it_is(azure, words):
    other = another(azure, answer="cat; echo of the other; echo its error >&2; exit 3")
    outcome = keyring(azure, *words, input="from stdin\n")
    assert (outcome.code, outcome.out, outcome.err) == (3, "from stdin\nof the other\n",
                                                       "its error\n")
    assert "\n".join(calls(other)) == "\n".join(words)
    assert azure.authority.requests == [] and azure.package_feed.requests == []


def test_the_next_keyring_has_the_same_environment(azure):
    another(azure, answer="env | LC_ALL=C sort")
    extra = {"SSLKEYLOGFILE": "relative", "OPENSSL_CONF": "relative", "AZURE_CLIENT_SECRET": "s",
             "EMPTY": ""}
    outcome = keyring(azure, "get", "https://pypi.contoso.example/", "ada", env=extra)
    expected = azure.session.env | extra
    given = dict(line.split("=", 1) for line in outcome.out.splitlines())
    for name in ("PWD", "OLDPWD", "_", "SHLVL", "ENTRA_NEXT_KEYRING"):  # the shell's, and ours
        given.pop(name, None)
    assert given == expected


@pytest.mark.parametrize("ignored", ["PIPE", "XFSZ", "HUP", "CHLD", "", "blocked"])
def test_the_next_keyring_has_the_same_limits_and_signals(azure, ignored):
    other = another(azure, answer="ulimit -Sc; ulimit -Hc; grep -E '^Sig(Blk|Ign)' /proc/self/status")
    words = ["get", "https://pypi.contoso.example/", "ada"]
    plain = azure.run("python3", "-c", beginning(ignored), other, *words).out
    handed_on = azure.run("python3", "-c", beginning(ignored), "keyring", *words).out
    assert plain and handed_on == plain


@NO_OTHER_KEYRING
def test_nothing_is_found_if_there_is_no_other_keyring(azure):
    for words in (("get", "https://pypi.contoso.example/simple/", "ada"), ("get", HOST, "ada"),
                  ("--mode=creds", "--output=json", "get", HOST)):
        outcome = keyring(azure, *words)
        assert (outcome.code, outcome.out, outcome.err) == (1, "", "")


def broken(world: World) -> Path:
    """Another keyring whose virtual environment is gone."""
    other = another(world)
    other.write_text("#!/nowhere/venvs/keyring/bin/python\n")
    return other


@pytest.mark.parametrize("words", [("set", INDEX, "ada"), ("del", INDEX, "ada"), ("diagnose",),
                                   ("get", "https://pypi.contoso.example/simple/", "ada"),
                                   ("get", HOST), ("--list-backends",), ()])
def test_another_keyring_that_cannot_be_run_is_named(azure, words):
    other = broken(azure)
    outcome = keyring(azure, *words, input="secret\n")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err == (
        f"keyring: {other} cannot be run: its interpreter /nowhere/venvs/keyring/bin/python is not "
        "there. Install it again, or remove it.\n")


def test_who_is_not_signed_in_is_told_that_the_other_one_cannot_be_run(azure):
    azure.write_appsettings({"AzureDevOps": {"RequestAppToken": False,
                                             "Scopes": [f"{contoso.AZURE_DEVOPS}/.default"]}})
    other = broken(azure)
    outcome = keyring(azure, "get", INDEX, "ada", env=NO_BROWSER)
    signing_in, running = outcome.err.splitlines()
    assert (outcome.code, outcome.out) == (5, "")
    assert "entra login" in signing_in and f"{other} cannot be run" in running


def test_another_keyring_of_another_machine_is_named(azure):
    other = another(azure)
    other.write_bytes(b"\x7fELF" + bytes(60))
    outcome = keyring(azure, "set", INDEX, "ada", input="secret\n")
    assert outcome.code == 1
    assert f"{other} cannot be run: Exec format error. Install it again" in outcome.err


@NO_OTHER_KEYRING
@pytest.mark.parametrize("operation", ["set", "del"])
def test_nothing_is_said_to_be_stored_that_is_not(azure, operation):
    outcome = keyring(azure, operation, INDEX, "ada", input="secret\n")
    assert (outcome.code, outcome.out) == (1, "")
    assert "no other keyring" in outcome.err and "secret" not in outcome.err


def test_a_password_of_the_other_keyring_is_used_by_who_is_not_signed_in(azure):
    azure.write_appsettings({"AzureDevOps": {"RequestAppToken": False,
                                             "Scopes": [f"{contoso.AZURE_DEVOPS}/.default"]}})
    another(azure, answer="echo personal-access-token")
    outcome = keyring(azure, "get", INDEX, "ada", env=NO_BROWSER)
    assert (outcome.code, outcome.out) == (0, "personal-access-token\n")
    assert "entra login" in outcome.err


def test_a_configuration_that_cannot_be_read_matters_for_our_feeds_only(azure):
    other = another(azure)
    azure.appsettings_file.write_text('{ "MyApi": {')
    outcome = keyring(azure, "get", "https://pypi.contoso.example/simple/", "ada")
    assert (outcome.code, outcome.out) == (3, "of the other\n")
    assert "warning" in outcome.err and str(azure.appsettings_file) in outcome.err
    for url in (INDEX, "https://contoso.pkgs.visualstudio.com/_packaging/app/pypi/simple/"):
        outcome = keyring(azure, "get", url, "ada")
        assert (outcome.code, outcome.out) == (2, "") and str(azure.appsettings_file) in outcome.err
    assert calls(other) == ["get", "https://pypi.contoso.example/simple/", "ada"]


# ---- PATH ----

def test_all_names_of_ours_are_passed_over(azure):
    ours = link(azure, "again")
    (ours.parent.parent / "chain").mkdir()
    (ours.parent.parent / "chain" / "keyring").symlink_to("../again/keyring")
    azure.session.env["PATH"] += f":{azure.session.home}/chain"
    other = another(azure)
    assert keyring(azure, "get", "system", "ada").code == 3
    assert calls(other) == ["get", "system", "ada"]


def test_only_ours_in_path_is_no_loop(azure):
    link(azure, "again")
    assert keyring(azure, "get", "system", "ada").code == 1


def test_a_script_that_runs_ours_is_no_loop(azure):
    """It is run once more, since a program does not know that a script ran it."""
    wrapper = another(azure, "wrapper", 'exec keyring-credential-entra "$@"', first=True)
    other = another(azure)
    for program in ("keyring", "keyring-credential-entra"):
        assert azure.run(program, "get", "system", "ada").code == 3
        assert calls(other) == ["get", "system", "ada"]
        (other.parent / "calls").unlink()
    assert len(calls(wrapper)) == 3 * len(("get", "system", "ada"))


def test_two_installations_hand_on_only_once(azure, programs):
    copy = azure.session.home / "copy"
    copy.mkdir()
    (copy / "keyring-credential-entra").write_bytes((programs / "entra").read_bytes())
    (copy / "keyring-credential-entra").chmod(0o755)
    (copy / "keyring").symlink_to("keyring-credential-entra")
    azure.session.env["PATH"] = f"{copy}:{azure.session.env['PATH']}:{copy}"
    assert azure.run("keyring", "get", "system", "ada").code == 1
    other = another(azure)
    assert azure.run("keyring", "get", "system", "ada").code == 3
    assert calls(other) == ["get", "system", "ada"]


@NO_OTHER_KEYRING
def test_a_relative_folder_of_path_is_passed_over(azure):
    path = azure.session.env["PATH"]
    another(azure, ".", "echo wrong; exit 9")
    azure.session.env["PATH"] = path
    outcome = keyring(azure, "get", "system", "ada",
                      env={"PATH": f"{path}:.:"})
    assert (outcome.code, outcome.out) == (1, "")


def test_the_output_of_the_next_keyring_has_no_end(azure):
    """It is not read here, and ends when nobody reads it."""
    another(azure, answer="exec yes")
    outcome = azure.run("sh", "-c", "keyring get system ada | head -c 1000000 | wc -c")
    assert (outcome.code, outcome.out.strip()) == (0, "1000000")


def test_a_long_command_line_is_handed_on_whole(azure):
    other = another(azure)
    long = f"{INDEX}{'a' * 100_000}"
    words = ("get", long, *["ada"] * 1000)
    assert keyring(azure, *words).code == 3
    assert calls(other) == list(words)
    (other.parent / "calls").unlink()
    assert keyring(azure, "get", long, "ada").code == 3
    assert calls(other) == ["get", long, "ada"]


# ---- who may get a token ----

@pytest.mark.parametrize("url", [
    f"https://{HOST}.evil.example{FEED}/simple/",
    f"https://evil.example/https://{HOST}{FEED}/simple/",
    f"https://{HOST}@evil.example{FEED}/simple/",
    f"https://ada@{HOST}{FEED}/simple/",
    f"https://ada:secret@{HOST}{FEED}/simple/",
    f"https://evil{HOST}{FEED}/simple/",
    f"https://{HOST}.{FEED}/simple/",
    f"https://{HOST}:8443{FEED}/simple/",
    f"http://{HOST}:443{FEED}/simple/",
    f"https://evil.example\\@{HOST}{FEED}/simple/",
    f"https://evil.example#@{HOST}{FEED}/simple/",
    "https://a.b.pkgs.visualstudio.com/_packaging/app/pypi/simple/",
    "https://graph.microsoft.com/v1.0/",
    "https://dev.azure.com/evil/p/_apis/git/repositories/r/items?path=/",
    "https://evil.visualstudio.com/simple/",
    "https://contoso.azurecr.io/v2/",
])
def test_no_other_url_gets_a_token(azure, url):
    outcome = keyring(azure, "get", url, "ada")
    assert (outcome.code, outcome.out, outcome.err) == (1, "", "")
    refused = provider(azure, url)
    assert (refused.code, refused.out) == (2, "")
    assert ("not sent over http:" if url.startswith("http:") else "belongs to no API") in refused.err
    assert "secret" not in refused.err
    assert azure.authority.requests == [] and azure.internet.asked == []


@pytest.mark.parametrize("uri", [
    f"https://evil.example/{HOME}", f"http://login.microsoftonline.com/{HOME}",
    f"{PUBLIC_CLOUD}.evil.example/{HOME}", f"{PUBLIC_CLOUD}:444/{HOME}", f"{PUBLIC_CLOUD}/common",
    f"{PUBLIC_CLOUD}/../evil", "a" * 60000,
])
def test_a_challenge_that_names_another_authority_is_not_believed(azure, uri):
    azure.package_feed.authorization_uri, azure.package_feed.tenant = uri, None
    azure.git_server.authorization_uri = azure.git_server.tenant = None
    outcome = keyring(azure, "get", INDEX, "ada")
    assert (outcome.code in (2, 4), outcome.out) == (True, "")
    assert azure.authority.requests == []


def test_a_challenge_does_not_choose_the_cloud(azure):
    azure.package_feed.authorization_uri = f"https://login.microsoftonline.us/{HOME}"
    assert keyring(azure, "get", INDEX, "ada").code == 0
    assert all(name.startswith(("login.microsoftonline.com", HOST)) for name in azure.internet.asked)


def test_a_feed_that_redirects_is_not_followed(azure):
    azure.package_feed.redirects_to = f"https://evil.example/{FEED}/simple/"
    azure.git_server.authorization_uri = azure.git_server.tenant = None
    outcome = keyring(azure, "get", INDEX, "ada")
    assert (outcome.code, outcome.out) == (2, "")
    assert azure.internet.asked == [f"{HOST}:443", "dev.azure.com:443"]
    assert azure.authority.requests == []


# ---- as the provider of artifacts-keyring ----

def test_the_provider_gives_a_json_object(azure):
    outcome = provider(azure)
    assert (outcome.code, outcome.err) == (0, "")
    assert json.loads(outcome.out) == {"Username": USERNAME,
                                       "Password": azure.authority.issued_tokens[0]}


@pytest.mark.parametrize("words", [
    ("-U", INDEX, "-F", "Json"), ("-u", INDEX, "-I", "-f", "json"),
    ("-URI", INDEX, "-IsRetry", "-C", "false", "-N", "true", "-F", "Json", "-V", "Error"),
])
def test_short_options_and_any_letter_case_are_taken(azure, words):
    outcome = azure.run("keyring-credential-entra", *words)
    assert json.loads(outcome.out)["Password"] == azure.authority.issued_tokens[0]


def test_for_people_there_are_two_lines(azure):
    outcome = azure.run("keyring-credential-entra", "-U", INDEX)
    token = azure.authority.issued_tokens[0]
    assert outcome.out == f"Username: {USERNAME}\nPassword: {token}\n"
    redacted = azure.run("keyring-credential-entra", "-U", INDEX, "-R")
    assert redacted.code == 0 and token not in redacted.out


def test_a_retry_gets_a_new_token_and_asks_for_the_tenant_again(azure):
    first, second, third = provider(azure), provider(azure), provider(azure, retry=True)
    assert first.out == second.out != third.out
    assert len(azure.authority.issued_tokens) == 2 and len(questions(azure)) == 2


def test_verbosity_traces_on_stderr(azure):
    outcome = azure.run("keyring-credential-entra", "-U", INDEX, "-F", "Json", "-V", "Debug")
    assert "network: " in outcome.err
    assert json.loads(outcome.out)["Password"] not in outcome.err


@pytest.mark.parametrize("words, why", [
    (("-Uri",), "-Uri requires an argument"), (("-IsRetry", "True"), "-Uri is missing"),
    (("-Uri", INDEX, "-Plugin"), "unexpected argument '-Plugin'"),
    (("-Uri", INDEX, "more"), "unexpected argument 'more'"),
    (("-Uri", INDEX, "-F", "Xml"), "-OutputFormat does not take 'Xml'"),
    (("-Uri", INDEX, "-V", "Loud"), "-Verbosity does not take 'Loud'"),
])
def test_a_faulty_command_line_of_the_provider_is_explained(azure, words, why):
    outcome = azure.run("keyring-credential-entra", *words)
    assert (outcome.code, outcome.out) == (2, "")
    assert why in outcome.err


# ---- by its own name ----

def test_under_its_own_name_it_takes_common_options(azure):
    outcome = azure.run("keyring-credential-entra", "--tenant", HOME, "--keyring", "none", "get",
                        INDEX, "ada")
    assert (outcome.code, outcome.out.strip()) == (0, azure.authority.issued_tokens[0])
    assert questions(azure) == []


@pytest.mark.parametrize("words", [(), ("get",), ("get", INDEX, "ada", "more"), ("--mode=x",),
                                   ("--unknown",)])
def test_under_its_own_name_it_says_what_is_wrong(azure, words):
    other = another(azure)
    outcome = azure.run("keyring-credential-entra", *words)
    assert (outcome.code, outcome.out) == (2, "") and outcome.err != ""
    assert calls(other) == []
