# SPDX-License-Identifier: MIT
"""What signals do to the programs, and what a parent that ignores or blocks them can do."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from authority import faults
from authority.directory import Federation
from authority.keys import process_key
from integration.credentials import configure, register, token
from integration.test_federated import ISSUER, SUBJECT, foreign_token
from integration.test_keyrings import memory  # noqa: F401  (the fixture)
from integration.test_kubectl_setup import KUBELOGIN, backup, config, head, set_up, write
from world.interruption import OUT_OF_MEMORY, Interruption
from world.program import Outcome
from world.sanitized import skip_if_sanitized
from world.waiting import SHORT_LIMIT, wait_until
from world.world import World

DEADLY = [signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGXCPU,
          signal.SIGUSR1, signal.SIGALRM, signal.SIGSEGV, signal.SIGSTKFLT, signal.SIGRTMIN,
          signal.SIGRTMAX]


@pytest.fixture
def interruption(programs: Path, tmp_path: Path) -> Interruption:
    skip_if_sanitized(programs, "the sanitizers replace the calls themselves")
    return Interruption(tmp_path)


def ended(outcome: Outcome, number: int) -> bool:
    """Whether the signal ended the program, or memory did."""
    if number == OUT_OF_MEMORY:
        return outcome.code == 1 and outcome.err.endswith("out of memory\n")
    return outcome.code == -number


# ---- files that are not finished ----


@pytest.fixture
def kubeconfig(world: World) -> Path:
    return write(world, head() + KUBELOGIN)


@pytest.mark.parametrize("number", [*DEADLY, OUT_OF_MEMORY])
@pytest.mark.parametrize("file", ["backup", "new kubeconfig"])
def test_a_setup_that_ends_early_leaves_nothing_behind(world, kubeconfig, interruption, file,
                                                       number):
    """The programs fsync each file once it is written: the backup, then the new kubeconfig."""
    time = ["backup", "new kubeconfig"].index(file) + 1
    assert ended(set_up(world, env=interruption.at("fsync", time, number)), number)
    assert list(kubeconfig.parent.iterdir()) == [kubeconfig]
    assert kubeconfig.read_text() == head() + KUBELOGIN


def test_a_setup_that_ends_when_the_kubeconfig_is_replaced_leaves_the_backup(
        world, kubeconfig, interruption):
    outcome = set_up(world, env=interruption.at("renameat", 1, signal.SIGTERM))
    assert ended(outcome, signal.SIGTERM)
    assert set(kubeconfig.parent.iterdir()) == {kubeconfig, backup(kubeconfig)}
    assert backup(kubeconfig).read_text() == head() + KUBELOGIN
    assert "exec-credential-entra" in kubeconfig.read_text()


def test_what_a_killed_setup_left_does_not_matter_to_the_next(world, kubeconfig, interruption):
    """Except for the lock, which could be kubectl's."""
    assert ended(set_up(world, env=interruption.at("fsync", 2, signal.SIGKILL)), signal.SIGKILL)
    assert "exists" in set_up(world).err
    config(world).with_name("config.lock").unlink()
    assert set_up(world).code == 0
    assert set(kubeconfig.parent.iterdir()) == {kubeconfig, backup(kubeconfig)}
    assert backup(kubeconfig).read_text() == head() + KUBELOGIN


def files_with(folder: Path, text: str) -> list[Path]:
    return [file for file in (folder / "entra").iterdir() if text.encode() in file.read_bytes()]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, OUT_OF_MEMORY])
def test_no_part_of_a_token_is_left_by_a_store_that_ends_early(shell, memory, interruption,
                                                               number):
    outcome = token(shell, "--keyring", "runtime", env=interruption.at("renameat", 1, number))
    assert ended(outcome, number) and outcome.out == ""
    left = files_with(memory, shell.authority.issued_tokens[0])
    assert [file for file in left if file.suffix != ".token"] == []


@pytest.mark.parametrize("command", [("logout",), ("list",), ("token", "--api", "MyWebApi")])
def test_what_a_killed_store_left_is_removed_by_the_next_command(shell, memory, interruption,
                                                                 command):
    token(shell, "--keyring", "runtime", env=interruption.at("renameat", 1, signal.SIGKILL))
    left = files_with(memory, shell.authority.issued_tokens[0])
    assert len(left) == 1 and left[0].suffix != ".token"
    assert shell.run("entra", *command, "--keyring", "runtime").code == 0
    assert files_with(memory, shell.authority.issued_tokens[0]) == []


# ---- signals of the parent ----


def with_signals(world: World, *command: str, ignored: tuple[int, ...] = (),
                 blocked: tuple[int, ...] = ()) -> subprocess.Popen[str]:
    def prepare() -> None:
        for number in ignored:
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, blocked)

    return subprocess.Popen(command, env=world.session.env, preexec_fn=prepare, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, restore_signals=False,
                            executable=world.session.env["PATH"].split(":")[0] + "/" + command[0])


def use_command(world: World, folder: Path, script: str) -> str:
    """Has the app authenticate with what a shell script prints, after `script`; returns that."""
    register(world, secret="", federations=(Federation(ISSUER, SUBJECT, process_key().public_key),))
    assertion = foreign_token()
    program = folder / "issuer"
    program.write_text(f"#!/bin/sh\n{script}\necho {assertion}\n")
    program.chmod(0o700)
    configure(world, {"SourceType": "SignedAssertionCommand",
                      "SignedAssertionCommand": [str(program)]})
    return assertion


def test_an_ignored_signal_stays_ignored_as_under_nohup(world, kubeconfig, interruption):
    world.session.env |= interruption.at("fsync", 1, signal.SIGHUP)
    entra = with_signals(world, "entra", "setup", "kubectl", ignored=(signal.SIGHUP,))
    entra.communicate()
    assert entra.returncode == 0
    assert "exec-credential-entra" in kubeconfig.read_text()


def test_a_blocked_signal_ends_the_program_all_the_same(world, kubeconfig, interruption):
    world.session.env |= interruption.at("fsync", 1, signal.SIGTERM)
    entra = with_signals(world, "entra", "setup", "kubectl", blocked=(signal.SIGTERM,))
    entra.communicate()
    assert entra.returncode == -signal.SIGTERM


def test_a_parent_that_ignores_sigchld_changes_nothing(world, tmp_path):
    use_command(world, tmp_path, "")
    entra = with_signals(world, "entra", "token", "--api", "MyWebApi", ignored=(signal.SIGCHLD,))
    out, err = entra.communicate()
    assert (entra.returncode, out.strip(), err) == (0, world.authority.issued_tokens[0], "")


def test_that_a_browser_fails_is_noticed_even_if_the_parent_ignores_sigchld(desk):
    desk.session.env["BROWSER"] = "false"
    entra = with_signals(desk, "entra", "login", "--browser", "--timeout", SHORT_LIMIT,
                         ignored=(signal.SIGCHLD,))
    _, err = entra.communicate()
    assert "No browser could be started" in err


def test_a_command_begins_with_no_signal_ignored_or_blocked(world, tmp_path):
    status = tmp_path / "status"
    # Without another process: a shell blocks signals while it starts one.
    use_command(world, tmp_path, 'while read -r line; do case $line in Sig*) echo "$line";; esac; '
                                 f"done < /proc/$$/status > {status}")
    entra = with_signals(world, "entra", "token", "--api", "MyWebApi", blocked=(signal.SIGUSR1,),
                         ignored=(signal.SIGPIPE, signal.SIGXFSZ, signal.SIGCHLD))
    entra.communicate()
    assert entra.returncode == 0
    masks = dict(line.split(":") for line in status.read_text().splitlines())
    standard = (1 << signal.SIGRTMIN - 3) - 1  # the C library keeps the first real-time signals
    assert int(masks["SigIgn"], 16) & standard == int(masks["SigBlk"], 16) & standard == 0


def family(pid: int) -> list[int]:
    """The process and its descendants; a shell's may end at any time."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(one for child in children for one in family(int(child)))]


@pytest.mark.parametrize("what", ["a command", "the authority", "another process"])
def test_a_program_that_waits_may_be_stopped_and_go_on(world, tmp_path, what):
    go, release = tmp_path / "go", threading.Event()
    if what == "a command":
        use_command(world, tmp_path, f"touch {go}.ready\nwhile [ ! -e {go} ]; do sleep 0.02; done")
        has_begun = go.with_name("go.ready").exists
    else:
        world.authority.faults.inject(faults.held(release), times=1)
        has_begun = lambda: len(world.authority.token_requests) == 1  # noqa: E731
    waiting = [with_signals(world, "entra", "token", "--api", "MyWebApi")]
    wait_until(has_begun, "its beginning")
    if what == "another process":
        waiting.append(with_signals(world, "entra", "token", "--api", "MyWebApi"))
        wait_until(lambda: "\tS" in Path(f"/proc/{waiting[1].pid}/status").read_text(), "its wait")
    for _ in range(20):
        for number in (signal.SIGSTOP, signal.SIGWINCH, signal.SIGCONT):
            for pid in [pid for process in waiting for pid in family(process.pid)]:
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
    release.set()
    go.touch()
    for process in waiting:
        out, err = process.communicate()
        assert (process.returncode, out.strip(), err) == (0, world.authority.issued_tokens[0], "")
    assert len(world.authority.token_requests) == 1
