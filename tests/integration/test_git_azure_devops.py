# SPDX-License-Identifier: MIT
"""git with Azure DevOps under its real names, and with only an identity configured: the tenant is
the one that the server names."""

from __future__ import annotations

import re

import pytest

from authority import contoso
from integration.examining import examine
from integration.git_asking import ask, attributes, clone_of, commit, push
from integration.stored import forget_tokens
from world.world import World

PUBLIC_CLOUD = "https://login.microsoftonline.com"
HOME = contoso.TENANT.guid
DEV_AZURE = ("protocol=https", "host=dev.azure.com")
OLD_NAME = ("protocol=https", "host=contoso.visualstudio.com")


@pytest.fixture
def azure(world: World) -> World:
    """dev.azure.com and login.microsoftonline.com are reachable; the app's tenant is not known."""
    world.internet
    world.git_server.authorization_uri = f"{PUBLIC_CLOUD}/{HOME}"
    world.write_appsettings({"AzureAd": {"ClientId": contoso.DAEMON.client_id,
                                         "ClientSecret": contoso.DAEMON.secret}})
    return world


def challenge(uri: str) -> str:
    return f"wwwauth[]=Bearer authorization_uri={uri}"


def tenants_asked(world: World) -> list[str]:
    return [request.path.split("/")[1] for request in world.authority.token_requests]


def questions(world: World) -> list[str]:
    """The requests to the server without a credential that came from us, not from git."""
    return [request.path for request in world.git_server.requests if request.method == "HEAD"]


# ---- with real git ----

@pytest.mark.parametrize("url", ["https://dev.azure.com/contoso/app/_git/app",
                                 "https://contoso@dev.azure.com/contoso/app/_git/app",
                                 "https://contoso.visualstudio.com/contoso/app/_git/app"])
@pytest.mark.parametrize("set_up", [True, False], ids=["entra setup git", "credential.helper"])
def test_an_identity_is_enough(azure, each_git, url, set_up):
    azure.git_server.create_repository()
    clone = clone_of(azure, url)
    if set_up:
        azure.run("git", "config", "--global", "--unset", "credential.helper")
        assert azure.run("entra", "setup", "git").code == 0
    elif "contoso" not in url.partition("/contoso/")[0]:
        azure.run("git", "config", "--global", "credential.useHttpPath", "true")
    for subject in ("Second", "Third"):
        commit(azure, clone, subject)
        outcome = push(azure, clone)
        assert (outcome.code, outcome.err) == (0, "")
    assert azure.git_server.commits() == ["Third", "Second", "First"]
    assert tenants_asked(azure) == [HOME]
    assert len(questions(azure)) <= 1


def test_the_advised_setup_makes_git_pass_the_organization(azure):
    azure.git_server.create_repository()
    clone = clone_of(azure, "https://dev.azure.com/contoso/app/_git/app")
    commit(azure, clone, "Second")
    failed = push(azure, clone)
    assert failed.code != 0
    (advised,) = re.findall(r"'(entra setup git)'", failed.err)
    assert azure.run("sh", "-c", advised).code == 0
    outcome = push(azure, clone)
    assert (outcome.code, outcome.err) == (0, "")


def test_a_base_url_covers_its_organization_in_any_letter_case(azure, each_git):
    """Another section's identity would be used for it, or none."""
    azure.write_appsettings({"Ours": {"BaseUrl": "https://dev.azure.com/Contoso/",
                                      "Scopes": [f"{contoso.AZURE_DEVOPS}/.default"],
                                      "AcquireTokenOptions": {"AuthenticationOptionsName": "AzureAd"}},
                             "AzureAd": {"ClientId": contoso.DAEMON.client_id, "TenantId": HOME,
                                         "ClientSecret": contoso.DAEMON.secret},
                             "AzureDevOps": {"Scopes": []}})
    azure.git_server.create_repository()
    clone = clone_of(azure, "https://dev.azure.com/contoso/app/_git/app")
    azure.run("git", "config", "--global", "credential.useHttpPath", "true")
    outcome = push(azure, clone)
    assert (outcome.code, outcome.err) == (0, "")
    (item,) = azure.session.keyring.items()
    assert "Ours" in item.label


# ---- from a challenge ----

@pytest.mark.parametrize("uri", [
    f"{PUBLIC_CLOUD}/{HOME}",
    f"{PUBLIC_CLOUD}/{HOME}/oauth2/authorize, resource_id=499b84ac",
    f'"{PUBLIC_CLOUD}/{HOME}"',
    f"https://login.windows.net/{HOME.upper()}",
    f"https://login.microsoftonline.us/{HOME}",
])
@pytest.mark.parametrize("before", ["", 'Basic realm="https://tfsprodweu.visualstudio.com/", ',
                                    'Basic realm="a, Bearer authorization_uri=https://evil.example/'
                                    'x", TFS-Federated, '])
def test_a_challenge_names_the_tenant(azure, uri, before):
    line = f"wwwauth[]={before}Bearer authorization_uri={uri}"
    outcome = ask(azure, *DEV_AZURE, line)
    assert attributes(outcome.out)["password"] == azure.authority.issued_tokens[0]
    assert tenants_asked(azure) == [HOME]
    assert questions(azure) == []


@pytest.mark.parametrize("line", [
    challenge(f"https://login.microsoftonline.com.evil.example/{HOME}"),
    challenge(f"https://evil.example/{HOME}"),
    challenge(f"https://login.microsoftonline.com@evil.example/{HOME}"),
    challenge(f"http://login.microsoftonline.com/{HOME}"),
    challenge(f"https://login.microsoftonline.com:444/{HOME}"),
    challenge(f"https://evil.example/https://login.microsoftonline.com/{HOME}"),
    challenge(f"{PUBLIC_CLOUD}/common"),
    challenge(f"{PUBLIC_CLOUD}/../evil"),
    challenge(f"{PUBLIC_CLOUD}/"),
    challenge(f"{PUBLIC_CLOUD}/a%2fb"),
    f"wwwauth[]=Basic authorization_uri={PUBLIC_CLOUD}/{HOME}",
    f'wwwauth[]=Basic realm="Bearer authorization_uri={PUBLIC_CLOUD}/{HOME}"',
    f'wwwauth[]=Bearer realm="never closed, authorization_uri={PUBLIC_CLOUD}/{HOME}',
    "wwwauth[]=Bearer",
    "wwwauth[]=Bearer authorization_uri=" + "a" * 60000,
    f"wwwauth[]=Bearer authorization_uri={PUBLIC_CLOUD}/" + "a" * 1000,
])
def test_a_challenge_of_another_host_is_not_trusted(azure, line):
    outcome = ask(azure, *DEV_AZURE, line)
    assert (outcome.code, outcome.out) == (2, "quit=1\n")
    assert "tenant" in outcome.err
    assert azure.authority.requests == []


def test_a_configured_tenant_is_not_overridden(azure):
    azure.write_appsettings({"AzureAd": {"ClientId": contoso.DAEMON.client_id, "TenantId": HOME,
                                         "ClientSecret": contoso.DAEMON.secret}})
    ask(azure, *DEV_AZURE, "path=contoso/app", challenge(f"{PUBLIC_CLOUD}/{contoso.OTHER_TENANT.guid}"))
    assert tenants_asked(azure) == [HOME]
    assert questions(azure) == []


# ---- from a HEAD request ----

def test_the_server_is_asked_if_git_passes_no_challenge(azure):
    outcome = ask(azure, *DEV_AZURE, "path=Contoso/app/_git/app")
    assert attributes(outcome.out)["password"] == azure.authority.issued_tokens[0]
    assert tenants_asked(azure) == [HOME]
    assert questions(azure) == ["/contoso"]
    assert all("Authorization" not in request.headers for request in azure.git_server.requests)


def test_an_azure_devops_header_names_the_tenant_too(azure):
    azure.git_server.authorization_uri = None
    ask(azure, *DEV_AZURE, "path=contoso/app/_git/app")
    assert tenants_asked(azure) == [HOME]


@pytest.mark.parametrize("header", ["not-a-guid", "../../evil", HOME + "0", "00000000-0000"])
def test_a_header_that_names_no_tenant_is_ignored(azure, header):
    azure.git_server.authorization_uri, azure.git_server.tenant = None, header
    outcome = ask(azure, *DEV_AZURE, "path=contoso/app/_git/app")
    assert (outcome.code, outcome.out) == (2, "quit=1\n")
    assert azure.authority.requests == []


def test_an_organization_of_microsoft_accounts_has_no_tenant_for_an_app(azure):
    azure.git_server.authorization_uri = None
    azure.git_server.tenant = "00000000-0000-0000-0000-000000000000"
    outcome = ask(azure, *DEV_AZURE, "path=contoso/app/_git/app")
    assert (outcome.code, outcome.out) == (2, "quit=1\n")
    assert "organizations" in outcome.err
    challenged = ask(azure, *DEV_AZURE, "path=fabrikam/app/_git/app",
                     challenge(f"{PUBLIC_CLOUD}/{azure.git_server.tenant}"))
    assert (challenged.code, challenged.out) == (2, "quit=1\n")
    assert "organizations" in challenged.err
    assert azure.authority.requests == []


@pytest.mark.parametrize("lines", [
    (), ("username=ada@contoso.com",), ("username=contoso/app",), ("username=contoso/",),
])
def test_without_an_organization_the_tenant_is_unknown(azure, lines):
    outcome = ask(azure, *DEV_AZURE, *lines)
    assert (outcome.code, outcome.out) == (2, "quit=1\n")
    assert "entra setup git" in outcome.err
    assert azure.git_server.requests == [] and azure.internet.asked == []


@pytest.mark.parametrize("path", ["..%2fcontoso/app", "con toso", "con?toso", "a" * 65, "contoso.",
                                  "contoso%2fapp", "//contoso", ""])
def test_a_path_without_an_organization_is_reported(azure, path):
    """git sent the path, so entra setup git would not help."""
    outcome = ask(azure, *DEV_AZURE, f"path={path}")
    assert (outcome.code, outcome.out) == (2, "quit=1\n")
    assert "names no organization" in outcome.err and "entra setup git" not in outcome.err
    assert azure.git_server.requests == [] and azure.internet.asked == []


@pytest.mark.parametrize("lines, asked", [
    ((*DEV_AZURE, "username=Contoso"), "/contoso"), (OLD_NAME, "/")])
def test_what_names_the_organization(azure, lines, asked):
    ask(azure, *lines)
    assert questions(azure) == [asked]
    assert tenants_asked(azure) == [HOME]


# ---- a server that cannot be asked ----

APP_PATH = "contoso/app/_git/app"


@pytest.mark.parametrize("status", ["502 Bad Gateway", "407 Proxy Authentication Required"])
def test_a_proxy_that_refuses_is_the_reason(azure, status):
    azure.internet.routes.clear()
    azure.internet.refusal = status
    outcome = ask(azure, *DEV_AZURE, f"path={APP_PATH}")
    assert (outcome.code, outcome.out) == (4, "quit=1\n")
    assert "could not be asked for its tenant" in outcome.err and status[:3] in outcome.err
    assert azure.internet.asked == ["dev.azure.com:443"]


@pytest.mark.parametrize("status", [503, 429])
def test_a_server_that_is_out_of_order_is_the_reason(azure, status):
    azure.git_server.unavailable = status
    outcome = ask(azure, *DEV_AZURE, f"path={APP_PATH}")
    assert (outcome.code, outcome.out) == (4, "quit=1\n")
    assert f"HTTP status {status}" in outcome.err
    azure.git_server.unavailable = None
    assert "password=" in ask(azure, *DEV_AZURE, f"path={APP_PATH}").out


def test_a_server_that_names_no_tenant_is_not_out_of_order(azure):
    azure.git_server.authorization_uri = azure.git_server.tenant = None
    outcome = ask(azure, *DEV_AZURE, f"path={APP_PATH}")
    assert (outcome.code, outcome.out) == (2, "quit=1\n")
    assert "could not be asked" not in outcome.err


# ---- entra doctor ----

def test_doctor_learns_the_tenant_as_git_does(azure):
    assert azure.run("entra", "setup", "git").code == 0
    report = examine(azure, f"https://dev.azure.com/{APP_PATH}")
    assert report.crosses == [] and report.of("token", "ok")
    assert report.details("configuration")["tenant"] == (HOME, "named by the server, for git")
    assert tenants_asked(azure) == [HOME]


def test_doctor_knows_that_git_sends_no_path(azure):
    azure.run("git", "config", "--global", "credential.helper", "entra")
    assert ask(azure, *DEV_AZURE).code == 2
    report = examine(azure, f"https://dev.azure.com/{APP_PATH}")
    assert not report.ok and "entra setup git" in report.outcome.out
    assert azure.git_server.requests == []


def test_doctor_learns_nothing_if_git_does_not_use_our_helper(azure):
    assert not examine(azure, f"https://dev.azure.com/{APP_PATH}").ok
    assert azure.git_server.requests == []


def test_doctor_says_that_the_server_cannot_be_asked(azure):
    assert azure.run("entra", "setup", "git").code == 0
    azure.git_server.unavailable = 503
    report = examine(azure, f"https://dev.azure.com/{APP_PATH}")
    (finding,) = report.of("configuration", "failed")
    assert "HTTP status 503" in finding["message"] and report.outcome.code == 4


# ---- remembered ----

def test_the_tenant_of_an_organization_is_asked_once(azure):
    for path in ("contoso/app/_git/app", "contoso/other/_git/other"):
        assert "password=" in ask(azure, *DEV_AZURE, f"path={path}").out
    forget_tokens(azure)
    assert "password=" in ask(azure, *DEV_AZURE, "username=contoso").out
    assert len(questions(azure)) == 1


def test_the_tenant_of_an_organization_is_remembered_in_any_letter_case(azure):
    for line in ("path=Contoso/app/_git/app", "path=contoso/app/_git/app", "username=CONTOSO"):
        assert "password=" in ask(azure, *DEV_AZURE, line).out
        forget_tokens(azure)
    assert questions(azure) == ["/contoso"]


def test_the_tenant_of_a_challenge_is_remembered(azure):
    ask(azure, *DEV_AZURE, "path=contoso/app", challenge(f"{PUBLIC_CLOUD}/{HOME}"))
    assert "password=" in ask(azure, *DEV_AZURE, "path=contoso/app").out
    assert questions(azure) == []


def test_the_tenant_cache_is_readable_only_by_its_owner(azure):
    ask(azure, *DEV_AZURE, "path=contoso/app")
    (file,) = (azure.session.home / ".local" / "state" / "entra").iterdir()
    assert file.read_text() == f"https://dev.azure.com/contoso {HOME}\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_a_challenge_overrides_the_remembered_tenant(azure):
    ask(azure, *DEV_AZURE, "path=contoso/app", challenge(f"{PUBLIC_CLOUD}/{HOME}"))
    ask(azure, *DEV_AZURE, "path=contoso/app",
        challenge(f"{PUBLIC_CLOUD}/{contoso.OTHER_TENANT.guid}"))
    assert tenants_asked(azure) == [HOME, contoso.OTHER_TENANT.guid]


def test_each_organization_has_its_own_tenant(azure):
    ask(azure, *DEV_AZURE, "path=fabrikam/app",
        challenge(f"{PUBLIC_CLOUD}/{contoso.OTHER_TENANT.guid}"))
    ask(azure, *DEV_AZURE, "path=contoso/app")
    assert tenants_asked(azure) == [contoso.OTHER_TENANT.guid, HOME]


@pytest.mark.parametrize("content", [
    b"", b"\n", b"https://dev.azure.com/contoso\n", b"https://dev.azure.com/contoso evil/tenant\n",
    b"https://dev.azure.com/fabrikam " + HOME.encode() + b"\n", b"\0" * 5000, b"a" * 5000 + b"\n",
    b"https://dev.azure.com/contoso " + HOME.encode() + b"\nmore\n",
])
def test_a_damaged_tenant_cache_is_rebuilt(azure, content):
    ask(azure, *DEV_AZURE, "path=contoso/app")
    (file,) = (azure.session.home / ".local" / "state" / "entra").iterdir()
    file.write_bytes(content)
    assert "password=" in ask(azure, *DEV_AZURE, "path=contoso/app").out
    assert len(questions(azure)) == 2


def test_a_directory_that_others_can_write_is_not_trusted(azure):
    ask(azure, *DEV_AZURE, "path=contoso/app")
    (azure.session.home / ".local" / "state" / "entra").chmod(0o777)
    assert "password=" in ask(azure, *DEV_AZURE, "path=contoso/app").out
    assert len(questions(azure)) == 2


def test_a_tenant_that_gives_no_token_is_forgotten(azure):
    ask(azure, *DEV_AZURE, "path=contoso/app",
        challenge(f"{PUBLIC_CLOUD}/{contoso.OTHER_TENANT.guid}"))
    assert "password=" in ask(azure, *DEV_AZURE, "path=contoso/app").out
    assert tenants_asked(azure) == [contoso.OTHER_TENANT.guid, HOME]


def test_a_tenant_whose_token_is_rejected_is_forgotten(azure):
    ask(azure, *DEV_AZURE, "path=contoso/app")
    (token,) = azure.authority.issued_tokens
    ask(azure, *DEV_AZURE, "path=contoso/app", f"password={token}", operation="erase")
    assert azure.session.keyring.items() == []
    ask(azure, *DEV_AZURE, "path=contoso/app")
    assert len(questions(azure)) == 2


def test_without_a_home_nothing_is_remembered(azure):
    for _ in range(2):
        outcome = ask(azure, *DEV_AZURE, "path=contoso/app", env={"HOME": None})
        assert "password=" in outcome.out and outcome.err == ""


# ---- another host ----

def test_another_hosts_challenge_names_its_tenant_too(azure):
    settings = azure.appsettings()
    del settings["AzureAd"]["TenantId"]
    azure.write_appsettings(settings)
    host = azure.git_server.url.removeprefix("https://")
    assert "password=" in ask(azure, "protocol=https", f"host={host}").out
    assert tenants_asked(azure) == [HOME]
    (file,) = (azure.session.home / ".local" / "state" / "entra").iterdir()
    assert file.read_text() == f"{azure.git_server.url}/ {HOME}\n"
