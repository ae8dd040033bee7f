# SPDX-License-Identifier: MIT
"""entra setup kubectl --login: which options of the old login go, and whose login changes."""

from __future__ import annotations

import json
import re

import pytest

from authority import contoso
from integration.test_kubectl import info
from integration.test_kubectl_clients import debians_kubectl, kubectl
from integration.test_kubectl_kubelogin import spn
from integration.test_kubectl_setup import (CLIENT, PROVIDER, TENANT, head, set_up, user, user_of,
                                            write)
from integration.users import login as sign_in
from world.identity_service import TOKEN as MANAGED_TOKEN
from world.kubeconfig import V1BETA1

SERVER = "6dae42f8-4368-4678-94ff-3960e28e3630"
OWN = "97e0a5b7-d745-40b6-94fe-5f77d35c6e05"

# As az writes it.
AZ = f"""\
apiVersion: v1
kind: Config
current-context: one
clusters:
- cluster: {{server: "https://one.example:443"}}
  name: one
contexts:
- context: {{cluster: one, user: me}}
  name: one
users:
- name: me
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      args:
      - get-token
      - --environment
      - AzurePublicCloud
      - --server-id
      - {SERVER}
      - --client-id
      - {CLIENT}
      - --tenant-id
      - {TENANT}
      - --login
      - devicecode
      command: kubelogin
      env: null
      provideClusterInfo: false
"""
STAYS = {"msi": [], "workloadidentity": [], "azurepipelines": ["--tenant-id"],
         "spn": ["--environment", "--tenant-id"],
         "interactive": ["--environment", "--client-id", "--tenant-id"]}
VALUES = {"--environment": "AzurePublicCloud", "--client-id": CLIENT, "--tenant-id": TENANT,
          "--server-id": SERVER}


def options(args: list[str]) -> dict[str, str]:
    assert args[0] == "get-token"
    return dict(zip(args[1::2], args[2::2]))


@pytest.mark.parametrize("login", STAYS)
def test_what_az_wrote_for_its_own_login_goes_away_with_it(world, login):
    write(world, AZ)
    assert set_up(world, "--login", login).code == 0
    assert options(user(world)["exec"]["args"]) == {
        "--login": login, "--server-id": SERVER} | {name: VALUES[name] for name in STAYS[login]}


@pytest.mark.parametrize("login", STAYS)
def test_the_same_of_an_auth_provider_and_of_json(world, login):
    config = {"apiserver-id": SERVER, "client-id": CLIENT, "tenant-id": TENANT,
              "environment": "AzurePublicCloud", "config-mode": "1"}
    write(world, json.dumps({"users": [
        {"name": "me", "user": {"auth-provider": {"name": "azure", "config": config}}},
        {"name": "you", "user": {"exec": {"command": "kubelogin", "args": [
            "get-token", "--login", "devicecode", "--server-id", SERVER,
            "--environment=AzurePublicCloud", "--client-id", CLIENT, "-t", TENANT]}}}]}))
    assert set_up(world, "--login", login).code == 0
    kept = {"--login": login, "--server-id": SERVER} | {
        name: VALUES[name] for name in STAYS[login]}
    assert options(user(world)["exec"]["args"]) == kept
    other = " ".join("--tenant-id" if word == "-t" else word.replace("=", " ")
                     for word in user(world, "you")["exec"]["args"])
    assert options(other.split()) == kept


@pytest.mark.parametrize("client", [CLIENT, CLIENT.upper(), "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
                                    "3f4439ff-e698-4d6d-84fe-09c9d574f06b"])
def test_each_public_client_is_nobodys_own(world, client):
    write(world, AZ.replace(CLIENT, client))
    assert set_up(world, "--login", "spn").code == 0
    assert "--client-id" not in user(world)["exec"]["args"]


@pytest.mark.parametrize("login, stays", [
    ("msi", ["--client-id"]), ("spn", ["--environment", "--client-id", "--tenant-id"]),
    ("workloadidentity", ["--environment", "--client-id", "--tenant-id"]),
    ("azurepipelines", ["--environment", "--client-id", "--tenant-id"])])
def test_an_id_of_the_users_own_stays(world, login, stays):
    write(world, AZ.replace(CLIENT, OWN))
    assert set_up(world, "--login", login).code == 0
    assert options(user(world)["exec"]["args"]) == {"--login": login, "--server-id": SERVER} | {
        name: (VALUES | {"--client-id": OWN})[name] for name in stays}


@pytest.mark.parametrize("args, login", [
    (["--client-certificate", "/a.pem"], "msi"), (["--federated-token-file=/t"], "spn"),
    (["--identity-resource-id", "/x"], "spn"), (["--use-azurerm-env-vars"], "msi"),
    (["--azure-pipelines-service-connection-id", "x"], "workloadidentity"),
    (["--redirect-url", "http://localhost:1"], "devicecode"), (["--managed-identity"], "spn"),
    (["--azure-config-dir", "/a"], "interactive"), (["--login-hint", "ada"], "msi"), (["-s", "x"], "msi"), (["-sx"], "msi"),
    (["--username=ada", "--pop-enabled=true", "--pop-claims", "u=/x"], "msi"),
    (["--tenant", "t", "--authority", "https://login.microsoftonline.us"], "msi")])
def test_other_options_go_with_their_login_too(world, args, login):
    write(world, user_of("kubelogin", ["get-token", *args, "--server-id", "x"]))
    outcome = set_up(world, "--login", login)
    assert (outcome.code, outcome.err) == (0, "")
    assert user(world)["exec"]["args"] == ["get-token", "--login", login, "--server-id", "x"]


@pytest.mark.parametrize("login", ["devicecode", "interactive", "azurecli", "azd", "chained", "spn",
                                   "workloadidentity", "azurepipelines"])
def test_a_proof_that_is_asked_for_is_asked_for_by_every_login_that_gives_one(world, login):
    """Without it, the cluster would be sent a bearer token."""
    pop = ["--pop-enabled", "--pop-claims", "u=/x"]
    write(world, user_of("kubelogin", ["get-token", "--login", "interactive", *pop]))
    assert set_up(world, "--login", login).code == 0
    assert user(world)["exec"]["args"] == ["get-token", "--login", login, *pop]


@pytest.mark.parametrize("args", ["[--tenant-id, x]", "\n      - --tenant-id\n      - x",
                                  "\n        - -tx\n        - --environment\n        - AzureCloud"])
def test_a_list_of_which_nothing_is_left_gets_the_login(world, args):
    write(world, AZ[:AZ.index("    exec:")] + f"    exec:\n      command: exec-credential-entra\n"
                                              f"      args: {args}\n")
    assert set_up(world, "--context", "one", "--login", "msi").code == 0
    assert user(world)["exec"]["args"] == ["--login", "msi"]


def test_a_user_that_stays_with_its_login_keeps_what_belongs_to_it(world):
    before = ["get-token", "--login", "spn", "--client-id", OWN, "--client-certificate", "/a.pem",
              "--tenant-id", TENANT, "--legacy"]
    write(world, user_of("kubelogin", before))
    assert set_up(world, "--login", "spn").code == 0
    assert user(world)["exec"]["args"] == before


def test_a_managed_identity_is_asked_for_without_a_client(world):
    """The identity service is asked for the machine's own identity."""
    write(world, AZ)
    assert set_up(world, "--login", "msi").code == 0
    service = world.identity_service
    outcome = world.run("exec-credential-entra", *user(world)["exec"]["args"], env=info(V1BETA1) | {
        "AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url})
    assert outcome.code == 0 and MANAGED_TOKEN in outcome.out, outcome
    [query] = [one.query for one in service.requests if "resource=" in one.query]
    assert f"resource={SERVER}" in query
    assert not any(name in query for name in ("client_id", "msi_res_id", "object_id"))


# ---- whose login changes ----

APPS = ["spn", "msi", "workloadidentity", "azurepipelines"]


@pytest.mark.parametrize("login", ["devicecode", "interactive", "azurecli", "azd", "chained"])
@pytest.mark.parametrize("app", APPS)
@pytest.mark.parametrize("by_variable", [False, True])
def test_a_login_for_users_is_not_given_to_apps(world, login, app, by_variable):
    how = {"env": [{"name": "AAD_LOGIN_METHOD", "value": app}]} if by_variable else {}
    args = ["get-token", "--login", "interactive" if by_variable else app, "--tenant-id", TENANT]
    write(world, user_of("kubelogin", args, **how))
    outcome = set_up(world, "--login", login, "--tenant", "t.example")
    assert (outcome.code, outcome.err) == (0, "")
    assert f"keeps its login {app}" in outcome.out
    assert user(world)["exec"]["command"] == "exec-credential-entra"
    assert user(world)["exec"]["args"] == args
    again = set_up(world, "--login", login, "--tenant", "t.example")
    assert again.code == 0 and "already" in again.err
    assert set_up(world, "--context", "prod", "--login", login).code == 0
    assert user(world)["exec"]["args"][1:3] == ["--login", login]


@pytest.mark.parametrize("args", [[], ["--login", "interactive"], ["-l", "azurecli"],
                                  ["--login=azd"], ["--login", "chained"], ["--login", "ropc"]])
def test_a_login_for_users_is_given_to_users(world, args):
    write(world, user_of("kubelogin", ["get-token", *args]))
    assert set_up(world, "--login", "devicecode").code == 0
    assert "devicecode" in " ".join(user(world)["exec"]["args"])


def test_a_login_for_apps_is_given_to_apps(world):
    write(world, user_of("kubelogin", ["get-token", "--login", "spn"]))
    assert set_up(world, "--login", "msi").code == 0
    assert user(world)["exec"]["args"] == ["get-token", "--login", "msi"]


# ---- kubelogin by other names, and in other versions ----

@pytest.mark.parametrize("command", [
    "azure-kubelogin", "Kubelogin", "KUBELOGIN.EXE", "/usr/local/bin/kubelogin",
    "/snap/bin/azure-kubelogin.kubelogin", "C:\\Program Files\\kubelogin\\kubelogin.exe",
    "kubelogin-linux-amd64"])
def test_kubelogin_is_converted_by_any_of_its_names(world, command):
    write(world, user_of(command, ["get-token"]))
    outcome = set_up(world)
    assert (outcome.code, outcome.err) == (0, "")
    assert user(world)["exec"]["command"] == "exec-credential-entra"


@pytest.mark.parametrize("command", ["/opt/kubelogin/aws", "kube-login", "C:\\kubelogin\\aws.exe"])
def test_another_program_in_its_folder_is_not_kubelogin(world, command):
    path = write(world, user_of(command, ["get-token"]))
    before = path.read_text()
    assert set_up(world).code == 0
    assert path.read_text() == before


@pytest.mark.parametrize("command", ["/opt/entra/exec-credential-entra",
                                     "C:\\entra\\exec-credential-entra.exe"])
def test_ours_with_a_path_is_ours(world, command):
    write(world, user_of(command, ["get-token"]))
    assert "already" in set_up(world).err


@pytest.mark.parametrize("command", ["kubelogin", "exec-credential-entra"])
def test_v1alpha1_is_lifted(world, command):
    write(world, user_of(command, ["get-token"],
                         apiVersion="client.authentication.k8s.io/v1alpha1"))
    assert set_up(world).code == 0
    assert user(world)["exec"]["apiVersion"] == "client.authentication.k8s.io/v1beta1"
    assert "already" in set_up(world).err


# ---- kubelogin's own options ----

@pytest.mark.parametrize("words, after", [
    (["-l", "msi"], ["--login", "msi"]),
    (["--server-id", "x"], ["--server-id", "x"]),
    (["-t", "x", "-e", "AzureUSGovernmentCloud"],
     ["--tenant-id", "x", "--environment", "AzureUSGovernmentCloud"]),
    (["--client-id", OWN], ["--client-id", OWN]),
    (["-l", "interactive", "--login-hint", "ada@contoso.com"],
     ["--login", "interactive", "--login-hint", "ada@contoso.com"]),
    (["--legacy", "--use-azurerm-env-vars=false"], ["--legacy"]),
    (["-l", "workloadidentity", "--federated-token-file", "/t", "--authority-host",
      "https://login.microsoftonline.us/"],
     ["--login", "workloadidentity", "--federated-token-file", "/t", "--authority-host",
      "https://login.microsoftonline.us/"]),
    (["-l", "msi", "--identity-resource-id", "/r"], ["--login", "msi", "--identity-resource-id", "/r"]),
    (["-l", "azurepipelines", "--azure-pipelines-service-connection-id", "c"],
     ["--login", "azurepipelines", "--azure-pipelines-service-connection-id", "c"]),
    (["-l", "spn", "--client-certificate", "/c.pem", "--disable-environment-override"],
     ["--login", "spn", "--client-certificate", "/c.pem", "--disable-environment-override"]),
    (["--redirect-url", "http://localhost:8080", "--cache-dir", "/c", "--subscription", "s"],
     ["--redirect-url", "http://localhost:8080", "--cache-dir", "/c", "--subscription", "s"])])
def test_setup_takes_the_options_of_kubelogins_converter(world, words, after):
    write(world, user_of("kubelogin", ["get-token"]))
    outcome = set_up(world, *words)
    assert (outcome.code, outcome.err) == (0, "")
    args = user(world)["exec"]["args"]
    assert args[0] == "get-token"
    pairs = [" ".join(args[i:i + 2]) for i in range(1, len(args))] + args
    assert len(args) == len(after) + 1 and all(
        " ".join(after[i:i + 2]) in pairs for i in range(0, len(after), 2))


def test_an_option_that_is_given_replaces_the_one_that_is_there(world):
    write(world, AZ)
    assert set_up(world, "-l", "interactive", "-t", "x.example", "--client-id", OWN, "--server-id",
                  "y", "--environment", "AzureChinaCloud").code == 0
    assert options(user(world)["exec"]["args"]) == {
        "--login": "interactive", "--tenant-id": "x.example", "--client-id": OWN,
        "--server-id": "y", "--environment": "AzureChinaCloud"}


def test_what_is_given_with_a_login_stays_with_it(world):
    write(world, AZ)
    assert set_up(world, "-l", "msi", "--client-id", OWN).code == 0
    assert options(user(world)["exec"]["args"]) == {
        "--login": "msi", "--server-id": SERVER, "--client-id": OWN}


NAMES = [("--tenant", "--tenant-id"), ("--authority", "--authority-host"),
         ("--account", "--login-hint", "--username"), ("--cache-dir", "--token-cache-dir")]
VALUE = {"--authority": ("https://login.microsoftonline.us", "https://login.chinacloudapi.cn")}
PAIRS = [(there, given, *VALUE.get(names[0], ("old", "new")))
         for names in NAMES for there in names for given in names]


@pytest.mark.parametrize("there, given, old, new", PAIRS)
def test_an_option_is_replaced_by_whichever_of_its_names_it_is_there(world, there, given, old, new):
    write(world, user_of("exec-credential-entra", ["get-token", "--legacy", there, old]))
    for _ in range(2):
        outcome = set_up(world, "--context", "prod", given, new)
        assert outcome.code == 0, outcome
        assert sorted(user(world)["exec"]["args"]) == sorted(["get-token", "--legacy", given, new])


def test_a_tenant_replaces_that_of_az(world):
    write(world, user_of("kubelogin", ["get-token", "-t", "1111", "--server-id", SERVER]))
    assert set_up(world, "--tenant", "contoso.com").code == 0
    assert options(user(world)["exec"]["args"]) == {"--server-id": SERVER, "--tenant": "contoso.com"}


def test_a_tenant_replaces_that_of_an_auth_provider(world):
    write(world, head() + PROVIDER)
    assert set_up(world, "--tenant", "contoso.com").code == 0
    args = options(user(world)["exec"]["args"])
    assert args["--tenant"] == "contoso.com" and "--tenant-id" not in args


@pytest.mark.parametrize("there, given, old, new",
                         [pair for pair in PAIRS if pair[0] != pair[1]])
def test_two_names_of_an_option_are_not_given_together(world, there, given, old, new):
    before = user_of("kubelogin", ["get-token"])
    path = write(world, before)
    outcome = set_up(world, there, old, given, new)
    assert outcome.code == 2 and "cannot be used together" in outcome.err, outcome
    assert there in outcome.err and given in outcome.err
    assert path.read_text() == before


@pytest.mark.parametrize("words, text", [
    (["--client-secret", "s3cret"], "AZURE_CLIENT_SECRET"), (["--password", "s3cret"], "devicecode"),
    (["--client-certificate-password=s3cret"], "AZURE_CLIENT_CERTIFICATE_PASSWORD"),
    (["-l", "ropc"], "devicecode"), (["-e", "AzureMoonCloud"], "AzurePublicCloud")])
def test_what_is_refused_later_is_refused_before_a_file_is_read(world, words, text):
    before = user_of("kubelogin", ["get-token"])
    path = write(world, before)
    outcome = set_up(world, *words)
    assert outcome.code == 2 and text in outcome.err and "s3cret" not in outcome.err
    assert len(outcome.err.splitlines()) == 1 and "'me'" not in outcome.err
    assert path.read_text() == before


def test_kubelogins_log_level_is_of_this_run(world):
    write(world, user_of("kubelogin", ["get-token"]))
    outcome = set_up(world, "-v", "5", "--logtostderr")
    assert outcome.code == 0 and user(world)["exec"]["args"] == ["get-token"]


def test_git_takes_none_of_them(world):
    for words in (["-l", "msi"], ["--server-id", "x"], ["--legacy"], ["-t", "x"]):
        outcome = world.run("entra", "setup", "git", *words)
        assert outcome.code == 2 and f"unknown option {words[0]}" in outcome.err


# ---- sign-ins of other programs ----

@pytest.mark.parametrize("login, program", [("azurecli", "az"), ("azd", "azd")])
@pytest.mark.parametrize("words", [[], ["--login"]])
def test_a_user_of_az_is_converted_and_told_that_its_sign_in_does_not_count(world, login, program,
                                                                            words):
    write(world, user_of("kubelogin", ["get-token", "--login", "spn" if words else login]))
    outcome = set_up(world, "--context", "prod", *words, *([login] if words else []))
    assert (outcome.code, outcome.err) == (0, "")
    assert f"the sign-in of {program} is not used" in outcome.out
    assert user(world)["exec"]["args"] == ["get-token", "--login", login]


@pytest.mark.parametrize("words", [[], ["--azure-config-dir", "/az/x"]])
def test_what_a_user_of_az_is_told_holds(world, words):
    """`entra login` alone signs in for another cloud, or for no folder: kubectl knows which."""
    world.appsettings_file.unlink()
    start = head(world.kubernetes.url, str(world.certificates.certificate_file))
    write(world, user_of("kubelogin", [
        "get-token", "--login", "azurecli", "--server-id", SERVER, "--tenant-id", TENANT,
        "--authority-host", f"{world.authority.url}/", *words], start,
        apiVersion="client.authentication.k8s.io/v1beta1"))
    outcome = set_up(world)
    assert outcome.code == 0 and "'entra login'" not in outcome.out
    assert "kubectl asks for that, or says how" in outcome.out
    command = re.search(r"'(entra login[^']*)'", world.run("kubectl", "get", "pods").err)[1]
    world.browser.will_sign_in(contoso.ADA)
    assert world.at_terminal("sh", "-c", command).finish().code == 0
    assert "Running" in world.run("kubectl", "get", "pods").out
    world.run("entra", "logout", "--all")
    world.browser.will_sign_in(contoso.ADA)
    asked = world.at_terminal("kubectl", "get", "pods").finish()
    assert asked.code == 0 and "Running" in asked.out, asked


@pytest.mark.parametrize("mode", ["azurecli", "azd", "chained"])
def test_a_converted_user_of_az_works(world, mode):
    """One sign-in, by `entra login`, serves kubectl too."""
    world.appsettings_file.unlink()
    start = head(world.kubernetes.url, str(world.certificates.certificate_file))
    write(world, user_of("kubelogin", [
        "get-token", "--login", mode, "--server-id", SERVER, "--tenant-id", TENANT,
        "--authority-host", f"{world.authority.url}/"], start,
        apiVersion="client.authentication.k8s.io/v1beta1"))
    assert set_up(world).code == 0
    sign_in(world, "--tenant", TENANT, "--authority", world.authority.url)
    outcome = world.run("kubectl", "get", "pods")
    assert outcome.code == 0 and "Running" in outcome.out, outcome


# ---- a second time ----

@pytest.mark.parametrize("words", [["--login", "msi"], ["--login", "interactive", "-t", TENANT],
                                   ["--keyring", "kernel"]])
def test_a_second_run_with_the_same_options_says_already(world, words):
    path = write(world, AZ)
    assert set_up(world, *words).code == 0
    after = path.read_text()
    outcome = set_up(world, *words)
    assert (outcome.code, outcome.out) == (0, "")
    assert "1 user already uses exec-credential-entra" in outcome.err
    assert path.read_text() == after


def test_a_second_run_with_other_options_says_that_they_are_others(world):
    path = write(world, AZ)
    set_up(world)
    after = path.read_text()
    outcome = set_up(world, "--login", "msi")
    assert (outcome.code, outcome.out) == (0, "")
    assert "1 user uses exec-credential-entra with other options" in outcome.err
    assert "--context" in outcome.err and path.read_text() == after


@pytest.mark.parametrize("before", [["--legacy=false"], ["--legacy", "--legacy=0"], ["--legacy"]])
def test_a_switch_that_is_given_is_on(world, before):
    write(world, user_of("kubelogin", ["get-token", *before]))
    assert set_up(world, "--legacy").code == 0
    assert user(world)["exec"]["args"] == ["get-token", "--legacy"]


@pytest.mark.parametrize("client", [kubectl, debians_kubectl])
@pytest.mark.parametrize("version", ["v1alpha1", "v1beta1"])
def test_each_kubectl_works_with_the_converted_file(world, client, version):
    start = head(world.kubernetes.url, str(world.certificates.certificate_file))
    write(world, user_of("azure-kubelogin", spn(world), start, env=None, provideClusterInfo=False,
                         apiVersion=f"client.authentication.k8s.io/{version}"))
    assert set_up(world, "--login", "spn").code == 0
    outcome = client(world)
    assert outcome.code == 0 and "Running" in outcome.out, outcome
