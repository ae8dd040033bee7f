# SPDX-License-Identifier: MIT
"""A program with privileges of its own, such as a set-group-ID one, does not trust the environment of
its caller."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from integration.asking import EXEC_INFO
from integration.test_relative_paths import hostile, nothing_ran

__all__ = ["hostile"]  # the fixture

OTHER_GROUP = 65534


def give_group(program: Path) -> None:
    """Makes a program set-group-ID, of a group that is not ours."""
    os.chown(program, -1, OTHER_GROUP)
    program.chmod(0o755 | stat.S_ISGID)


@pytest.fixture
def copies(programs: Path, tmp_path: Path) -> Path:
    """The programs, copied with their modules: with no privileges yet."""
    if os.geteuid() != 0:
        pytest.skip("only root can give a program another group")
    (tmp_path / "probe").mkdir()
    probe = tmp_path / "probe" / "id"
    shutil.copy2("/usr/bin/id", probe)
    give_group(probe)
    if subprocess.run([probe, "-g"], capture_output=True, text=True).stdout != f"{OTHER_GROUP}\n":
        pytest.skip("set-group-ID has no effect in the folder of the tests")
    root = tmp_path / "copies"
    shutil.copytree(programs, root / "bin")
    shutil.copytree(programs.parent / "lib", root / "lib")
    return root / "bin"


def privileged(copies: Path) -> Path:
    for program in copies.iterdir():
        give_group(program)
    return copies


def test_the_callers_configuration_is_not_used(world, copies, hostile):
    env = {"ENTRA_CONFIG": str(hostile / "appsettings.json")}
    words = ("token", "--api", "MyWebApi")
    world.run(copies / "entra", *words, env=env)
    assert not nothing_ran(hostile)
    (hostile / "ran").unlink()
    outcome = world.run(privileged(copies) / "entra", *words, env=env)
    assert nothing_ran(hostile) and (outcome.code, outcome.out) == (2, ""), outcome


@pytest.mark.parametrize("name", ["AzureAd__Instance", "AZURE_AUTHORITY_HOST"])
def test_the_caller_does_not_choose_the_authority(world, copies, name):
    settings = world.appsettings()
    if name != "AzureAd__Instance":
        del settings["AzureAd"]["Instance"]
    world.write_appsettings(settings)
    words = ("doctor", "--config", world.appsettings_file, "--timeout", "1")
    env = {name: "https://login.evil.example/"}
    assert "login.evil.example" in world.run(copies / "entra", *words, env=env).out
    assert "login.evil.example" not in world.run(privileged(copies) / "entra", *words, env=env).out


def test_the_callers_path_is_not_used(world, copies, hostile):
    (hostile / "evil").rename(hostile / "git")
    env = {"PATH": f"{hostile}:{world.session.env['PATH']}"}
    world.run(copies / "entra", "setup", "git", env=env)
    assert not nothing_ran(hostile)
    (hostile / "ran").unlink()
    world.run(privileged(copies) / "entra", "setup", "git", env=env)
    assert nothing_ran(hostile)


def test_the_callers_trace_is_not_written(world, copies, tmp_path):
    trace = tmp_path / "trace"
    words = ("token", "--api", "MyWebApi")
    world.run(copies / "entra", *words, env={"ENTRA_TRACE": str(trace)})
    assert trace.exists()
    trace.unlink()
    world.run(privileged(copies) / "entra", *words, env={"ENTRA_TRACE": str(trace)})
    assert not trace.exists()


def test_what_kubectl_asks_for_is_still_read(world, copies):
    outcome = world.run(privileged(copies) / "exec-credential-entra", env=EXEC_INFO)
    assert "KUBERNETES_EXEC_INFO" not in outcome.err
