# SPDX-License-Identifier: MIT
"""entra setup without a tool: one plan for all that is found, one question, and all of it undone."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time

import pytest

from authority import contoso
from integration.test_kubectl_setup import KUBELOGIN, config, head, user, view, write
from integration.test_setup_git import DEV_AZURE, VISUAL_STUDIO, values
from integration.users import SIGN_IN_FIRST, login, token
from world.program import Outcome
from world.terminal import Terminal
from world.waiting import wait_until
from world.world import World

ADA = contoso.ADA.username
USAGE, OTHER = 2, 1
QUESTION = r"Go ahead\? \[Y/n\] "
PLAN = """\
To be set up:
  git       asks entra for https://dev.azure.com
            asks entra for https://*.visualstudio.com
  kubectl   asks entra for 1 user of {kubeconfig}
  sign-in   a user signs in, once for all
"""


@pytest.fixture
def new(desk: World) -> World:
    """git and a kubeconfig, and nobody has signed in."""
    write(desk, head() + KUBELOGIN)
    return desk


def ask(world: World, *words: str, **how) -> Terminal:
    return world.at_terminal("entra", "setup", *words, whole=True, **how)


def answer(terminal: Terminal, keys: str) -> Outcome:
    terminal.wait_for(QUESTION)
    terminal.type(keys)
    return terminal.finish()


def state(world: World) -> tuple:
    return (world.run("git", "config", "--global", "--list").out, view(world),
            world.run("entra", "list", "--output", "json").out)


def is_set_up(world: World) -> bool:
    return (values(world, f"{DEV_AZURE}.helper") == ["", "entra"] and
            user(world)["exec"]["command"] == "exec-credential-entra")


def test_the_first_day(new):
    outcome = answer(ask(new), "\n")
    assert outcome.code == 0, outcome
    assert outcome.err.startswith(PLAN.format(kubeconfig=config(new)))
    assert is_set_up(new)
    assert f"Signed in as {ADA}." in outcome.err
    assert re.search(rf"^Signed in  {ADA} \(default\)$", outcome.err, re.M)
    assert len(new.authority.authorize_requests) == 1
    new.authority.log.clear()
    assert token(new).code == 0 and not new.authority.authorize_requests


@pytest.mark.parametrize("keys", ["n\n", "no\n", "\x04", "x\n", " y\n", "y\0\n", "\0\n", "y" * 1000 + "\n"],
                         ids=repr)
def test_any_other_answer_means_no(new, keys):
    before = state(new)
    outcome = answer(ask(new), keys)
    assert outcome.code != 0 and state(new) == before
    assert "entra: nothing is changed" in outcome.err
    assert not new.authority.authorize_requests


def test_without_a_terminal_nothing_is_done(new):
    before = state(new)
    outcome = new.run("entra", "setup")
    assert outcome.code == USAGE and outcome.out == PLAN.format(kubeconfig=config(new)).replace(
        "a user signs in, once for all", "needed, but no user can be asked here")
    assert "nothing is changed, as there is no terminal to ask on" in outcome.err
    assert state(new) == before


def test_with_yes_nobody_is_asked(new):
    outcome = ask(new, "--yes").finish()
    assert outcome.code == 0 and is_set_up(new) and not re.search(QUESTION, outcome.err)


def test_without_a_user_the_status_says_that_one_must_sign_in(new):
    outcome = new.run("entra", "setup", "--yes")
    assert outcome.code == SIGN_IN_FIRST and is_set_up(new)
    assert "Signed in  nobody\n" in outcome.out and "nobody is signed in" in outcome.err


def test_in_json_the_status_is_the_end_too(new):
    outcome = new.run("entra", "setup", "--yes", "--output", "json")
    assert outcome.code == SIGN_IN_FIRST and is_set_up(new)
    assert json.loads(outcome.out)["status"]["accounts"] == []
    assert json.loads(outcome.err.splitlines()[-1])["kind"] == "sign-in"


@pytest.mark.parametrize("columns", [70, 60])
def test_a_command_that_does_not_fit_goes_on_in_further_lines(new, columns):
    shown = new.at_terminal("entra", "setup", "git", "--dry-run", whole=True,
                            columns=columns).finish().err
    assert max(map(len, shown.splitlines())) <= columns and " \\\n    " in shown
    assert shown.replace(" \\\n   ", "") == new.run("entra", "setup", "git", "--dry-run").out


def test_an_app_needs_no_user(world):
    write(world, head() + KUBELOGIN)
    outcome = world.run("entra", "setup", "--yes")
    assert outcome.code == 0, outcome
    assert "sign-in   not needed" in outcome.out and is_set_up(world)


def test_a_second_time_nothing_is_asked(new):
    assert answer(ask(new), "y\n").code == 0
    before = state(new)
    outcome = new.run("entra", "setup")
    assert outcome.code == 0 and state(new) == before
    assert outcome.out.startswith("Found on this machine:\n")
    assert "already asks entra for https://dev.azure.com\n" in outcome.out


def test_a_dry_run_shows_each_change_and_makes_none(new):
    before = state(new)
    outcome = new.run("entra", "setup", "--dry-run")
    assert outcome.code == 0 and state(new) == before
    assert f"git config --global --add {DEV_AZURE}.helper entra\n" in outcome.out
    assert "+      command: exec-credential-entra" in outcome.out


def test_all_of_it_is_taken_back(new):
    before = state(new)
    assert answer(ask(new), "y\n").code == 0
    terminal = ask(new, "--remove")
    outcome = answer(terminal, "y\n")
    assert outcome.code == 0, outcome
    assert (f"To be undone:\n  git       no longer asks entra for https://dev.azure.com\n"
            f"            no longer asks entra for https://*.visualstudio.com\n"
            f"  kubectl   no longer asks entra for 1 user of {config(new)}\n"
            f"  sign-in   {ADA} is signed out\n") in outcome.err
    assert state(new) == before
    again = new.run("entra", "setup", "--remove")
    assert again.code == 0  # there is nothing left
    assert "keyring" not in outcome.err + again.err


def test_what_the_keyring_still_has_is_said_and_nothing_else(new):
    assert "keyring" not in new.run("entra", "setup", "--remove").err
    assert new.run("entra", "secret", "set", "--tenant", contoso.TENANT.guid, "--client-id",
                   contoso.DAEMON.client_id, input="secret~1\n").code == 0
    said = "'entra forget --all' deletes what the keyring still has."
    assert said in new.run("entra", "setup", "--remove").err
    assert new.run("entra", "forget", "--all").code == 0
    assert said not in new.run("entra", "setup", "--remove").err


def test_what_was_set_up_for_other_urls_is_taken_back_too(new):
    url = new.git_server.url
    before = state(new)
    assert new.run("entra", "setup", "git", url).code == 0
    assert new.run("entra", "setup", "--remove", "--yes").code == 0
    assert state(new) == before


def test_a_helper_that_the_user_configured_is_not_taken_back(new):
    new.run("git", "config", "--global", "credential.https://git.contoso.com.helper", "entra")
    before = state(new)
    assert new.run("entra", "setup", "--remove", "--yes").code == 0
    assert state(new) == before


def test_what_the_user_added_to_the_lines_of_setup_stays(new):
    assert new.run("entra", "setup", "git").code == 0
    new.run("git", "config", "--global", f"{VISUAL_STUDIO}.useHttpPath", "true")
    assert new.run("entra", "setup", "--remove", "--yes").code == 0
    assert values(new, f"{VISUAL_STUDIO}.useHttpPath") == ["true"]
    assert values(new, f"{VISUAL_STUDIO}.helper") == []


def test_lines_that_are_there_twice_leave_no_empty_helper_behind(new):
    before = state(new)
    assert new.run("entra", "setup", "git").code == 0
    file = new.session.home / ".gitconfig"
    file.write_text(file.read_text() + file.read_text().partition("[credential")[1:][0] +
                    file.read_text().partition("[credential")[2])
    assert new.run("entra", "setup", "--remove", "--yes").code == 0
    assert state(new) == before


def test_many_urls_are_taken_back(new):
    before = state(new)
    with (new.session.home / ".gitconfig").open("a") as file:
        file.writelines(f'[credential "https://dev.azure.com/{number}"]\n\thelper =\n\thelper = entra\n'
                        for number in range(100))
    outcome = new.run("entra", "setup", "--remove", "--yes")
    assert outcome.code == 0 and state(new) == before


@pytest.mark.parametrize("section", [
    "", ' "https://dev.azure.com:443"', ' "HTTPS://dev.azure.com"', ' "https://dev.azure.com//"',
    ' "https://ada@dev.azure.com"', ' "https://dev.azure.com/?x"', ' "dev.azure.com"'])
def test_lines_that_setup_did_not_write_stay_and_are_not_called_gone(new, section):
    with (new.session.home / ".gitconfig").open("a") as file:
        file.write(f"[credential{section}]\n\thelper =\n\thelper = entra\n")
    before = state(new)
    outcome = new.run("entra", "setup", "--remove", "--yes")
    assert outcome.code == 0 and state(new) == before
    assert "has further lines that ask entra; they stay\n" in outcome.out
    assert "no longer asks" not in outcome.out


def test_lines_in_a_file_that_is_included_stay_and_are_not_called_gone(new):
    assert new.run("entra", "setup", "git").code == 0
    file = new.session.home / ".gitconfig"
    file.rename(new.session.home / "included")
    file.write_text("[include]\n\tpath = included\n")
    outcome = new.run("entra", "setup", "--remove", "--yes")
    assert outcome.code == 0 and "has further lines that ask entra; they stay\n" in outcome.out


def test_two_at_once_do_it_once(new, programs):
    """Each line is written by a command of its own. The first process is held before its first line
    until the other one has either ended or joined the first one's lock, which renews the file."""
    home, real = new.session.home, shutil.which("git")
    git = home / "bin" / "git"
    git.parent.mkdir()
    git.write_text(f"""#!/bin/sh
        case $* in *--add*)
            mkdir {home}/held 2>/dev/null && while [ ! -e {home}/go ]; do sleep 0.01; done;;
        esac
        exec {real} "$@"\n""")
    git.chmod(0o755)
    env = {**new.session.env, "PATH": f"{git.parent}:{new.session.env['PATH']}"}

    def start() -> subprocess.Popen:
        return subprocess.Popen([programs / "entra", "setup", "git"], env=env,
                                stdout=subprocess.DEVNULL)

    def renewed() -> list[int]:
        return [file.stat().st_mtime_ns for file in (new.session.runtime / "entra").glob("*.setup")]

    first = start()
    wait_until(lambda: (home / "held").exists(), "the first line")
    before = renewed()
    second = start()
    wait_until(lambda: second.poll() is not None or renewed() != before, "the other process")
    (home / "go").touch()
    assert [first.wait(60), second.wait(60)] == [0, 0]
    for url in (DEV_AZURE, VISUAL_STUDIO):
        assert values(new, f"{url}.helper") == ["", "entra"]


def test_options_are_handed_on(new):
    assert new.run("entra", "setup", "--yes", "--account", ADA, "--keyring", "secret-service").code == 5
    assert values(new, f"{DEV_AZURE}.helper") == ["", f"entra --account {ADA} --keyring secret-service"]
    assert {"--account", ADA, "--keyring", "secret-service"} <= set(user(new)["exec"]["args"])


def test_the_time_at_the_question_does_not_count(new):
    login(new)
    terminal = ask(new, "--timeout", "1")
    terminal.wait_for(QUESTION)
    time.sleep(1.2)  # all of the time that keyring and authority have
    terminal.type("y\n")
    assert terminal.finish().code == 0
    assert values(new, f"{DEV_AZURE}.helper") == ["", "entra --timeout 1"]


# ---- with things broken ----

def test_a_fault_in_the_configuration_changes_nothing(new):
    before = state(new)
    new.appsettings_file.write_text("{")
    outcome = new.run("entra", "setup", "--yes")
    assert outcome.code == USAGE and outcome.out == "" and str(new.appsettings_file) in outcome.err
    assert state(new) == before


def test_a_kubeconfig_that_cannot_be_read_does_not_stop_git(new):
    config(new).write_text("users: [")
    login(new)
    outcome = new.run("entra", "setup", "--yes")
    assert outcome.code != 0 and str(config(new)) in outcome.err
    assert values(new, f"{DEV_AZURE}.helper") == ["", "entra"]


def test_a_machine_without_git_and_kubeconfig(desk, programs):
    login(desk)
    outcome = desk.run(str(programs / "entra"), "setup", env={"PATH": "/nonexistent"})
    assert outcome.code == 0, outcome
    assert "git       is not installed\n" in outcome.out
    assert "kubectl   has no kubeconfig\n" in outcome.out


def test_a_locked_keyring_is_not_called_signed_out(new):
    login(new)
    new.session.keyring.restart_locked()
    outcome = new.run("entra", "setup", "--remove", "--yes")
    assert outcome.code != 0 and "locked" in outcome.err and "nobody is signed in" not in outcome.out
