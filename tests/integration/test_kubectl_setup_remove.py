# SPDX-License-Identifier: MIT
"""entra setup kubectl --remove: the former credentials come back, and nothing else changes."""

from __future__ import annotations

import json

import pytest

from integration.credentials import refused
from integration.test_kubectl_setup import (
    KUBELOGIN, PROVIDER, backup, config, head, set_up, user, user_of, view, write)
from integration.test_kubectl_setup_content import BLOCK, FLOW, HEAD
from integration.test_kubectl_setup_logins import AZ

OURS = "exec-credential-entra"


def remove(world, *options: str):
    return set_up(world, "--remove", *options)


FILES = {
    "kubelogin": (head() + KUBELOGIN, []), "login": (head() + KUBELOGIN, ["--login", "msi"]),
    "az": (AZ, ["--login", "msi", "--keyring", "kernel"]), "provider": (head() + PROVIDER, []),
    "block": (HEAD + BLOCK, ["--context", "one"]), "flow": (HEAD + FLOW, ["--context", "one"]),
    "empty": (head() + "  user: {}\n", []), "null": (head() + "  user: null\n", []),
    "as": (HEAD + "    as: somebody\n", ["--context", "one"]),
    "flow as": (HEAD + "    {as: somebody}\n", ["--context", "one"]),
    "admin": (head() + KUBELOGIN, ["--context", "admin"]),
    "variable": (user_of("kubelogin", ["get-token", "--client-certificate", "/a"],
                         env=[{"name": "AAD_LOGIN_METHOD", "value": "spn"},
                              {"name": "OTHER", "value": "x"}]), ["--login", "msi"]),
    "version": (user_of("azure-kubelogin", ["get-token"],
                        apiVersion="client.authentication.k8s.io/v1alpha1"), []),
    "json": (json.dumps({"users": [{"name": "me", "user": {"exec": {
        "command": "kubelogin", "args": ["get-token", "--tenant-id", "x"]}}}]}, indent=4),
        ["--login", "msi"]),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("rewritten", [False, True])
def test_what_setup_changed_is_as_before(world, name, rewritten):
    """Also if kubectl, which formats a file in its own way, wrote it in the meantime."""
    text, options = FILES[name]
    write(world, text)
    before = view(world)
    assert set_up(world, *options).code == 0
    assert OURS in json.dumps(view(world))
    if rewritten:
        assert world.run("kubectl", "config", "set-cluster", "new", "--server=https://new.example"
                         ).code == 0
    outcome = remove(world)
    assert (outcome.code, outcome.err) == (0, ""), outcome
    assert "no longer uses exec-credential-entra" in outcome.out
    assert view(world)["users"] == before["users"]
    assert ("new.example" in config(world).read_text()) == rewritten


@pytest.mark.parametrize("name", ["kubelogin", "block", "flow", "as"])
def test_comments_stay(world, name):
    text, options = FILES[name]
    path = write(world, text)
    set_up(world, *options)
    assert remove(world).code == 0
    words = [line[line.index("# "):] for line in text.splitlines() if "# " in line]
    assert all(word in path.read_text() for word in words)


def test_other_changes_made_since_stay(world):
    path = write(world, head() + KUBELOGIN)
    set_up(world)
    path.write_text(path.read_text().replace("      env: null\n",
                                             "      env: [{name: HTTPS_PROXY, value: x}]\n"))
    assert remove(world).code == 0
    assert user(world)["exec"]["command"] == "kubelogin"
    assert user(world)["exec"]["env"] == [{"name": "HTTPS_PROXY", "value": "x"}]


def test_a_second_time_says_that_there_is_nothing(world):
    path = write(world, head() + KUBELOGIN)
    set_up(world)
    assert remove(world).code == 0
    after = path.read_text()
    outcome = remove(world)
    assert (outcome.code, outcome.out) == (0, "") and "kubectl is not set up" in outcome.err
    assert path.read_text() == after


def test_it_can_go_on_and_on(world):
    write(world, head() + KUBELOGIN)
    before = view(world)["users"]
    for _ in range(3):
        assert set_up(world, "--login", "msi").code == 0
        assert remove(world).code == 0
        assert view(world)["users"] == before


def test_the_newest_backup_counts_in_which_the_user_had_other_credentials(world):
    path = write(world, head() + KUBELOGIN)
    set_up(world)
    assert set_up(world, "--context", "prod", "--login", "msi").code == 0
    assert backup(path, ".2").exists()
    assert remove(world).code == 0
    assert user(world)["exec"]["command"] == "kubelogin"
    assert "devicecode" in user(world)["exec"]["args"]


def test_a_dry_run_shows_no_secret_and_changes_nothing(world):
    path = write(world, head() + PROVIDER)
    set_up(world)
    after = path.read_text()
    outcome = remove(world, "--dry-run")
    assert outcome.code == 0 and "s3cret" not in outcome.out
    assert "REDACTED" in outcome.out and path.read_text() == after


def test_only_the_user_of_a_context_is_restored(world):
    write(world, head() + KUBELOGIN)
    set_up(world)
    set_up(world, "--context", "admin")
    assert remove(world, "--context", "prod").code == 0
    assert user(world)["exec"]["command"] == "kubelogin"
    assert user(world, "admin")["exec"]["command"] == OURS
    assert "does not use" in remove(world, "--context", "prod").err


def test_without_a_backup_kubelogins_command_comes_back(world):
    path = write(world, head() + KUBELOGIN)
    set_up(world)
    backup(path).unlink()
    assert remove(world).code == 0
    assert user(world)["exec"]["command"] == "kubelogin"
    assert user(world)["exec"]["installHint"].startswith("\nkubelogin is not installed")
    assert user(world)["exec"]["args"][0] == "get-token"


@pytest.mark.parametrize("args, reason", [
    (["get-token", "--keyring=kernel"], "kubelogin has no option --keyring"),
    (["get-token", "--azure-config-dir", "/az"], "kubelogin has no option --azure-config-dir"),
    (["--tenant", "x"], "no backup has the former credentials"), ([], "no backup has")])
def test_a_user_that_cannot_be_restored_is_a_failure(world, args, reason):
    path = write(world, user_of(OURS, args))
    before = path.read_text()
    refused(remove(world), 2, str(path), "'me'", reason)
    assert path.read_text() == before


@pytest.mark.parametrize("kind", ["broken", "folder", "writable by others"])
def test_a_backup_that_cannot_be_read_may_be_the_one_that_counts(world, kind):
    path = write(world, head() + KUBELOGIN)
    set_up(world)
    newer = backup(path, ".2")
    if kind == "folder":
        newer.mkdir()
    else:
        write(world, "users: [" if kind == "broken" else user_of("/tmp/evil", ["get-token"]), newer,
              0o666 if kind == "writable by others" else 0o600)
    outcome = remove(world)
    assert outcome.code == 2 and str(newer) in outcome.err
    assert user(world)["exec"]["command"] == OURS
    newer.rename(newer.with_name("elsewhere"))
    assert remove(world).code == 0
    assert user(world)["exec"]["command"] == "kubelogin"


def test_a_backup_may_be_missing_between_others(world):
    path = write(world, head() + KUBELOGIN)
    set_up(world, "--login", "msi")
    backup(path).rename(backup(path, ".7"))
    assert remove(world).code == 0
    assert user(world)["exec"]["command"] == "kubelogin"


def test_a_link_leads_to_the_backups(world, tmp_path):
    real = write(world, head() + KUBELOGIN, tmp_path / "real")
    config(world).parent.mkdir(parents=True)
    config(world).symlink_to(real)
    before = view(world)["users"]
    set_up(world, "--login", "msi")
    assert remove(world).code == 0
    assert view(world)["users"] == before and config(world).is_symlink()


def test_a_login_makes_no_sense_with_it(world):
    write(world, head() + KUBELOGIN)
    refused(remove(world, "--login", "msi"), 2, "--remove and --login cannot be used together")


def test_the_newest_backup_is_the_last_one_made_though_others_were_deleted(world):
    for tenant in ("first", "second", "third"):
        path = write(world, user_of("kubelogin", ["get-token", "--tenant-id", tenant]))
        if tenant == "third":
            backup(path).unlink()
        assert set_up(world).code == 0
    assert "third" in backup(path, ".3").read_text() and not backup(path).exists()
    assert remove(world).code == 0
    assert user(world)["exec"]["args"] == ["get-token", "--tenant-id", "third"]
