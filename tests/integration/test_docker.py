# SPDX-License-Identifier: MIT
"""docker's helper: what it answers, for which registries, and what it asks them."""

from __future__ import annotations

import json
import subprocess
import time

import jwt
import pytest
import requests

from authority import contoso, faults
from integration.docker_asking import (CONTOSO, HELPER, SCOPE, ask, configure, failed, not_found,
                                       secret)
from integration.test_single_flight import finish
from integration.stored import change, kept
from integration.users import login
from world.container_registry import NOBODY
from world.waiting import PATIENCE, wait_until
from world.world import World


@pytest.fixture
def images(world: World) -> World:
    """An app, and a registry of the configuration."""
    configure(world)
    return world


@pytest.fixture
def azure(world: World) -> World:
    """An app, and contoso.azurecr.io, with no API configured."""
    world.internet
    world.write_appsettings({"AzureAd": {"TenantId": contoso.TENANT.guid,
                                         "ClientId": contoso.DAEMON.client_id,
                                         "ClientSecret": contoso.DAEMON.secret}})
    return world


def token_of(world: World, password: str) -> requests.Response:
    """What a host tool does with the answer."""
    host = world.registry.host
    return requests.get(f"{world.registry.url}/oauth2/token", auth=(NOBODY, password),
                        params={"service": host, "scope": "repository:hello:pull,push"},
                        verify=world.certificates.certificate_file)


# ---- get ----

def test_the_answer_is_a_password_that_the_registry_takes(images):
    host = images.registry.host
    password = secret(ask(images, host), host)
    assert jwt.decode(password, options={"verify_signature": False})["aud"] == host
    assert token_of(images, password).status_code == 200


def test_the_entra_token_is_exchanged_by_one_request(images):
    secret(ask(images, images.registry.host), images.registry.host)
    (exchange,) = images.registry.log.all()
    assert (exchange.method, exchange.path, exchange.query) == ("POST", "/oauth2/exchange", "")
    (token,) = images.authority.issued_tokens
    assert exchange.form == {"grant_type": "access_token", "service": images.registry.host,
                             "access_token": token}
    assert exchange.authorization == ""


def test_azures_registries_need_no_configuration(azure):
    secret(ask(azure, CONTOSO), CONTOSO)
    assert azure.registry.exchanges[0].form["service"] == CONTOSO
    assert azure.authority.token_requests[0].form["scope"] == SCOPE


def test_a_later_answer_comes_from_the_keyring(images):
    host = images.registry.host
    first = secret(ask(images, host), host)
    images.registry.close()
    images.authority.close()
    assert secret(ask(images, host), host) == first


@pytest.mark.parametrize("form", ["{}\n", "  {}\r\n", "https://{}", "https://{}/", "https://{}/v2/",
                                  "{}/v2/", "HTTPS://{}", "\n{}\n"])
def test_a_server_may_be_named_in_several_forms(images, form):
    server = form.format(images.registry.host)
    secret(ask(images, server), server.strip())


@pytest.mark.parametrize("server", ["CONTOSO.AzureCR.io", "contoso.azurecr.io:443"])
def test_the_hosts_case_and_the_usual_port_do_not_matter(azure, server):
    secret(ask(azure, server), server)
    assert azure.registry.exchanges[0].form["service"] == CONTOSO


def test_what_follows_the_first_line_is_not_waited_for(images):
    process = subprocess.Popen([HELPER, "get"], env=images.session.env, stdin=subprocess.PIPE,
                               executable=images.session.env["PATH"].split(":")[0] + "/" + HELPER,
                               stdout=subprocess.PIPE, text=True)
    process.stdin.write(images.registry.host + "\n")
    process.stdin.flush()
    assert process.wait(PATIENCE) == 0
    process.stdin.close()
    process.stdout.close()


def test_several_registries_share_an_entra_token(images):
    document = json.loads(images.appsettings_file.read_text())
    document["Others"] = document["Images"] | {"BaseUrl": images.registry.url.replace(
        "localhost", "127.0.0.1") + "/"}
    images.write_appsettings(document)
    other = images.registry.host.replace("localhost", "127.0.0.1")
    images.registry.names += (other,)
    first = secret(ask(images, images.registry.host), images.registry.host)
    assert secret(ask(images, other), other) != first
    assert len(images.authority.token_requests) == 1 and len(images.registry.exchanges) == 2


def test_a_registry_of_another_name_needs_the_scope_of_registries(images):
    configure(images, Scopes=[f"{contoso.MY_WEB_API}/.default"])
    not_found(ask(images, images.registry.host))
    assert images.authority.requests == [] and images.registry.log.all() == []


def test_a_hundred_processes_make_one_exchange(images, programs):
    processes = [subprocess.Popen([programs / HELPER, "--timeout", str(PATIENCE), "get"],
                                  env=images.session.env, stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                 for _ in range(100)]
    for process in processes:
        process.stdin.write(images.registry.host)
        process.stdin.close()
        process.stdin = None
    ends = finish(processes)
    assert {(code, err) for code, _, err in ends} == {(0, "")}
    assert len({out for _, out, _ in ends}) == 1
    assert len(images.registry.exchanges) == 1 and len(images.authority.token_requests) == 1


# ---- whose it is ----

def test_a_user_who_has_signed_in_is_asked_nothing(desk):
    configure(desk, for_user=True)
    host = desk.registry.host
    login(desk)
    password = secret(ask(desk, host), host)
    claims = jwt.decode(password, options={"verify_signature": False})
    assert claims["sub"] == contoso.ADA.username
    assert secret(ask(desk, host), host) == password


def test_a_pull_without_a_sign_in_goes_on(desk):
    configure(desk, for_user=True)
    outcome = ask(desk, desk.registry.host)
    not_found(outcome, f"no token for {desk.registry.host}", "Run 'entra login --api Images'")
    assert len(outcome.err.splitlines()) == 1 and desk.registry.log.all() == []
    login(desk, "--api", "Images")
    secret(ask(desk, desk.registry.host), desk.registry.host)


def test_a_user_at_a_terminal_signs_in(desk):
    configure(desk, for_user=True)
    desk.browser.will_sign_in(contoso.ADA)
    host = desk.registry.host
    terminal = desk.at_terminal("sh", "-c", f"echo {host} | {HELPER} get")
    outcome = terminal.finish()
    assert outcome.code == 0 and host in outcome.out, outcome
    assert len(desk.registry.exchanges) == 1
    secret(ask(desk, host), host)
    assert len(desk.registry.exchanges) == 1


def test_an_app_that_is_refused_is_an_error_with_its_reason(images):
    env = {"AzureAd__ClientSecret": "wrong"}
    failed(ask(images, images.registry.host, env=env), 3, "AADSTS7000215",
           f"no token for {images.registry.host}")
    assert images.registry.log.all() == []


def test_a_managed_identity_gets_its_token_exchanged(world):
    world.internet
    world.appsettings_file.unlink()
    world.identity_service.token = world.authority.make_token(contoso.CONTAINER_REGISTRY)
    env = {"IDENTITY_ENDPOINT": f"{world.identity_service.url}/msi/token", "IDENTITY_HEADER": "x"}
    password = secret(ask(world, CONTOSO, env=env), CONTOSO)
    assert jwt.decode(password, options={"verify_signature": False})["tenant"] == contoso.TENANT.guid


# ---- renewal ----

def make_due(world: World) -> None:
    """The refresh token is due for renewal."""
    now = int(time.time())
    change(world, kind="registry_token", received_on=now - 3600, expires_on=now + 3600,
           refresh_on=now - 1)


def test_a_token_is_renewed_in_the_background_before_it_ends(images):
    host = images.registry.host
    first = secret(ask(images, host), host)
    make_due(images)
    assert secret(ask(images, host), host) == first
    wait_until(lambda: len(images.registry.exchanges) == 2, "the renewal")
    wait_until(lambda: secret(ask(images, host), host) != first, "the new token")
    assert len(images.registry.exchanges) == 2 and len(images.authority.token_requests) == 1


def test_a_renewal_sends_no_token_to_a_stranger(images):
    outcome = images.run("entra", "token", "--renew", "--api", "Images", "--registry",
                         "registry.example")
    assert (outcome.code, outcome.out) == (2, "") and "not a registry of ours" in outcome.err
    assert images.authority.requests == []


def test_an_expired_token_is_replaced(images):
    host = images.registry.host
    first = secret(ask(images, host), host)
    change(images, kind="registry_token", received_on=1, expires_on=2, refresh_on=0)
    assert secret(ask(images, host), host) != first


@pytest.mark.parametrize("token", ["of another registry", "an access token", "garbage"])
def test_what_is_not_this_registrys_token_is_not_given_from_the_keyring(images, token):
    host = images.registry.host
    secret(ask(images, host), host)
    planted = {"of another registry": images.registry.refresh_token("fabrikam.azurecr.io"),
               "an access token": images.authority.issued_tokens[0], "garbage": "garbage"}[token]
    change(images, kind="registry_token", access_token=planted)
    assert secret(ask(images, host), host) != planted
    assert len(images.registry.exchanges) == 2


def test_an_entra_token_of_the_keyring_that_is_refused_is_replaced(images):
    assert images.run("entra", "token", "--api", "Images").code == 0
    (stale,) = images.authority.issued_tokens
    images.registry.gate.revoked.add(stale)
    secret(ask(images, images.registry.host), images.registry.host)
    sent = [exchange.form["access_token"] for exchange in images.registry.exchanges]
    assert sent == images.authority.issued_tokens and sent[0] == stale and len(sent) == 2


def test_a_new_entra_token_that_is_refused_is_not_tried_again(images):
    images.registry.roles = {}
    not_found(ask(images, images.registry.host), "refused")
    assert len(images.registry.exchanges) == len(images.authority.issued_tokens) == 1
    not_found(ask(images, images.registry.host), "refused")
    assert len(images.registry.exchanges) == 3 and len(images.authority.issued_tokens) == 2


# ---- store, erase, list, version ----

def login_to(server: str, password: str, user: str = NOBODY) -> str:
    return json.dumps({"ServerURL": server, "Username": user, "Secret": password})


def test_docker_login_with_our_token_has_nothing_to_store(images):
    host = images.registry.host
    password = secret(ask(images, host), host)
    outcome = ask(images, login_to(host, password), action="store")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    assert len(kept(images, "registry_token")) == 1


def test_a_token_that_is_not_ours_is_not_stored_and_the_user_is_told(images):
    """az logs in with one, of whoever az is."""
    host = images.registry.host
    password = secret(ask(images, host), host)
    assert images.run("entra", "forget", "--all").code == 0
    outcome = ask(images, login_to(host, password), action="store")
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err == (f"This token for {host} is not stored. entra gets one of its own when it is "
                           "needed.\n")
    assert kept(images, "registry_token") == []


@pytest.mark.parametrize("user", ["admin", NOBODY, "<token>"])
def test_a_password_is_not_stored_and_the_user_is_told(images, user):
    outcome = ask(images, login_to(images.registry.host, "hunter2", user), action="store")
    failed(outcome, 2, f"the password for {images.registry.host} is not stored")
    assert "hunter2" not in outcome.out + outcome.err
    assert f"'entra setup docker --remove {images.registry.host}'" in outcome.err
    assert kept(images, "registry_token") == []


def test_a_password_for_another_server_is_not_stored_either(images):
    outcome = ask(images, login_to("https://index.docker.io/v1/", "hunter2"), action="store")
    failed(outcome, 2, "https://index.docker.io/v1/ is not stored", "not a registry of ours")
    assert outcome.err.endswith("name another helper in docker's configuration.\n")


@pytest.mark.parametrize("text, said", [
    ('{"ServerURL": "", "Username": "u", "Secret": "s"}', "no credentials server URL\n"),
    ('{"ServerURL": "contoso.azurecr.io", "Username": "", "Secret": "s"}',
     "no credentials username\n"),
])
def test_what_a_login_lacks_is_said_in_docker_s_words(images, text, said):
    outcome = ask(images, text, action="store")
    assert (outcome.code, outcome.out) == (2, said)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"ServerURL": 1}', "x" * 70000,
                                  '{"ServerURL": "a\\u0000b", "Username": "u", "Secret": "s"}'])
def test_a_login_that_cannot_be_read_is_refused(images, text):
    assert ask(images, text, action="store").code == 2


def test_what_cannot_be_erased_is_said_by_the_registrys_name(images):
    host = images.registry.host
    failed(ask(images, host, "--keyring", "nonsense", action="erase"), 2,
           f"the token for {host} is not erased")


def test_docker_logout_erases_the_token_and_leaves_the_sign_in(images):
    host = images.registry.host
    first = secret(ask(images, host), host)
    outcome = ask(images, host, action="erase")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    assert kept(images, "registry_token") == [] and len(kept(images, "access_token")) == 1
    assert secret(ask(images, host), host) != first
    assert len(images.authority.token_requests) == 1


def damage(world: World) -> None:
    """Cuts the configuration short."""
    world.appsettings_file.write_bytes(world.appsettings_file.read_bytes()[:-2])


@pytest.mark.parametrize("keyring", ["secret-service", "kernel", "runtime"])
def test_docker_logout_erases_from_each_keyring(images, keyring):
    host = images.registry.host
    secret(ask(images, host, "--keyring", keyring), host)
    assert host in ask(images, "", "--keyring", keyring, action="list").out
    assert ask(images, host, "--keyring", keyring, action="erase").code == 0
    assert ask(images, "", "--keyring", keyring, action="list").out == "{}\n"


@pytest.mark.parametrize("what", ["is damaged", "has no such registry", "names nobody", "is there"])
def test_docker_logout_works_whatever_the_configuration_is(images, what):
    host = images.registry.host
    secret(ask(images, host), host)
    if what == "is damaged":
        damage(images)
    elif what == "has no such registry":
        images.write_appsettings()
    elif what == "names nobody":
        images.write_appsettings({name: value for name, value in images.appsettings().items()
                                  if name != "AzureAd"})
    outcome = ask(images, host, action="erase")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    assert kept(images, "registry_token") == []


def test_docker_logout_erases_the_tokens_of_that_registry_alone(images):
    host = images.registry.host
    secret(ask(images, host), host)
    assert ask(images, "fabrikam.azurecr.io", action="erase").code == 0
    assert json.loads(ask(images, "", action="list").out) == {host: NOBODY}


def test_whose_login_it_is_is_not_guessed_if_the_configuration_cannot_be_read(images):
    damage(images)
    host = images.registry.host
    outcome = ask(images, login_to(host, "hunter2"), action="store")
    failed(outcome, 2, f"the login for {host} is not stored", "appsettings.json")
    assert "registry of ours" not in outcome.err
    not_found(ask(images, host), "appsettings.json")


@pytest.mark.parametrize("server", ["index.docker.io", "fabrikam.azurecr.io", "a b"])
def test_erasing_what_is_not_there_succeeds(images, server):
    outcome = ask(images, server, action="erase")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


def test_the_list_has_the_registries_with_a_token(images):
    assert ask(images, "unused", action="list").out == "{}\n"
    secret(ask(images, images.registry.host), images.registry.host)
    images.registry.close()
    images.authority.close()
    outcome = ask(images, "unused", action="list")
    assert (outcome.code, outcome.err) == (0, "")
    assert json.loads(outcome.out) == {images.registry.host: NOBODY}


def test_the_list_leaves_out_what_has_expired(images):
    secret(ask(images, images.registry.host), images.registry.host)
    change(images, kind="registry_token", received_on=1, expires_on=2, refresh_on=0)
    assert ask(images, "", action="list").out == "{}\n"


def test_version_is_in_the_form_of_docker_s_helpers(images):
    outcome = ask(images, "", action="version")
    assert outcome.code == 0
    name, package, number = outcome.out.split()
    assert (name, package) == (HELPER, "(entra-credential-helpers)") and number[0].isdigit()
    assert images.run(HELPER, "-v").out == images.run(HELPER, "--version").out != ""


@pytest.mark.parametrize("words", [(), ("get", "get"), ("gett",)])
def test_what_is_not_an_action_is_refused(images, words):
    assert images.run(HELPER, *words, input="").code == 2


# ---- what the commands for people make of it ----

def test_list_and_status_show_the_token_by_its_registry(images):
    host = images.registry.host
    secret(ask(images, host), host)
    assert host in images.run("entra", "list").out
    assert f"{host}, of the app, expires in" in images.run("entra", "status").out
    rows = json.loads(images.run("entra", "list", "--output", "json").out)
    (row,) = [row for row in rows if row["kind"] == "registry_token"]
    assert row["place"] == host and row["api"] == "Images" and row["expiresOn"].endswith("Z")
    status = json.loads(images.run("entra", "status", "--output", "json").out)
    assert [one["registry"] for one in status["tokens"]] == [None, host]


@pytest.mark.parametrize("words", [("--all",), ("--api", "Images"),
                                   ("--account", contoso.DAEMON.client_id)])
def test_forget_leaves_no_registry_token(images, words):
    secret(ask(images, images.registry.host), images.registry.host)
    outcome = images.run("entra", "forget", *words)
    assert outcome.code == 0, outcome
    assert f"Deleted the registry token for {images.registry.host} of the app" in outcome.out
    assert kept(images, "registry_token") == []


def test_signing_out_deletes_the_account_s_registry_tokens(desk):
    configure(desk, for_user=True)
    host = desk.registry.host
    login(desk)
    secret(ask(desk, host), host)
    assert desk.run("entra", "logout").code == 0
    assert desk.session.keyring.items() == []
    not_found(ask(desk, host), "Run 'entra login")


# ---- faults ----

def test_a_registry_that_does_not_know_the_identity_does_not_end_an_anonymous_pull(images):
    images.registry.roles = {}
    not_found(ask(images, images.registry.host), f"{images.registry.host} refused", "UNAUTHORIZED",
              "AcrPull")


def test_a_registry_of_another_cloud_does_not_end_an_anonymous_pull(images):
    not_found(ask(images, "contoso.azurecr.us"), "cloud")


def test_an_authority_that_cannot_be_reached_is_an_error(images):
    images.authority.faults.inject(faults.NAMED["broken connection"])
    failed(ask(images, images.registry.host), 4)


def test_a_configuration_that_cannot_be_read_matters_for_registries_only(images):
    images.appsettings_file.write_text("{")
    failed(ask(images, CONTOSO), 2)
    not_found(ask(images, "docker.io"), "warning")


def test_an_empty_request_is_answered_in_docker_s_words(images):
    for empty in ("", " \n"):
        outcome = ask(images, empty)
        assert (outcome.code, outcome.out) == (2, "no credentials server URL\n")
