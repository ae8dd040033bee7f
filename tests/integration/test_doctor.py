# SPDX-License-Identifier: MIT
"""entra doctor: its report, and its findings in the configuration."""

from __future__ import annotations

import json
import os
import re

import pytest

from authority import contoso
from integration.credentials import configure
from integration.examining import CHECKS, CROSS, DASH, TICK, examine
from integration.users import asked_nobody, login, token
from world.terminal import Terminal

DAEMON = contoso.DAEMON

# ---- the report ----


def test_it_exits_0_if_all_checks_pass(world):
    report = examine(world)
    assert report.ok and report.crosses == []
    assert report.statuses("token") == report.statuses("keyring") == {"ok"}


def test_each_check_is_a_mark_and_a_line(world):
    outcome = world.run("entra", "doctor")
    assert (outcome.code, outcome.err) == (0, "")
    lines = [line for line in outcome.out.splitlines() if not line.startswith(" ")]
    assert {line[0] for line in lines} == {TICK, DASH}
    assert sorted({line.split()[1] for line in lines}) == sorted(CHECKS)


def test_a_failed_check_says_what_is_wrong_and_what_to_do(world):
    outcome = world.run("entra", "doctor", env={"AzureAd__ClientSecret": "wrong"})
    assert outcome.code == 3
    (line,) = [line for line in outcome.out.splitlines() if line.startswith(CROSS)]
    for text in ("token", "no token for MyWebApi", "AADSTS7000215", "correlation id",
                 "that the secret is one of this app's"):
        assert text in line
    assert outcome.err.startswith("entra: 1 check failed: token. Check ClientId, and that the ")


def test_the_exit_code_is_that_of_the_first_failed_check(world):
    world.authority.close()
    report = examine(world, "https://elsewhere.example/")
    assert [check for check, _ in report.crosses] == ["host", "network"]
    assert report.outcome.code == 2
    assert report.error["message"] == "2 checks failed: host, network"
    assert report.error["hint"].startswith("Begin with host: An API's BaseUrl ")


def test_a_check_with_two_failures_counts_once(world):
    settings = world.appsettings()
    settings["AzureAd"] |= {"TennantId": "x", "ClientIdd": "x"}
    world.write_appsettings(settings)
    report = examine(world)
    assert [check for check, _ in report.crosses] == ["configuration", "configuration"]
    assert report.error["message"] == "1 check failed: configuration"


def test_json_has_the_members_of_an_error_for_a_failed_check(world):
    report = examine(world, env={"AzureAd__ClientSecret": "wrong"})
    (cross,) = report.of("token", "failed")
    assert cross["code"] == "AADSTS7000215" and cross["error"] == "invalid_client"
    assert cross["correlationId"] == \
        world.authority.token_requests[-1].headers["client-request-id"]


@pytest.mark.parametrize("env, coloured", [({}, True), ({"NO_COLOR": "1"}, False),
                                           ({"NO_COLOR": ""}, True)])
def test_colors_are_for_terminals(world, env, coloured):
    world.authority.close()
    with Terminal(["entra", "doctor"], world.session.env | env, world.session.home,
                  whole=True) as terminal:
        shown = terminal.finish().err
    assert ("\x1b[31m" in shown) == ("\x1b[32m" in shown) == coloured
    assert CROSS in shown


def test_there_are_no_colors_elsewhere(world):
    assert "\x1b" not in world.run("entra", "doctor", env={"TERM": "xterm"}).out


@pytest.mark.parametrize("words", [["a/b"], ["https://a/", "https://b/"], ["--output", "xml"],
                                   ["--explain", "nothing known"], ["--explain", "AADSTS0"],
                                   ["ftp://a/"]])
def test_wrong_usage_is_reported(world, words):
    outcome = world.run("entra", "doctor", *words)
    assert (outcome.code, outcome.out) == (2, "")
    assert len(outcome.err.splitlines()) == 1


# ---- configuration ----


def test_each_value_is_shown_with_its_source(world):
    report = examine(world, "--tenant", contoso.TENANT.guid, env={
        "AzureAd__ClientSecret": DAEMON.secret, "MyWebApi__RelativePath": "x",
        "AZURE_CLIENT_ID": "of-the-environment"})
    details, file = report.details("configuration"), world.appsettings_file
    assert details["AzureAd:ClientId"] == (DAEMON.client_id, f"{file}:5")
    assert details["AzureAd:Instance"] == (f"{world.authority.url}/", f"{file}:3")
    assert details["AzureAd:ClientSecret"] == (
        "set", "the environment variable AzureAd__ClientSecret")
    assert details["MyWebApi:RelativePath"] == (
        "x", "the environment variable MyWebApi__RelativePath")
    assert details["MyWebApi:Scopes:0"][0] == f"{contoso.MY_WEB_API}/.default"
    assert details["--tenant"] == (contoso.TENANT.guid, "the command line")
    assert details["AZURE_CLIENT_ID"] == ("of-the-environment", "the environment")


def test_each_option_is_shown(world):
    given = {"--account": "ada@contoso.com", "--timeout": "7", "--keyring": "none",
             "--authority": world.authority.url}
    flag = "--managed-identity"
    words = [word for pair in given.items() for word in pair]
    details = examine(world, *words).details("configuration")
    for name, value in given.items():
        assert details[name] == (value, "the command line")
    assert examine(world, flag).details("configuration")[flag] == ("set", "the command line")
    assert flag not in examine(world).details("configuration")


@pytest.mark.parametrize("name", [
    "AZURE_AUTHORITY_HOST", "AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_CERTIFICATE_PATH",
    "ENTRA_CLIENT_CERTIFICATE_KEY_PATH", "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN",
    "AZURE_FEDERATED_TOKEN_FILE", "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
    "AZURE_POD_IDENTITY_AUTHORITY_HOST", "SSL_CERT_FILE", "CURL_CA_BUNDLE", "ENTRA_RENEWAL"])
def test_each_variable_is_shown(world, name):
    details = examine(world, env={name: "inline"}).details("configuration")
    assert details[name] == ("inline", "the environment")


@pytest.mark.parametrize("name", ["AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PASSWORD"])
def test_each_variable_with_a_secret_is_shown_as_set(world, name):
    details = examine(world, env={name: "inline"}).details("configuration")
    assert details[name] == ("set", "the environment")


def test_possible_secrets_are_only_shown_as_set(world):
    settings = world.appsettings()
    settings["AzureAd"] |= {
        "Nonsense": "hunter2", "ExtraQueryParameters": {"key": "hunter2"},
        "ClientCredentials": [
            {"SourceType": "SignedAssertionCommand", "SignedAssertionCommand": ["x", "hunter2"]},
            {"SourceType": "Path", "CertificateDiskPath": "/x", "CertificatePassword": "hunter2"}]}
    world.write_appsettings(settings)
    outcome = world.run("entra", "doctor", env={"AZURE_CLIENT_SECRET": "hunter2",
                                                "AZURE_CLIENT_CERTIFICATE_PASSWORD": "hunter2"})
    assert "hunter2" not in outcome.out + outcome.err
    assert DAEMON.secret not in outcome.out + outcome.err
    assert outcome.out.count(": set (") >= 7


def test_a_key_cannot_control_the_terminal(world):
    settings = world.appsettings()
    settings["MyWebApi"]["AcquireTokenOptions"] = {"ExtraQueryParameters": {
        "\x1b[31mred\nfalse": "\x1b[0m"}}
    world.write_appsettings(settings)
    outcome = world.run("entra", "doctor")
    assert "\x1b" not in outcome.out
    assert "MyWebApi:AcquireTokenOptions:ExtraQueryParameters:?[31mred?false: " in outcome.out


def test_the_environment_alone_is_a_configuration(world):
    world.appsettings_file.unlink()
    report = examine(world, "--resource", contoso.GRAPH, env={
        "AZURE_TENANT_ID": contoso.TENANT.guid, "AZURE_CLIENT_ID": DAEMON.client_id,
        "AZURE_CLIENT_SECRET": DAEMON.secret, "AZURE_AUTHORITY_HOST": world.authority.url})
    assert report.ok
    assert report.of("configuration")[0]["status"] == "skipped"
    assert report.details("configuration")["AZURE_CLIENT_SECRET"] == ("set", "the environment")


def test_a_file_that_is_not_json_does_not_stop_the_other_checks(world):
    world.appsettings_file.write_text("{\n  \"AzureAd\": oops\n}")
    report = examine(world, "https://api.example/")
    (host,) = report.of("host")
    assert host["status"] == "skipped"
    assert "no configuration to look up https://api.example/ in" in host["message"]
    assert report.crosses == [("configuration", "configuration_syntax")]
    assert f"{world.appsettings_file}:2" in report.of("configuration")[0]["message"]
    assert report.statuses("token") == {"skipped"}
    assert report.statuses("keyring") == {"ok"}
    for check in ("permissions", "credential"):
        assert report.of(check, "skipped")[0]["message"].startswith("not known without")


def test_an_unknown_key_fails_the_check(world):
    settings = world.appsettings()
    settings["AzureAd"]["TennantId"] = "x"
    world.write_appsettings(settings)
    (cross,) = examine(world).of("configuration", "failed")
    assert "did you mean 'TenantId'?" in cross["message"]


def test_a_faulty_api_does_not_stop_the_checks_of_the_authority(world):
    report = examine(world, "--scope", "User.Read")
    assert report.crosses == [("configuration", "scope_not_default")]
    assert report.statuses("network") == report.statuses("credential") == {"ok"}
    assert report.statuses("token") == {"skipped"}


def test_the_identity_and_the_api_are_shown(world):
    messages = " ".join(one["message"] for one in examine(world).of("configuration"))
    for text in (DAEMON.client_id, contoso.TENANT.domains[0], world.authority.url,
                 f"{contoso.MY_WEB_API}/.default"):
        assert text in messages


def test_a_user_who_must_sign_in_first_is_told_how_and_not_prompted(desk):
    outcome = desk.at_terminal("entra", "doctor", whole=True).finish()
    assert outcome.code == 5
    assert "Run 'entra login --api MyWebApi'." in outcome.err
    assert asked_nobody(desk)


def test_a_signed_in_user_is_named(desk):
    login(desk)
    report = examine(desk)
    assert report.ok
    assert f"from {desk.authority.url}, valid until" in report.of("token", "ok")[0]["message"]
    assert report.details("token")["account"][0] == "ada@contoso.com"
    assert report.details("token")["scp"][0] == "user_impersonation"
    assert report.statuses("credential") == {"skipped"}


def test_a_revoked_sign_in_fails_even_if_the_keyring_has_a_token(desk):
    login(desk)
    assert token(desk).code == 0
    desk.authority.refresh_tokens.revoke(contoso.ADA)
    desk.authority.log.clear()
    report = examine(desk)
    assert report.crosses == [("token", "AADSTS50173")]
    assert report.outcome.code == 5 and asked_nobody(desk)


def test_a_token_without_a_refresh_token_fails(desk):
    login(desk)
    assert token(desk).code == 0
    assert desk.run("secret-tool", "clear", "kind", "refresh_token").code == 0
    report = examine(desk)
    assert [check for check, _ in report.crosses] == ["token"]
    assert report.outcome.code == 5 and "entra login" in report.of("token", "failed")[0]["hint"]


def test_a_missing_identity_is_reported(world):
    world.appsettings_file.unlink()
    report = examine(world, env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": "http://127.0.0.1:1"})
    assert report.statuses("configuration") == {"skipped"}
    assert report.crosses == [("network", "name_not_resolved"), ("token", "unconfigured")]
    assert "a user" in report.of("credential", "skipped")[0]["message"]
    assert "login.microsoftonline.com" in report.of("network")[0]["message"]


# ---- permissions ----


def test_a_file_with_a_secret_that_others_can_read_fails_the_check(world):
    world.appsettings_file.chmod(0o644)
    report = examine(world)
    assert report.crosses == [("permissions", "file_readable")]
    assert "0644" in report.of("permissions")[0]["message"]
    hint = report.of("permissions")[0]["hint"]
    (command,) = re.findall(rf"^Run '(chmod [go]+-r {world.appsettings_file})'\.$", hint)
    assert world.run("sh", "-c", command).code == 0
    assert examine(world).crosses == []


def test_roots_file_that_a_group_can_read_passes_the_check(world):
    if os.geteuid() != 0:
        pytest.skip("only root has such files")
    world.appsettings_file.chmod(0o640)
    report = examine(world)
    assert report.crosses == [] and "holds a secret" not in report.outcome.err


def test_a_file_that_others_can_write_is_not_read(world):
    world.appsettings_file.chmod(0o620)
    report = examine(world)
    assert report.crosses == [("configuration", "file_writable")]


@pytest.mark.parametrize("form", ["whole path", "beside", "below", "a URI"])
def test_each_file_of_a_credential_is_checked(world, form):
    folder = world.appsettings_file.parent / ("keys" if form == "below" else "")
    prefix = {"whole path": f"{folder}/", "beside": "", "below": "keys/",
              "a URI": f"file://{folder}/"}[form]
    folder.mkdir(exist_ok=True)
    for file, mode in (("key.pem", 0o644), ("certificate.pem", 0o644)):
        (folder / file).write_text("")
        (folder / file).chmod(mode)
    configure(world, {"SourceType": "Path", "CertificateDiskPath": f"{prefix}certificate.pem",
                      "CertificateKeyDiskPath": f"{prefix}key.pem"})
    report = examine(world)
    (cross,) = report.of("permissions", "failed")
    assert cross["code"] == "file_readable"
    assert cross["message"].startswith(f"{folder}/key.pem holds a secret")
    assert any(one["message"].startswith(f"{folder}/certificate.pem (mode ")
               for one in report.of("permissions", "ok"))


# ---- host ----


def test_the_api_of_a_url_is_shown(world):
    report = examine(world, world.git_server.url + "/contoso/_git/x")
    (finding,) = report.of("host")
    assert (finding["status"], "GitServer" in finding["message"]) == ("ok", True)
    assert report.details("token")["aud"][0] == contoso.AZURE_DEVOPS


def test_a_url_without_an_api_gets_no_token(world):
    report = examine(world, world.web_api.url.replace("localhost", "127.0.0.1"))
    assert report.crosses == [("host", "url_of_nobody")]


# ---- --explain ----


def test_a_code_is_explained_whichever_program_reported_it(world):
    outcome = world.run("entra", "doctor", "--explain", "Authorization_RequestDenied")
    assert (outcome.code, outcome.err) == (0, "")
    assert "administrator" in outcome.out and "403" in outcome.out


@pytest.mark.parametrize("code", ["70011", "aadsts70011", "AADSTS70011"])
def test_a_number_is_recognized_as_users_copy_it(world, code):
    outcome = world.run("entra", "doctor", "--explain", code)
    assert (outcome.code, outcome.err) == (0, "")
    assert "AADSTS70011" in outcome.out.splitlines()[0].split()


def explained(world, *words: str) -> list[str]:
    """The first codes of the entries."""
    outcome = world.run("entra", "doctor", "--explain", *words)
    assert (outcome.code, outcome.err) == (0, ""), outcome
    return [line.split()[0] for line in outcome.out.splitlines() if not line.startswith(" ")]


FORBIDDEN = ["Authorization_RequestDenied", "no_app_roles"]


@pytest.mark.parametrize("pasted, codes", [
    ("Insufficient privileges to complete the operation.", FORBIDDEN[:1]),
    ("insufficient PRIVILEGES to complete the operation", FORBIDDEN[:1]),
    ('{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges to '
     'complete the operation."}}', FORBIDDEN[:1]),
    ("Forbidden", FORBIDDEN), ("403", FORBIDDEN), ("< HTTP/2 403 ", FORBIDDEN),
    ("Response status code does not indicate success: 403 (Forbidden).", FORBIDDEN),
    ("HTTP/1.1 401 Unauthorized", ["invalid_token"]), ("429", ["http_throttled"]),
    ('{"error":"invalid_client","error_description":"AADSTS7000277: Revoked.\\r\\nTrace ID: '
     '70011a00-0000-0000-0000-000000000000","error_codes":[7000277]}', ["AADSTS7000214"]),
    ("error=access_denied&error_description=aadsts65001%3a+The+user", ["AADSTS65001"]),
    ("  AADSTS70011:\n", ["AADSTS70011"]), ("Server said: invalid_scope.", ["invalid_scope"]),
    ("KEYRING_LOCKED", ["keyring_locked"]),
    ("entra: AADSTS65001: x (invalid_grant). AADSTS50105", ["AADSTS65001", "AADSTS50105"]),
    ("AADSTS999999: x (invalid_client, correlation id y)", ["AADSTS999999", "invalid_client"])])
def test_a_message_is_explained_as_users_paste_it(world, pasted, codes):
    assert explained(world, pasted) == codes


@pytest.mark.parametrize("pasted", [
    'Error from server (Forbidden): nodes is forbidden: User "97e0" cannot list resource "nodes"',
    "<Error><Code>AuthorizationPermissionMismatch</Code>",
    "(AuthorizationFailed) The client '97e0' does not have authorization to perform action 'x'"])
def test_roles_are_advised_where_azure_and_its_clusters_go_by_them(world, pasted):
    outcome = world.run("entra", "doctor", "--explain", pasted)
    assert outcome.code == 0 and "access control (IAM)" in outcome.out


def test_a_message_is_explained_without_quotation_marks(world):
    words = "Insufficient privileges to complete the operation.".split()
    assert explained(world, *words) == FORBIDDEN[:1]


@pytest.mark.parametrize("code", ["AADSTS999999", "999999", "aadsts999999: Something new."])
def test_a_number_that_nobody_knows_leads_to_microsofts_page(world, code):
    outcome = world.run("entra", "doctor", "--explain", code)
    assert (outcome.code, outcome.out) == (2, "")
    assert "https://login.microsoftonline.com/error?code=999999" in outcome.err


@pytest.mark.parametrize("code", ["9999999999", "AADSTS0", "x403", "403x", "", " "])
def test_what_is_not_a_code_leads_nowhere(world, code):
    outcome = world.run("entra", "doctor", "--explain", code)
    assert (outcome.code, outcome.out) == (2, "") and "http" not in outcome.err


def test_all_codes_are_explained_as_json(world):
    entries = json.loads(
        world.run("entra", "doctor", "--explain", "all", "--output", "json").out)
    assert all(set(entry) == {"codes", "meaning", "remedy"} for entry in entries)
    assert any("AADSTS7000215" in entry["codes"].split() for entry in entries)
