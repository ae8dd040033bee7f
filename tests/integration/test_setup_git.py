# SPDX-License-Identifier: MIT
"""entra setup git: what it writes into git's configuration, and that it can be undone."""

from __future__ import annotations

import pytest

DEV_AZURE = "credential.https://dev.azure.com"
VISUAL_STUDIO = "credential.https://*.visualstudio.com"
HOST = '[credential "https://dev.azure.com"]\n'


def set_up(world, *words, **how):
    return world.run("entra", "setup", "git", *words, **how)


def values(world, key) -> list[str]:
    return world.run("git", "config", "--global", "--get-all", key).out.splitlines()


def configuration(world) -> str:
    return (world.session.home / ".gitconfig").read_text()


def told(world, host: str = "dev.azure.com") -> list[str]:
    """The helpers that git gives a credential for the host: all on the list."""
    outcome = world.run("git", "credential", "approve", env={"GIT_TRACE": "1"}, input=
                        f"protocol=https\nhost={host}\nusername=ada\npassword=x\n")
    return [line.split("'")[1] for line in outcome.err.splitlines()
            if "trace: run_command: 'git credential-" in line]


def asked_by_git(world, line: str) -> str:
    """The request that git sends to our helper, recorded by a substitute."""
    helper = world.session.home / "instead" / "git-credential-entra"
    helper.parent.mkdir(exist_ok=True)
    helper.write_text('#!/bin/sh\ncat >"$HOME/asked"\n')
    helper.chmod(0o755)
    world.run("git", "credential", "fill", input=f"{line}\n", env={
        "PATH": f"{helper.parent}:{world.session.env['PATH']}", "GIT_TERMINAL_PROMPT": "0"})
    return (world.session.home / "asked").read_text()


def test_git_is_set_up_for_azure_devops(world):
    outcome = set_up(world)
    assert (outcome.code, outcome.err) == (0, "")
    for url in (DEV_AZURE, VISUAL_STUDIO):
        assert values(world, f"{url}.helper") == ["", "entra"]
    assert values(world, f"{DEV_AZURE}.useHttpPath") == ["true"]
    assert values(world, f"{VISUAL_STUDIO}.useHttpPath") == []


def test_a_dry_run_shows_the_commands_and_runs_none(world):
    before = configuration(world)
    shown = set_up(world, "--dry-run")
    assert f"git config --global --add {DEV_AZURE}.helper ''\n" in shown.out
    assert f"git config --global --add '{VISUAL_STUDIO}.helper' entra\n" in shown.out
    assert configuration(world) == before
    assert set_up(world).out == shown.out


def test_the_shown_commands_can_be_typed(world):
    settings = world.appsettings_file.rename(world.session.home / "it's mine.json")
    script = set_up(world, "--dry-run", "--config", settings, "--keyring", "kernel").out
    assert world.run("sh", "-e", input=script).code == 0
    assert values(world, f"{DEV_AZURE}.helper")[1].endswith("mine.json' --keyring kernel")


def test_setting_up_twice_has_the_effect_of_once(world):
    set_up(world)
    before = configuration(world)
    outcome = set_up(world)
    assert (outcome.code, outcome.out) == (0, "")
    assert "already" in outcome.err
    assert configuration(world) == before


def test_new_options_replace_the_earlier_ones(world):
    set_up(world)
    assert set_up(world, "--keyring", "kernel").code == 0
    assert values(world, f"{DEV_AZURE}.helper") == ["", "entra --keyring kernel"]
    assert values(world, f"{DEV_AZURE}.useHttpPath") == ["true"]


def test_a_program_that_is_not_in_path_is_named_by_its_full_path(world, programs, tmp_path):
    folder = tmp_path / "a folder"
    folder.symlink_to(programs.parent)
    entra = folder / "bin" / "entra"
    assert world.run(entra, "setup", "git", env={"PATH": "/usr/bin:/bin"}).code == 0
    _, helper = values(world, f"{DEV_AZURE}.helper")
    assert helper == f"!{programs.resolve() / 'git-credential-entra'}"
    assert world.run("git", "credential", "fill", env={"PATH": "/usr/bin:/bin"},
                     input="protocol=https\nhost=dev.azure.com\n").code == 0


OTHERS = {
    "nothing": "",
    "a general helper": "[credential]\n\thelper = cache\n",
    "a helper for the host": '[credential "https://dev.azure.com"]\n\thelper = manager\n',
    "an empty value of one's own":
        '[credential "https://dev.azure.com"]\n\thelper =\n\thelper = manager\n\thelper = cache\n',
    "a path setting":
        '[credential "https://dev.azure.com"]\n\tuseHttpPath = true\n\tusername = ada\n',
    "hosts of like names": '[credential "https://dev.azure.com.evil.example"]\n\thelper = entra\n'
                           '[credential "https://dev.azure"]\n\thelper = entra\n',
}


@pytest.mark.parametrize("before", OTHERS.values(), ids=OTHERS)
def test_removing_keeps_the_other_settings(world, before):
    (world.session.home / ".gitconfig").write_text(before)
    listed = world.run("git", "config", "--global", "--list").out
    assert set_up(world).code == 0
    assert told(world) == ["git credential-entra store"]
    assert set(listed.splitlines()) <= set(
        world.run("git", "config", "--global", "--list").out.splitlines())
    assert set_up(world, "--remove").code == 0
    assert world.run("git", "config", "--global", "--list").out == listed


LATER = {
    "a path setting before": f'{HOST}\tuseHttpPath = true\n{{}}',
    "a helper before": f'{HOST}\thelper = manager # mine\n{{}}',
    "an empty value before": f'{HOST}\thelper =   # none\n\thelper = cache\n{{}}',
}


@pytest.mark.parametrize("general", ["[credential]\n\thelper =\n\thelper = store\n",
                                     "[include]\n\tpath = ~/more\n"], ids=["file", "include"])
@pytest.mark.parametrize("before", LATER.values(), ids=LATER)
def test_a_general_helper_after_the_hosts_section_is_disabled(world, before, general):
    (world.session.home / "more").write_text("[credential]\n\thelper =\n\thelper = store\n")
    text = before.format(general)
    (world.session.home / ".gitconfig").write_text(text)
    assert set_up(world).code == 0
    assert told(world) == ["git credential-entra store"]
    written = configuration(world)
    assert "already" in set_up(world).err
    assert configuration(world) == written
    assert set_up(world, "--remove").code == 0
    assert configuration(world) == text


def test_setting_up_again_disables_a_general_helper_added_later(world):
    before = configuration(world)
    set_up(world)
    world.run("git", "config", "--global", "credential.helper", "store")
    assert told(world) == ["git credential-entra store", "git credential-store store"]
    assert set_up(world).code == 0
    assert told(world) == ["git credential-entra store"]
    assert set_up(world, "--remove").code == 0
    assert configuration(world) == before + "[credential]\n\thelper = store\n"


NOT_ALONE = {
    "a general helper before, and no empty value": f"[credential]\n\thelper = store\n{HOST}\thelper = entra\n",
    "a helper after ours": f"{HOST}\thelper =\n\thelper = entra\n\thelper = store\n",
    "a helper before ours": f"{HOST}\thelper =\n\thelper = store\n\thelper = entra\n",
    "a pattern": f'{HOST}\thelper =\n\thelper = entra\n'
                 '[credential "https://*.azure.com"]\n\thelper = store\n',
    "a pattern in the midst": f'{HOST}\thelper =\n\thelper = entra\n'
                              '[credential "https://dev.*.com"]\n\thelper = store\n',
    "no scheme": f'{HOST}\thelper =\n\thelper = entra\n'
                 '[credential "dev.azure.com"]\n\thelper = store\n',
    "an empty one after ours": f"{HOST}\thelper =\n\thelper = entra\n[credential]\n\thelper =\n",
}


@pytest.mark.parametrize("before", NOT_ALONE.values(), ids=NOT_ALONE)
def test_it_is_not_set_up_if_git_asks_other_helpers_too(world, before):
    (world.session.home / ".gitconfig").write_text(before)
    assert told(world) != ["git credential-entra store"]
    outcome = set_up(world, "https://dev.azure.com")
    assert (outcome.code, outcome.err) == (0, "")
    assert told(world) == ["git credential-entra store"]
    assert "already" in set_up(world, "https://dev.azure.com").err


def test_a_pattern_with_a_path_is_seen(world):
    url = "https://dev.azure.com/con.toso"
    set_up(world)
    with (world.session.home / ".gitconfig").open("a") as file:
        file.write('[credential "https://*.azure.com/con.toso"]\n\thelper = store\n')
    assert "already" not in set_up(world, url).err
    assert "already" in set_up(world, url).err


def test_settings_for_other_hosts_do_no_harm(world):
    set_up(world)
    with (world.session.home / ".gitconfig").open("a") as file:
        for url in ("https://*.dev.azure.com", "https://*.com", "http://dev.azure.com",
                    "https://dev.azure.com:444", "https://dev.azure.com/contoso", "azure.com"):
            file.write(f'[credential "{url}"]\n\thelper = store\n\tuseHttpPath = false\n')
    assert told(world) == ["git credential-entra store"]
    assert "already" in set_up(world, "https://dev.azure.com").err


def test_a_section_that_cannot_be_last_is_an_error(world):
    """Both spellings have their own sections, before another helper."""
    (world.session.home / ".gitconfig").write_text(
        f'{HOST}\tusername = ada\n[credential "https://dev.azure.com/"]\n\tusername = ada\n'
        "[credential]\n\thelper = store\n")
    outcome = set_up(world, "https://dev.azure.com")
    assert outcome.code == 1 and "after the lines for https://dev.azure.com" in outcome.err
    assert "--show-origin" in outcome.err


@pytest.mark.parametrize("url", ["https://DEV.azure.com/", "https://dev.azure.com/?a=b#c",
                                 "HTTPS://dev.azure.com:443"])
def test_other_spellings_of_a_url_are_set_up_alike(world, url):
    assert set_up(world, url).code == 0
    assert told(world) == ["git credential-entra store"]
    assert values(world, f"{DEV_AZURE}.useHttpPath") == ["true"]


# ---- the path ----

PATHS = {
    "it says no": f"{HOST}\tuseHttpPath = false\n",
    "it says no by another word": f"{HOST}\tuseHttpPath = true\n\tuseHttpPath = Off\n",
    "our helper alone": f"{HOST}\thelper = entra\n",
    "our helper without it": f"{HOST}\thelper =\n\thelper = entra\n",
    "it says no to all, afterwards": f"{HOST}\thelper =\n\thelper = entra\n\tuseHttpPath = true\n"
                                     "[credential]\n\tuseHttpPath = no\n",
}


@pytest.mark.parametrize("before", PATHS.values(), ids=PATHS)
def test_git_is_configured_to_send_the_path_if_it_does_not(world, before):
    (world.session.home / ".gitconfig").write_text(before)
    outcome = set_up(world, "https://dev.azure.com")
    assert (outcome.code, outcome.err) == (0, "")
    assert "path=contoso/app\n" in asked_by_git(world, "url=https://dev.azure.com/contoso/app")
    assert told(world) == ["git credential-entra store"]
    assert "already" in set_up(world, "https://dev.azure.com").err


def test_a_users_own_path_setting_is_kept_when_ours_is_removed(world):
    before = f"{HOST}\tuseHttpPath = false\n"
    (world.session.home / ".gitconfig").write_text(before)
    assert set_up(world, "https://dev.azure.com").code == 0
    assert set_up(world, "--remove", "https://dev.azure.com").code == 0
    assert configuration(world) == before


# ---- the options ----

def test_the_options_of_the_helper_are_written_with_it(world):
    words = ("--account", "ada@contoso.com", "--timeout", "90", "--scope", "a/.default",
             "--force-refresh")
    assert set_up(world, *words).code == 0
    _, helper = values(world, f"{DEV_AZURE}.helper")
    assert helper == ("entra --scope a/.default --force-refresh --account ada@contoso.com "
                      "--timeout 90")


def test_a_host_without_a_scheme_is_answered_with_what_was_meant(world):
    outcome = set_up(world, "dev.azure.com")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.endswith("Did you mean https://dev.azure.com?\n")
    assert set_up(world, "https://dev.azure.com").code == 0


@pytest.mark.parametrize("option", ["--context", "--kubeconfig", "--login"])
def test_options_for_kubectl_are_refused(world, option):
    before = configuration(world)
    outcome = set_up(world, option, "x")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == f"entra: unknown option {option}. See 'entra setup git --help'.\n"
    assert configuration(world) == before


def test_why_git_failed_is_in_the_message(world):
    (world.session.home / ".gitconfig.lock").touch()
    for words in ((), ("--output", "json")):
        outcome = set_up(world, *words)
        assert outcome.code == 1 and outcome.err.count("\n") == 1
        assert "command failed: git config" in outcome.err and "could not lock" in outcome.err


def test_commands_that_cannot_be_shown_are_not_run(world):
    before = configuration(world)
    outcome = world.run("sh", "-c", "entra setup git >/dev/full")
    assert outcome.code == 1 and "cannot write to stdout" in outcome.err
    assert configuration(world) == before


def test_removing_nothing_changes_nothing(world):
    before = configuration(world)
    outcome = set_up(world, "--remove")
    assert (outcome.code, outcome.out) == (0, "")
    assert configuration(world) == before


def test_a_host_of_the_configuration_is_set_up_by_its_url(world):
    url = world.git_server.url
    assert set_up(world, url).code == 0
    assert values(world, f"credential.{url}.helper") == ["", "entra"]
    assert values(world, f"{DEV_AZURE}.helper") == []


def test_an_api_is_set_up_by_its_name(world):
    assert set_up(world, "--api", "GitServer").code == 0
    assert values(world, f"credential.{world.git_server.url}.helper") == [
        "", "entra --api GitServer"]


def test_for_a_base_url_with_a_path_git_sends_the_path(world):
    settings = world.appsettings()
    settings["GitServer"]["BaseUrl"] += "contoso/"
    world.write_appsettings(settings)
    url = f"{world.git_server.url}/contoso"
    assert set_up(world, f"{url}/").code == 0
    assert values(world, f"credential.{url}.useHttpPath") == ["true"]
    remote = world.git_server.create_repository()
    assert world.run("git", "ls-remote", remote).code == 0


@pytest.mark.parametrize("words, text", [
    (("https://github.com",), "no BaseUrl"),
    (("git@github.com:app",), "URL"),
    (("--api", "Nothing"), "no API 'Nothing'"),
    (("--api", "AKS"), "no BaseUrl"),
])
def test_urls_that_cannot_be_set_up_are_reported(world, words, text):
    before = configuration(world)
    outcome = set_up(world, *words)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("entra: cannot set up git: ") and text in outcome.err
    assert configuration(world) == before


def test_it_can_be_run_in_a_folder_whose_repository_is_gone(world, tmp_path):
    """git itself fails there, whatever it is asked."""
    (tmp_path / ".git").write_text("gitdir: /nowhere\n")
    assert world.run("git", "config", "--global", "--list", cwd=tmp_path).code == 128
    outcome = set_up(world, cwd=tmp_path)
    assert outcome.code == 0 and "entra: " not in outcome.err, outcome
    assert f"git config --global --add {DEV_AZURE}.helper entra\n" in outcome.out
    assert values(world, f"{DEV_AZURE}.helper") == ["", "entra"]
    assert "already set up" in set_up(world, cwd=tmp_path).err
    assert set_up(world, "--remove", cwd=tmp_path).code == 0
    assert values(world, f"{DEV_AZURE}.helper") == []


def test_a_failing_git_is_reported(world):
    (world.session.home / ".gitconfig").write_text("[credential\n")
    outcome = set_up(world)
    assert outcome.code != 0 and "cannot set up git" in outcome.err


def test_an_unknown_program_cannot_be_set_up(world):
    outcome = world.run("entra", "setup", "emacs")
    assert outcome.code == 2 and "emacs" in outcome.err


# ---- what it cannot remove ----


@pytest.mark.parametrize("already", [False, True], ids=["the first time", "again"])
def test_a_header_that_git_sends_in_place_of_a_token_is_warned_of(world, already):
    if already:
        assert set_up(world).code == 0
    world.run("git", "config", "--global", "http.https://dev.azure.com/.extraHeader",
              "Authorization: Basic c2VjcmV0")
    outcome = set_up(world, "https://dev.azure.com/")
    assert outcome.code == 0
    assert "sends an Authorization header of its own to dev.azure.com" in outcome.err
    assert "extraheader' shows in which file it is: remove it there." in outcome.err
    assert "c2VjcmV0" not in outcome.err + outcome.out


@pytest.mark.parametrize("helper, warned", [("store", True), ("cache", False)])
def test_a_helper_of_the_repository_is_warned_of(world, helper, warned):
    """git reads it after ours, so a cache does no harm."""
    folder = world.session.home / "repository"
    assert world.run("git", "init", "--quiet", folder).code == 0
    world.run("git", "config", "credential.helper", helper, cwd=folder)
    outcome = set_up(world, "https://dev.azure.com/", cwd=folder)
    assert outcome.code == 0
    assert ("unencrypted in a file" in outcome.err) == warned


def test_a_header_for_another_host_is_not_warned_of(world):
    world.run("git", "config", "--global", "http.https://github.com/.extraHeader",
              "Authorization: Basic c2VjcmV0")
    assert set_up(world).err == ""


# ---- for all users of the machine ----

@pytest.fixture
def machine(world, tmp_path):
    """The world with a git configuration of the machine."""
    world.session.env |= {"GIT_CONFIG_SYSTEM": str(tmp_path / "gitconfig"), "GIT_CONFIG_NOSYSTEM": "0"}
    return tmp_path / "gitconfig"


def test_git_is_set_up_for_all_users(world, machine):
    before = configuration(world)
    assert set_up(world, "--system").code == 0
    assert configuration(world) == before
    assert f'{HOST}\thelper = \n\thelper = entra\n\tuseHttpPath = true\n' in machine.read_text()
    assert told(world) == ["git credential-entra store"]
    written = machine.read_text()
    assert "already" in set_up(world, "--system").err and machine.read_text() == written


def test_the_machines_part_is_removed_alone(world, machine):
    machine.write_text("[core]\n\tautocrlf = false\n")
    for words in ((), ("--system",)):
        assert set_up(world, *words).code == 0
    mine = configuration(world)
    assert set_up(world, "--system", "--remove").code == 0
    assert machine.read_text() == "[core]\n\tautocrlf = false\n" and configuration(world) == mine


def test_without_the_right_to_change_the_machine_nothing_is_claimed(world, machine):
    machine.mkdir()
    outcome = set_up(world, "--system")
    assert outcome.code != 0 and "git config --system --add" in outcome.out


def test_what_is_set_up_for_all_users_is_not_set_up_again_for_one(world, machine):
    before = configuration(world)
    assert set_up(world, "--system").code == 0
    outcome = set_up(world)
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err.splitlines() == ["git is already set up for https://dev.azure.com.",
                                        "git is already set up for https://*.visualstudio.com."]
    assert configuration(world) == before
    plan = world.run("entra", "setup", "--dry-run").out
    assert "git       already asks entra for https://dev.azure.com\n" in plan


def test_a_user_whose_own_helper_comes_after_the_machines_sets_it_up(world, machine):
    """So does one for whom git leaves the machine's configuration out."""
    assert set_up(world, "--system").code == 0
    nobody = {"GIT_CONFIG_NOSYSTEM": "1"}
    assert "git config --global --add" in set_up(world, "--dry-run", env=nobody).out
    world.run("git", "config", "--global", f"{DEV_AZURE}.helper", "store")
    assert set_up(world).code == 0 and told(world) == ["git credential-entra store"]


def test_a_user_is_told_what_only_the_administrator_can_undo(world, machine):
    assert set_up(world, "--system").code == 0
    written = machine.read_text()
    told_of_it = "for all users of this machine; " \
                 "'sudo entra setup git --system --remove' undoes that.\n"
    for words in ((), ("https://dev.azure.com",)):
        outcome = set_up(world, "--remove", *words)
        assert (outcome.code, outcome.out) == (0, "") and outcome.err.endswith(told_of_it)
        assert "not set up" not in outcome.err and machine.read_text() == written
    shown = " ".join(world.run("entra", "setup", "--remove", "--dry-run").out.split())
    assert "git asks entra for all users of this machine; 'sudo entra setup git --system " \
           "--remove' undoes that" in shown
    advised = outcome.err.split("'")[1].removeprefix("sudo ").split()
    assert world.run(*advised).code == 0 and told(world) != ["git credential-entra store"]
    assert "git is not set up." in set_up(world, "--remove").err
