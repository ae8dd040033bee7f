# SPDX-License-Identifier: MIT
"""exec-credential-entra in place of kubelogin: its flags, its variables, and their precedence."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jwt
import pytest

from authority import contoso
from authority.directory import Federation
from authority.keys import process_key
from integration.asking import EXEC_INFO, failed
from integration.credentials import register
from integration.test_federated import ISSUER, SUBJECT, foreign_token
from integration.users import SIGN_IN_FIRST, login as sign_in
from world.app_certificate import AppCertificate
from world.identity_service import IdentityService
from world.kubeconfig import V1BETA1

APP, TENANT = contoso.DAEMON, contoso.TENANT.guid
OTHER = "11111111-2222-4333-8444-555555555555"
GOVERNMENT = "login.microsoftonline.us"


@pytest.fixture
def machine(world):
    """A machine whose identity is configured only with kubelogin's own names."""
    world.appsettings_file.unlink()
    return world


def spn(world, *more: str) -> list[str]:
    return ["get-token", "--login", "spn", "--server-id", contoso.AKS, "--client-id", APP.client_id,
            "--tenant-id", TENANT, "--authority-host", f"{world.authority.url}/", *more]


def ask(world, *words: str, **env: str):
    return world.run("exec-credential-entra", *words, env=EXEC_INFO | env)


def asked(world):
    """The only request that was sent to the authority."""
    (request,) = world.authority.token_requests
    return request


def answered(outcome) -> None:
    assert (outcome.code, outcome.err) == (0, ""), outcome


# ---- flags ----

def flags(world, help_text: str) -> list[str]:
    """The flags with this help text in --help, in the order of the table."""
    text = re.sub(r"\n {10,}", " ", world.run("exec-credential-entra", "--help").out)
    return re.findall(rf"^  --([a-z-]+)(?: [A-Z]+)? +{help_text}", text, re.MULTILINE)


def word(world, name: str) -> list[str]:
    """The flag, with an argument if it takes one."""
    text = world.run("exec-credential-entra", "--help").out
    return [f"--{name}", "s3cret-value"] if re.search(rf"^  --{name} [A-Z]", text, re.M) else [
        f"--{name}"]


def test_every_flag_of_kubelogin_is_accepted(machine):
    text = machine.run("exec-credential-entra", "--help").out
    assert set(re.findall(r"^  --([a-z-]+)", text, re.MULTILINE)) >= {
        "login", "client-id", "client-secret", "client-certificate", "client-certificate-password",
        "username", "password", "identity-resource-id", "server-id", "federated-token-file",
        "authority-host", "azure-pipelines-service-connection-id", "cache-dir", "token-cache-dir",
        "tenant-id", "subscription", "environment", "legacy", "use-azurerm-env-vars", "pop-enabled",
        "pop-claims", "timeout", "disable-environment-override", "disable-instance-discovery",
        "redirect-url", "login-hint", "v", "logtostderr", "azure-config-dir"}


def test_flags_without_effect_are_ignored_and_reported_by_verbose(machine):
    names = flags(machine, "not used")
    assert len(names) >= 3
    for name in names:
        outcome = ask(machine, *spn(machine, *word(machine, name)), AZURE_CLIENT_SECRET=APP.secret)
        answered(outcome)
        outcome = ask(machine, *spn(machine, "--verbose", *word(machine, name)),
                      AZURE_CLIENT_SECRET=APP.secret)
        assert f"--{name} is not used: " in outcome.err
        assert APP.secret not in outcome.err


def test_a_secret_on_the_command_line_is_refused_and_not_shown(machine):
    names = flags(machine, "refused")
    assert set(names) == {"client-secret", "client-certificate-password", "password"}
    for name in names:
        for words in ([f"--{name}", "s3cret-value"], [f"--{name}=s3cret-value"]):
            outcome = ask(machine, *spn(machine, "--verbose", *words))
            assert (outcome.code, outcome.out) == (2, "")
            assert f"--{name}: secrets are not accepted on the command line" in outcome.err
            assert "s3cret" not in outcome.err
    assert machine.authority.requests == []


@pytest.mark.parametrize("words", [
    ["--client-sec", "s3cret"], ["--client-s=s3cret"], ["-client-secret", "s3cret"],
    ["-client-secret=s3cret"], ["--pass=s3cret"], ["--client_secret=s3cret"], ["-ps3cret"],
    ["--client-certificate-p=s3cret"], ["--CLIENT-SECRET=s3cret"], ["--client=s3cret"],
    ["\u2014client-secret", "s3cret"], ["\u2013client-secret=s3cret"], ["client-secret=s3cret"],
    ["--legacy", "s3cret"], ["--client-secret", "s3cret", "--no-such"]])
def test_a_secret_is_not_shown_even_if_its_flag_is_misspelled(machine, words):
    outcome = ask(machine, *spn(machine, "--verbose", *words))
    assert (outcome.code, outcome.out) == (2, "")
    assert "s3cret" not in outcome.err


def test_an_empty_flag_is_ignored(machine):
    text = machine.run("exec-credential-entra", "--help").out
    ours = {"config", "api", "scope", "resource", "tenant", "authority", "claims", "account", "keyring",
            "timeout"}
    names = set(re.findall(r"^  --([a-z-]+) [A-Z]", text, re.MULTILINE)) - ours
    assert len(names) >= 18
    empty = [f"--{name}=" for name in sorted(names)]
    answered(ask(machine, *empty, *spn(machine), AZURE_CLIENT_SECRET=APP.secret))
    outcome = ask(machine, *spn(machine), *empty, "--force-refresh", "--authority",
                  machine.authority.url, **{name: value for name, value in SECRETS.items()
                                            if name != "AZURE_TENANT_ID"}, AAD_LOGIN_METHOD="spn")
    failed("exec-credential-entra", outcome, 2, "no tenant")
    failed("exec-credential-entra", ask(machine, "--tenant", "", "--legacy"), 2, "--tenant is empty")


def test_an_empty_flag_still_makes_it_a_kubelogin_call(machine):
    outcome = ask(machine, "--login-hint", "", "--client-id", OTHER, "--authority",
                  machine.authority.url, AZURE_CLIENT_ID=APP.client_id, AZURE_TENANT_ID=TENANT,
                  AZURE_CLIENT_SECRET=APP.secret)
    answered(outcome)
    assert asked(machine).form["client_id"] == APP.client_id


@pytest.mark.parametrize("duration", ["500ms", "1.5m", "2h", "1h30m"])
def test_a_timeout_is_any_duration_that_go_accepts(machine, duration):
    words = spn(machine, "--timeout", duration, "--server-id", "/")
    failed("exec-credential-entra", ask(machine, *words), 2, "--server-id")


def test_an_unknown_flag_is_reported_in_one_clear_line(machine):
    failed("exec-credential-entra", ask(machine, "get-token", "--no-such", "x"), 2,
           "unknown option --no-such")


def test_short_flags_work(machine):
    outcome = ask(machine, "get-token", "-l", "spn", "-t", TENANT, "-e", "AzurePublicCloud", "-s",
                  "a subscription", "--server-id", contoso.AKS, "--client-id", APP.client_id,
                  "--authority-host", f"{machine.authority.url}/", "--timeout", "1m30s",
                  AZURE_CLIENT_SECRET=APP.secret)
    answered(outcome)


@pytest.mark.parametrize("words, told", [(["-v", "5"], True), (["--v=10"], True), (["-v=0"], False),
                                         (["--v", "00"], False)])
def test_its_log_level_takes_a_value(machine, words, told):
    outcome = ask(machine, *spn(machine, *words), AZURE_CLIENT_SECRET=APP.secret)
    assert outcome.code == 0 and bool(outcome.err) == told
    assert APP.secret not in outcome.err
    failed("exec-credential-entra", ask(machine, *spn(machine, "-v", "high")), 2,
           "-v takes a whole number")


@pytest.mark.parametrize("words, scope", [
    (["--server-id", contoso.AKS], f"{contoso.AKS}/.default"),
    (["--server-id", f"{contoso.AKS}/"], f"{contoso.AKS}/.default"),
    (["--server-id", f"{contoso.AKS}/.default"], f"{contoso.AKS}/.default"),
    (["--server-id", OTHER], f"{OTHER}/.default"),
    (["--legacy", "--server-id", contoso.AKS], f"spn:{contoso.AKS}/.default"),
    (["--legacy=false", "--server-id", OTHER], f"{OTHER}/.default"),
    (["--legacy"], f"spn:{contoso.AKS}/.default"),
    ([], f"{contoso.AKS}/.default"),
])
def test_the_token_is_for_the_server(machine, words, scope):
    machine.authority.directory.resources += [OTHER, f"spn:{contoso.AKS}"]
    answered(ask(machine, "--login", "spn", "--client-id", APP.client_id, "--tenant-id", TENANT,
                 "--authority-host", machine.authority.url, *words, AZURE_CLIENT_SECRET=APP.secret))
    assert asked(machine).form["scope"] == scope


@pytest.mark.parametrize("server", ["/", "///"])
def test_a_server_of_only_slashes_is_refused(machine, server):
    failed("exec-credential-entra", ask(machine, *spn(machine, "--server-id", server)), 2,
           f"--server-id: '{server}' is not a server application ID")


def test_a_server_and_a_scope_cannot_be_used_together(machine):
    failed("exec-credential-entra", ask(machine, *spn(machine, "--resource", OTHER)), 2,
           "--server-id cannot be used together with --api")


@pytest.mark.parametrize("cloud, host", [
    ("AzureUSGovernment", GOVERNMENT), ("azureusgovernmentcloud", GOVERNMENT),
    ("AzureChinaCloud", "login.partner.microsoftonline.cn"),
    ("AzurePublicCloud", "login.microsoftonline.com"), ("AZURECLOUD", "login.microsoftonline.com")])
def test_an_environment_has_its_login_host(machine, cloud, host):
    outcome = ask(machine, "--login", "spn", "--server-id", OTHER, "--client-id", OTHER,
                  "--tenant-id", TENANT, "--environment", cloud, AZURE_CLIENT_SECRET="x",
                  https_proxy="http://127.0.0.1:1", no_proxy="")
    failed("exec-credential-entra", outcome, 4, host)


def test_an_unknown_environment_is_refused(machine):
    failed("exec-credential-entra", ask(machine, *spn(machine)[:-2], "-e", "AzureMoonCloud"), 2,
           "unknown cloud 'AzureMoonCloud'")


def test_with_an_authority_any_environment_is_accepted(machine):
    answered(ask(machine, *spn(machine, "-e", "AzureStackCloud"), AZURE_CLIENT_SECRET=APP.secret))


# ---- logins ----

def test_an_app_with_a_certificate_sends_its_chain(machine, tmp_path):
    certificate = AppCertificate(tmp_path)
    register(machine, secret="", certificates=(certificate.certificate,))
    answered(ask(machine, *spn(machine, "--client-certificate", str(certificate.pem())),
                 AAD_SERVICE_PRINCIPAL_CLIENT_SECRET="not this one"))
    header = jwt.get_unverified_header(asked(machine).form["client_assertion"])
    assert len(header["x5c"]) == 1


def test_the_password_of_a_certificate_comes_from_a_variable(machine, tmp_path):
    certificate = AppCertificate(tmp_path)
    register(machine, secret="", certificates=(certificate.certificate,))
    answered(ask(machine, *spn(machine),
                 AAD_SERVICE_PRINCIPAL_CLIENT_CERTIFICATE=str(certificate.pkcs12("pass word")),
                 AAD_SERVICE_PRINCIPAL_CLIENT_CERTIFICATE_PASSWORD="pass word"))


@pytest.mark.parametrize("login", ["spn", "workloadidentity"])
def test_an_app_without_a_credential_says_where_to_put_it(machine, login):
    outcome = ask(machine, *spn(machine), "--login", login)
    failed("exec-credential-entra", outcome, 2, f"--login {login} needs a client credential")


APPS = {"spn": "AZURE_CLIENT_SECRET", "workloadidentity": "AZURE_FEDERATED_TOKEN_FILE"}


@pytest.fixture
def identity():
    with IdentityService() as service:
        yield service


@pytest.fixture(params=["IMDS", "App Service"])
def of_machine(request, identity):
    """The variables of a machine that has a managed identity."""
    return {"IMDS": {"AZURE_POD_IDENTITY_AUTHORITY_HOST": identity.url},
            "App Service": {"IDENTITY_ENDPOINT": f"{identity.url}/token",
                            "IDENTITY_HEADER": "key"}}[request.param]


@pytest.mark.parametrize("login", APPS)
def test_an_app_that_nothing_names_is_not_the_user_or_the_machine(machine, identity, of_machine,
                                                                  login):
    sign_in(machine, "--api", "AKS", "--authority", machine.authority.url)
    requests = len(machine.authority.token_requests)
    words = ["get-token", "--server-id", contoso.AKS]
    for outcome in (ask(machine, *words, "--login", login, **of_machine),
                    ask(machine, *words, AAD_LOGIN_METHOD=login, **of_machine),
                    ask(machine, *words, "--login", login, "--client-id",
                        contoso.KUBELOGIN.client_id, **of_machine)):
        failed("exec-credential-entra", outcome, 2, f"--login {login} needs a client credential",
               APPS[login])
    assert identity.requests == []
    assert len(machine.authority.token_requests) == requests


@pytest.mark.parametrize("asked_for", [{"RequestAppToken": True}, {"RequestAppToken": False},
                                       {"AcquireTokenOptions": {"ManagedIdentity": {}}}],
                         ids=["app", "user", "machine"])
@pytest.mark.parametrize("login", APPS)
def test_the_section_of_the_api_does_not_make_it_another_ones_token(machine, identity, of_machine,
                                                                    login, asked_for):
    machine.write_appsettings({"AKS": {"Scopes": [f"{contoso.AKS}/.default"]} | asked_for})
    words = ["get-token", "--server-id", contoso.AKS, "--login", login]
    failed("exec-credential-entra", ask(machine, *words, **of_machine), 2,
           f"--login {login} needs a client credential")
    assert identity.requests == []


@pytest.mark.parametrize("asked_for", [{"RequestAppToken": False},
                                       {"AcquireTokenOptions": {"ManagedIdentity": {}}}],
                         ids=["user", "machine"])
def test_an_app_with_a_credential_gets_its_own_token_whatever_the_section_says(
        machine, identity, of_machine, asked_for):
    machine.write_appsettings({"AKS": {"Scopes": [f"{contoso.AKS}/.default"]} | asked_for})
    answered(ask(machine, *spn(machine), AZURE_CLIENT_SECRET=APP.secret, **of_machine))
    assert asked(machine).form["client_id"] == APP.client_id
    assert identity.requests == []


def test_a_managed_identity_is_no_apps_login(machine, identity, of_machine):
    words = ["get-token", "--login", "spn", "--server-id", contoso.AKS, "--managed-identity"]
    failed("exec-credential-entra", ask(machine, *words, **of_machine), 2,
           "--login spn needs a client credential")
    outcome = ask(machine, *words, AZURE_CLIENT_ID=APP.client_id, AZURE_TENANT_ID=TENANT,
                  AZURE_CLIENT_SECRET=APP.secret, **of_machine)
    failed("exec-credential-entra", outcome, 2, "--managed-identity has no effect")
    assert identity.requests == []


@pytest.mark.parametrize("login", ["devicecode", "interactive", "azurecli", "azd"])
def test_a_users_login_is_not_the_machine(machine, identity, of_machine, login):
    words = ["get-token", "--login", login, "--server-id", contoso.AKS]
    outcome = ask(machine, *words, **of_machine)
    assert (outcome.code, outcome.out) == (SIGN_IN_FIRST, "")
    assert identity.requests == []


@pytest.mark.parametrize("named", [(), ("--login", "chained")])
def test_where_no_identity_is_configured_a_chain_takes_the_machines(machine, identity, of_machine,
                                                                    named):
    answered(ask(machine, "get-token", *named, "--server-id", contoso.AKS, **of_machine))
    assert len(identity.requests) > 0


def test_an_app_can_have_its_credential_in_the_configuration(world):
    answered(ask(world, *spn(world)))
    assert asked(world).form["client_secret"] == APP.secret


def test_a_managed_identity_can_be_system_or_user_assigned(machine):
    with IdentityService() as service:
        env = {"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url}
        cases = [([], {}), (["--client-id", OTHER], {"client_id": OTHER}),
                 (["--identity-resource-id", "/subscriptions/s/x"], {"msi_res_id":
                                                                     "/subscriptions/s/x"})]
        for words, _ in cases:
            answered(ask(machine, "--login", "msi", "--server-id", contoso.AKS, *words, **env))
        for (_, fields), request in zip(cases, service.requests, strict=True):
            assert f"resource={contoso.AKS}" in request.query
            for name, value in fields.items():
                assert f"{name}={value}".replace("/", "%2F") in request.query.replace("/", "%2F")


@pytest.fixture
def trusting(machine, tmp_path):
    """The app trusts an issuer whose token is in a file."""
    register(machine, secret="", federations=(Federation(ISSUER, SUBJECT,
                                                         process_key().public_key),))
    (tmp_path / "token").write_text(foreign_token())
    return machine


def test_a_workload_reads_its_token_from_a_file(trusting, tmp_path):
    words = ["--login", "workloadidentity", "--server-id", contoso.AKS]
    answered(ask(trusting, *spn(trusting), *words, "--federated-token-file",
                 str(tmp_path / "token")))
    answered(ask(trusting, *words, "--force-refresh", AZURE_CLIENT_ID=APP.client_id,
                 AZURE_TENANT_ID=TENANT, AZURE_FEDERATED_TOKEN_FILE=str(tmp_path / "token"),
                 AZURE_AUTHORITY_HOST=f"{trusting.authority.url}/"))
    for request in trusting.authority.token_requests:
        assert request.form["client_assertion"] == (tmp_path / "token").read_text()


def test_a_github_job_gets_its_token_from_github(trusting):
    with IdentityService(answer=lambda: {"value": foreign_token()}) as service:
        answered(ask(trusting, *spn(trusting), "--login", "workloadidentity",
                     ACTIONS_ID_TOKEN_REQUEST_TOKEN="t",
                     ACTIONS_ID_TOKEN_REQUEST_URL=f"{service.url}/job?x=1"))


def test_a_pipeline_uses_its_service_connection(trusting):
    with IdentityService(answer=lambda: {"oidcToken": foreign_token()}) as service:
        env = {"SYSTEM_ACCESSTOKEN": "t", "SYSTEM_OIDCREQUESTURI": f"{service.url}/oidc",
               "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID": "weak",
               "AZURESUBSCRIPTION_CLIENT_ID": APP.client_id,
               "AZURESUBSCRIPTION_TENANT_ID": TENANT}
        words = ["--login", "azurepipelines", "--server-id", contoso.AKS, "--authority-host",
                 f"{trusting.authority.url}/"]
        answered(ask(trusting, *words, **env))
        answered(ask(trusting, *words, "--force-refresh", "--azure-pipelines-service-connection-id",
                     "strong", **env))
        assert ["serviceConnectionId=weak" in service.requests[0].query,
                "serviceConnectionId=strong" in service.requests[1].query] == [True, True]


def test_a_pipeline_without_a_service_connection_is_an_error(machine):
    failed("exec-credential-entra", ask(machine, *spn(machine), "--login", "azurepipelines"), 2,
           "--azure-pipelines-service-connection-id")


def test_an_unsupported_login_says_what_to_use(machine):
    failed("exec-credential-entra", ask(machine, *spn(machine), "--login", "ropc"), 2,
           "Passwords are not used", "--login devicecode")


# ---- credentials that are not the login's ----

def test_a_secret_login_does_not_take_a_pods_federated_token(trusting, tmp_path):
    outcome = ask(trusting, *spn(trusting), AZURE_FEDERATED_TOKEN_FILE=str(tmp_path / "token"),
                  AZURE_CLIENT_ID=APP.client_id, AZURE_TENANT_ID=TENANT)
    failed("exec-credential-entra", outcome, 2, "--login spn needs a client credential",
           "AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH", "--login workloadidentity")
    assert trusting.authority.token_requests == []


def test_a_workloads_login_does_not_take_a_secret(machine):
    outcome = ask(machine, *spn(machine), "--login", "workloadidentity",
                  AZURE_CLIENT_SECRET=APP.secret)
    failed("exec-credential-entra", outcome, 2, "--login workloadidentity needs a client credential",
           "AZURE_FEDERATED_TOKEN_FILE")
    assert machine.authority.token_requests == []


@pytest.mark.parametrize("login, text", [("spn", "AZURE_CLIENT_SECRET"),
                                         ("workloadidentity", "AZURE_FEDERATED_TOKEN_FILE")])
def test_an_api_of_apps_has_the_same_message(world, login, text):
    world.write_appsettings({"AKS": {"Scopes": [f"{contoso.AKS}/.default"], "RequestAppToken": True}})
    failed("exec-credential-entra", ask(world, *spn(world), "--login", login), 2,
           f"--login {login} needs a client credential", text)


def test_a_github_job_that_may_not_ask_is_told_so(machine):
    outcome = ask(machine, *spn(machine), "--login", "workloadidentity", GITHUB_ACTIONS="true")
    failed("exec-credential-entra", outcome, 2, "permissions: id-token: write")
    assert "AZURE_FEDERATED_TOKEN_FILE" not in outcome.err


def test_the_public_client_is_no_apps(machine):
    """az writes its id into every kubeconfig."""
    words = spn(machine)
    words[words.index("--client-id") + 1] = contoso.KUBELOGIN.client_id
    failed("exec-credential-entra", ask(machine, *words, AZURE_CLIENT_SECRET=APP.secret), 2,
           "no client id")
    with IdentityService() as service:
        answered(ask(machine, "--login", "msi", "--client-id", contoso.KUBELOGIN.client_id.upper(),
                     AZURE_POD_IDENTITY_AUTHORITY_HOST=service.url))
        assert "client_id" not in service.requests[0].query


def test_an_unknown_login_is_refused(machine):
    failed("exec-credential-entra", ask(machine, "--login", "magic"), 2,
           "'magic' is not a supported login method")


# ---- precedence ----

SECRETS = {"AAD_SERVICE_PRINCIPAL_CLIENT_ID": APP.client_id,
           "AAD_SERVICE_PRINCIPAL_CLIENT_SECRET": APP.secret, "AZURE_TENANT_ID": TENANT}


def test_its_variables_alone_make_it_a_kubelogin_call(machine):
    answered(ask(machine, "--authority-host", machine.authority.url, AAD_LOGIN_METHOD="spn",
                 **SECRETS))
    answered(ask(machine, "--force-refresh", "--authority", machine.authority.url,
                 AAD_LOGIN_METHOD="spn", **SECRETS))


def test_variables_override_flags_and_azure_overrides_aad(machine):
    words = spn(machine)
    words[words.index("--client-id") + 1] = OTHER
    answered(ask(machine, *words, "--login", "msi", AAD_LOGIN_METHOD="spn", **SECRETS))
    outcome = ask(machine, *words, "--force-refresh", AZURE_CLIENT_ID=OTHER, **SECRETS)
    failed("exec-credential-entra", outcome, 3, "AADSTS700016")


def test_flags_take_precedence_if_requested(machine):
    words = spn(machine, "--disable-environment-override")
    outcome = ask(machine, *words, AZURE_CLIENT_ID=OTHER, AAD_LOGIN_METHOD="msi", AZURE_TENANT_ID=OTHER,
                  AZURE_CLIENT_SECRET=APP.secret)
    answered(outcome)
    assert asked(machine).form["client_id"] == APP.client_id


def test_terraforms_variables_replace_the_others(machine):
    answered(ask(machine, "--login", "spn", "--use-azurerm-env-vars", "--server-id", contoso.AKS,
                 "--authority-host", machine.authority.url, ARM_CLIENT_ID=APP.client_id,
                 ARM_CLIENT_SECRET=APP.secret, ARM_TENANT_ID=TENANT, AZURE_CLIENT_ID=OTHER,
                 AZURE_TENANT_ID=OTHER, AAD_SERVICE_PRINCIPAL_CLIENT_SECRET="x"))


TERRAFORM = {"ARM_CLIENT_ID": APP.client_id, "ARM_CLIENT_SECRET": APP.secret, "ARM_TENANT_ID": TENANT}
OF_ANOTHER_APP = {"AZURE_CLIENT_ID": OTHER, "AZURE_TENANT_ID": OTHER, "AZURE_CLIENT_SECRET": "x",
                  "AZURE_AUTHORITY_HOST": "https://login.microsoftonline.us"}


@pytest.mark.parametrize("missing, text", [
    ("ARM_CLIENT_ID", "Set ARM_CLIENT_ID and ARM_TENANT_ID"),
    ("ARM_TENANT_ID", "Set ARM_CLIENT_ID and ARM_TENANT_ID"),
    ("ARM_CLIENT_SECRET", "Set ARM_CLIENT_SECRET or ARM_CLIENT_CERTIFICATE_PATH")])
def test_with_terraforms_variables_those_of_another_app_are_ignored(machine, missing, text):
    env = {name: value for name, value in TERRAFORM.items() if name != missing}
    outcome = ask(machine, "--login", "spn", "--use-azurerm-env-vars", "--server-id", contoso.AKS,
                  "--authority-host", machine.authority.url, **env, **OF_ANOTHER_APP)
    failed("exec-credential-entra", outcome, 2, text)
    assert "AZURE_" not in outcome.err
    assert machine.authority.token_requests == []


@pytest.mark.parametrize("credentials", [
    [], [{"SourceType": "ClientSecret"}], [{"SourceType": "SignedAssertionFilePath"}],
    [{"SourceType": "Path"}]])
def test_not_even_the_configuration_uses_them_then(world, tmp_path, credentials):
    settings = world.appsettings()
    settings["AzureAd"] = {"ClientCredentials": credentials}
    settings["AKS"] = {"Scopes": [f"{contoso.AKS}/.default"], "RequestAppToken": True}
    world.write_appsettings(settings)
    env = {name: value for name, value in TERRAFORM.items() if name != "ARM_CLIENT_SECRET"}
    outcome = ask(world, "--login", "spn", "--use-azurerm-env-vars", "--authority-host",
                  world.authority.url, AZURE_FEDERATED_TOKEN_FILE="/x",
                  AZURE_CLIENT_CERTIFICATE_PATH=str(AppCertificate(tmp_path).pem()), **env,
                  **OF_ANOTHER_APP)
    assert outcome.code == 2, outcome
    assert world.authority.token_requests == []


def test_terraforms_certificate_has_its_own_password(machine, tmp_path):
    certificate = AppCertificate(tmp_path)
    register(machine, secret="", certificates=(certificate.certificate,))
    answered(ask(machine, "--login", "spn", "--use-azurerm-env-vars", "--authority-host",
                 machine.authority.url, ARM_CLIENT_ID=APP.client_id, ARM_TENANT_ID=TENANT,
                 ARM_CLIENT_CERTIFICATE_PATH=str(certificate.pkcs12("pass word")),
                 ARM_CLIENT_CERTIFICATE_PASSWORD="pass word",
                 AZURE_CLIENT_CERTIFICATE_PASSWORD="another"))


SPN, WORKLOAD, PIPELINE = (("--login", "spn"), ("--login", "workloadidentity"),
                           ("--login", "azurepipelines"))
ARM = (*SPN, "--use-azurerm-env-vars")
VARIABLES = {
    "AAD_LOGIN_METHOD": ((), "is set to spn"),
    "AZURE_CLIENT_ID": (SPN, "is set to spn"),
    "AAD_SERVICE_PRINCIPAL_CLIENT_ID": (SPN, "is set to spn"),
    "AZURE_CLIENT_SECRET": (SPN, "is set to ***"),
    "AAD_SERVICE_PRINCIPAL_CLIENT_SECRET": (SPN, "is set to ***"),
    "AZURE_CLIENT_CERTIFICATE_PATH": (SPN, "is set to spn"),
    "AAD_SERVICE_PRINCIPAL_CLIENT_CERTIFICATE": (SPN, "is set to spn"),
    "AZURE_CLIENT_CERTIFICATE_PASSWORD": (SPN, "is set to ***"),
    "AAD_SERVICE_PRINCIPAL_CLIENT_CERTIFICATE_PASSWORD": (SPN, "is set to ***"),
    "AZURE_TENANT_ID": (SPN, "is set to spn"),
    "AZURE_FEDERATED_TOKEN_FILE": (WORKLOAD, "is set to spn"),
    "AZURE_AUTHORITY_HOST": (WORKLOAD, "is set to spn"),
    "AZURESUBSCRIPTION_CLIENT_ID": (PIPELINE, "is set to spn"),
    "AZURESUBSCRIPTION_TENANT_ID": (PIPELINE, "is set to spn"),
    "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID": (PIPELINE, "is set to spn"),
    "ARM_CLIENT_ID": (ARM, "is set to spn"),
    "ARM_CLIENT_SECRET": (ARM, "is set to ***"),
    "ARM_CLIENT_CERTIFICATE_PATH": (ARM, "is set to spn"),
    "ARM_CLIENT_CERTIFICATE_PASSWORD": (ARM, "is set to ***"),
    "ARM_TENANT_ID": (ARM, "is set to spn"),
    "AZURE_USERNAME": (SPN, "is not used: "),
    "AAD_USER_PRINCIPAL_NAME": ((), "is not used: "),
    "AZURE_PASSWORD": (SPN, "is not used: "),
    "AAD_USER_PRINCIPAL_PASSWORD": ((), "is not used: "),
    "KUBECACHEDIR": (SPN, "is set to spn"),
    "AZURE_CONFIG_DIR": (SPN, "is set to spn"),
    "AZURE_CLI_TIMEOUT": (SPN, "is not used: "),
}
NO_OVERRIDE = {"KUBECACHEDIR", "AZURE_CONFIG_DIR"}  # they are weaker than any flag


@pytest.mark.parametrize("name", VARIABLES)
def test_each_variable_is_used(machine, name):
    words, said = VARIABLES[name]
    outcome = ask(machine, "--verbose", *words, **{name: "spn"})
    assert re.search(rf" {name} {re.escape(said)}", outcome.err), outcome
    others = set(VARIABLES) - {name, "AZURE_CLIENT_ID"}  # which has two places in the table
    assert not [other for other in others if re.search(rf" {other} (is set to|is not used)", outcome.err)]
    outcome = ask(machine, "--verbose", *words, "--disable-environment-override", **{name: "spn"})
    assert (f"{name} {said}" in outcome.err) == (name in NO_OVERRIDE)


def test_the_manual_lists_each_variable():
    page = (Path(__file__).parents[2] / "man" / "exec-credential-entra.1").read_text()
    listed = page[page.index("The variables, by what they set"):page.index(".Sh ENVIRONMENT")]
    assert set(re.findall(r"\b(?:A[A-Z]+_|KUBE)[A-Z_]+", listed)) == set(VARIABLES)


def test_an_empty_variable_is_ignored(machine):
    answered(ask(machine, *spn(machine), AZURE_CLIENT_ID="", AAD_LOGIN_METHOD="", AZURE_TENANT_ID="",
                 AZURE_CLIENT_SECRET=APP.secret))


def test_a_client_without_exec_info_is_answered_as_by_kubelogin(machine):
    outcome = machine.run("exec-credential-entra", *spn(machine),
                          env={"AZURE_CLIENT_SECRET": APP.secret})
    answered(outcome)
    assert json.loads(outcome.out)["apiVersion"] == V1BETA1


def test_in_our_own_calls_flags_override_the_environment(machine):
    answered(ask(machine, "--client-id", APP.client_id, "--tenant", TENANT, "--authority",
                 machine.authority.url, AZURE_CLIENT_ID=OTHER, AZURE_TENANT_ID=OTHER,
                 AZURE_CLIENT_SECRET=APP.secret))
