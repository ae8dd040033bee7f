# SPDX-License-Identifier: MIT
"""entra doctor: keyrings, and the configuration of git and kubectl."""

from __future__ import annotations

import json
import subprocess
import uuid
from pathlib import Path

import pytest

from integration.examining import examine
from world import kernel_keyring
from world.kubeconfig import ExecPlugin
from world.waiting import PATIENCE, SHORT_LIMIT

# ---- keyring ----


def keyring(report) -> tuple[str, str]:
    (finding,) = report.of("keyring")
    return finding["status"], finding["message"]


def test_the_desktop_keyring_returns_what_is_stored(world):
    status, message = keyring(examine(world))
    assert status == "ok" and message.startswith("secret-service ")


def test_the_check_leaves_nothing_behind(world):
    examine(world)
    kinds = [item.attributes["kind"] for item in world.session.keyring.items()]
    assert kinds == ["access_token"]


def test_without_a_desktop_the_kernel_keyring_is_checked(in_kernel, shell):
    status, message = keyring(examine(shell))
    assert status == "ok" and message.startswith("kernel ")
    assert [key["kind"] for key in kernel_keyring.keys().values()] == ["access_token"]


def test_a_bus_without_a_keyring_is_not_a_desktop(in_kernel, world):
    world.session.keyring.stop()
    status, message = keyring(examine(world))
    assert status == "ok" and message.startswith("kernel ")


def test_a_locked_keyring_fails(world):
    world.session.keyring.lock()
    report = examine(world, "--timeout", SHORT_LIMIT)
    assert report.crosses == [("keyring", "keyring_locked")]
    assert report.of("token", "ok")
    assert report.outcome.code == 6


def test_a_hanging_keyring_costs_only_the_time_limit_of_each_check(world):
    world.session.keyring.freeze()
    report = examine(world, "--timeout", SHORT_LIMIT)
    assert ("keyring", "keyring_silent") in report.crosses
    assert report.outcome.seconds < PATIENCE / 2


def test_a_named_keyring_that_is_missing_fails(shell):
    report = examine(shell, "--keyring", "secret-service")
    assert report.crosses == [("keyring", "keyring_no_bus")]
    assert report.outcome.code == 6


def test_keyring_none_is_skipped(world):
    assert keyring(examine(world, "--keyring", "none"))[0] == "skipped"


def test_files_in_memory_are_a_keyring_too(shell):
    folder = Path("/dev/shm") / f"entra-test-{uuid.uuid4().hex}"
    folder.mkdir(mode=0o700)
    try:
        status, _ = keyring(examine(shell, "--keyring", "runtime",
                                    env={"XDG_RUNTIME_DIR": str(folder)}))
        assert status == "ok"
        assert len(list((folder / "entra").glob("*.token"))) == 1  # the app's
    finally:
        subprocess.run(["rm", "-rf", folder], check=True)


# ---- git ----


def git_config(world, *words: str) -> None:
    assert world.run("git", "config", "--global", "--add", *words).code == 0


def of_git(report) -> tuple[str, str]:
    finding = report.of("git")[0]
    return finding["status"], finding["message"]


def test_git_without_our_helper_is_skipped(world):
    status, message = of_git(examine(world))
    assert status == "skipped" and "dev.azure.com" in message and "entra setup git" in message


@pytest.mark.parametrize("host, meant", [("dev.azure.co", ", did you mean 'dev.azure.com'?"),
                                         ("github.com", "")])
def test_a_host_that_cannot_be_set_up_gets_no_advice_to_do_so(world, host, meant):
    assert world.run("entra", "setup", "git").code == 0
    assert of_git(examine(world, f"https://{host}/contoso")) == (
        "skipped", f"git does not use our helper for {host}{meant}")
    assert world.run("entra", "setup", "git", f"https://{host}").code == 2


@pytest.mark.parametrize("key", ["credential.helper", "credential.https://dev.azure.com.helper",
                                 "credential.dev.azure.com.helper"])
def test_git_with_our_helper_is_reported(world, key):
    git_config(world, key, "entra --api AzureDevOps")
    status, message = of_git(examine(world))
    assert status == "ok" and "entra --api AzureDevOps" in message


def test_a_helper_for_another_host_does_not_count(world):
    git_config(world, "credential.https://github.com.helper", "entra")
    assert of_git(examine(world))[0] == "skipped"


def test_the_result_of_entra_setup_passes(world):
    assert world.run("entra", "setup", "git").code == 0
    report = examine(world)
    assert report.ok and of_git(report)[0] == "ok"


def test_a_helper_that_writes_tokens_to_a_file_fails(world):
    git_config(world, "credential.helper", "store --file ~/.git-tokens")
    git_config(world, "credential.helper", "entra")
    report = examine(world)
    assert report.crosses == [("git", "git_plaintext_helper")]
    assert "Run 'entra setup git https://dev.azure.com'," in world.run("entra", "doctor").out
    assert world.run("entra", "setup", "git", "https://dev.azure.com").code == 0
    assert examine(world).ok


def test_a_helper_added_after_entra_setup_fails(world):
    assert world.run("entra", "setup", "git").code == 0
    git_config(world, "credential.helper", "store")
    assert examine(world).crosses == [("git", "git_plaintext_helper")]


def test_the_remedy_for_a_helper_before_ours_works(world):
    git_config(world, "credential.helper", "store")
    git_config(world, "credential.https://dev.azure.com.helper", "entra")
    assert examine(world).crosses == [("git", "git_plaintext_helper")]
    assert world.run("entra", "setup", "git", "https://dev.azure.com").code == 0
    assert examine(world).ok


def test_an_empty_helper_clears_those_before_it(world):
    git_config(world, "credential.helper", "store")
    git_config(world, "credential.https://dev.azure.com.helper", "")
    git_config(world, "credential.https://dev.azure.com.helper", "entra")
    assert examine(world).ok


def test_other_helpers_that_get_the_token_are_named(world):
    git_config(world, "credential.helper", "manager --wait")
    git_config(world, "credential.helper", "entra")
    report = examine(world)
    assert report.ok
    assert report.details("git")["also gets the token"][0] == "manager --wait"


@pytest.mark.parametrize("helper", [
    "cache", "cache --timeout 900", "/usr/lib/git-core/git-credential-cache --timeout 900",
    "!git credential-cache", "!/usr/bin/git credential-cache", "libsecret",
    "/usr/share/doc/git/contrib/credential/libsecret/git-credential-libsecret"])
def test_a_helper_that_stores_tokens_fails_before_ours(world, helper):
    git_config(world, "credential.helper", helper)
    git_config(world, "credential.helper", "entra")
    assert examine(world).crosses == [("git", "git_storing_helper")]
    assert world.run("entra", "setup", "git").code == 0
    assert examine(world).ok


def test_a_helper_that_stores_tokens_may_come_after_ours(world):
    git_config(world, "credential.helper", "entra")
    git_config(world, "credential.helper", "cache")
    report = examine(world)
    assert report.ok
    assert report.details("git")["also gets the token"][0] == "cache"


def test_a_helper_that_writes_tokens_to_a_file_fails_however_it_is_named(world):
    git_config(world, "credential.helper", "entra")
    git_config(world, "credential.helper", "/usr/lib/git-core/git-credential-store")
    assert examine(world).crosses == [("git", "git_plaintext_helper")]


HEADER = "authorization:basic c2VjcmV0"


@pytest.mark.parametrize("key", ["http.extraHeader", "http.https://dev.azure.com.extraheader",
                                 "http.https://*.azure.com/.extraHeader"])
def test_a_header_that_git_sends_in_place_of_a_token_fails(world, key):
    git_config(world, "credential.helper", "entra")
    git_config(world, key, "X-Trace: on")
    assert examine(world).ok
    git_config(world, key, HEADER)
    git_config(world, key, "X-Trace: off")
    assert examine(world).crosses == [("git", "git_extra_header")]
    assert "c2VjcmV0" not in world.run("entra", "doctor", "--verbose").out
    git_config(world, key, "")
    assert examine(world).ok


def test_a_header_for_another_url_does_not_count(world):
    git_config(world, "credential.helper", "entra")
    for url in ("https://github.com/", "https://dev.azure.com/fabrikam"):
        git_config(world, f"http.{url}.extraHeader", HEADER)
    assert examine(world, "https://dev.azure.com/contoso/app/_git/app").ok
    assert examine(world, "https://dev.azure.com/fabrikam/app").crosses == [
        ("git", "git_extra_header")]


@pytest.mark.parametrize("helper, shown", [
    ("!gh auth git-credential", "!gh"),
    ("!/opt/gh/bin/gh auth --token typed-secret", "!/opt/gh/bin/gh"),
    ('!f() { echo "password=typed-secret"; }; f', "a shell command"),
    ("!PASSWORD=typed-secret ask", "a shell command"), ("!'/opt/my tools/ask'", "a shell command")])
def test_no_password_in_a_helper_is_shown(world, helper, shown):
    git_config(world, "credential.helper", helper)
    git_config(world, "credential.helper", "entra")
    report = examine(world)
    assert report.details("git")["also gets the token"][0] == shown
    assert "typed-secret" not in report.outcome.out + world.run("entra", "doctor").out


def with_a_path(world) -> str:
    """An API whose BaseUrl has a path; returns the URL of a repository below it."""
    settings = world.appsettings()
    settings["GitServer"]["BaseUrl"] += "contoso/"
    world.write_appsettings(settings)
    git_config(world, "credential.helper", "entra")
    return f"{world.git_server.url}/contoso/_git/x"


def test_git_that_must_send_the_path_and_does_not_fails(world):
    url = with_a_path(world)
    assert examine(world, url).crosses == [("git", "git_use_http_path")]
    git_config(world, "credential.useHttpPath", "true")
    assert examine(world, url).ok


def test_without_a_url_each_configured_one_is_looked_at(world):
    with_a_path(world)
    findings = {one["status"]: one["message"] for one in examine(world).of("git")}
    assert "gets no token of GitServer" in findings["skipped"]
    git_config(world, "credential.useHttpPath", "true")
    assert {one["status"] for one in examine(world).of("git")} == {"ok"}


def test_a_helper_that_is_not_installed_fails(world, programs):
    git_config(world, "credential.helper", "entra")
    path = world.session.env["PATH"].removeprefix(f"{programs}:")
    report_of = world.run(programs / "entra", "doctor", env={"PATH": path})
    assert report_of.code == 2 and "git-credential-entra" in report_of.out


def test_a_git_that_cannot_read_its_configuration_fails(world):
    (world.session.home / ".gitconfig").write_text("[credential\n")
    outcome = world.run("entra", "doctor")
    assert outcome.code == 2 and "git cannot read its configuration" in outcome.out


def test_the_options_of_the_helper_that_git_runs_are_used(in_kernel, world):
    git_config(world, "credential.helper", "entra --keyring kernel --timeout 20")
    report = examine(world, world.git_server.url)
    assert report.ok and keyring(report)[1].startswith("kernel ")
    assert report.details("configuration")["options"] == ("--keyring kernel --timeout 20",
                                                          "of git's helper")
    assert keyring(examine(world, world.git_server.url, "--keyring", "secret-service"))[1] \
        .startswith("secret-service ")
    assert keyring(examine(world))[1].startswith("secret-service ")


def test_options_of_the_helper_that_are_wrong_fail_as_they_do_for_git(world):
    git_config(world, "credential.helper", "entra --keyrings runtime")
    report = examine(world, world.git_server.url)
    assert [check for check, _ in report.crosses] == ["git"] and report.outcome.code == 2


@pytest.mark.parametrize("name, check", [("git", "git"), ("kubectl", "kubectl")])
def test_what_a_program_says_is_not_in_the_report(world, name, check):
    """A plugin of kubectl's may warn, and so may git."""
    real = world.run("which", name).out.strip()
    folder = world.session.home / "said"
    folder.mkdir()
    (folder / name).write_text(f'#!/bin/sh\necho "W: a plugin says this" >&2\nexec {real} "$@"\n')
    (folder / name).chmod(0o755)
    env = {"PATH": f"{folder}:{world.session.env['PATH']}"}
    for words in ((), ("--output", "json")):
        outcome = world.run("entra", "doctor", *words, env=env)
        assert (outcome.code, outcome.err) == (0, "") and "plugin says" not in outcome.out
    (folder / name).write_text('#!/bin/sh\necho "error: broken: \033[2J x" >&2\nexit 9\n')
    report = examine(world, env=env)
    (finding,) = report.of(check, "failed")
    assert finding["message"].endswith(": error: broken: ?[2J x")
    assert report.outcome.err.count("\n") == 1


@pytest.mark.parametrize("line, why", [("entra --config $HOME/x.json", "they take a shell"),
                                       ("entra --keyring 'runtime", "they take a shell")])
def test_options_that_take_a_shell_are_not_used(world, line, why):
    git_config(world, "credential.helper", line)
    report = examine(world, world.git_server.url)
    assert report.ok and report.details("git")["options not used by doctor"] == (why, "")


def test_options_of_a_repository_are_not_used(world):
    """They could name a configuration whose SignedAssertionCommand is run."""
    repository = world.session.home / "hostile"
    world.run("git", "init", str(repository))
    world.run("git", "-C", str(repository), "config", "credential.helper",
              f"entra --config {repository}/appsettings.json")
    trap = repository / "trapped"
    settings = world.appsettings()
    settings["AzureAd"] |= {"ClientSecret": None, "ClientCredentials": [
        {"SourceType": "SignedAssertionCommand",
         "SignedAssertionCommand": ["/usr/bin/touch", str(trap)]}]}
    (repository / "appsettings.json").write_text(json.dumps(settings))
    report = examine(world, world.git_server.url, cwd=repository)
    assert report.ok and not trap.exists()
    assert report.details("git")["options not used by doctor"][0] == "they are the repository's own"


def test_a_repositorys_own_configuration_runs_nothing(world):
    """It is only read, since its author may be a stranger."""
    repository = world.session.home / "hostile"
    world.run("git", "init", str(repository))
    trap = world.session.home / "trapped"
    for key in ("credential.helper", "alias.credential-entra", "core.fsmonitor", "core.pager"):
        world.run("git", "-C", str(repository), "config", key, f"!touch {trap}")
    world.run("entra", "doctor", cwd=repository)
    assert not trap.exists()


# ---- kubectl ----


def of_kubectl(report) -> tuple[str, str]:
    (finding,) = report.of("kubectl")
    return finding["status"], finding["message"]


def test_kubectl_without_our_plugin_is_skipped(world):
    assert of_kubectl(examine(world))[0] == "skipped"


def test_kubectl_with_our_plugin_is_reported(world):
    world.write_kubeconfig(ExecPlugin("exec-credential-entra"))
    status, message = of_kubectl(examine(world))
    assert status == "ok" and "user app" in message


def test_a_missing_plugin_fails(world):
    world.write_kubeconfig(ExecPlugin("/nowhere/exec-credential-entra"))
    assert examine(world).crosses == [("kubectl", "program_not_found")]


@pytest.mark.parametrize("path", [":{}", "{}:", "{}::/nowhere", ".:{}"])
def test_a_plugin_in_the_working_directory_does_not_count(world, programs, path):
    world.write_kubeconfig(ExecPlugin("exec-credential-entra"))
    report = examine(world, env={"PATH": path.format("/usr/local/bin:/usr/bin:/bin")}, cwd=programs)
    assert ("kubectl", "program_not_found") in report.crosses


def test_a_plugin_of_another_context_is_skipped(world):
    world.write_kubeconfig(ExecPlugin("exec-credential-entra"))
    world.run("kubectl", "config", "unset", "current-context")
    status, message = of_kubectl(examine(world))
    assert status == "skipped" and "current context" in message


def test_a_kubeconfig_that_kubectl_rejects_fails(world):
    file = world.write_kubeconfig(ExecPlugin("exec-credential-entra"))
    file.write_text("{")
    outcome = world.run("entra", "doctor")
    assert outcome.code != 0 and "kubectl's configuration cannot be read" in outcome.out


def test_an_answer_of_kubectl_that_is_not_an_object_fails(world, tmp_path):
    kubectl = tmp_path / "kubectl"
    kubectl.write_text("#!/bin/sh\necho '[]'\n")
    kubectl.chmod(0o755)
    report = examine(world, env={"PATH": f"{tmp_path}:{world.session.env['PATH']}"})
    (finding,) = report.of("kubectl")
    assert finding["message"] == "it is not a JSON object"
    assert finding["kind"] == "other"


def test_without_git_and_kubectl_their_checks_are_skipped(world, programs):
    report = examine(world, env={"PATH": str(programs)})
    assert report.ok
    assert report.statuses("git") == report.statuses("kubectl") == {"skipped"}
