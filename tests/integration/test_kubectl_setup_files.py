# SPDX-License-Identifier: MIT
"""entra setup kubectl with several, many, large, mounted and unusable kubeconfigs."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from integration.credentials import refused
from integration.test_kubectl_setup import (
    KUBELOGIN, PROVIDER, backup, config, head, set_up, user, user_of, write)
from world.interruption import Interruption
from world.sanitized import skip_if_sanitized

OURS = "exec-credential-entra"
SECRET = user_of("kubelogin", ["get-token", "--client-secret", "s3cret"])
BROKEN = "users: [\n"


def paths(*files: Path) -> dict[str, str]:
    return {"KUBECONFIG": ":".join(map(str, files))}


# ---- one that is bad does not stop the others ----

@pytest.mark.parametrize("bad, reason", [(SECRET, "'me' cannot be converted"),
                                         (BROKEN, "not valid YAML")])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_bad_file_does_not_stop_the_others(world, tmp_path, bad, reason, is_first):
    bad_file = write(world, bad, tmp_path / "bad")
    good = [write(world, head() + text, tmp_path / name)
            for name, text in (("one", KUBELOGIN), ("two", PROVIDER))]
    files = [bad_file, *good] if is_first else [*good, bad_file]
    outcome = set_up(world, env=paths(*files))
    assert outcome.code == 2
    assert reason in outcome.err and str(bad_file) in outcome.err and "s3cret" not in outcome.err
    assert len(outcome.err.splitlines()) == 1
    assert "2 users changed" in outcome.out
    for path in good:
        assert user(world, path=path)["exec"]["command"] == OURS and backup(path).exists()
    assert bad_file.read_text() == bad and not backup(bad_file).exists()


def test_each_problem_is_reported_and_the_last_line_says_how_many(world, tmp_path):
    files = [write(world, BROKEN, tmp_path / "broken"), write(world, SECRET, tmp_path / "secret"),
             write(world, head() + KUBELOGIN, tmp_path / "good")]
    outcome = set_up(world, env=paths(*files))
    assert outcome.code == 2
    assert f"warning: {files[0]}: line 2" in outcome.err
    assert f"warning: {files[1]}: the user 'me' cannot" in outcome.err
    assert outcome.err.splitlines()[-1].startswith("entra: cannot set up kubectl: 2 ")
    assert user(world, path=files[2])["exec"]["command"] == OURS


def test_a_bad_user_does_not_stop_the_others_of_its_file(world):
    write(world, SECRET + KUBELOGIN.replace("  user:", "- name: you\n  user:", 1))
    outcome = set_up(world)
    assert outcome.code == 2 and "'me' cannot be converted" in outcome.err
    assert user(world, "you")["exec"]["command"] == OURS
    assert user(world)["exec"]["command"] == "kubelogin"


def test_a_second_run_says_who_is_done_beside_a_bad_user(world):
    write(world, SECRET + KUBELOGIN.replace("  user:", "- name: you\n  user:", 1))
    set_up(world)
    outcome = set_up(world)
    assert outcome.code == 2 and outcome.out == ""
    first, last = outcome.err.splitlines()
    assert first.startswith("No other user needs a change; 1 user already uses exec-credential-entra")
    assert "'me' cannot be converted" in last


def test_a_context_is_found_beside_a_bad_file(world, tmp_path):
    bad = write(world, BROKEN, tmp_path / "bad")
    good = write(world, head() + KUBELOGIN, tmp_path / "good")
    outcome = set_up(world, "--context", "prod", env=paths(bad, good))
    assert outcome.code == 2 and str(bad) in outcome.err
    assert user(world, path=good)["exec"]["command"] == OURS


# To the folder $1 nobody can write: not even root, since it is a mount.
READ_ONLY = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"'
ALONE = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]


def mounted(world, script: str, *words: str, **how):
    """Runs a command in a mount namespace of its own."""
    if subprocess.run([*ALONE, "mount -t tmpfs none /mnt"], check=False,
                      capture_output=True).returncode != 0:
        pytest.skip("this machine has no user namespaces")
    return world.run(*ALONE, script, "sh", *words, **how)


def test_a_file_that_cannot_be_written_does_not_matter_if_it_needs_no_change(world, tmp_path):
    fixed = write(world, head("https://kubernetes.example") + "  user: {}\n",
                  tmp_path / "fixed" / "config")
    good = write(world, head() + KUBELOGIN, tmp_path / "good")
    outcome = mounted(world, READ_ONLY, str(fixed.parent), "entra", "setup", "kubectl",
                      env=paths(fixed, good))
    assert (outcome.code, outcome.err) == (0, "")
    assert user(world, path=good)["exec"]["command"] == OURS


def test_a_file_that_cannot_be_written_does_not_stop_the_next(world, tmp_path):
    fixed = write(world, head() + KUBELOGIN, tmp_path / "fixed" / "config")
    good = write(world, head() + KUBELOGIN, tmp_path / "good")
    outcome = mounted(world, READ_ONLY, str(fixed.parent), "entra", "setup", "kubectl",
                      env=paths(fixed, good))
    assert outcome.code == 1 and "Read-only file system" in outcome.err
    assert str(fixed) in outcome.err
    assert user(world, path=good)["exec"]["command"] == OURS
    assert os.listdir(fixed.parent) == ["config"]


def test_only_the_file_that_is_changed_is_locked(world, tmp_path):
    other = write(world, head("https://kubernetes.example") + "  user: {}\n", tmp_path / "other")
    other.with_name("other.lock").touch()
    good = write(world, head() + KUBELOGIN, tmp_path / "good")
    assert set_up(world, env=paths(other, good)).code == 0
    assert user(world, path=good)["exec"]["command"] == OURS
    assert sorted(os.listdir(tmp_path)) == ["good", "good.before-entra", "other", "other.lock"]


def test_a_locked_file_does_not_stop_the_next(world, tmp_path):
    locked = write(world, head() + KUBELOGIN, tmp_path / "locked")
    locked.with_name("locked.lock").touch()
    good = write(world, head() + KUBELOGIN, tmp_path / "good")
    outcome = set_up(world, env=paths(locked, good))
    assert outcome.code == 1 and "is being written" in outcome.err
    assert locked.read_text() == head() + KUBELOGIN
    assert user(world, path=good)["exec"]["command"] == OURS


def test_there_may_be_more_files_than_anyone_has(world, tmp_path):
    files = [write(world, head() + KUBELOGIN, tmp_path / f"{number}") for number in range(100)]
    outcome = set_up(world, env=paths(*files))
    assert (outcome.code, outcome.err) == (0, "")
    assert "100 users changed" in outcome.out
    assert all(OURS in path.read_text() and backup(path).exists() for path in files)


@pytest.mark.parametrize("end", ["---\n", "---", "...\n---\n", "---\n# nothing\n", "---\n---\n",
                                 "--- null\n"])
def test_empty_documents_may_follow(world, end):
    path = write(world, head() + KUBELOGIN + end)
    outcome = set_up(world)
    assert (outcome.code, outcome.err) == (0, "")
    assert path.read_text().endswith(end)
    assert user(world)["exec"]["command"] == OURS


def test_the_summary_says_who_was_left_and_why(world):
    write(world, head() + KUBELOGIN + "- name: aws\n  user: {exec: {command: aws}}\n"
          "- name: ours\n  user: {exec: {command: exec-credential-entra}}\n")
    last = set_up(world).out.splitlines()[-1]
    assert "1 user changed" in last and "1 user already uses exec-credential-entra" in last
    assert "1 user has a certificate, token or password of its own" in last
    assert "1 user does not authenticate by Entra" in last
    again = set_up(world)
    assert again.code == 0 and "2 users already use exec-credential-entra" in again.err


# ---- a file that is a mount point ----

# $1 is mounted on $2, as a devcontainer's kubeconfig is.
BIND = 'mount --bind "$1" "$2" && shift 2 && exec "$@"'


@pytest.fixture
def mount(world, tmp_path):
    real = write(world, head() + KUBELOGIN, tmp_path / "real")
    return real, write(world, "")


@pytest.mark.parametrize("text", [KUBELOGIN, PROVIDER])  # the new text is shorter, or longer
def test_a_mounted_file_is_written_in_place(world, mount, text):
    real, place = mount
    write(world, head() + text, real)
    identity = real.stat().st_ino
    outcome = mounted(world, BIND, str(real), str(place), "entra", "setup", "kubectl")
    assert (outcome.code, outcome.err) == (0, "")
    assert real.stat().st_ino == identity
    assert user(world, path=real)["exec"]["command"] == OURS
    assert backup(place).read_text() == head() + text
    assert sorted(os.listdir(place.parent)) == ["config", "config.before-entra"]


def test_a_mounted_file_is_converted_as_another_is(world, mount):
    real, place = mount
    mounted(world, BIND, str(real), str(place), "entra", "setup", "kubectl")
    other = write(world, head() + KUBELOGIN)
    assert set_up(world).code == 0
    assert real.read_text() == other.read_text()


@pytest.mark.parametrize("time", [1, 2, 3])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_no_lock_and_a_whole_file(world, mount, tmp_path, time, number):
    """The backup, the new file and the mounted one are fsynced once each is written."""
    real, place = mount
    outcome = mounted(world, BIND, str(real), str(place), "entra", "setup", "kubectl",
                      env=Interruption(tmp_path).at("fsync", time, number))
    assert outcome.code == -number
    assert "config.lock" not in os.listdir(place.parent)
    if time < 3:
        assert real.read_text() == head() + KUBELOGIN
        assert os.listdir(place.parent) == ["config"]
    else:
        assert user(world, path=real)["exec"]["command"] == OURS
        assert backup(place).read_text() == head() + KUBELOGIN


# ---- large files ----

def many(count: int, comment: str = "") -> str:
    """Half of the users are kubelogin's, half have no credentials; each has a cluster."""
    numbers = range(count)
    return "\n".join([
        f"# {comment}", "clusters:",
        *(f"- {{name: c{n}, cluster: {{server: 'https://c{n}.azmk8s.io'}}}}" for n in numbers),
        "contexts:", *(f"- {{name: c{n}, context: {{cluster: c{n}, user: u{n}}}}}" for n in numbers),
        "users:", *(f"- name: u{n}\n  user: " + (
            "{}" if n % 2 else "\n    exec:\n      command: kubelogin\n      args:\n"
            "      - get-token\n      - --login\n      - devicecode") for n in numbers), ""])


def instructions(world, *options: str) -> int:
    outcome = world.run("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                        "entra", "setup", "kubectl", *options)
    found = re.search(r"Collected : (\d+)", outcome.err)
    assert outcome.code == 0 and found, outcome.err
    return int(found[1])


@pytest.mark.parametrize("comment, options", [
    ("für Zoë ☸", ["--login", "interactive"]), ("ASCII", ["--dry-run"])],
    ids=["converted", "dry run"])
def test_the_work_grows_as_the_file_does(world, programs, comment, options):
    """Twice the users take twice the instructions, not four times as many."""
    skip_if_sanitized(programs, "valgrind does not run sanitized programs")
    counted = []
    for count in (100, 200, 400):
        write(world, many(count, comment))
        counted.append(instructions(world, *options))
    first, second = counted[1] - counted[0], counted[2] - counted[1]
    assert second < 2.6 * first, counted


def test_thousands_of_users_are_converted(world):
    path = write(world, many(4000, "für Zoë ☸"))
    outcome = set_up(world, "--login", "interactive")
    assert (outcome.code, outcome.err) == (0, "")
    assert "4000 users changed" in outcome.out
    assert path.read_text().count(OURS) == 2 * 4000 - 2000


# ---- hostile ones ----

@pytest.mark.parametrize("text", [
    "users: " + "[" * 200_000 + "]" * 200_000 + "\n",
    "users: " + '{"a": ' * 100_000 + "1" + "}" * 100_000 + "\n",
    "users:\n- " + "- " * 100_000 + "x\n",
    "? " * 100_000 + "x\n"], ids=["flow list", "flow mapping", "list", "key"])
def test_a_file_that_is_nested_too_deep_is_refused_at_once(world, text):
    path = write(world, text)
    refused(set_up(world), 2, "nested more than 100 deep", str(path))
    assert path.read_text() == text and not backup(path).exists()
