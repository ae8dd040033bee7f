# SPDX-License-Identifier: MIT
"""What a cluster may choose in spec.cluster.config: the token is sent to it, and it may be hostile."""

from __future__ import annotations

import json
import re

import jwt
import pytest

from authority import contoso
from integration.asking import EXEC_INFO, failed
from integration.test_kubectl_users import bare_desk, renewed_in_the_background, status_token
from integration.users import login
from world.identity_service import IdentityService
from world.kubeconfig import V1BETA1, ExecPlugin

APP, TENANT, DOMAIN = contoso.DAEMON, contoso.TENANT.guid, contoso.TENANT.domains[0]
FABRIKAM = contoso.OTHER_TENANT.guid
SERVER = "11111111-2222-4333-8444-555555555555"  # of a cluster that has an app of its own
KEY_VAULT = "cfa8b339-82a2-471a-a3c9-0fc0be7a4093"
HELPER = "exec-credential-entra"

__all__ = ["bare_desk"]  # the fixture


def info(config: dict) -> dict[str, str]:
    """KUBERNETES_EXEC_INFO as client-go sets it for a cluster with this extension."""
    told = json.loads(EXEC_INFO["KUBERNETES_EXEC_INFO"])
    told["spec"]["cluster"] = {"server": "https://cluster.example", "config": config}
    return {"KUBERNETES_EXEC_INFO": json.dumps(told)}


def ask(world, config: dict, *words: str, **env: str):
    return world.run(HELPER, *words, env=info(config) | env)


def configure(world, identity: dict | None = None, **sections: dict):
    """The configuration of the app, with changes (None removes a key) and more sections."""
    settings = world.appsettings() | sections
    settings["AzureAd"] = {key: value for key, value in
                           (settings["AzureAd"] | (identity or {})).items() if value is not None}
    world.write_appsettings(settings)
    return world


def refused(world, outcome, *texts: str) -> None:
    failed(HELPER, outcome, 2, *texts)
    assert world.authority.token_requests == []


def advice(outcome, pattern: str) -> str:
    """The words of the advice that match, as a user would copy them."""
    found = re.search(pattern, outcome.err)
    assert found, outcome
    return found.group()


def audience(outcome) -> str:
    return jwt.decode(status_token(outcome), options={"verify_signature": False})["aud"]


def under_kubectl(world, config, **spec):
    world.write_kubeconfig(ExecPlugin(HELPER, cluster_config=config, provide_cluster_info=True,
                                      api_version=V1BETA1, **spec))
    return world.run("kubectl", "get", "pods")


# ---- the API ----

def test_a_cluster_may_name_what_it_is_given_anyway(world):
    outcome = under_kubectl(world, {"tenant-id": DOMAIN.upper(), "server-id": contoso.AKS.upper(),
                                    "client-id": SERVER, "environment": "AzurePublicCloud",
                                    "of-somebody-else": [1]})
    assert outcome.code == 0, outcome.err
    (request,) = world.authority.token_requests
    assert request.path == f"/{DOMAIN}/oauth2/v2.0/token"
    assert request.form["client_id"] == APP.client_id


def test_a_cluster_without_the_extension_names_nothing(world):
    assert under_kubectl(world, None).code == 0


@pytest.mark.parametrize("server", [
    KEY_VAULT, "7e7c393b-45d0-48b1-a35e-2905ddf8183c",  # Key Vault's, in two clouds
    "a232010e-820c-4083-83bb-3ace5fc29d0b",  # Cosmos DB
    "fc780465-2017-40d4-a0c5-307022471b92",  # Defender
    "123cd850-d9df-40bd-94d5-c9f07b7fa203",  # PostgreSQL
    "c5393580-f805-4401-95e8-94b7a6ef2fc2",  # Office management
    "00000003-0000-0000-c000-000000000000", contoso.AZURE_DEVOPS, contoso.GRAPH, "Graph",
    "https://management.azure.com", "https://storage.azure.com", "https://database.windows.net/",
    "https://ossrdbms-aad.database.windows.net", "https://containerregistry.azure.net",
    contoso.MY_WEB_API, f"spn:{contoso.AKS}", f"{contoso.AKS}/.default", SERVER])
@pytest.mark.parametrize("words", [(), ("get-token", "--login", "spn"), ("get-token", "--legacy")])
def test_a_cluster_cannot_name_an_api_that_is_not_for_clusters(world, server, words):
    refused(world, ask(world, {"server-id": server}, *words), server, "is not accepted from a cluster")


def test_a_signed_in_users_token_is_not_given_to_a_cluster_that_names_another_api(bare_desk):
    bare_desk.authority.directory.resources.append(KEY_VAULT)
    where = ("--tenant", TENANT, "--authority", bare_desk.authority.url)
    login(bare_desk, "--resource", KEY_VAULT, *where)
    before = len(bare_desk.authority.issued_tokens)
    outcome = ask(bare_desk, {"server-id": KEY_VAULT, "client-id": contoso.AZURE_CLI.client_id}, *where)
    failed(HELPER, outcome, 2, "is not accepted from a cluster")
    assert len(bare_desk.authority.issued_tokens) == before


def test_the_advice_for_a_refused_server_works(world):
    world.authority.directory.resources.append(SERVER)
    outcome = ask(world, {"server-id": SERVER})
    words = advice(outcome, r"--server-id [\w-]+").split()
    assert audience(ask(world, {"server-id": SERVER}, *words)) == SERVER
    key = json.loads("{" + advice(outcome, r'"ForClusters": true') + "}")
    configure(world, Production={"Scopes": [f"{SERVER}/.default"]} | key)
    assert audience(ask(world, {"server-id": SERVER}, "--force-refresh")) == SERVER


@pytest.mark.parametrize("server", ["x; rm -rf ~", "$(id)", "--verbose", "a\nb", "\x1b[2J"])
def test_the_advice_has_none_of_a_clusters_text_that_a_shell_would_run(world, server):
    outcome = ask(world, {"server-id": server})
    refused(world, outcome, "is not accepted from a cluster", "give --server-id ID in args")


def test_a_cluster_may_name_an_api_that_the_configuration_has_for_clusters(world):
    world.authority.directory.resources.append(SERVER)
    sections = {
        "Other": {"Scopes": [f"{SERVER}/.default"], "ForClusters": False},
        "Build": world.appsettings()["AzureAd"],
        "Production": {"Scopes": [f"{SERVER}/.default"], "ForClusters": True,
                       "AcquireTokenOptions": {"AuthenticationOptionsName": "Build"}}}
    configure(world, {"ClientId": SERVER}, **sections)
    outcome = ask(world, {"server-id": f"{SERVER.upper()}/"}, "--verbose")
    assert outcome.code == 0, outcome
    (request,) = world.authority.token_requests
    assert (request.form["client_id"], request.form["scope"]) == (APP.client_id, f"{SERVER}/.default")


@pytest.mark.parametrize("section", [
    {"Scopes": [f"{SERVER}/.default"]}, {"Scopes": [f"{SERVER}/.default"], "ForClusters": False},
    {"Scopes": [f"{SERVER}/a", f"{contoso.GRAPH}/b"], "ForClusters": True},
    {"Scopes": [f"{SERVER}0/.default"], "ForClusters": True}, {"Scopes": [], "ForClusters": True},
    {"Scopes": "/.default", "ForClusters": True}])
def test_only_an_api_whose_scopes_are_all_the_servers_is_for_its_cluster(world, section):
    configure(world, Production=section)
    refused(world, ask(world, {"server-id": SERVER}), "is not accepted from a cluster")


def test_the_key_for_clusters_must_be_true_or_false(world):
    configure(world, Production={"Scopes": [f"{SERVER}/.default"], "ForClusters": 7})
    refused(world, ask(world, {"server-id": SERVER}), "ForClusters must be true or false")


def test_a_misspelled_key_for_clusters_is_noticed(world):
    configure(world, Production={"Scopes": [f"{SERVER}/.default"], "ForCluster": True})
    assert "did you mean 'ForClusters'" in world.run("entra", "token", "--api", "AKS").err


def test_doctor_shows_which_apis_are_for_clusters(world):
    configure(world, Production={"Scopes": [f"{SERVER}/.default"], "ForClusters": True})
    assert re.search(r"Production:ForClusters\W+True", world.run("entra", "doctor").out)


def test_a_cluster_may_name_the_server_of_the_configured_aks_and_the_usual_one(world):
    world.authority.directory.resources.append(SERVER)
    configure(world, AKS={"Scopes": [f"{SERVER}/.default"]})
    assert audience(ask(world, {"server-id": SERVER})) == SERVER
    assert audience(ask(world, {"server-id": contoso.AKS})) == contoso.AKS
    assert audience(ask(world, {})) == SERVER


def test_the_legacy_audience_is_that_of_the_clusters_server(world):
    world.authority.directory.resources.append(f"spn:{contoso.AKS}")
    outcome = ask(world, {"server-id": contoso.AKS}, "get-token", "--legacy")
    assert audience(outcome) == f"spn:{contoso.AKS}"


# ---- the tenant and the cloud ----

def test_arguments_take_precedence_over_the_cluster(world):
    outcome = under_kubectl(world, {"tenant": FABRIKAM, "server-id": SERVER, "environment":
                                    "AzureChinaCloud"},
                            args=["get-token", "--tenant", TENANT, "--server-id", contoso.AKS,
                                  "--authority", world.authority.url])
    assert outcome.code == 0, outcome.err


@pytest.mark.parametrize("config, text", [
    ({"server-id": 7}, "config.server-id that is not a string"),
    ({"environment": "https://login.evil.example"}, "unknown cloud"),
    ({"tenant-id": "../x"}, "is not a tenant"),
])
def test_a_setting_of_a_cluster_that_cannot_be_used_is_an_error(world, config, text):
    refused(world, ask(world, config), text)


def test_an_app_is_not_sent_to_the_tenant_of_a_cluster(world):
    outcome = ask(world, {"tenant-id": FABRIKAM})
    refused(world, outcome, FABRIKAM, f"the app's tenant is {DOMAIN}")
    words = advice(outcome, rf"--tenant-id {DOMAIN}").split()
    status_token(ask(world, {"tenant-id": FABRIKAM}, *words))
    (request,) = world.authority.token_requests
    assert request.path == f"/{DOMAIN}/oauth2/v2.0/token"


def test_an_app_without_a_tenant_is_not_sent_to_the_tenant_of_a_cluster(world):
    configure(world, {"TenantId": None})
    outcome = ask(world, {"tenant": TENANT})
    refused(world, outcome, f"only the cluster names a tenant, {TENANT}")
    option = advice(outcome, r"--tenant-id\b")
    status_token(ask(world, {"tenant": TENANT}, option, TENANT))


@pytest.mark.parametrize("cloud", ["AzureChinaCloud", "azureusgovernment"])
def test_an_app_is_not_sent_to_the_cloud_of_a_cluster(world, cloud):
    outcome = ask(world, {"environment": cloud})
    refused(world, outcome, f"the app's authority is {world.authority.url}")
    words = advice(outcome, rf"--authority {world.authority.url}").split()
    status_token(ask(world, {"environment": cloud}, *words))


CREDENTIALS = {
    "secret": {"AZURE_CLIENT_SECRET": APP.secret},
    "certificate": {"AZURE_CLIENT_CERTIFICATE_PATH": "/nonexistent.pem"},
    "federated token": {"AZURE_FEDERATED_TOKEN_FILE": "/nonexistent.jwt"},
}


@pytest.mark.parametrize("kind, words", [
    *((kind, ()) for kind in CREDENTIALS),
    *((kind, ("get-token", "--login", "spn")) for kind in ("secret", "certificate")),
    ("federated token", ("get-token", "--login", "workloadidentity"))])
def test_no_kind_of_credential_is_sent_where_a_cluster_says(world, kind, words):
    world.appsettings_file.unlink()
    env = CREDENTIALS[kind] | {"AZURE_CLIENT_ID": APP.client_id}
    for config, more in (({"tenant-id": FABRIKAM}, {}),
                         ({"environment": "AzureChinaCloud"}, {"AZURE_TENANT_ID": TENANT})):
        outcome = ask(world, config, *words, **env, **more)
        refused(world, outcome, "A cluster cannot choose where an app's credential is sent")


def test_an_app_does_not_take_its_id_from_a_cluster(world):
    configure(world, {"ClientId": None})
    refused(world, ask(world, {"client-id": SERVER}), "no client id (ClientId")


def test_a_managed_identity_has_no_choice_of_its_tenant(world):
    with IdentityService() as service:
        outcome = ask(world, {"tenant-id": FABRIKAM, "environment": "AzureChinaCloud"},
                      "--managed-identity", AZURE_POD_IDENTITY_AUTHORITY_HOST=service.url)
    status_token(outcome)


def test_a_cluster_cannot_name_an_authority(world):
    outcome = ask(world, {"authority-host": "https://login.evil.example/", "authority":
                          "https://login.evil.example/", "login": "interactive", "proxy":
                          "http://evil.example"})
    status_token(outcome)
    (request,) = world.authority.token_requests
    assert request.form["client_secret"] == APP.secret


# ---- users ----

def test_a_users_tenant_may_be_that_of_the_cluster(desk):
    where = ("--authority", desk.authority.url)
    login(desk, "--api", "AKS", "--client-id", contoso.KUBELOGIN.client_id, "--tenant", FABRIKAM,
          *where, user=contoso.GRACE)
    outcome = ask(desk, {"tenant-id": FABRIKAM, "server-id": contoso.AKS}, *where, "--client-id",
                  contoso.KUBELOGIN.client_id)
    claims = jwt.decode(status_token(outcome), options={"verify_signature": False})
    assert (claims["tid"], claims["upn"]) == (FABRIKAM, contoso.GRACE.username)


def test_two_clusters_of_two_tenants_have_their_own_accounts(desk):
    where = ("--authority", desk.authority.url, "--client-id", contoso.KUBELOGIN.client_id)
    for user, tenant in ((contoso.BOB, FABRIKAM), (contoso.ADA, TENANT)):
        login(desk, "--api", "AKS", "--tenant", tenant, *where, user=user)
    for user, tenant in ((contoso.BOB, FABRIKAM), (contoso.ADA, TENANT)) * 2:
        outcome = ask(desk, {"tenant-id": tenant, "server-id": contoso.AKS}, *where)
        claims = jwt.decode(status_token(outcome), options={"verify_signature": False})
        assert (claims["tid"], claims["upn"]) == (tenant, user.username)


OTHER_CLIENTS = [contoso.AZURE_CLI.client_id, contoso.GIT_CREDENTIAL_MANAGER.client_id,
                 contoso.DESKTOP.client_id,
                 "1950a258-227b-4e31-a9cf-717495945fc2",  # Azure PowerShell
                 "80faf920-1908-4b52-b5ef-a8e7bedfc67b",
                 "80faf920-1908-4b52-b5ef-a8e7bedfc67a ",
                 "my-client"]


@pytest.mark.parametrize("client", OTHER_CLIENTS)
def test_a_cluster_cannot_choose_another_client_than_that_of_aks(bare_desk, client):
    where = ("--tenant", TENANT, "--authority", bare_desk.authority.url)
    outcome = ask(bare_desk, {"client-id": client}, *where)
    refused(bare_desk, outcome, client, "is not accepted from a cluster")
    words = advice(outcome, r"--client-id [\w-]{36}").split()
    login(bare_desk, "--api", "AKS", *where)
    status_token(ask(bare_desk, {"client-id": client}, *where, *words))


def test_a_token_is_renewed_with_what_the_cluster_named(bare_desk):
    client = contoso.KUBELOGIN.client_id
    env = info({"client-id": client, "tenant-id": TENANT, "server-id": contoso.AKS})
    where = ("--authority", bare_desk.authority.url)
    login(bare_desk, "--api", "AKS", "--tenant", TENANT, *where, "--client-id", client)
    status_token(bare_desk.run(HELPER, *where, env=env))
    renewed_in_the_background(bare_desk, *where, env=env)


def test_a_token_is_renewed_for_the_server_that_the_cluster_named(world):
    world.authority.directory.resources.append(SERVER)
    configure(world, AKS={"Scopes": [f"{SERVER}/.default"]})
    env = info({"server-id": contoso.AKS})
    assert audience(world.run(HELPER, env=env)) == contoso.AKS
    renewed_in_the_background(world, env=env)
