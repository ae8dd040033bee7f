# SPDX-License-Identifier: MIT
"""entra setup kubectl: kubeconfigs as found in practice, and how they are converted."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from authority import contoso
from integration import credentials

HINT = "exec-credential-entra is not installed; it comes with entra-credential-helpers."
CLIENT = "80faf920-1908-4b52-b5ef-a8e7bedfc67a"
TENANT = contoso.TENANT.guid

HEAD = """\
# my clusters
apiVersion: v1
kind: Config
current-context: prod   # the one that matters
clusters:
- name: prod
  cluster:
    server: {server}
    certificate-authority: {ca}
contexts:
- {{name: prod, context: {{cluster: prod, user: me}}}}
- {{name: admin, context: {{cluster: prod, user: admin}}}}
users:
- name: admin   # break glass
  user:
    client-certificate-data: Y2VydA==
    client-key-data: c2VjcmV0LWtleQ==
    token: s3cret-token
- name: me
"""

KUBELOGIN = """\
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      args:
      - get-token   # as az writes it
      - --environment
      - AzurePublicCloud
      - --server-id
      - 6dae42f8-4368-4678-94ff-3960e28e3630
      - --login
      - devicecode
      command: kubelogin # from Azure
      env: null
      installHint: |2

        kubelogin is not installed which is required to connect to AAD enabled cluster.

        To learn more, please go to https://azure.github.io/kubelogin/
      provideClusterInfo: false
# the end
"""

PROVIDER = """\
  user:
    auth-provider:
      config:
        access-token: s3cret-access
        apiserver-id: 6dae42f8-4368-4678-94ff-3960e28e3630
        client-id: 80faf920-1908-4b52-b5ef-a8e7bedfc67a
        config-mode: "1"
        environment: AzurePublicCloud
        expires-in: "3599"
        refresh-token: s3cret-refresh
        tenant-id: %s
      name: azure  # until 1.25
# the end
""" % TENANT


def head(server: str = "https://prod-dns-1.hcp.westeurope.azmk8s.io:443", ca: str = "/ca.crt"):
    return HEAD.format(server=server, ca=ca)


def config(world) -> Path:
    return world.session.home / ".kube" / "config"


def write(world, text: str, path: Path | None = None, mode: int = 0o600) -> Path:
    path = path or config(world)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    path.chmod(mode)
    return path


def set_up(world, *options: str, **how):
    return world.run("entra", "setup", "kubectl", *options, **how)


def view(world, path: Path | None = None):
    """What kubectl reads."""
    outcome = world.run("kubectl", "config", "view", "--raw", "--output", "json",
                        env={"KUBECONFIG": str(path or config(world))})
    assert outcome.code == 0, outcome.err
    return json.loads(outcome.out)


def user(world, name: str = "me", path: Path | None = None):
    return next(one["user"] for one in view(world, path)["users"] if one["name"] == name)


def backup(path: Path, number: str = "") -> Path:
    return path.with_name(path.name + ".before-entra" + number)


# ---- how they are converted ----

def test_for_a_kubelogin_user_one_word_and_the_hint_change(world):
    before = head() + KUBELOGIN
    path = write(world, before)
    outcome = set_up(world)
    assert (outcome.code, outcome.err) == (0, "")
    assert "the user 'me' now uses exec-credential-entra" in outcome.out
    start, end = before.index("|2"), before.index("\n      provideClusterInfo")
    expected = before[:start] + f'"{HINT}"' + before[end:]
    assert path.read_text() == expected.replace("command: kubelogin #",
                                                "command: exec-credential-entra #")
    assert backup(path).read_text() == before
    assert user(world)["exec"]["command"] == "exec-credential-entra"


def test_the_auth_provider_becomes_an_exec_section(world):
    before = head() + PROVIDER
    path = write(world, before)
    assert set_up(world).code == 0
    after = path.read_text()
    assert after.startswith(before[:before.index("auth-provider:")])
    assert after.endswith("  # until 1.25\n# the end\n")
    assert user(world) == {"exec": {
        "apiVersion": "client.authentication.k8s.io/v1beta1", "command": "exec-credential-entra",
        "args": ["get-token", "--login", "devicecode", "--server-id", contoso.AKS, "--client-id",
                 CLIENT, "--tenant-id", TENANT, "--environment", "AzurePublicCloud"],
        "env": None, "installHint": HINT, "interactiveMode": "IfAvailable", "provideClusterInfo": False}}
    assert "s3cret-access" in backup(path).read_text()


@pytest.mark.parametrize("mode", ['config-mode: "0"', "config-mode: ''", "other: x"])
def test_an_auth_provider_in_the_first_mode_is_legacy(world, mode):
    write(world, head() + PROVIDER.replace('config-mode: "1"', mode))
    assert set_up(world).code == 0
    assert user(world)["exec"]["args"][-1] == "--legacy"


def test_another_login_can_be_chosen_and_an_app_is_not_a_public_client(world):
    write(world, head() + PROVIDER)
    assert set_up(world, "--login", "spn", "--keyring", "kernel").code == 0
    args = user(world)["exec"]["args"]
    assert args[1:3] == ["--login", "spn"] and args[-2:] == ["--keyring", "kernel"]
    assert "--client-id" not in args


@pytest.mark.parametrize("text", ["  user: {}\n", "  user:\n", "  user: null # none yet\n",
                                  "  user:   # none yet\n# the end\n", "  user: {}"])
def test_an_aks_user_without_credentials_gets_some(world, text):
    path = write(world, head() + text)
    assert set_up(world).code == 0
    assert user(world)["exec"]["args"] == ["get-token"]
    assert path.read_text().startswith(head())
    assert ("none yet" in text) == ("none yet" in path.read_text())


def test_a_user_of_another_cluster_without_credentials_is_left_alone(world):
    before = head("https://kubernetes.example") + "  user: {}\n"
    path = write(world, before)
    assert set_up(world).code == 0
    assert path.read_text() == before and not backup(path).exists()


def test_a_certificate_of_its_own_is_left_alone_unless_its_context_is_named(world):
    before = head() + KUBELOGIN
    path = write(world, before)
    outcome = set_up(world, "--context", "admin", "--tenant", "contoso.com")
    assert outcome.code == 0, outcome.err
    assert user(world, "admin")["exec"]["args"] == ["get-token", "--tenant", "contoso.com"]
    assert "token" not in user(world, "admin")
    assert user(world)["exec"]["command"] == "kubelogin"
    assert path.read_text().endswith(KUBELOGIN)


def test_kubectl_works_with_the_converted_file(world):
    kubelogin = KUBELOGIN.replace("devicecode", "spn")
    write(world, head(world.kubernetes.url, str(world.certificates.certificate_file)) + kubelogin)
    assert set_up(world).code == 0
    outcome = world.run("kubectl", "get", "pods")
    assert outcome.code == 0, outcome.err
    assert "Running" in outcome.out


@pytest.mark.parametrize("indent", [None, 2, 4, "\t"])
def test_json_stays_json(world, indent):
    plain = json.loads(json.dumps(
        {"apiVersion": "v1", "kind": "Config", "contexts": [], "clusters": [], "users": [
            {"name": "me", "user": {"exec": {
                "apiVersion": "client.authentication.k8s.io/v1beta1", "command": "/opt/kubelogin",
                "installHint": "kubelogin is missing", "args": ["get-token", "-l", "azurecli"]}}},
            {"name": "old", "user": {"auth-provider": {"name": "azure", "config": {
                "tenant-id": "1e5", "config-mode": "1"}}}}]}))
    path = write(world, json.dumps(plain, indent=indent))
    assert set_up(world, "--login", "interactive").code == 0
    after = json.loads(path.read_text())
    assert after["users"][0]["user"]["exec"]["command"] == "exec-credential-entra"
    assert after["users"][0]["user"]["exec"]["args"] == ["get-token", "-l", "interactive"]
    assert after["users"][1]["user"]["exec"]["args"] == [
        "get-token", "--login", "interactive", "--tenant-id", "1e5"]


@pytest.mark.parametrize("before, after", [
    ("[get-token, --login, spn]", ["get-token", "--login", "msi"]),
    ("[get-token, --login=spn, --v=1]", ["get-token", "--login=msi", "--v=1"]),
    ("['get-token', '-lspn']", ["get-token", "-lmsi"]),
    ("[get-token, --server-id, x]", ["get-token", "--login", "msi", "--server-id", "x"]),
    ("\n      - get-token\n      - --server-id\n      - x",
     ["get-token", "--login", "msi", "--server-id", "x"]),
])
def test_a_login_is_replaced_in_place(world, before, after):
    write(world, head() + f"  user:\n    exec:\n      args: {before}\n      command: kubelogin\n"
                          "      apiVersion: client.authentication.k8s.io/v1beta1\n")
    assert set_up(world, "--login", "msi").code == 0
    assert user(world)["exec"]["args"] == after


@pytest.mark.parametrize("before, after", [
    ("", ["--login", "msi"]), ("      args: null\n", ["--login", "msi"]),
    ("      args:\n", ["--login", "msi"]), ("      args: []\n", ["--login", "msi"]),
    ("      args: [--keyring, kernel]\n", ["--login", "msi", "--keyring", "kernel"]),
    ("      args:\n        - --keyring\n        - kernel\n",
     ["--login", "msi", "--keyring", "kernel"]),
])
def test_the_login_of_our_own_user_can_be_changed(world, before, after):
    write(world, head() + f"  user:\n    exec:\n{before}      command: exec-credential-entra\n"
                          "      apiVersion: client.authentication.k8s.io/v1beta1\n")
    assert set_up(world, "--context", "prod", "--login", "msi").code == 0
    assert user(world)["exec"]["args"] == after
    write(world, '{"users": [{"name": "me", "user": {"exec": {"command": "exec-credential-entra"}}}],'
                 ' "contexts": [{"name": "prod", "context": {"user": "me"}}]}')
    assert set_up(world, "--context", "prod", "--login", "msi").code == 0
    assert user(world)["exec"]["args"] == ["--login", "msi"]


def test_carriage_returns_are_kept(world):
    path = write(world, (head() + PROVIDER).replace("\n", "\r\n"))
    assert set_up(world).code == 0
    text = path.read_bytes()
    assert text.count(b"\r\n") == text.count(b"\n")
    assert user(world)["exec"]["command"] == "exec-credential-entra"


def test_unicode_and_a_byte_order_mark_are_kept(world):
    before = "\ufeff# für Zoë ☸ 😀\n" + head() + KUBELOGIN.replace("# the end", "# Ende ☸")
    path = write(world, before)
    assert set_up(world).code == 0
    assert "command: exec-credential-entra # from Azure" in path.read_text()
    assert path.read_text().startswith("\ufeff# für Zoë ☸ 😀\n")
    assert path.read_text().endswith("# Ende ☸\n")


def test_a_second_time_changes_nothing(world):
    path = write(world, head() + KUBELOGIN)
    set_up(world)
    after = path.read_text()
    outcome = set_up(world)
    assert (outcome.code, outcome.out) == (0, "")
    assert "No user" in outcome.err and "--context" in outcome.err
    assert path.read_text() == after and not backup(path, ".2").exists()


# ---- how it is written ----

@pytest.mark.parametrize("mode", [0o600, 0o640, 0o400])
def test_mode_and_links_are_kept_and_nothing_is_left_behind(world, tmp_path, mode):
    real = write(world, head() + KUBELOGIN, tmp_path / "dotfiles" / "kube", mode)
    config(world).parent.mkdir(parents=True)
    config(world).symlink_to(real)
    assert set_up(world).code == 0
    assert config(world).is_symlink()
    assert "exec-credential-entra" in real.read_text()
    assert stat.S_IMODE(real.stat().st_mode) == mode
    assert stat.S_IMODE(backup(real).stat().st_mode) == mode
    assert sorted(os.listdir(real.parent)) == ["kube", "kube.before-entra"]
    assert os.listdir(config(world).parent) == ["config"]


def test_an_older_backup_is_kept(world):
    path = write(world, head() + KUBELOGIN)
    backup(path).write_text("older")
    assert set_up(world).code == 0
    assert backup(path).read_text() == "older"
    assert backup(path, ".2").read_text() == head() + KUBELOGIN


def test_a_dry_run_shows_a_diff_without_secrets_and_changes_nothing(world):
    before = head() + PROVIDER
    path = write(world, before)
    outcome = set_up(world, "--dry-run")
    assert (outcome.code, outcome.err) == (0, "")
    assert path.read_text() == before and os.listdir(path.parent) == ["config"]
    lines = outcome.out.splitlines()
    assert lines[:2] == [f"--- {path}", f"+++ {path}"]
    assert "-        access-token: REDACTED" in lines
    assert "+      command: exec-credential-entra" in lines
    assert "s3cret" not in outcome.out


def test_a_users_name_cannot_control_the_terminal(world):
    write(world, '{"users": [{"name": "me\\u001b[2J", "user": {"exec": {"command": "kubelogin", '
                 '"args": ["get-token"]}}}]}')
    outcome = set_up(world)
    assert outcome.code == 0 and "\x1b" not in outcome.out and "me?[2J" in outcome.out


def test_patch_accepts_the_diff(world):
    path = write(world, head() + KUBELOGIN)
    diff = set_up(world, "--dry-run").out
    set_up(world)
    done = world.run("patch", "--unified", "--output", "-", str(backup(path)), input=diff)
    assert done.code == 0, done.err
    assert done.out == path.read_text()


def test_secrets_on_the_same_line_are_not_shown(world):
    write(world, json.dumps({"users": [
        {"name": "admin", "user": {"token": "s3cret-token"}},
        {"name": "x", "user": {"exec": {"command": "aws", "env": [
            {"name": "AWS_SECRET_ACCESS_KEY", "value": "s3cret-env"}]}}},
        {"name": "y", "user": {"exec": {"command": "kubelogin", "args": [
            "get-token", "--client-secret", "s3cret-arg"]}}},
        {"name": "me", "user": {"exec": {"command": "kubelogin", "args": ["get-token"]}}}]}))
    outcome = set_up(world, "--dry-run")
    assert outcome.code == 2
    assert "s3cret" not in outcome.out + outcome.err
    assert outcome.out.count("REDACTED") == 6
    assert "'y' cannot be converted" in outcome.err


@pytest.mark.parametrize("args", [
    ["--client-secret=s3cret"], ["--client-secret", "s3cret", "get-token"], ["--Access-Key=s3cret"],
    ["--oidc-client-secret=s3cret"], ["--auth-token", "s3cret"], ["PASSWORD=s3cret", "aws"],
    ["-c", "aws --secret-key s3cret"], ["--keyring=x --token=s3cret"],
    ["--password", "s3\0cret"]])
def test_secrets_of_other_programs_are_not_shown(world, args):
    """In the changed lines: one line, and a user of ours that gets another login."""
    for command, extra in (("aws", {"env": [{"name": "API_KEY", "value": "s3cret"}]}),
                           ("exec-credential-entra", {})):
        write(world, json.dumps(
            {"users": [{"name": "x", "user": {"exec": {"command": command, "args": args} | extra}},
                       {"name": "me", "user": {"exec": {"command": "exec-credential-entra",
                                                        "args": ["--keyring", "kernel"]}}}],
             "contexts": [{"name": "prod", "context": {"user": "me"}}]}))
        outcome = set_up(world, "--dry-run", "--context", "prod", "--login", "msi")
        assert outcome.code == 0, outcome.err
        assert "s3cret" not in outcome.out + outcome.err
        assert "s3\\u0000cret" not in outcome.out + outcome.err
        assert '["--login", "msi", "--keyring", "kernel"]' in outcome.out
        assert "REDACTED" in outcome.out


def test_all_files_of_kubeconfig_are_converted(world, tmp_path):
    one = write(world, head() + KUBELOGIN, tmp_path / "one")
    two = write(world, head() + PROVIDER, tmp_path / "two")
    outcome = set_up(world, env={"KUBECONFIG": f"{one}::{tmp_path / 'none'}:{two}"})
    assert outcome.code == 0, outcome.err
    assert backup(one).exists() and backup(two).exists()


def test_a_file_that_kubeconfig_names_twice_is_converted_once(world, tmp_path):
    path = write(world, head() + KUBELOGIN)
    link = tmp_path / "link"
    link.symlink_to(path)
    outcome = set_up(world, env={"KUBECONFIG": f"{path}:{path}:{link}"})
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.count("uses exec-credential-entra") == 1
    assert not backup(path, ".2").exists() and os.listdir(tmp_path) == ["link"]


def test_a_context_can_be_in_another_file_than_its_user(world, tmp_path):
    one = write(world, "contexts: [{name: c, context: {user: me}}]\n", tmp_path / "one")
    two = write(world, head() + KUBELOGIN, tmp_path / "two")
    outcome = set_up(world, "--context", "c", env={"KUBECONFIG": f"{one}:{two}"})
    assert outcome.code == 0, outcome.err
    assert not backup(one).exists() and backup(two).exists()


def test_one_file_can_be_named(world, tmp_path):
    one = write(world, head() + KUBELOGIN, tmp_path / "one")
    two = write(world, head() + KUBELOGIN)
    assert set_up(world, "--kubeconfig", str(one)).code == 0
    assert backup(one).exists() and not backup(two).exists()


# ---- what is not converted ----


def refused(outcome, code: int, *texts: str) -> None:
    """As credentials.refused, besides the line that says how many others need no change."""
    lines = outcome.err.splitlines(keepends=True)
    rest = [line for line in lines if not line.startswith("No other user needs a change; ")]
    assert len(lines) - len(rest) <= 1, outcome
    credentials.refused(replace(outcome, err="".join(rest)), code, *texts)


NO_SECRET = "secrets are not accepted on the command line"
REFUSED = [
    ({"args": ["--client-secret", "s3cret"]}, f"--client-secret: {NO_SECRET}"),
    ({"args": ["--client-secret=s3cret"]}, f"--client-secret: {NO_SECRET}"),
    ({"args": ["--password", "s3cret"]}, f"--password: {NO_SECRET}"),
    ({"args": ["--client-certificate-password", "s3cret"]}, f"-password: {NO_SECRET}"),
    ({"args": ["--pop-enabled"]}, "--pop-enabled needs --pop-claims"),
    ({"args": ["--pop-claims", "u=x"]}, "--pop-claims means nothing without --pop-enabled"),
    ({"args": ["--no-such"]}, "unknown option --no-such"),
    ({"args": ["--legacy=maybe"]}, "--legacy takes true or false"),
    ({"args": ["--timeout=-1s"]}, "--timeout takes"),
    ({"args": ["--tenant-id"]}, "--tenant-id requires an argument"),
    ({"args": ["--v=high"]}, "-v takes a whole number"),
    ({"args": ["s3cret"]}, "unexpected argument; it is not shown"),
    ({"args": ["--server-id", "/"]}, "--server-id: '/'"),
    ({"args": ["--server-id", "x", "--resource", "y"]}, "--server-id cannot be used together"),
    ({"args": ["--environment", "AzureMoonCloud"]}, "unknown cloud 'AzureMoonCloud'"),
]
REFUSED_LOGINS = [
    ({"args": ["-l", "ropc"]}, "--login: login method 'ropc' is not available"),
    ({"args": ["--login=ropc"]}, "--login: login method 'ropc' is not available"),
    ({"args": ["--login=nope"]}, "'nope' is not a supported login method"),
    ({"args": ["--login=spn"], "env": [{"name": "AAD_LOGIN_METHOD", "value": "ropc"}]},
     "AAD_LOGIN_METHOD: login method 'ropc' is not available"),
]


def user_of(command: str, args: list[str], start: str | None = None, **more) -> str:
    return (start or head()) + f"  user: {{exec: {json.dumps({'command': command, 'args': args} | more)}}}\n"


@pytest.mark.parametrize("how, text", REFUSED + REFUSED_LOGINS)
def test_arguments_that_would_be_refused_later_are_refused_now(world, how, text):
    before = user_of("kubelogin", **how | {"args": ["get-token", *how["args"]]})
    path = write(world, before)
    for options in ([], ["--context", "prod"]):
        outcome = set_up(world, *options)
        refused(outcome, 2, text, "'me' cannot be converted")
        assert "s3cret" not in outcome.err
    assert path.read_text() == before and os.listdir(path.parent) == ["config"]


# What belongs to another login goes away with it.
WITH_LOGIN = [{"args": args} for args in (
    ["--client-secret", "s3cret"], ["--client-secret=s3cret"], ["--password", "s3cret"],
    ["--client-certificate-password", "s3cret"], ["--pop-enabled"], ["--pop-claims", "u=x"],
    ["--environment", "AzureMoonCloud"])]


@pytest.mark.parametrize("how, text", [one for one in REFUSED if one[0] not in WITH_LOGIN])
def test_our_own_user_is_not_changed_into_one_that_is_refused(world, how, text):
    before = user_of("exec-credential-entra", **how)
    path = write(world, before)
    for options in (["--dry-run"], []):
        outcome = set_up(world, "--context", "prod", "--login", "msi", *options)
        refused(outcome, 2, text, "'me' cannot be changed")
        assert "s3cret" not in outcome.err
    assert path.read_text() == before


@pytest.mark.parametrize("command", ["kubelogin", "exec-credential-entra"])
@pytest.mark.parametrize("how", WITH_LOGIN)
def test_what_would_be_refused_with_the_old_login_goes_away_with_it(world, command, how):
    write(world, user_of(command, ["get-token", *how["args"]]))
    shown = set_up(world, "--context", "prod", "--login", "msi", "--dry-run")
    assert shown.code == 0 and "s3cret" not in shown.out
    assert set_up(world, "--context", "prod", "--login", "msi").code == 0
    assert user(world)["exec"]["args"] == ["get-token", "--login", "msi"]


@pytest.mark.parametrize("how, text", REFUSED_LOGINS)
@pytest.mark.parametrize("command", ["kubelogin", "exec-credential-entra"])
def test_an_unsupported_login_is_replaced_anywhere(world, command, how, text):
    write(world, user_of(command, **how | {"args": ["get-token", *how["args"]]}))
    outcome = set_up(world, "--context", "prod", "--login", "msi")
    assert (outcome.code, outcome.err) == (0, "")
    assert "msi" in user(world)["exec"]["args"][-1]
    assert [one["value"] for one in user(world)["exec"]["env"] or []] == ["msi"] * len(
        how.get("env", []))


@pytest.mark.parametrize("args", [
    ["--pop-enabled=0"], ["--pop-enabled=F"], ["--pop-claims="],
    ["--pop-enabled", "--pop-claims", "u=x"], ["--client-secret", ""],
    ["--timeout=500ms"], ["--login-hint", ""], ["--login", "azurepipelines"]])
def test_arguments_that_are_accepted_later_are_accepted_now(world, args):
    write(world, user_of("kubelogin", ["get-token", *args]))
    outcome = set_up(world)
    assert (outcome.code, outcome.err) == (0, "")
    assert user(world)["exec"]["args"] == ["get-token", *args]


def test_the_environment_of_setup_has_no_effect(world):
    write(world, user_of("kubelogin", ["get-token", "--login", "spn"]))
    outcome = set_up(world, env={"AAD_LOGIN_METHOD": "azurecli"})
    assert (outcome.code, outcome.err) == (0, "")


@pytest.mark.parametrize("command, args", [
    ("/opt/x/kubelogin-linux", ["get-token"]), ("kubelogin.exe", ["--v=5", "get-token"]),
    ("kubelogin", ["--server-id", "x", "get-token"])])
def test_kubelogin_is_recognized_by_any_name_and_argument_order(world, command, args):
    write(world, user_of(command, args))
    outcome = set_up(world, "--login", "msi")
    assert (outcome.code, outcome.err) == (0, "")
    assert user(world)["exec"]["command"] == "exec-credential-entra"
    assert set(user(world)["exec"]["args"]) == {*args, "--login", "msi"}


# ---- the options of setup ----

WISHES = ["--tenant", "t.example", "--force-refresh", "--keyring", "kernel"]


@pytest.mark.parametrize("command", ["kubelogin", "exec-credential-entra"])
@pytest.mark.parametrize("before, after", [
    (["get-token"], ["get-token", *WISHES]),
    (["get-token", "--tenant-id", "x", "--legacy"], ["get-token", *WISHES, "--legacy"]),
    (["get-token", "--keyring=none", "--legacy"],
     ["get-token", "--tenant", "t.example", "--force-refresh", "--keyring=kernel", "--legacy"]),
    (["--tenant", "x", "--keyring", "none", "--tenant", "y", "get-token"],
     ["--force-refresh", "--tenant", "x", "--keyring", "kernel", "--tenant", "t.example", "get-token"]),
])
def test_options_are_added_to_users_whose_arguments_are_kept(world, command, before, after):
    for text in (user_of(command, before),
                 head() + f"  user:\n    exec:\n      command: {command}\n      args:\n"
                 + "".join(f"      - {word} # {word}\n" for word in before)):
        write(world, text)
        outcome = set_up(world, "--context", "prod", *WISHES)
        assert (outcome.code, outcome.err) == (0, "")
        assert user(world)["exec"]["args"] == after
        again = set_up(world, "--context", "prod", *WISHES)
        assert (again.code, again.out) == (0, "")
        assert "context 'prod' already uses exec-credential-entra" in again.err
        assert len(again.err.splitlines()) == 1


def test_several_scopes_can_be_given(world):
    write(world, user_of("exec-credential-entra", ["--scope", "a", "--scope", "b"]))
    assert set_up(world, "--context", "prod", "--scope", "a", "--scope", "c").code == 0
    assert user(world)["exec"]["args"] == ["--scope", "c", "--scope", "a", "--scope", "b"]


def test_options_that_contradict_a_users_arguments_are_refused(world):
    write(world, head() + KUBELOGIN)
    refused(set_up(world, "--api", "MyWebApi"), 2, "'me' cannot be converted",
            "--server-id cannot be used")
    write(world, head() + PROVIDER)
    refused(set_up(world, "--api", "MyWebApi"), 2, "'me' cannot be converted",
            "--server-id cannot be used")


# ---- other programs ----

@pytest.mark.parametrize("text", [
    "exec: {command: aws}", "exec: {command: kubelogin, args: [get-token, --oidc-issuer-url=x]}",
    "exec: {command: kubectl, args: [oidc-login]}", "auth-provider: {name: gcp}"])
def test_other_programs_are_left_alone_and_refused_by_name(world, text):
    text = text if text[0] == "{" else "{" + text + "}"
    before = head() + f"  user: {text}\n"
    path = write(world, before)
    assert set_up(world).code == 0
    refused(set_up(world, "--context", "prod"), 2, "the credentials of the user 'me' cannot be converted")
    assert path.read_text() == before


@pytest.mark.parametrize("text, reason", [
    ("users: [{name: me, user: &u {}}, {name: you, user: *u}]\n", "line 1: anchors and aliases"),
    ("users: &x []\n", "anchors"), ("a: 1\n---\nb: 2\n", "more than one YAML document"),
    ("users:\n\t- name: me\n", "line 2: not valid YAML"), ("users: [", "not valid YAML"),
    ("- a list\n", "not a kubeconfig"), ("text", "not a kubeconfig"), ("\0", "not UTF-8"),
    ("users: [{name: me, user: {exec: {command: kubelogin}, exec: {}}}]\n", "line 1: duplicate key"),
    ("users: []\nusers: []\n", "line 2: duplicate key"),
    ("users: [{name: me, user: {<<: {exec: {command: kubelogin}}}}]\n", "merge keys"),
    ("users: \x01\n", "not valid YAML"), pytest.param("a: {" * 2000, "nested more than 100", id="deep"),
])
def test_a_file_that_cannot_be_changed_safely_is_refused(world, text, reason):
    path = write(world, text)
    refused(set_up(world), 2, str(path), reason)
    assert path.read_text() == text and os.listdir(path.parent) == ["config"]


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}", "users: null\n", "users: {}\n", "users: 7\n",
                                  "users: [7, null, {}, {name: [x], user: 7}, {name: me}]\n",
                                  "users: [{name: me, user: {exec: 7, auth-provider: 7}}]\n"])
def test_a_file_without_users_is_no_failure(world, text):
    path = write(world, text)
    assert set_up(world).code == 0
    assert path.read_text() == text


def test_a_refused_file_has_a_way_out(world):
    path = write(world, "users: [{name: me, user: &u {}}, {name: you, user: *u}]\n")
    refused(set_up(world), 2, str(path), "kubectl config view --raw --flatten")


def test_latin_1_is_refused(world):
    path = write(world, "")
    path.write_bytes(b"# f\xfcr\nusers: []\n")
    refused(set_up(world), 2, "not valid YAML")


def test_a_file_that_is_too_large_is_refused(world):
    write(world, "#" * (4 * 1024 * 1024 + 1))
    refused(set_up(world), 2, "too large")


def test_a_file_that_others_can_write_is_refused(world):
    write(world, head() + KUBELOGIN, mode=0o666)
    refused(set_up(world), 2, "others can write it")


def test_a_missing_file_is_reported(world):
    refused(set_up(world), 2, "no kubeconfig found")
    refused(set_up(world, "--kubeconfig", "/nowhere/config"), 2, "/nowhere/config")


@pytest.mark.parametrize("options, text", [
    (["--context", "none"], "no kubeconfig has a context 'none'"),
    (["--login", "x"], "'x' is not a supported login method"),
    (["--login", "ropc"], "login method 'ropc' is not available"), (["operand"], "'operand'")])
def test_wrong_usage_is_reported_in_one_clear_line(world, options, text):
    before = head() + KUBELOGIN
    path = write(world, before)
    refused(set_up(world, *options), 2, text)
    assert path.read_text() == before


@pytest.mark.parametrize("typed, meant", [("prd", "prod"), ("Prod", "prod"), ("amdin", "admin"),
                                          ("prod2", "prod")])
def test_a_context_that_does_not_exist_is_told_the_nearest_one(world, typed, meant):
    write(world, head() + KUBELOGIN)
    for how in [], ["--remove"]:
        refused(set_up(world, *how, "--context", typed), 2,
                f"no kubeconfig has a context '{typed}' with a user, did you mean '{meant}'?")


def test_the_nearest_context_may_be_in_any_kubeconfig_and_has_a_user(world):
    first = write(world, head() + KUBELOGIN)
    second = write(world, "contexts:\n- {name: stage, context: {user: me}}\n"
                          "- {name: stave, context: {cluster: c}}\n", first.with_name("second"))
    env = {"KUBECONFIG": f"{first}:{second}"}
    for typed in "stag", "stave":
        refused(set_up(world, "--context", typed, env=env), 2, "did you mean 'stage'?")
    outcome = set_up(world, "--context", "nothing-like-it", env=env)
    refused(outcome, 2, "no kubeconfig has a context 'nothing-like-it' with a user")
    assert "did you mean" not in outcome.err


def test_a_file_that_kubectl_is_writing_is_left_alone(world):
    path = write(world, head() + KUBELOGIN)
    lock = path.with_name("config.lock")
    lock.touch()
    refused(set_up(world), 1, "is being written", str(lock))
    assert lock.exists() and path.read_text() == head() + KUBELOGIN
    lock.unlink()
    assert set_up(world).code == 0
