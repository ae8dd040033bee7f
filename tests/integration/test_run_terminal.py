# SPDX-License-Identifier: MIT
"""entra run at a terminal: job control, and what the keyboard does, are as without it."""

from __future__ import annotations

import os
import re
import signal
import subprocess

import pytest

from world.interruption import Interruption
from world.sanitized import skip_if_sanitized
from world.terminal import INTERRUPT, SUSPEND
from world.waiting import wait_until

PROMPT = "ready> "


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(word) for word in file.read().split()]


class Shell:
    """An interactive bash, whose commands are typed."""

    def __init__(self, world):
        settings = world.session.home / "inputrc"
        settings.write_text("set enable-bracketed-paste off\n")
        self.terminal = world.at_terminal("bash", "--norc", "--noprofile", "-i", whole=True,
                                          columns=200,
                                          env={"PS1": PROMPT, "HISTFILE": None,
                                               "INPUTRC": str(settings)})
        self.seen = 0
        self.wait("")

    def wait(self, pattern, end=PROMPT):
        """What the terminal has shown since, once it matches and ends in the prompt."""
        found = None

        def shown():
            nonlocal found
            new = self.terminal.screen[self.seen:]
            found = re.search(pattern, new, re.DOTALL)
            return bool(found) and new.endswith(end)

        wait_until(shown, f"{pattern!r} and {end!r} on the terminal")
        new = self.terminal.screen[self.seen:]
        self.seen = len(self.terminal.screen)
        return new

    def type(self, line, pattern="", end=PROMPT):
        self.terminal.type(line + "\n")
        return self.wait(re.escape(line) + ".*" + pattern, end)

    def fg(self, command):
        """A shell shows the command before it gives the terminal to the job."""
        shells = self.terminal.foreground
        self.type("fg", command, end="\n")
        wait_until(lambda: self.terminal.foreground != shells, f"{command} in the foreground")

    def press(self, key, pattern="", end=PROMPT):
        self.terminal.type(key)
        return self.wait(pattern, end)


@pytest.fixture
def shell_at_terminal(world):
    shell = Shell(world)
    yield shell
    shell.terminal.close()


def test_ctrl_c_reaches_the_command_once(shell_at_terminal):
    shell = shell_at_terminal
    shell.type("entra run -- sh -c 'trap \"echo got; exit\" INT; echo up; "
               "while :; do sleep 0.1; done'", "up\n", end="up\n")
    assert shell.press(INTERRUPT, "got\n").count("got") == 1
    shell.type("entra run -- sh -c 'echo up; exec sleep 600'", "up\n", end="up\n")
    shell.press(INTERRUPT)
    assert "\n130\n" in shell.type("echo $?")


def test_ctrl_c_reaches_a_command_in_a_group_of_its_own(shell_at_terminal):
    shell = shell_at_terminal
    shell.type("entra run -- timeout 600 sh -c 'trap \"echo got; exit\" INT; echo up; "
               "while :; do sleep 0.1; done'", "up\n", end="up\n")
    assert shell.press(INTERRUPT, "got\n").count("got") == 1


def test_ctrl_c_ends_the_script_around_us(shell_at_terminal):
    shell = shell_at_terminal
    shell.type("bash -c 'entra run -- sh -c \"echo up; exec sleep 45\"; echo AFTER'", "up\n",
               end="up\n")
    assert "AFTER" not in shell.press(INTERRUPT)
    assert "\n130\n" in shell.type("echo $?")


def test_a_signal_after_ctrl_c_is_handed_on(shell_at_terminal):
    shell = shell_at_terminal
    shell.type("entra run -- sh -c 'trap \"echo got\" INT; echo up; while :; do sleep 0.1; done'",
               "up\n", end="up\n")
    shell.press(INTERRUPT, "got\n", end="got\n")
    (child,) = children(shell.terminal.pid)
    os.kill(child, signal.SIGINT)
    shell.wait("got\n", end="got\n")
    os.kill(child, signal.SIGKILL)
    shell.wait("Killed")


def test_a_job_that_is_suspended_before_it_has_begun_goes_on_too(shell_at_terminal, programs,
                                                                 tmp_path):
    skip_if_sanitized(programs, "the sanitizers replace the calls themselves")
    shell = shell_at_terminal
    env = Interruption(tmp_path).at(f"pdeathsig-{signal.SIGKILL:d}", 1, signal.SIGTSTP)
    words = " ".join(f"{name}='{value}'" for name, value in env.items())
    shell.type(f"{words} entra run -- sh -c 'echo u''p'", "Stopped")
    shell.type("fg", "\nup\n")


def test_a_job_is_suspended_and_goes_on(shell_at_terminal):
    shell = shell_at_terminal
    shell.type("entra run -- sh -c 'echo up; read line; echo got $line; exit 5'", "up\n", end="up\n")
    shell.press(SUSPEND, r"Stopped")
    assert "Stopped" in shell.type("jobs")
    assert re.search("T.* sh -c", shell.type("ps -o stat,args"))
    shell.fg("entra run")
    shell.type("typed", "got typed\n")
    assert "\n5\n" in shell.type("echo $?")


def test_a_command_that_stops_itself_stops_the_job(shell_at_terminal):
    shell = shell_at_terminal
    shell.type("entra run -- sh -c 'kill -STOP $$; exit 5'", "Stopped")
    shell.type("fg", "entra run")
    assert "\n5\n" in shell.type("echo $?")


def test_a_job_in_the_background_waits_for_the_keyboard(shell_at_terminal):
    shell = shell_at_terminal
    shell.type("entra run -- cat &")
    wait_until(lambda: "Stopped" in shell.type("jobs"), "the job to stop")
    assert "tty input" in shell.type("jobs -l")
    shell.fg("entra run")
    shell.terminal.type("typed\n")
    shell.wait("typed\ntyped\n", end="\n")
    shell.press("\x04")
    assert "\n0\n" in shell.type("echo $?")


def test_kill_of_a_job_ends_it(shell_at_terminal):
    shell = shell_at_terminal
    shell.type("entra run -- sleep 600 &")
    shell.type("kill %1")
    assert "\n143\n" in shell.type("wait %1; echo $?")


def test_a_shell_in_it_has_jobs_of_its_own(shell_at_terminal):
    shell = shell_at_terminal
    shell.type("entra run -- bash --norc --noprofile -i")
    shell.type("sh -c 'echo up; exec sleep 600'", "up\n", end="up\n")
    shell.press(SUSPEND, "Stopped")
    shell.fg("sleep 600")
    shell.press(INTERRUPT)
    shell.type("suspend", "Stopped")
    assert "entra run" in shell.type("jobs")
    shell.type("fg", "entra run")
    assert "\n7\n" in shell.type("exit 7", "exit") + shell.type("echo $?")


def test_a_pipeline_is_one_job(shell_at_terminal):
    shell = shell_at_terminal
    assert "\n6\n" in shell.type("entra run -- seq 6 | entra run -- tail -n 1")
    shell.type("entra run -- sh -c 'echo up; exec sleep 600' | entra run -- cat", "up\n",
               end="up\n")
    shell.press(SUSPEND, "Stopped")
    shell.fg("entra run")
    shell.press(INTERRUPT)
    assert "\n130\n" in shell.type("echo $?")


def test_a_new_size_of_the_window_reaches_the_command(shell_at_terminal):
    shell = shell_at_terminal
    shell.type("entra run -- bash -c 'trap \"stty size; exit\" WINCH; echo up; "
               "while :; do sleep 0.1; done'", "up\n", end="up\n")
    shell.terminal.resize(50, 132)
    shell.wait("50 132\n")


def test_a_window_that_is_closed_ends_the_command(world):
    """We lead the session, so the kernel tells nobody else."""
    log = world.session.home / "log"
    script = f"trap 'echo hangup >{log}; exit' HUP; echo up; while :; do sleep 0.1; done"
    window, slave = os.openpty()
    process = subprocess.Popen(
        ["setsid", "--ctty", "entra", "run", "--", "sh", "-c", script], env=world.session.env,
        stdin=slave, stdout=slave, stderr=slave)
    os.close(slave)
    assert os.read(window, 2) == b"up"
    os.close(window)
    wait_until(lambda: log.exists() and log.read_text() == "hangup\n", "the hangup")
    assert process.wait(60) == 0


def test_a_full_screen_is_not_disturbed(world):
    """What goes wrong in the background is in the answers, not on the terminal."""
    script = "curl -s -H \"X-IDENTITY-HEADER: $IDENTITY_HEADER\" " \
             "\"$IDENTITY_ENDPOINT?api-version=2019-08-01&resource=https://unknown.example\" >got"
    outcome = world.at_terminal("entra", "run", "--", "sh", "-c", script).finish()
    assert (outcome.code, outcome.err) == (0, "")
    assert "statusCode" in (world.session.home / "got").read_text()
