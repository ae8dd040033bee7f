# SPDX-License-Identifier: MIT
"""Apps that authenticate with a token of another issuer."""

from __future__ import annotations

import re
import time

import pytest
from flask import jsonify

from authority import contoso
from authority.directory import Federation
from authority.keys import SigningKey, process_key
from integration.asking import EXEC_INFO
from integration.credentials import CLIENT_ID, configure, refused, register, token
from integration.run_asking import Endpoint
from integration.users import claims
from world.identity_service import IdentityService
from world.waiting import SHORT_LIMIT

ISSUER, SUBJECT = "https://issuer.example", "system:serviceaccount:default:app"
AUDIENCE = "api://AzureADTokenExchange"


def foreign_token(expires_in: int = 3600, key: SigningKey | None = None, **claims) -> str:
    now = int(time.time())
    return (key or process_key()).sign({"iss": ISSUER, "sub": SUBJECT, "aud": AUDIENCE, "iat": now,
                                        "nbf": now - 7200, "exp": now + expires_in} | claims)


@pytest.fixture
def trusting(world):
    """The app trusts an issuer, and has no other credential."""
    register(world, secret="", federations=(Federation(ISSUER, SUBJECT, process_key().public_key),))
    configure(world)
    return world


@pytest.fixture
def token_file(tmp_path):
    file = tmp_path / "token"
    file.write_text(foreign_token() + "\n")
    return file


def test_workload_identity_needs_nothing_but_its_environment(trusting, token_file):
    outcome = token(trusting, env={"AZURE_FEDERATED_TOKEN_FILE": str(token_file)})
    assert (outcome.code, outcome.err) == (0, "")
    form = trusting.authority.token_requests[0].form
    assert form["client_assertion"] == token_file.read_text().strip()
    assert "client_secret" not in form


@pytest.fixture
def endpoint(trusting, token_file):
    """That of `entra run`."""
    endpoint = Endpoint(trusting, env={"AZURE_FEDERATED_TOKEN_FILE": str(token_file)})
    yield endpoint
    endpoint.close()


def test_a_command_of_entra_run_gets_tokens_from_the_endpoint(trusting, token_file, endpoint):
    answer = endpoint.ask()
    assert answer.status == 200 and answer.json["client_id"] == CLIENT_ID
    assert claims(trusting, answer.json["access_token"])["appid"] == CLIENT_ID
    (request,) = trusting.authority.token_requests
    assert request.form["client_assertion"] == token_file.read_text().strip()


def test_a_command_of_entra_run_is_told_that_the_file_is_gone(trusting, token_file, endpoint):
    token_file.unlink()
    answer = endpoint.ask()
    assert answer.status == 400 and "access_token" not in answer.text
    assert f"{token_file}: No such file" in answer.message
    assert trusting.authority.token_requests == []


def test_our_programs_in_entra_run_get_tokens_without_the_file(trusting, token_file):
    outcome = trusting.run("entra", "run", "--", "sh", "-c",
                           "entra token --api MyWebApi; echo ${AZURE_FEDERATED_TOKEN_FILE-gone}",
                           env={"AZURE_FEDERATED_TOKEN_FILE": str(token_file)})
    got, gone = outcome.out.split()
    assert claims(trusting, got)["appid"] == CLIENT_ID and gone == "gone"


def test_the_file_is_read_each_time(trusting, token_file):
    configure(trusting, {"SourceType": "SignedAssertionFilePath",
                         "SignedAssertionFileDiskPath": str(token_file)})
    token(trusting)
    token_file.write_text(foreign_token(jti="renewed"))
    token(trusting, "--force-refresh")
    first, second = (one.form["client_assertion"] for one in trusting.authority.token_requests)
    assert first != second == token_file.read_text()


@pytest.mark.parametrize("content, text", [
    ("", "is empty"), ("\n", "is empty"), ("not a token", "not a JWT"), ("a.b", "not a JWT"),
    ("..", "not a JWT"), ("a..b", "not a JWT"), ("a.b.c.d", "not a JWT"), ("a.b.c d", "not a JWT"),
    ("a.b.c\0", "not a JWT"), ("a.b.c\nd.e.f", "not a JWT"), ("x" * 40000, "too large"),
    (None, "No such file"),
])
def test_a_file_without_a_token_is_reported(trusting, token_file, content, text):
    if content is None:
        token_file.unlink()
    else:
        token_file.write_text(content)
    refused(token(trusting, env={"AZURE_FEDERATED_TOKEN_FILE": str(token_file)}), 2,
            str(token_file), text)
    assert trusting.authority.requests == []


def test_an_expired_token_is_reported_with_its_expiry(trusting, token_file):
    token_file.write_text(foreign_token(expires_in=-60))
    refused(token(trusting, env={"AZURE_FEDERATED_TOKEN_FILE": str(token_file)}), 2, "expired on")


def test_a_subject_that_is_not_registered_is_refused_with_the_remedy(trusting, token_file):
    token_file.write_text(foreign_token(sub="somebody else"))
    refused(token(trusting, env={"AZURE_FEDERATED_TOKEN_FILE": str(token_file)}), 3,
            "AADSTS700213", "exactly as it is in the token")


# ---- a command ----


def command(world, tmp_path, script: str):
    program = tmp_path / "issuer"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)
    configure(world, {"SourceType": "SignedAssertionCommand",
                      "SignedAssertionCommand": [str(program), "first", "second word"]})


def test_a_commands_stdout_is_the_token(trusting, tmp_path):
    command(trusting, tmp_path, f'[ "$2" = "second word" ] && echo {foreign_token()}')
    assert token(trusting).code == 0


@pytest.mark.parametrize("script, text", [
    ("exit 1", "failed"), ("true", "printed nothing"), ("echo token; exit 3", "failed"),
    ("yes", "too much"), ("exec sleep 60", "in time"), ("sleep 60 & sleep 60", "in time"),
    ("echo not a token", "not a JWT"),
])
def test_a_command_that_gives_no_token_is_reported(trusting, tmp_path, script, text):
    command(trusting, tmp_path, script)
    outcome = token(trusting, "--timeout", SHORT_LIMIT)
    refused(outcome, 2, text)
    assert outcome.seconds < 25  # the limit without the option is 30


def test_a_parent_that_ignores_sigchld_does_no_harm(trusting, tmp_path):
    command(trusting, tmp_path, f"echo {foreign_token()}")
    outcome = trusting.run("sh", "-c", "trap '' CHLD; exec entra token --api MyWebApi")
    assert (outcome.code, outcome.err) == (0, "")


def test_a_missing_command_is_reported(trusting, tmp_path):
    configure(trusting, {"SourceType": "SignedAssertionCommand",
                         "SignedAssertionCommand": [str(tmp_path / "nothing")]})
    refused(token(trusting), 2, "cannot be run")


# ---- build systems ----


@pytest.fixture
def issuer(world):
    with IdentityService(world.certificates.server_context()) as service:
        yield service


def test_github_actions_issues_the_jobs_token(trusting, issuer):
    issuer.answer = lambda: jsonify(value=foreign_token())
    configure(trusting, {"SourceType": "GitHubActions"})
    outcome = token(trusting, env={
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{issuer.url}/idtoken?api-version=2.0",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "job-token"})
    assert (outcome.code, outcome.err) == (0, "")
    (request,) = issuer.requests
    assert request.method == "GET"
    assert request.query == "api-version=2.0&audience=api%3A%2F%2FAzureADTokenExchange"
    assert request.authorization == "bearer job-token"
    assert request.headers["Accept"] == "application/json; api-version=2.0"


def test_azure_pipelines_issues_the_jobs_token(trusting, issuer):
    issuer.answer = lambda: jsonify(oidcToken=foreign_token())
    configure(trusting, {"SourceType": "AzurePipelines", "ServiceConnectionId": "connection"})
    outcome = token(trusting, env={"SYSTEM_OIDCREQUESTURI": f"{issuer.url}/oidctoken",
                                   "SYSTEM_ACCESSTOKEN": "job-token"})
    assert (outcome.code, outcome.err) == (0, "")
    (request,) = issuer.requests
    assert request.method == "POST"
    assert request.query == "api-version=7.1&serviceConnectionId=connection"
    assert request.authorization == "Bearer job-token"
    assert request.headers["X-TFS-FedAuthRedirect"] == "Suppress"


@pytest.mark.parametrize("source, text", [
    ("GitHubActions", "ACTIONS_ID_TOKEN_REQUEST_URL"), ("AzurePipelines", "SYSTEM_OIDCREQUESTURI")])
def test_outside_its_build_system_the_source_says_what_is_missing(trusting, source, text):
    configure(trusting, {"SourceType": source, "ServiceConnectionId": "x"})
    refused(token(trusting), 2, text)


JOBS = {
    "GitHubActions": ("ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
    "AzurePipelines": ("SYSTEM_OIDCREQUESTURI", "SYSTEM_ACCESSTOKEN"),
}


@pytest.mark.parametrize("source", JOBS)
@pytest.mark.parametrize("url, text", [
    ("http://issuer.example/x", "is not https"), ("http://10.0.0.1/x", "is not https"),
    ("http://localhost:1@evil.example/x", "user name"), ("https://a@evil.example/x", "user name"),
    ("http://127.0.0.1:1.evil.example/", "port"), ("http://localhost.evil.example/", "not https"),
    ("x", "cannot be used"), ("file:///etc/passwd", "does not begin with https://")])
def test_a_jobs_token_is_sent_only_over_https(trusting, source, url, text):
    url_name, token_name = JOBS[source]
    configure(trusting, {"SourceType": source, "ServiceConnectionId": "x"})
    outcome = token(trusting, env={url_name: url, token_name: "job-token"})
    refused(outcome, 2, url_name, text)
    assert "job-token" not in outcome.err


@pytest.mark.parametrize("source", JOBS)
def test_a_jobs_token_cannot_inject_a_header(trusting, issuer, source):
    url_name, token_name = JOBS[source]
    configure(trusting, {"SourceType": source, "ServiceConnectionId": "x"})
    outcome = token(trusting, env={url_name: issuer.url, token_name: "a\r\nX-Forged: 1"})
    refused(outcome, 2, "line break")
    assert issuer.requests == []


@pytest.mark.parametrize("status", [200, 401])
@pytest.mark.parametrize("source", JOBS)
def test_a_refusing_build_system_is_reported_without_its_token(trusting, issuer, source, status):
    url_name, token_name = JOBS[source]
    issuer.answer = lambda: (jsonify(message="job-token", value=["job-token"], error="job-token"),
                             status)
    configure(trusting, {"SourceType": source, "ServiceConnectionId": "x"})
    outcome = token(trusting, env={url_name: issuer.url, token_name: "job-token"})
    refused(outcome, 3, "returned no token")
    assert "job-token" not in outcome.err


def github(issuer) -> dict[str, str]:
    return {"ACTIONS_ID_TOKEN_REQUEST_URL": issuer.url,
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "job-token"}


def test_a_throttling_build_system_is_not_asked_again(trusting, issuer):
    issuer.answer = lambda: ("", 503, {"Retry-After": "60"})
    configure(trusting, {"SourceType": "GitHubActions"})
    for _ in range(2):
        refused(token(trusting, env=github(issuer)), 4, "GitHub Actions", "wait until 20")
    assert len(issuer.requests) == 1


def test_a_server_error_of_a_build_system_is_retried_twice(trusting, issuer):
    answers = iter([lambda: ("", 500), lambda: ("", 502), lambda: jsonify(value=foreign_token())])
    issuer.answer = lambda: next(answers)()
    configure(trusting, {"SourceType": "GitHubActions"})
    assert token(trusting, env=github(issuer)).code == 0
    assert len(issuer.requests) == 3


# ---- a job that is its own identity ----

APP = {"AZURE_TENANT_ID": contoso.TENANT.guid, "AZURE_CLIENT_ID": CLIENT_ID}


def pipelines(issuer) -> dict[str, str]:
    return {"TF_BUILD": "True", "SYSTEM_OIDCREQUESTURI": issuer.url, "SYSTEM_ACCESSTOKEN": "job-token",
            "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID": "connection"}


@pytest.fixture
def unconfigured(trusting):
    """No configuration names an identity: the variables of the job do."""
    trusting.appsettings_file.unlink()
    trusting.session.env |= {"AZURE_AUTHORITY_HOST": trusting.authority.url} | APP | EXEC_INFO
    return trusting


CALLS = {
    "entra": (("entra", "token", "--api", "AzureDevOps"), ""),
    "git": (("git-credential-entra", "get"), "protocol=https\nhost=dev.azure.com\npath=o/p/_git/r\n"),
    "curl": (("curl-credential-entra", "https://dev.azure.com/o/_apis/projects"), ""),
    "kubectl": (("exec-credential-entra", "--resource", contoso.MY_WEB_API), ""),
}


@pytest.mark.parametrize("system", [github, pipelines])
@pytest.mark.parametrize("tool", CALLS)
def test_a_job_is_the_app_that_its_variables_name(unconfigured, issuer, system, tool):
    issuer.answer = lambda: jsonify(value=foreign_token(), oidcToken=foreign_token())
    words, text = CALLS[tool]
    outcome = unconfigured.run(*words, input=text, env=system(issuer))
    assert (outcome.code, outcome.err) == (0, "")
    assert unconfigured.authority.issued_tokens[0] in outcome.out
    (request,) = unconfigured.authority.token_requests
    assert (request.form["client_id"], request.form["grant_type"]) == (CLIENT_ID, "client_credentials")
    assert len(issuer.requests) == 1


LACKING = [
    ({"GITHUB_ACTIONS": "true"}, "ACTIONS_ID_TOKEN_REQUEST_URL", "id-token: write"),
    ({"TF_BUILD": "True", "SYSTEM_OIDCREQUESTURI": "https://x"}, "SYSTEM_ACCESSTOKEN is not set",
     "SYSTEM_ACCESSTOKEN: $(System.AccessToken)"),
    ({"TF_BUILD": "True", "SYSTEM_OIDCREQUESTURI": "https://x", "SYSTEM_ACCESSTOKEN": "job-token"},
     "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID is not set", "AzureCLI@2"),
]


@pytest.mark.parametrize("tool", CALLS)
@pytest.mark.parametrize("env, missing, remedy", LACKING)
def test_a_job_that_lacks_a_permission_is_told_which(unconfigured, env, missing, remedy, tool):
    words, text = CALLS[tool]
    outcome = unconfigured.run(*words, input=text, env=env)
    assert (outcome.code, outcome.out) == (2, "quit=1\n" if tool == "git" else "")
    assert missing in outcome.err and remedy in outcome.err
    assert "sign in" not in outcome.err and "job-token" not in outcome.err
    assert unconfigured.authority.requests == []


LOST = [
    ({"GITHUB_ACTIONS": "true", "ACTIONS_ID_TOKEN_REQUEST_URL": "https://x"},
     "ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
    ({"GITHUB_ACTIONS": "true", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "job-token"},
     "ACTIONS_ID_TOKEN_REQUEST_URL"),
    ({"TF_BUILD": "True", "SYSTEM_ACCESSTOKEN": "job-token"}, "SYSTEM_OIDCREQUESTURI"),
]


@pytest.mark.parametrize("env, missing", LOST)
def test_a_variable_that_the_build_system_sets_was_lost_on_the_way(unconfigured, env, missing):
    outcome = unconfigured.run("entra", "token", "--api", "AzureDevOps", env=env)
    refused(outcome, 2, f"{missing} is not set", "hand it on")
    assert "id-token" not in outcome.err and "System.AccessToken" not in outcome.err


# ---- a job that is nobody ----

IDS = {"AZURE_TENANT_ID": contoso.TENANT.guid, "AZURE_CLIENT_ID": CLIENT_ID}
OF_TASK = {"AZURESUBSCRIPTION_TENANT_ID": contoso.TENANT.guid,
           "AZURESUBSCRIPTION_CLIENT_ID": CLIENT_ID}
NO_MACHINE = {"AZURE_POD_IDENTITY_AUTHORITY_HOST": "http://127.0.0.1:1"}


def without(*names: str) -> dict[str, str | None]:
    return {"AZURE_TENANT_ID": contoso.TENANT.guid, "AZURE_CLIENT_ID": CLIENT_ID} | \
        dict.fromkeys(names) | NO_MACHINE


@pytest.mark.parametrize("missing", [["AZURE_TENANT_ID"], ["AZURE_CLIENT_ID"], list(IDS)])
@pytest.mark.parametrize("system", [github, pipelines])
@pytest.mark.parametrize("tool", CALLS)
def test_a_job_without_an_identity_is_told_what_names_it(unconfigured, issuer, system, missing, tool):
    ci = {"CI": "true", "GITHUB_ACTIONS": "true"} if system is github else {}
    words, text = CALLS[tool]
    outcome = unconfigured.run(*words, input=text, env=system(issuer) | ci | without(*missing))
    assert (outcome.code, outcome.out) == (5, ""), outcome
    verb = "are" if len(missing) > 1 else "is"
    assert f"has no identity: {' and '.join(missing)} {verb} not set." in outcome.err
    assert "entra login" not in outcome.err and issuer.requests == []


@pytest.mark.parametrize("missing", [["AZURE_TENANT_ID"], ["AZURE_CLIENT_ID"], list(IDS)])
def test_what_the_task_has_is_handed_on_as_advised(unconfigured, issuer, missing):
    """The advised commands, word for word, before the same command."""
    issuer.answer = lambda: jsonify(oidcToken=foreign_token())
    env = pipelines(issuer) | OF_TASK | without(*missing)
    ask = "entra token --resource " + contoso.MY_WEB_API
    outcome = unconfigured.run("sh", "-c", ask, env=env)
    lines = re.findall(r"Run '(export [^']*)'", outcome.err)
    assert outcome.code == 5 and len(lines) == len(missing), outcome
    outcome = unconfigured.run("sh", "-c", "\n".join([*lines, ask]), env=env)
    assert (outcome.code, outcome.err) == (0, "")


def test_a_job_that_may_not_ask_either_is_told_so(unconfigured):
    outcome = unconfigured.run("entra", "token", "--api", "AzureDevOps",
                               env={"GITHUB_ACTIONS": "true"} | without(*IDS))
    assert outcome.code == 5 and "permissions: id-token: write" in outcome.err


@pytest.mark.parametrize("system", [github, pipelines])
@pytest.mark.parametrize("given", [("--tenant", "--client-id"), ("--client-id",), ("--authority", "--client-id")])
def test_options_name_the_app_of_a_job_as_its_variables_do(unconfigured, issuer, system, given):
    issuer.answer = lambda: jsonify(value=foreign_token(), oidcToken=foreign_token())
    values = {"--tenant": contoso.TENANT.guid, "--client-id": CLIENT_ID,
              "--authority": f"{unconfigured.authority.url}/{contoso.TENANT.guid}"}
    missing = list(IDS) if len(given) > 1 else ["AZURE_CLIENT_ID"]
    words = [word for name in given for word in (name, values[name])]
    outcome = unconfigured.run("entra", "token", "--resource", contoso.MY_WEB_API, *words,
                               env=system(issuer) | without(*missing))
    assert (outcome.code, outcome.err) == (0, ""), outcome


@pytest.mark.parametrize("env, where", [({"CI": "true"}, "Where CI is set"),
                                        ({"TF_BUILD": "True"} | IDS, "In a job of Azure Pipelines")])
def test_nobody_is_told_to_sign_in_where_nobody_can(trusting, env, where):
    trusting.write_appsettings(trusting.user_appsettings(None))
    outcome = token(trusting, env=env)
    assert outcome.code == 5 and f"{where}, nobody can sign in" in outcome.err
    assert "entra login" not in outcome.err


@pytest.mark.parametrize("env, where", [({"CI": "true"}, "Where CI is set"),
                                        ({"TF_BUILD": "True"} | IDS, "In a job of Azure Pipelines")])
def test_nor_does_the_status_tell_anybody_to(trusting, env, where):
    trusting.write_appsettings(trusting.user_appsettings(None))
    outcome = trusting.run("entra", "status", env=env)
    assert outcome.code == 5 and f"{where}, nobody can sign in" in outcome.err, outcome
    assert "entra login" not in outcome.err


# ---- a job of which a user is asked for ----

def advised(outcome, *texts: str) -> None:
    """What asks for a user is named; nothing is said to be missing that would change nothing."""
    assert outcome.code == 5 and "In a job of GitHub Actions, nobody can sign in, but" in outcome.err, outcome
    assert all(text in outcome.err for text in texts), outcome
    assert not any(text in outcome.err for text in ("is not set", "has no identity", "entra login"))


@pytest.mark.parametrize("missing", [[], ["AZURE_CLIENT_ID"]])
@pytest.mark.parametrize("login", ["devicecode", "azurecli", "azd", "interactive"])
def test_a_kubeconfig_of_az_is_told_which_login_is_a_jobs(unconfigured, issuer, login, missing):
    words = ["exec-credential-entra", "get-token", "--environment", "AzurePublicCloud",
             "--server-id", contoso.AKS, "--client-id", contoso.KUBELOGIN.client_id,
             "--tenant-id", contoso.TENANT.guid, "--login"]
    issuer.answer = lambda: jsonify(value=foreign_token())
    outcome = unconfigured.run(*words, login, env=github(issuer) | without(*missing))
    advised(outcome, f"--login {login} asks for a user's token", "Use --login workloadidentity")
    assert ("and set AZURE_CLIENT_ID" in outcome.err) == bool(missing)
    outcome = unconfigured.run(*words, "workloadidentity", env=github(issuer))
    assert (outcome.code, outcome.err) == (0, ""), outcome


@pytest.mark.parametrize("missing", [[], list(IDS)], ids=["named", "unnamed"])
def test_a_setting_that_asks_for_a_user_is_named(trusting, issuer, missing):
    apis = trusting.appsettings()
    del apis["AzureAd"]
    apis["MyWebApi"]["RequestAppToken"] = False
    trusting.write_appsettings(apis)
    ci = github(issuer) | {"AZURE_AUTHORITY_HOST": trusting.authority.url}
    advised(token(trusting, env=ci | without(*missing)), f"{trusting.appsettings_file}:",
            "RequestAppToken is false", "CI jobs in entra-appsettings(5)")
    issuer.answer = lambda: jsonify(value=foreign_token())
    del apis["MyWebApi"]["RequestAppToken"]
    trusting.write_appsettings(apis)
    assert token(trusting, env=ci | without()).code == 0


def test_an_account_that_asks_for_a_user_is_named(unconfigured, issuer):
    words = ["entra", "token", "--resource", contoso.MY_WEB_API]
    outcome = unconfigured.run(*words, "--account", contoso.ADA.username,
                               env=github(issuer) | without(*IDS))
    advised(outcome, "--account asks for a user's token")


def test_scopes_that_no_app_can_request_are_named(unconfigured, issuer):
    scopes = [word for name in ("a", "b") for word in ("--scope", f"{contoso.MY_WEB_API}/{name}")]
    outcome = unconfigured.run("entra", "token", *scopes, env=github(issuer) | without(*IDS))
    advised(outcome, "only a user can request this")


def test_another_app_than_the_jobs_is_named(trusting, issuer):
    apis = trusting.user_appsettings()
    del apis["MyWebApi"]["RequestAppToken"]
    trusting.write_appsettings(apis)
    outcome = token(trusting, env=github(issuer) | without())
    advised(outcome, f"{trusting.appsettings_file}:", "is not the app that AZURE_CLIENT_ID names")


@pytest.mark.parametrize("missing", [["AZURE_TENANT_ID"], ["AZURE_CLIENT_ID"], list(IDS)])
def test_an_app_that_is_configured_is_not_said_to_be_none(unconfigured, issuer, missing):
    issuer.answer = lambda: jsonify(value=foreign_token())
    env = github(issuer) | {"AzureAd__TenantId": contoso.TENANT.guid, "AzureAd__ClientId": CLIENT_ID}
    words = ["entra", "token", "--resource", contoso.MY_WEB_API]
    outcome = unconfigured.run(*words, env=env | without(*missing))
    assert outcome.code == 5 and "has no identity" not in outcome.err, outcome
    verb = "name" if len(missing) > 1 else "names"
    assert "is taken for the app of " in outcome.err and "AzureAd__ClientId" in outcome.err
    assert f"only if {' and '.join(missing)} {verb} it, too." in outcome.err
    assert unconfigured.run(*words, env=env | without()).code == 0


@pytest.mark.parametrize("status, github_says, pipelines_say", [
    (401, "must be those of this job", "$(System.AccessToken) of this job"),
    (403, "must be those of this job", "may use the service connection"),
    (200, "no proxy answers", "the ID of the service connection"),
    (404, "no proxy answers", "the ID of the service connection")])
@pytest.mark.parametrize("system", [github, pipelines])
def test_each_answer_without_a_token_has_its_remedy(unconfigured, issuer, system, status, github_says,
                                                   pipelines_say):
    issuer.answer = lambda: (jsonify(message="no"), status)
    outcome = unconfigured.run("entra", "token", "--api", "AzureDevOps", env=system(issuer))
    refused(outcome, 3, f"returned no token (HTTP {status})",
            github_says if system is github else pipelines_say)


@pytest.mark.parametrize("stronger", ["a secret", "a token file", "another app", "no tenant",
                                      "a managed identity", "another app's kubeconfig"])
def test_the_jobs_token_is_for_no_one_else(unconfigured, issuer, token_file, stronger):
    """It is used for the app of the variables alone, and only where nothing else is configured."""
    env, words = github(issuer), ["entra", "token", "--resource", contoso.MY_WEB_API]
    if stronger == "a secret":
        env["AZURE_CLIENT_SECRET"] = "wrong"
    elif stronger == "a token file":
        env["AZURE_FEDERATED_TOKEN_FILE"] = str(token_file)
    elif stronger == "another app":
        words += ["--client-id", contoso.DESKTOP.client_id]
    elif stronger == "no tenant":
        env |= {"AZURE_TENANT_ID": "", "AZURE_POD_IDENTITY_AUTHORITY_HOST": "http://127.0.0.1:1"}
    elif stronger == "a managed identity":
        words.append("--managed-identity")
        env["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = "http://127.0.0.1:1"
    else:
        words = ["exec-credential-entra", "get-token", "--login", "devicecode", "--client-id",
                 contoso.DESKTOP.client_id, "--tenant-id", contoso.TENANT.guid]
    unconfigured.run(*words, env=env)
    assert issuer.requests == []


def test_a_user_signs_in_as_before_in_a_job(trusting, issuer):
    """RequestAppToken says that a user's token is wanted, and nobody has signed in."""
    trusting.write_appsettings(trusting.user_appsettings(None))
    outcome = token(trusting, env=APP | github(issuer))
    assert outcome.code == 5 and issuer.requests == []


def test_a_managed_identity_authenticates_an_app(trusting):
    with IdentityService() as service:
        service.token = foreign_token()
        configure(trusting, {"SourceType": "SignedAssertionFromManagedIdentity",
                             "ManagedIdentityClientId": "the-identity"})
        outcome = token(trusting, env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url})
        assert (outcome.code, outcome.err) == (0, "")
        assert "resource=api%3A%2F%2FAzureADTokenExchange" in service.requests[0].query
        assert "client_id=the-identity" in service.requests[0].query
        assert trusting.authority.token_requests[0].form["client_id"] == CLIENT_ID
