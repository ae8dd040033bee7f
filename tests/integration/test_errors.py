# SPDX-License-Identifier: MIT
"""The error catalogue: each entry is triggered here in the real programs, and must give its remedy.
A new entry that is not triggered makes a test fail."""

from __future__ import annotations

import json
import re
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable

import pytest
from flask import Response, jsonify

from authority import contoso, faults
from authority.authority import Authority
from integration import docker_asking
from integration.asking import ask_git
from integration.credentials import configure, path
from integration.examining import examine
from integration.stored import change
from integration.test_federated import foreign_token
from integration.test_git_refusals import refuse
from world import own_mounts
from world.app_certificate import AppCertificate
from world.bus import MessageBus
from world.connect_proxy import ConnectProxy
from world.identity_broker import IdentityBroker, account
from world.identity_service import IdentityService
from world.keepassxc import KeePassXC
from world.kubeconfig import ExecPlugin
from world.passing_item import PassingItem
from world.refusing_service import RefusingService
from world.secret_service import NAME
from world.tls import CertificateAuthority
from world.tpm import Tpm
from world.waiting import PATIENCE, SHORT_LIMIT, wait_until
from world.world import World

Error = dict[str, Any]
TESTS = Path(__file__).parents[1]
STRANGER = 65533

# What an authority may call it; its numbers are all those of the catalogue.
WORDS = {"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client",
         "unsupported_grant_type", "invalid_scope", "invalid_resource", "invalid_target",
         "interaction_required", "login_required", "access_denied", "authorization_declined",
         "expired_token", "bad_verification_code", "temporarily_unavailable", "server_error",
         "insufficient_claims", "invalid_token"}
SUBERRORS = {"bad_token", "consent_required", "basic_action", "additional_action", "message_only"}

PAGE = "Microsoft explains it at https://login.microsoftonline.com/error?code=1"


def catalogue(world: World) -> dict[str, str]:
    """The remedy for each code."""
    entries = json.loads(
        world.run("entra", "doctor", "--explain", "all", "--output", "json").out)
    return {code: entry["remedy"] for entry in entries for code in entry["codes"].split()}


def error_of(world: World, *words: str, of: str = "token", **how: Any) -> Error:
    """The last object on stderr."""
    outcome = world.run("entra", of, "--output", "json", *words, **how)
    assert outcome.code != 0 and outcome.out == ""
    *_, error = [json.loads(line) for line in outcome.err.splitlines()]
    assert error["exitCode"] == outcome.code
    return error


def token(world: World, *words: str, **how: Any) -> Error:
    return error_of(world, "--api", "MyWebApi", *words, **how)


# ---- errors of an authority ----


def refusal(world: World, error: str, code: int, **members: str) -> Error:
    def answer(exchange):
        response = faults.refused("said", error, code, "Said.").answer(exchange)
        response.set_data(json.dumps(json.loads(response.get_data()) | members))
        return response
    with world.authority.faults.injected(faults.Fault("said", answer)):
        return token(world)


def test_every_number_has_its_remedy(world):
    for code, remedy in catalogue(world).items():
        if code.startswith("AADSTS"):
            error = refusal(world, "invalid_grant", int(code.removeprefix("AADSTS")))
            assert error["code"] == code
            remedy = remedy.replace("CLIENT_ID", contoso.DAEMON.client_id)
            assert error["hint"] == remedy or error["hint"].startswith(f"{remedy} To consent, ")
            assert error["message"].startswith(f"the authority refused: {code}: Said. (")


def test_every_error_has_its_remedy_if_the_number_is_unknown(world):
    remedies = catalogue(world)
    for word in WORDS:
        error = refusal(world, word, 1)
        assert (error["code"], error["error"]) == ("AADSTS1", word)
        assert error["hint"] == f"{remedies[word]} {PAGE}"
    for word in SUBERRORS:
        error = refusal(world, "invalid_grant", 1, suberror=word)
        assert (error["suberror"], error["hint"]) == (word, f"{remedies[word]} {PAGE}")


def test_consent_is_given_at_the_authority(world):
    url = f"{world.authority.url}/{contoso.TENANT.domains[0]}/adminconsent?client_id="
    for code in (65001, 7000229):
        error = refusal(world, "unauthorized_client", code)
        assert error["hint"].endswith(f" {url}{contoso.DAEMON.client_id}")


def test_the_authoritys_ids_are_shown_for_its_support(world):
    error = refusal(world, "invalid_client", 7000215)
    (request,) = world.authority.token_requests
    assert error["correlationId"] == request.headers["client-request-id"]
    assert error["timestamp"].startswith("20") and error["wanted"] == "no token for MyWebApi"
    assert "Trace ID" not in error["message"]


def test_the_time_to_wait_is_shown_too(world):
    world.authority.faults.inject(faults.throttled("77"))
    assert token(world)["retryAfter"] == 77
    assert 0 < token(world)["retryAfter"] <= 78  # by word of the first, with a second for its part


# ---- all other errors, and how to trigger them ----

MET: dict[str, Callable[[World, Path], Error]] = {}


def meets(function: Callable[[World, Path], Error]) -> Callable[[World, Path], Error]:
    """Marks a function that triggers the error of the same name."""
    MET[function.__name__] = function
    return function


def fault(name: str, fault: faults.Fault, *words: str) -> None:
    def meet(world: World, folder: Path) -> Error:
        with world.authority.faults.injected(fault):
            return token(world, *words)
    MET[name] = meet


fault("http_redirect", faults.redirected("https://elsewhere.example/"))
fault("http_throttled", faults.fixed("throttled", 429, b"Too Many Requests"))
fault("http_fault", faults.unavailable())
fault("not_a_token_endpoint", faults.NAMED["captive portal"])
fault("unusable_answer", faults.NAMED["no token"])
fault("connection_broken", faults.NAMED["broken connection"])
fault("answer_too_long", faults.endless_body())
fault("timed_out", faults.delayed(PATIENCE), "--timeout", SHORT_LIMIT)


def asked(name: str, *words: str, env: dict[str, str] | None = None, of: str = "token") -> None:
    """An error that these arguments or variables lead to."""
    def meet(world: World, folder: Path) -> Error:
        return error_of(world, *words, of=of, env=env)
    MET[name] = meet


asked("name_not_resolved", "--api", "MyWebApi", "--authority", "https://login.invalid")
asked("not_connected", "--api", "MyWebApi", "--authority", "https://localhost:1")
asked("proxy_not_resolved", "--api", "MyWebApi", env={"https_proxy": "http://proxy.invalid:1"})
asked("tls_ca_file", "--api", "MyWebApi", env={"CURL_CA_BUNDLE": "/nowhere.pem"})
asked("unknown_api", "--api", "Nobodys")
asked("other_cloud", "--api", "Graph", "--authority", "https://login.sovcloud-identity.fr")
asked("which_api")
asked("scope_not_default", "--scope", "https://graph.microsoft.com/User.Read")
asked("tenant_malformed", "--api", "MyWebApi", "--tenant", "a/b")
asked("tenant_of_many", "--api", "MyWebApi", "--tenant", "common")
asked("client_id_malformed", "--api", "MyWebApi", "--client-id", "a b")
asked("authority_malformed", "--api", "MyWebApi", "--authority", "ftp://x")
asked("authority_b2c", "--api", "MyWebApi", "--authority", "https://contoso.b2clogin.com/tfp/x/B2C_1_a")
asked("keyring_unknown", "--api", "MyWebApi", "--keyring", "pocket")
asked("keyring_no_bus", "--keyring", "secret-service", of="list",
      env={"DBUS_SESSION_BUS_ADDRESS": "", "XDG_RUNTIME_DIR": "/nowhere"})
asked("no_managed_identity", "--managed-identity", "--resource", "https://vault.azure.net",
      env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": "http://127.0.0.1:1"})


@meets
def keyring_no_folder(world, folder):
    with own_mounts.no_memory(folder):
        return error_of(world, "--keyring", "runtime", of="list")


def configured(name: str, change: Callable[[dict[str, Any]], object]) -> None:
    """An error that a change of the configuration leads to."""
    def meet(world: World, folder: Path) -> Error:
        settings = world.appsettings()
        change(settings)
        world.write_appsettings(settings)
        return token(world)
    MET[name] = meet


configured("no_identity", lambda all: all["AzureAd"].pop("ClientId"))
configured("no_credential", lambda all: all["AzureAd"].pop("ClientSecret"))
configured("unknown_identity", lambda all: all["MyWebApi"].update(
    AcquireTokenOptions={"AuthenticationOptionsName": "Nobody"}))
configured("several_identities", lambda all: all.update(
    A=all["AzureAd"], B=all.pop("AzureAd")))
configured("scope_count", lambda all: all["MyWebApi"].update(
    Scopes=["api://a/.default", "api://b/.default"]))
configured("place_holder", lambda all: all["AzureAd"].update(
    ClientSecret="[Enter the client secret here]"))


@meets
def credential_withheld(world, folder):
    """As in a command of `entra run --no-endpoint`."""
    return token(world, env={"AzureAd__ClientSecret": "",
                             "ENTRA_WITHHELD": "AzureAd__ClientSecret"})


def credential(name: str, **members: str) -> None:
    def meet(world: World, folder: Path) -> Error:
        configure(world, members)
        return token(world)
    MET[name] = meet


credential("keyring_no_secret", SourceType="Keyring")
credential("github_no_token", SourceType="GitHubActions")
credential("pipelines_no_token", SourceType="AzurePipelines", ServiceConnectionId="x")


JOB = {"AZURE_TENANT_ID": contoso.TENANT.guid, "AZURE_CLIENT_ID": contoso.DAEMON.client_id}


@meets
def job_variable_lost(world, folder):
    configure(world)
    return token(world, env=JOB | {"TF_BUILD": "True", "SYSTEM_ACCESSTOKEN": "x"})


def answered(world: World, status: int, url: str, secret: str, **more: str) -> Error:
    """By the build system, whose variables these are."""
    configure(world)
    with IdentityService(world.certificates.server_context()) as service:
        service.answer = lambda: ("{}", status)
        return token(world, env=JOB | {url: service.url, secret: "x"} | more)


@meets
def github_refused(world, folder):
    return answered(world, 403, "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN")


@meets
def job_token_absent(world, folder):
    return answered(world, 200, "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN")


@meets
def pipelines_refused(world, folder):
    return answered(world, 401, "SYSTEM_OIDCREQUESTURI", "SYSTEM_ACCESSTOKEN",
                    AZURESUBSCRIPTION_SERVICE_CONNECTION_ID="connection")


@meets
def pipelines_no_connection(world, folder):
    configure(world)
    return token(world, env={
        "AZURE_TENANT_ID": contoso.TENANT.guid, "AZURE_CLIENT_ID": contoso.DAEMON.client_id,
        "SYSTEM_OIDCREQUESTURI": "https://x", "SYSTEM_ACCESSTOKEN": "x"})


@meets
def device_no_key(world, folder):
    if why := Tpm.missing():
        pytest.skip(why)
    configure(world, {"SourceType": "Path", "CertificateDiskPath": "handle:0x81000002"})
    with Tpm(folder) as device:
        return token(world, env=device.env)


@meets
def provider_missing(world, folder):
    """OpenSSL finds its providers in a folder, which is an empty one."""
    configure(world, {"SourceType": "Path", "CertificateDiskPath": "pkcs11:token=nobodys"})
    return token(world, env={"OPENSSL_MODULES": str(folder)})


def cross(world: World, check: str, *words: str, **how: Any) -> Error:
    """What entra doctor reports."""
    return examine(world, *words, **how).of(check, "failed")[0]


@meets
def proxy_refused(world, folder):
    with ConnectProxy(refusal=407) as proxy:
        return token(world, env={"https_proxy": proxy.url})


@meets
def tls_untrusted(world, folder):
    with Authority(CertificateAuthority(folder, "Another CA").server_context()) as impostor:
        return token(world, "--authority", impostor.url)


@meets
def tls_failed(world, folder):
    with Authority(None) as in_clear:
        return token(world, "--authority", in_clear.url.replace("http:", "https:"))


@meets
def clock_wrong(world, folder):
    world.authority.clock_ahead = 3600
    return cross(world, "clock")


@meets
def keyring_absent(world, folder):
    world.session.keyring.stop()
    return token(world, "--keyring", "secret-service")


@meets
def keyring_foreign_bus(world, folder):
    """It might be. That of another user on a Unix socket takes root to set up."""
    bus = MessageBus(folder, world.session.logs, world.session.env,
                     elsewhere="tcp:host=127.0.0.1,port=0")
    try:
        return token(world, "--keyring", "secret-service",
                     env={"DBUS_SESSION_BUS_ADDRESS": bus.address})
    finally:
        bus.stop()


@meets
def keyring_locked(world, folder):
    world.session.keyring.lock()
    return token(world, "--keyring", "secret-service")


@meets
def keyring_silent(world, folder):
    world.session.keyring.freeze()
    return token(world, "--keyring", "secret-service", "--timeout", SHORT_LIMIT)


def by_broker(world: World, fault: str | None, method: str = "acquireTokenSilently",
              **state: object) -> Error:
    """The error if the device's identity broker is the only way to a token."""
    world.write_appsettings(world.user_appsettings())
    with IdentityBroker(world.session, accounts=[account(contoso.ADA)]) as broker:
        broker.set(**state)
        broker.will(method, fault)
        return token(world, "--timeout", SHORT_LIMIT, env={"ENTRA_BROKER": "require"})


@meets
def broker_absent(world, folder):
    world.write_appsettings(world.user_appsettings())
    return token(world, env={"ENTRA_BROKER": "require"})


@meets
def broker_bus(world, folder):
    world.write_appsettings(world.user_appsettings())
    bus = world.session.processes("dbus-daemon")
    for process in bus:
        os.kill(int(process.name), signal.SIGSTOP)
    error = token(world, "--keyring", "runtime", env={"ENTRA_BROKER": "require"})
    for process in bus:
        os.kill(int(process.name), signal.SIGCONT)
    return error


@meets
def broker_no_redirect(world, folder):
    document = world.user_appsettings()
    document["AzureAd"]["ClientId"] = "872cd9fa-d31f-45e0-9eab-6e460a02d1f1"  # Visual Studio's
    world.write_appsettings(document)
    with IdentityBroker(world.session, accounts=[account(contoso.ADA)]):
        return token(world, env={"ENTRA_BROKER": "require"})


@meets
def broker_several_accounts(world, folder):
    document = world.user_appsettings()
    document["AzureAd"]["TenantId"] = "organizations"
    world.write_appsettings(document)
    with IdentityBroker(world.session, accounts=[account(contoso.ADA), account(contoso.BOB)]):
        return token(world, env={"ENTRA_BROKER": "require"})


@meets
def broker_refused(world, folder):
    return by_broker(world, "untrusted")


@meets
def broker_needs_user(world, folder):
    return by_broker(world, "interaction_required")


@meets
def broker_cancelled(world, folder):
    return by_broker(world, "cancelled")


@meets
def broker_offline(world, folder):
    return by_broker(world, "no_network")


@meets
def broker_refuses_client(world, folder):
    return by_broker(world, None, clients={})


@meets
def broker_no_account(world, folder):
    return by_broker(world, None, accounts=[])


@meets
def broker_accounts_unreadable(world, folder):
    return by_broker(world, None, accounts=[{"realm": contoso.ADA.home}])


@meets
def broker_silent(world, folder):
    return by_broker(world, "hang")


@meets
def broker_failed(world, folder):
    return by_broker(world, "garbage")


@meets
def broker_other_token(world, folder):
    return by_broker(world, "other_user")


@meets
def keyring_limited(world, folder):
    world.session.keyring.stop()
    with PassingItem(world.session.bus.address, {}, b"", "SearchItems",
                     "org.freedesktop.DBus.Error.LimitsExceeded"):
        return token(world, "--keyring", "secret-service")


@meets
def keyring_denied(world, folder):
    bus = MessageBus(folder, world.session.logs, world.session.env,
                     elsewhere=f"unix:path={folder / 'bus'}",
                     policy=f'<deny send_destination="{NAME}"/>')
    try:
        with RefusingService(bus.address):
            return token(world, "--keyring", "secret-service",
                         env={"DBUS_SESSION_BUS_ADDRESS": bus.address})
    finally:
        bus.stop()


@meets
def keyring_dismissed(world, folder):
    world.session.keyring.stop()
    with RefusingService(world.session.bus.address):
        return token(world, "--keyring", "secret-service", "--force-refresh",
                     env={"DISPLAY": ":0"})


@meets
def keyring_asks(world, folder):
    KeePassXC.require()
    session = world.session
    session.keyring.stop()
    keepassxc = KeePassXC(session.bus.address, folder / "keepassxc", session.logs, session.env,
                          confirms=True)
    named = ("--keyring", "secret-service")
    try:
        assert world.run("entra", "token", "--api", "MyWebApi", *named).err == ""
        return token(world, *named, "--force-refresh")
    finally:
        keepassxc.close()


def contained(world: World, *how: str) -> Error:
    outcome = world.run(sys.executable, "-m", "world.container", *how, "entra", "token", "--api",
                        "MyWebApi", "--keyring", "kernel", "--output", "json",
                        env={"PYTHONPATH": str(TESTS)})
    return json.loads(outcome.err)


@meets
def keyring_forbidden(world, folder):
    return contained(world)


@meets
def keyring_full(world, folder):
    return contained(world, "--full")


@meets
def unconfigured(world, folder):
    world.appsettings_file.unlink()
    return error_of(world, "--resource", "https://vault.azure.net",
                    env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": "http://127.0.0.1:1"})


@meets
def keyring_failed(world, folder):
    world.session.keyring.stop()
    with PassingItem(world.session.bus.address, {}, b"", "SearchItems", "org.example.Odd"):
        return error_of(world, "--keyring", "secret-service", of="list")


@meets
def sign_in_needed(world, folder):
    error = token(world, "--account", "ada@contoso.com", env={"MyWebApi__RequestAppToken": "false"})
    assert "entra login --api MyWebApi --account ada@contoso.com" in error["hint"]
    return error


def as_ada(world: World, *words: str) -> list[Error]:
    """The output on stderr when a user's token is requested."""
    world.write_appsettings(world.user_appsettings())
    outcome = world.run("entra", "token", "--api", "MyWebApi", "--output", "json", *words,
                        env={"DISPLAY": ":0"})
    return [json.loads(line) for line in outcome.err.splitlines()]


@meets
def no_refresh_token(world, folder):
    without = faults.altered("unlasting", refresh_token=faults.MISSING)
    world.browser.will_sign_in(contoso.ADA)
    with world.authority.faults.injected(without):
        (said,) = [line for line in as_ada(world) if "warning" in line]
    return {"code": said["code"], "hint": said["hint"]}


@meets
def other_account(world, folder):
    world.browser.will_sign_in(contoso.GRACE)
    return as_ada(world, "--account", contoso.ADA.username)[-1]


@meets
def sign_in_late(world, folder):
    world.browser.will_wait()
    return as_ada(world, "--timeout", SHORT_LIMIT)[-1]


@meets
def sign_in_unanswered(world, folder):
    world.browser.will_wait()
    as_ada(world, "--timeout", SHORT_LIMIT)
    error = as_ada(world, "--timeout", SHORT_LIMIT)[-1]
    assert "entra login --api MyWebApi" in error["hint"]
    return error


@meets
def sign_in_pending(world, folder):
    world.browser.will_wait()
    with ThreadPoolExecutor() as pool:
        first = pool.submit(as_ada, world, "--timeout", str(5 * int(SHORT_LIMIT)))
        wait_until(lambda: world.browser.urls != [], "the first sign-in")
        error = as_ada(world, "--timeout", SHORT_LIMIT)[-1]
        first.result()
    return error


@meets
def configuration_syntax(world, folder):
    world.appsettings_file.write_text("{")
    return token(world)


@meets
def file_writable(world, folder):
    world.appsettings_file.chmod(0o666)
    return token(world)


@meets
def file_owner(world, folder):
    """As under sudo, with the home of the user who runs it."""
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    os.chown(world.appsettings_file, STRANGER, -1)
    return token(world)


@meets
def base_url(world, folder):
    settings = world.appsettings()
    settings["MyWebApi"]["BaseUrl"] = "https://*/"
    world.write_appsettings(settings)
    return cross(world, "configuration")


@meets
def option_without_effect(world, folder):
    return error_of(world, "--api", "MyWebApi", "--account", contoso.ADA.username)


@meets
def file_readable(world, folder):
    world.appsettings_file.chmod(0o644)
    return cross(world, "permissions")


@meets
def url_of_nobody(world, folder):
    return cross(world, "host", "https://elsewhere.example/")


@meets
def url_of_another_api(world, folder):
    return cross(world, "host", "--api", "Graph", world.web_api.url)


@meets
def certificate_no_password(world, folder):
    app = AppCertificate(folder)
    configure(world, path(app.certificate_file(), CertificateKeyDiskPath=str(app.key_file("x"))))
    return token(world)


@meets
def certificate_wrong_password(world, folder):
    configure(world, path(AppCertificate(folder).pkcs12(), CertificatePassword="wrong"))
    return token(world)


@meets
def certificate_no_key(world, folder):
    configure(world, path(AppCertificate(folder).certificate_file()))
    return token(world)


@meets
def certificate_missing(world, folder):
    configure(world, path(AppCertificate(folder).key_file()))
    return token(world)


@meets
def certificate_no_match(world, folder):
    app, other = AppCertificate(folder), AppCertificate(folder / "other", number=2)
    configure(world, path(app.certificate_file(), CertificateKeyDiskPath=str(other.key_file())))
    return token(world)


@meets
def certificate_expired(world, folder):
    configure(world, path(AppCertificate(folder, days=-1).pem()))
    return cross(world, "credential")


@meets
def federated_stale(world, folder):
    file = folder / "token"
    file.write_text(foreign_token(expires_in=-1))
    configure(world, {"SourceType": "SignedAssertionFilePath",
                      "SignedAssertionFileDiskPath": str(file)})
    return token(world)


@meets
def identity_not_assigned(world, folder):
    with IdentityService(answer=lambda: (jsonify(error="invalid_request"), 400)) as imds:
        return error_of(world, "--managed-identity", "--resource", "https://vault.azure.net",
                        env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": imds.url})


@meets
def no_app_roles(world, folder):
    world.write_appsettings(world.appsettings(contoso.WITHOUT_ROLES))
    return cross(world, "token")


@meets
def Authorization_RequestDenied(world, folder):
    world.write_appsettings(world.appsettings(contoso.WITHOUT_ROLES))
    return cross(world, "token", "--resource", contoso.GRAPH)


@meets
def tokens_refused(world, folder):
    for _ in range(3):
        refuse(world)
    remedy = catalogue(world)["tokens_refused"]
    assert f"{remedy} To try again at once, run 'echo" in ask_git(world).err
    return {"code": "tokens_refused", "hint": remedy}


@meets
def git_plaintext_helper(world, folder):
    for helper in ("store", "entra"):
        world.run("git", "config", "--global", "--add", "credential.helper", helper)
    return cross(world, "git")


@meets
def git_storing_helper(world, folder):
    for helper in ("cache", "entra"):
        world.run("git", "config", "--global", "--add", "credential.helper", helper)
    return cross(world, "git")


@meets
def git_extra_header(world, folder):
    world.run("git", "config", "--global", "credential.helper", "entra")
    world.run("git", "config", "--global", "http.extraHeader", "Authorization: Basic c2VjcmV0")
    return cross(world, "git")


@meets
def git_use_http_path(world, folder):
    settings = world.appsettings()
    settings["GitServer"]["BaseUrl"] += "contoso/"
    world.write_appsettings(settings)
    world.run("git", "config", "--global", "credential.helper", "entra")
    return cross(world, "git", f"{world.git_server.url}/contoso/x")


@meets
def program_not_found(world, folder):
    world.write_kubeconfig(ExecPlugin("/nowhere/exec-credential-entra"))
    return cross(world, "kubectl")


def renewed_at_registry(world: World, answer: Response) -> Error:
    """The renewal of a container registry's token, which the registry answers in this way."""
    docker_asking.configure(world)
    host = world.registry.host
    assert docker_asking.ask(world, host).code == 0
    now = int(time.time())
    change(world, kind="registry_token", received_on=now - 3600, expires_on=now + 3600,
           refresh_on=now - 1)
    world.registry.exchange_answer = lambda: answer
    return error_of(world, "--renew", "--api", "Images", "--registry", host)


@meets
def registry_refused(world, folder):
    return renewed_at_registry(world, Response(status=401))


@meets
def not_a_registry(world, folder):
    return renewed_at_registry(world, Response(status=404))


# Errors whose message says more than the catalogue can know.
MORE_IS_SAID = {"broker_absent", "broker_accounts_unreadable", "broker_no_account",
                "broker_no_redirect", "broker_offline",
                "broker_refuses_client", "broker_several_accounts", "file_owner", "file_readable",
                "file_writable", "git_plaintext_helper", "git_storing_helper",
                "git_use_http_path", "keyring_no_secret", "no_identity", "sign_in_needed",
                "sign_in_unanswered", "unconfigured", "url_of_another_api"}


@pytest.mark.parametrize("code", sorted(MET))
def test_each_error_is_triggered_and_gives_its_remedy(world, tmp_path, code):
    error = MET[code](world, tmp_path)
    assert error["code"] == code, error
    if code not in MORE_IS_SAID:
        # test_advised_settings.py has the rest of what an option is called.
        assert error["hint"].replace("Check --authority", "Check Instance") == catalogue(world)[code]


def test_every_entry_of_the_catalogue_is_triggered_here(world):
    numbers = {code for code in catalogue(world) if code.startswith("AADSTS")}
    assert set(catalogue(world)) == numbers | WORDS | SUBERRORS | set(MET)


# ---- as JSON ----


@pytest.mark.parametrize("words", [
    ["token", "--frobnicate"], ["token", "--api", "Nobodys"], ["list", "--keyring", "pocket"],
    ["doctor", "a/b"]])
def test_a_failure_is_one_line_of_json_if_requested(world, words):
    error = error_of(world, *words[1:], of=words[0])
    assert set(error) <= {"kind", "exitCode", "wanted", "message", "hint", "code"}
    assert (error["kind"], error["exitCode"]) == ("usage", 2)


def test_all_other_messages_are_json_too(world):
    world.appsettings_file.chmod(0o644)
    outcome = world.run("entra", "token", "--api", "MyWebApi", "--output", "json", "--verbose",
                        env={"AzureAd__ClientSecret": "wrong"})
    objects = [json.loads(line) for line in outcome.err.splitlines()]
    assert sum("warning" in one for one in objects) == 1
    assert sum("step" in one for one in objects) > 3
    assert not re.search(r"\d\.\d\d", outcome.err.split('"milliseconds":', 1)[1].split("}")[0])
    assert [one["code"] for one in objects if "kind" in one] == ["AADSTS7000215"]
