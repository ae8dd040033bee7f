# SPDX-License-Identifier: MIT
"""Cargo's credential provider protocol, by hand: what is answered, and who gets no token."""

from __future__ import annotations

import json
import time

import pytest

from authority import contoso
from integration.cargo_asking import HELPER, answers, ask, request
from integration.users import NO_BROWSER, login

FOREIGN = [{"Err": {"kind": "url-not-supported"}}]
LINE_MAX = 1024 * 1024


@pytest.fixture
def feed(world):
    """The registry, as an API of the configuration."""
    settings = world.appsettings()
    settings["Feed"] = settings["GitServer"] | {"BaseUrl": world.cargo_registry.url}
    world.write_appsettings(settings)
    return world


def give_wrong_secret(feed) -> None:
    settings = json.loads(feed.appsettings_file.read_text())
    settings["AzureAd"]["ClientSecret"] = "another"
    feed.write_appsettings(settings)


def of_feed(feed, *arguments, **more) -> str:
    return request(feed.cargo_registry.index, *arguments, **more)


# ---- answers ----

@pytest.mark.parametrize("operation", ["read", "publish", "yank", "unyank", "owners", "new"])
def test_each_operation_gets_the_token_until_it_expires(feed, operation):
    (answer,) = ask(feed, of_feed(feed, operation=operation, name="x", vers="1.0.0", cksum="0"))
    (token,) = feed.authority.issued_tokens
    expiration = answer["Ok"].pop("expiration")
    assert answer == {"Ok": {"kind": "get", "token": f"Bearer {token}", "cache": "expires",
                             "operation_independent": True}}
    assert abs(expiration - time.time() - 3600) < 120


def test_several_requests_are_answered_in_turn(feed):
    given = ask(feed, of_feed(feed), request("sparse+https://nobody.example/"), of_feed(feed))
    assert ["token" in answer.get("Ok", {}) for answer in given] == [True, False, True]
    assert len(feed.authority.issued_tokens) == 1


def test_the_arguments_of_cargos_configuration_are_options(feed):
    (answer,) = ask(feed, of_feed(feed, args=("--keyring", "none", "--api", "Feed")))
    assert "Ok" in answer and feed.session.keyring.items() == []
    assert ask(feed, of_feed(feed, args=("--api", "MyWebApi"))) == FOREIGN
    assert ask(feed, of_feed(feed), options=("--api", "MyWebApi")) == FOREIGN
    assert "Ok" in ask(feed, of_feed(feed, args=("--api", "Feed")), options=("--api", "AKS"))[0]


@pytest.mark.parametrize("argument", ["--bogus", "word", "--help", "--version", "--cargo-plugin"])
def test_an_argument_that_makes_no_sense_is_told_to_cargo(feed, argument):
    (answer,) = ask(feed, of_feed(feed, args=(argument,)))
    assert answer["Err"]["kind"] == "other" and argument in answer["Err"]["message"]
    assert feed.authority.requests == []


def test_a_configuration_that_cannot_be_found_is_a_warning(feed):
    outcome = feed.run(HELPER, "--cargo-plugin",
                       input=of_feed(feed, args=("--config=appsettings.json",)))
    assert answers(outcome) == FOREIGN and "absolute" in outcome.err
    assert feed.authority.requests == []


def test_a_failure_is_told_to_cargo_with_its_remedy(feed):
    give_wrong_secret(feed)
    outcome = feed.run(HELPER, "--cargo-plugin", input=of_feed(feed))
    ((err,),) = [answer.values() for answer in answers(outcome)]
    assert (outcome.code, outcome.err, err["kind"], err["caused-by"]) == (0, "", "other", [])
    assert err["message"].startswith("no token for Feed: ") and "AADSTS7000215" in err["message"]
    assert "Check ClientId" in err["message"].splitlines()[1]


def test_a_new_kind_of_request_is_not_supported(feed):
    assert ask(feed, of_feed(feed, "inspect")) == [{"Err": {"kind": "operation-not-supported"}}]


# ---- users ----

def user_feed(desk):
    settings = desk.user_appsettings()
    settings["Feed"] = settings["GitServer"] | {"BaseUrl": desk.cargo_registry.url}
    desk.write_appsettings(settings)
    return desk


def test_a_user_who_cannot_be_asked_leaves_it_to_the_next_provider(desk):
    feed = user_feed(desk)
    outcome = feed.run(HELPER, "--cargo-plugin", input=of_feed(feed), env=NO_BROWSER | {"CI": "1"})
    assert answers(outcome) == [{"Err": {"kind": "not-found"}}]
    assert outcome.code == 0 and "nobody can sign in" in outcome.err


def test_login_signs_the_user_in(desk):
    feed = user_feed(desk)
    outcome = feed.run(HELPER, "--cargo-plugin", input=of_feed(feed, "login"), env={"CI": "1"})
    assert answers(outcome) == [{"Ok": {"kind": "login"}}], outcome
    assert f"Signed in as {contoso.ADA.username}." in outcome.err
    (answer,) = ask(feed, of_feed(feed), env={"CI": "1"})
    assert answer["Ok"]["token"] == f"Bearer {feed.authority.issued_tokens[-1]}"


def test_login_of_an_app_shows_whether_it_gets_a_token(feed):
    assert ask(feed, of_feed(feed, "login")) == [{"Ok": {"kind": "login"}}]
    give_wrong_secret(feed)
    (answer,) = ask(feed, of_feed(feed, "login", args=("--force-refresh",)))
    assert "AADSTS7000215" in answer["Err"]["message"]


def test_login_takes_no_token_of_the_users(feed):
    outcome = feed.run(HELPER, "--cargo-plugin", input=of_feed(feed, "login", token="hunter2"))
    ((err,),) = [answer.values() for answer in answers(outcome)]
    assert err["kind"] == "other" and "'cargo login' without a token" in err["message"]
    assert "hunter2" not in outcome.out + outcome.err
    assert feed.session.keyring.items() == []


def test_logout_erases_the_token_and_leaves_the_sign_in(desk):
    feed = user_feed(desk)
    login(feed)
    ask(feed, of_feed(feed))
    before = len(feed.session.keyring.items())
    outcome = feed.run(HELPER, "--cargo-plugin", input=of_feed(feed, "logout"))
    assert answers(outcome) == [{"Ok": {"kind": "logout"}}] and "'entra logout'" in outcome.err
    assert len(feed.session.keyring.items()) == before - 1
    assert ask(feed, of_feed(feed, "logout")) == [{"Err": {"kind": "not-found"}}]
    assert "Ok" in ask(feed, of_feed(feed), env={"CI": "1"})[0]


# ---- who gets no token ----

@pytest.mark.parametrize("change", [
    lambda index: index.removeprefix("sparse+"),
    lambda index: index.replace("https://", "http://"),
    lambda index: index.replace("https://", "https://evil.example@"),
    lambda index: index.replace("https://", "https://localhost@evil.example/"),
    lambda index: index.replace("https://localhost", "https://localhost.evil.example"),
    lambda index: index.replace("https://localhost", "https://xlocalhost"),
    lambda index: index.replace("https://localhost", "https://localhost."),
    lambda index: index.replace("localhost", "127.0.0.1"),
    lambda index: index.replace("sparse+", "sparse+sparse+"),
    lambda index: index.replace("sparse+", "SPARSE+"),
    lambda index: index.replace("sparse+", " sparse+"),
    lambda index: "",
    lambda index: "sparse+",
    lambda index: "sparse+https://pkgs.dev.azure.com.evil.example/contoso/",
    lambda index: "sparse+https://pkgs.dev.azure.com@evil.example/contoso/",
    lambda index: "sparse+https://evilpkgs.dev.azure.com/contoso/",
    lambda index: "sparse+http://pkgs.dev.azure.com/contoso/",
    lambda index: "sparse+https://pkgs.dev.azure.com:8443/contoso/",
    lambda index: "sparse+https://a.b.pkgs.visualstudio.com/",
    lambda index: "sparse+https://graph.microsoft.com/",
    # Files of anybody's repository, which may say where the token goes.
    lambda index: "sparse+https://dev.azure.com/evil/p/_apis/git/repositories/r/items?path=/",
    lambda index: "sparse+https://evil.visualstudio.com/p/_apis/git/repositories/r/items?path=/",
    lambda index: "sparse+https://contoso.vault.azure.net/",
    lambda index: "sparse+https://crates.example/",
    lambda index: "https://github.com/contoso/index",
])
def test_a_registry_that_is_not_ours_is_left_to_others(feed, change):
    outcome = feed.run(HELPER, "--cargo-plugin", input=request(change(feed.cargo_registry.index)))
    assert answers(outcome) == FOREIGN and (outcome.code, outcome.err) == (0, "")
    assert feed.authority.requests == []


@pytest.mark.parametrize("path", ["contoso/../evil", "contoso%2f..%2fevil", "contosox", "CONTOSO/"])
def test_an_index_outside_the_base_url_gets_no_token(feed, path):
    settings = feed.appsettings()
    settings["Feed"] = settings["GitServer"] | {"BaseUrl": f"{feed.cargo_registry.url}/contoso/"}
    feed.write_appsettings(settings)
    assert ask(feed, request(f"sparse+{feed.cargo_registry.url}/{path}")) == FOREIGN


def test_an_api_over_http_on_this_machine_is_not_for_cargo(feed):
    settings = feed.appsettings()
    settings["Feed"] = settings["GitServer"] | {"BaseUrl": "http://localhost:8080/"}
    feed.write_appsettings(settings)
    assert ask(feed, request("sparse+http://localhost:8080/index/")) == FOREIGN


def test_a_configuration_that_cannot_be_read_matters_for_our_registries_only(feed):
    feed.appsettings_file.write_text('{ "MyApi": {')
    lines = [request("sparse+https://index.nobody.example/"),
             request("sparse+https://pkgs.dev.azure.com/contoso/_packaging/app/Cargo/index/")]
    outcome = feed.run(HELPER, "--cargo-plugin", input="".join(lines))
    foreign, ours = answers(outcome)
    assert [foreign] == FOREIGN and "warning" in outcome.err
    assert str(feed.appsettings_file) in ours["Err"]["message"]


def test_an_api_without_scopes_gets_no_token(feed):
    settings = feed.appsettings()
    settings["Feed"] = settings["GitServer"] | {"BaseUrl": feed.cargo_registry.url, "Scopes": []}
    feed.write_appsettings(settings)
    assert ask(feed, of_feed(feed)) == FOREIGN


# ---- Azure Artifacts under its real name ----

AZURE = "sparse+https://pkgs.dev.azure.com/contoso/_packaging/feed/Cargo/index/"
CLOUD = "https://login.microsoftonline.com"


@pytest.fixture
def azure(world):
    """The app's tenant is not known; the registry names it, if it is asked."""
    world.cargo_registry.serve_as(world.internet, "pkgs.dev.azure.com")
    world.cargo_registry.challenges = [f"Bearer authorization_uri={CLOUD}/{contoso.TENANT.guid}",
                                       'Basic realm="https://pkgs.dev.azure.com/"']
    world.write_appsettings({"AzureAd": {"ClientId": contoso.DAEMON.client_id,
                                         "ClientSecret": contoso.DAEMON.secret}})
    return world


@pytest.mark.parametrize("headers", [
    (f"WWW-Authenticate: Bearer authorization_uri={CLOUD}/{contoso.TENANT.guid}",),
    ("Content-Type: text/plain", "www-authenticate:Basic realm=\"x\"",
     f"www-authenticate:Bearer authorization_uri=\"{CLOUD}/{contoso.TENANT.guid}\"",
     "WWW-Authenticate: TFS-Federated"),
])
def test_the_registry_names_the_tenant(azure, headers):
    (answer,) = ask(azure, request(AZURE, headers=headers))
    assert answer["Ok"]["token"] == f"Bearer {azure.authority.issued_tokens[0]}"
    assert azure.authority.token_requests[0].path.startswith(f"/{contoso.TENANT.guid}/")
    assert azure.cargo_registry.requests == []


@pytest.mark.parametrize("headers", [
    (), (f"WWW-Authenticate: Bearer authorization_uri=https://evil.example/{contoso.TENANT.guid}",),
    (f"WWW-Authenticate: Bearer authorization_uri=http://login.microsoftonline.com/x",)])
def test_a_registry_whose_tenant_is_not_known_is_asked_for_it_once(azure, headers):
    for kind in ("login", "get", "get"):
        (answer,) = ask(azure, request(AZURE, kind, headers=headers))
        assert "Ok" in answer
    assert [one.method for one in azure.cargo_registry.requests] == ["HEAD"]
    assert azure.cargo_registry.requests[0].authorization == ""


# ---- lines that are none ----

@pytest.mark.parametrize("line, message", [
    ("{", "is not valid JSON"), ("", "is not valid JSON"), ("[]", "is not a JSON object"),
    ("\0", "is not valid JSON"), ("{}", "is not of protocol version 1"),
    ('{"v":2}', "is not of protocol version 1"), ('{"v":1}', "has no index-url"),
    ('{"v":1,"registry":{"index-url":"a\\u0000b"}}', "has no index-url"),
    ('{"v":1,"registry":{"index-url":"a","headers":{}}}', "has headers that are not texts"),
    ('{"v":1,"registry":{"index-url":"a"},"args":[1]}', "has args that are not texts"),
    ('{"v":1,"registry":{"index-url":"a"},"args":' + json.dumps(["x"] * 65) + "}", "or too many"),
    ("[" * 100000, "is not valid JSON"),
])
def test_a_line_that_is_no_request_is_told_to_cargo(feed, line, message):
    (answer,) = ask(feed, line + "\n")
    assert answer["Err"]["kind"] == "other" and message in answer["Err"]["message"]
    assert feed.authority.requests == []


def test_a_line_may_have_as_many_bytes_as_the_limit_and_no_more(feed):
    line = of_feed(feed, padding="")
    longest = of_feed(feed, padding="x" * (LINE_MAX - len(line) + 1))
    assert len(longest) == LINE_MAX + 1 and "Ok" in ask(feed, longest)[0]
    outcome = feed.run(HELPER, "--cargo-plugin", input=of_feed(feed, padding="x" * LINE_MAX))
    assert outcome.code == 1 and answers(outcome) == [] and "is longer than" in outcome.err


@pytest.mark.parametrize("size", [10 * 1024 * 1024], ids=["10 MB"])
@pytest.mark.parametrize("byte", ["x", "\0", "["])
def test_a_line_without_end_is_not_read(feed, byte, size):
    outcome = feed.run(HELPER, "--cargo-plugin", input=byte * size)
    assert outcome.code == 1 and answers(outcome) == [] and "is longer than" in outcome.err
    assert feed.authority.requests == []


def test_half_a_request_is_none(feed):
    whole = of_feed(feed).rstrip("\n")
    for half in (whole, whole[:-1], whole[:20]):
        outcome = feed.run(HELPER, "--cargo-plugin", input=half)
        assert outcome.code == 1 and "ends in the middle of a line" in outcome.err
        assert answers(outcome) == [] and feed.authority.requests == []


def test_cargo_may_hang_up_without_a_request(feed):
    outcome = feed.run(HELPER, "--cargo-plugin", input="")
    assert (outcome.code, outcome.err) == (0, "") and answers(outcome) == []


def test_without_cargo_there_is_advice(feed):
    outcome = feed.run(HELPER)
    assert (outcome.code, outcome.out) == (2, "") and "cargo-credential-entra(1)" in outcome.err
