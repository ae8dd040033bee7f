# SPDX-License-Identifier: MIT
"""entra setup nuget: NuGet finds nuget-plugin-entra in PATH, or by a link."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from world.nuget import PLUGIN, NuGet

SYSTEM = "/usr/local/bin:/usr/bin:/bin"


@pytest.fixture
def elsewhere(world, programs):
    """Our programs are not in PATH; ~/.local/bin is."""
    world.session.env["PATH"] = f"{world.session.home}/.local/bin:{SYSTEM}"
    return world


def set_up(world, programs: Path, *words: str, **how):
    return world.run(programs / "entra", "setup", "nuget", *words, **how)


def test_what_is_in_path_needs_nothing(world, programs):
    for words in ((), ("--dry-run",)):
        outcome = set_up(world, programs, *words)
        assert (outcome.code, outcome.out) == (0, "")
        assert outcome.err.startswith(f"NuGet already finds {programs / PLUGIN}.")
    outcome = set_up(world, programs, "--remove")
    assert outcome.code == 0 and "for as long as it is installed there" in outcome.err


def test_what_is_not_in_path_gets_a_link(elsewhere, programs):
    link = elsewhere.session.home / ".local" / "bin" / PLUGIN
    commands = f"mkdir -p {link.parent}\nln -sT {programs / PLUGIN} {link}\n"
    outcome = set_up(elsewhere, programs, "--dry-run")
    assert (outcome.code, outcome.out) == (0, commands) and not link.parent.exists()
    assert set_up(elsewhere, programs).out == commands and link.is_symlink()
    nuget = NuGet(elsewhere)
    nuget.begin()
    assert nuget.close() == (0, "")
    again = set_up(elsewhere, programs)
    assert (again.code, again.out) == (0, "") and f"already finds {link}" in again.err
    assert set_up(elsewhere, programs, "--remove").out == f"rm {link}\n" and not link.exists()
    again = set_up(elsewhere, programs, "--remove")
    assert (again.code, again.out, again.err) == (0, "", "NuGet is not set up.\n")


def test_json_has_the_commands(elsewhere, programs):
    document = json.loads(set_up(elsewhere, programs, "--output", "json").out)
    assert document["dryRun"] is False
    assert [line.split()[0] for line in document["commands"]] == ["mkdir", "ln"]


def test_a_folder_that_is_not_in_path_is_named(world, programs):
    outcome = set_up(world, programs, env={"PATH": SYSTEM})
    folder = world.session.home / ".local" / "bin"
    assert outcome.code == 2 and f"Add {folder} to PATH" in outcome.err and not folder.exists()
    outcome = set_up(world, programs, env={"PATH": f"{SYSTEM}:{folder}/"})
    assert outcome.code == 0 and (folder / PLUGIN).is_symlink()


@pytest.mark.parametrize("variable", ["NUGET_PLUGIN_PATHS", "NUGET_NETCORE_PLUGIN_PATHS"])
def test_a_variable_that_keeps_nuget_from_path_is_named(world, programs, variable):
    outcome = set_up(world, programs, env={variable: "/opt/other.dll"})
    assert outcome.code == 2 and f"where {variable} says" in outcome.err
    added = f"/opt/other.dll;{programs / PLUGIN}"
    assert added.partition(";")[2] in outcome.err
    assert set_up(world, programs, env={variable: added}).code == 0


def test_another_plugin_of_the_name_is_not_replaced(elsewhere, programs):
    other = elsewhere.session.home / ".local" / "bin" / PLUGIN
    other.parent.mkdir(parents=True)
    other.write_text("#!/bin/sh\n")
    other.chmod(0o755)
    outcome = set_up(elsewhere, programs)
    assert outcome.code == 2 and f"comes first in PATH: {other}" in outcome.err
    assert set_up(elsewhere, programs, "--remove").code == 0 and other.exists()


@pytest.mark.parametrize("is_there", [True, False], ids=["no program", "nothing"])
def test_a_link_to_a_former_installation_is_replaced(elsewhere, programs, is_there):
    link = elsewhere.session.home / ".local" / "bin" / PLUGIN
    former = elsewhere.session.home / "former" / PLUGIN
    former.parent.mkdir()
    link.parent.mkdir(parents=True)
    link.symlink_to(former)
    if is_there:
        former.write_text("")
    command = f"ln -sfT {programs / PLUGIN} {link}\n"
    outcome = set_up(elsewhere, programs)
    assert (outcome.code, outcome.out) == (0, command), outcome
    assert link.resolve() == (programs / PLUGIN).resolve() and former.exists() == is_there


def test_a_link_to_a_former_installation_is_removed(elsewhere, programs):
    link = elsewhere.session.home / ".local" / "bin" / PLUGIN
    link.parent.mkdir(parents=True)
    link.symlink_to(f"/nonexistent/{PLUGIN}")
    outcome = set_up(elsewhere, programs, "--remove")
    assert (outcome.code, outcome.out, outcome.err) == (0, f"rm {link}\n", "")
    assert not link.is_symlink()


@pytest.mark.parametrize("what", ["a directory", "a link to something else", "another file"])
def test_what_is_in_the_way_is_named(elsewhere, programs, what):
    link = elsewhere.session.home / ".local" / "bin" / PLUGIN
    link.parent.mkdir(parents=True)
    if what == "a directory":
        link.mkdir()
    elif what == "another file":
        link.write_text("")
    else:
        link.symlink_to("/nonexistent/other")
    outcome = set_up(elsewhere, programs)
    assert (outcome.code, outcome.out) == (1, "")
    assert f"{link}, which is {what}, is in the way of our link" in outcome.err
    assert set_up(elsewhere, programs, "--remove").err == "NuGet is not set up.\n"
    assert link.is_symlink() or link.exists()
    assert "'entra setup nuget'" in outcome.err
    link.rename(f"{link}.old")
    assert set_up(elsewhere, programs).code == 0 and link.resolve().exists()


# ---- a part of entra setup ----

def test_entra_setup_has_a_part_where_there_is_dotnet(elsewhere, programs):
    assert "nuget" not in elsewhere.run(programs / "entra", "setup", "--dry-run").out
    folder = elsewhere.session.home / ".local" / "bin"
    folder.mkdir(parents=True)
    (folder / "dotnet").symlink_to("/bin/true")
    outcome = elsewhere.run(programs / "entra", "setup", "--yes")
    assert f"nuget     finds {PLUGIN} by a link, {folder / PLUGIN}" in outcome.out
    assert (folder / PLUGIN).is_symlink()
    outcome = elsewhere.run(programs / "entra", "setup", "--remove", "--yes")
    assert "no longer finds" in outcome.out and not (folder / PLUGIN).exists()
