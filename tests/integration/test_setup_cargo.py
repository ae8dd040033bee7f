# SPDX-License-Identifier: MIT
"""entra setup cargo: our provider in Cargo's configuration, and all else as it was."""

from __future__ import annotations

import json
import os
import re
import tomllib
from pathlib import Path

import pytest

from integration.on_terminal import OnTerminal
from world.program import Outcome

FEED = "sparse+https://pkgs.dev.azure.com/contoso/_packaging/feed/Cargo/index/"
OURS = "cargo-credential-entra"
MINE = f"""\
# Mine.
[registries.contoso]
index = "{FEED}"   # the feed

[registries]
inline = {{ index = "{FEED}", token = "hunter2" }}
dotted.index = "{FEED}"
other = {{ index = "sparse+https://cargo.example/" }}
old.index = "https://pkgs.dev.azure.com/contoso/index"

[net]
retry = 3
"""


@pytest.fixture
def file(world) -> Path:
    path = world.session.home / ".cargo" / "config.toml"
    path.parent.mkdir()
    path.write_text(MINE)
    return path


def set_up(world, *words: str, **how) -> Outcome:
    return world.run("entra", "setup", "cargo", *words, **how)


def registries(path: Path) -> dict:
    return tomllib.loads(path.read_text())["registries"]


def test_the_provider_is_set_once_and_taken_back(world, file):
    outcome = set_up(world, "contoso")
    assert (outcome.code, outcome.err) == (0, "")
    backup = file.with_name("config.toml.before-entra")
    assert outcome.out == (f"{file}: Cargo asks entra for the registry 'contoso'\n"
                           f"{file}: the original is kept as {backup}\n")
    assert registries(file)["contoso"] == {"index": FEED, "credential-provider": OURS}
    assert backup.read_text() == MINE
    again = set_up(world, "contoso")
    assert (again.code, again.out) == (0, "")
    assert again.err == "Cargo already asks entra for the registry 'contoso'.\n"
    outcome = set_up(world, "--remove", "contoso")
    assert outcome.code == 0 and "no longer asks entra for the registry 'contoso'" in outcome.out
    assert file.read_text() == MINE
    again = set_up(world, "--remove", "contoso")
    assert (again.code, again.out) == (0, "")
    assert again.err == "Cargo is not set up for the registry 'contoso'.\n"


def test_the_report_is_as_wide_as_the_terminal(world, file):
    """No path is broken, and what does not fit is below it."""
    screen = set_up(OnTerminal(world, 60, whole=True), "contoso").err
    assert screen.split() == (f"{file}: Cargo asks entra for the registry 'contoso' "
                              f"{file}: the original is kept as {file}.before-entra").split()
    for line in screen.splitlines():
        assert len(line) <= 60 or " " not in line.strip(), screen


def test_keys_of_several_parts_stay_in_their_table(world, file):
    text = "[net]\nretry = 2\n\n[registries.contoso]\nhttp.timeout = 5\n"
    file.write_text(text)
    assert set_up(world, "contoso").code == 0
    assert registries(file)["contoso"] == {"credential-provider": OURS, "http": {"timeout": 5}}
    assert set_up(world, "--remove").code == 0
    assert file.read_text() == text


def test_a_removal_that_would_take_more_away_is_refused(world, file):
    text = f'registries = {{ contoso.credential-provider = "{OURS}", other.index = "{FEED}" }}\n'
    file.write_text(text)
    outcome = set_up(world, "--remove")
    assert (outcome.code, outcome.out) == (1, "") and "cannot be changed safely" in outcome.err
    assert file.read_text() == text


def test_a_file_with_windows_line_ends_keeps_them(world, file):
    file.write_bytes(MINE.replace("\n", "\r\n").encode())
    before = file.read_bytes()
    assert set_up(world, "contoso").code == set_up(world, "fabrikam").code == 0
    assert file.read_bytes().count(b"\n") == file.read_bytes().count(b"\r\n")
    assert registries(file)["fabrikam"] == {"credential-provider": OURS}
    assert set_up(world, "--remove").code == 0
    assert file.read_bytes() == before


@pytest.mark.parametrize("name", ["contoso", "inline", "dotted"])
def test_everything_else_stays_as_it_is(world, file, name):
    before = registries(file)
    assert set_up(world, name, "--account", "ada@contoso.com").code == 0
    after = registries(file)
    assert after[name].pop("credential-provider") == [OURS, "--account", "ada@contoso.com"]
    assert after == before
    kept = [line for line in MINE.splitlines() if not line.startswith(name)]
    assert [line for line in file.read_text().splitlines() if line in kept] == kept
    assert set_up(world, name).code == 0 and registries(file)[name]["credential-provider"] == OURS
    assert set_up(world, "--remove").code == 0 and file.read_text() == MINE


def test_a_registry_that_the_file_does_not_have_gets_a_table(world, file):
    outcome = set_up(world, "new")
    assert outcome.code == 0 and "a project's .cargo/config.toml has to name it" in outcome.err
    assert registries(file)["new"] == {"credential-provider": OURS}
    assert set_up(world, "--remove", "new").code == 0 and file.read_text() == MINE


def test_a_file_that_is_not_there_is_created(world):
    outcome = set_up(world, "contoso")
    path = world.session.home / ".cargo" / "config.toml"
    assert outcome.code == 0
    assert path.read_text() == f'[registries.contoso]\ncredential-provider = "{OURS}"\n'
    assert path.stat().st_mode & 0o777 == 0o666 & ~_umask()
    assert outcome.out == f"{path}: Cargo asks entra for the registry 'contoso'\n"
    assert set_up(world, "fabrikam").code == 0
    assert set_up(world, "--remove").code == 0
    assert [*path.parent.iterdir()] == []  # no backup of what was ours alone


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_the_file_is_where_cargo_looks(world, tmp_path):
    assert set_up(world, "contoso", env={"CARGO_HOME": str(tmp_path)}).code == 0
    assert (tmp_path / "config.toml").exists() and not (world.session.home / ".cargo").exists()
    (tmp_path / "config").write_text("")
    assert set_up(world, "contoso", env={"CARGO_HOME": str(tmp_path)}).code == 0
    assert OURS in (tmp_path / "config").read_text()
    outcome = set_up(world, "contoso", env={"CARGO_HOME": "cargo"})
    assert outcome.code == 2 and "CARGO_HOME" in outcome.err


def test_folders_that_are_not_there_are_made(world, tmp_path):
    home = tmp_path / "deep" / "deeper"
    assert set_up(world, "contoso", env={"CARGO_HOME": str(home)}).code == 0
    assert OURS in (home / "config.toml").read_text()
    assert home.stat().st_mode & 0o777 == 0o777 & ~_umask()


def test_a_link_to_a_file_that_is_not_there_yet_stays_one(world, tmp_path):
    (tmp_path / "config.toml").symlink_to("mine.toml")
    assert set_up(world, "contoso", env={"CARGO_HOME": str(tmp_path)}).code == 0
    assert (tmp_path / "config.toml").is_symlink() and OURS in (tmp_path / "mine.toml").read_text()
    assert set_up(world, "--remove", env={"CARGO_HOME": str(tmp_path)}).code == 0
    assert (tmp_path / "config.toml").is_symlink() and (tmp_path / "mine.toml").read_text() == ""


def test_a_dry_run_shows_the_change_and_no_secret(world, file):
    outcome = set_up(world, "--dry-run", "inline")
    assert outcome.code == 0 and file.read_text() == MINE
    assert [*file.parent.iterdir()] == [file]
    assert f'+inline = {{ index = "{FEED}", token = REDACTED, credential-provider = "{OURS}" }}' \
        in outcome.out.splitlines()
    assert "hunter2" not in outcome.out


def test_json_has_what_was_done(world, file):
    outcome = set_up(world, "contoso", "--output", "json")
    assert json.loads(outcome.out) == {"dryRun": False, "registries": [
        {"registry": "contoso", "file": str(file), "backup": f"{file}.before-entra"}]}
    outcome = set_up(world, "contoso", "--remove", "--output", "json", "--dry-run")
    assert json.loads(outcome.out) == {"dryRun": True, "registries": [
        {"registry": "contoso", "file": str(file), "backup": None}]}
    assert OURS in file.read_text()


@pytest.mark.parametrize("name", ["other", "old"])
def test_a_registry_that_gets_no_token_is_warned_of(world, file, name):
    outcome = set_up(world, name)
    assert outcome.code == 0 and f"warning: the registry '{name}' gets no token" in outcome.err
    assert f"; or run 'entra setup cargo --remove {name}'." in outcome.err


RIVAL = "CARGO_REGISTRIES_MY_FEED_CREDENTIAL_PROVIDER"


@pytest.fixture
def feed(file) -> Path:
    """A registry with a hyphen in its name."""
    file.write_text(f'[registries.my-feed]\nindex = "{FEED}"\n')
    return file


@pytest.mark.parametrize("value", ["cargo:token", "cargo-credential-entra2", "x cargo-credential-entra"])
def test_a_variable_that_names_another_provider_is_warned_of(world, feed, value):
    for _ in ("setting up", "set up"):
        outcome = set_up(world, "my-feed", env={RIVAL: value})
        assert outcome.code == 0
        assert f"{RIVAL} is set, so Cargo does not ask entra for the registry 'my-feed'" in outcome.err
        assert outcome.err.endswith(" Unset it.\n")
    assert RIVAL not in set_up(world, "--remove", "my-feed", env={RIVAL: value}).err


@pytest.mark.parametrize("value", ["", OURS, f"/opt/bin/{OURS} --account ada@contoso.com"])
def test_a_variable_that_names_ours_is_not_warned_of(world, feed, value):
    assert set_up(world, "my-feed", env={RIVAL: value}).err == ""


def test_entra_setup_does_not_say_that_cargo_asks_where_a_variable_keeps_it_from(world, feed):
    for said in ("cargo     asks entra", "cargo     does not ask entra"):
        outcome = world.run("entra", "setup", "--yes", env={RIVAL: "cargo:token"})
        assert outcome.code == 0 and f"{said} for the registry 'my-feed'" in outcome.out, outcome
        assert outcome.err.count(f"{RIVAL} is set") == 1


def test_another_provider_stays(world, file):
    file.write_text(MINE.replace("# the feed", '\ncredential-provider = "cargo:libsecret"'))
    before = file.read_text()
    outcome = set_up(world, "contoso")
    assert (outcome.code, outcome.out) == (2, "") and file.read_text() == before
    assert "has another credential-provider, which stays" in outcome.err
    (line,) = re.findall(r"the line: (.*)\n", outcome.err)
    file.write_text(re.sub("credential-provider.*", line, before))
    assert set_up(world, "contoso").err == "Cargo already asks entra for the registry 'contoso'.\n"


@pytest.mark.parametrize("text, message", [
    ("[registries\n", "line 1 is not TOML as it is read here: a header has no end"),
    ("registries = {}\n", "to which no table can be added"),
    ("x" * (1024 * 1024 + 1), "File too large"),
], ids=["no TOML", "a value", "too long"])
def test_a_file_that_cannot_be_changed_safely_is_left(world, file, text, message):
    file.write_text(text)
    outcome = set_up(world, "contoso")
    assert outcome.code == 2 and message in outcome.err and str(file) in outcome.err
    assert file.read_text() == text and [*file.parent.iterdir()] == [file]


def test_a_file_that_others_can_write_is_left(world, file):
    file.chmod(0o666)
    outcome = set_up(world, "contoso")
    assert outcome.code == 2 and file.read_text() == MINE


@pytest.mark.parametrize("words, message", [
    ([], "no registry is named"), (["a", "b"], "unexpected argument 'b'"),
    (["a.b"], "cannot be the name of a registry"), (["a]\nx = 1"], "cannot be the name"),
    (["--remove", ""], "cannot be the name of a registry")])
def test_a_name_must_be_one(world, words, message):
    outcome = set_up(world, *words)
    assert (outcome.code, outcome.out) == (2, "") and message in outcome.err


# ---- a part of entra setup ----

def test_entra_setup_has_a_part_for_cargo(world, file):
    outcome = world.run("entra", "setup", "--dry-run")
    plan = outcome.out.partition("\n\n")[0]
    for name in ("contoso", "inline", "dotted"):
        assert f"asks entra for the registry '{name}'" in plan
    assert "'other'" not in plan and "'old'" not in plan
    assert file.read_text() == MINE
    outcome = world.run("entra", "setup", "--yes")
    assert outcome.code == 0, outcome
    assert [name for name, one in registries(file).items() if "credential-provider" in one] == \
        ["contoso", "inline", "dotted"]
    assert "already asks entra for the registry 'dotted'" in world.run("entra", "setup", "--dry-run").out
    assert world.run("entra", "setup", "--remove", "--yes").code == 0
    assert file.read_text() == MINE


def test_a_registry_of_a_configured_api_is_one_too(world, file):
    settings = world.appsettings()
    settings["Feed"] = settings["GitServer"] | {"BaseUrl": "https://cargo.example/"}
    world.write_appsettings(settings)
    assert "registry 'other'" in world.run("entra", "setup", "--dry-run").out


def test_without_cargo_the_plan_is_silent(world):
    assert "cargo" not in world.run("entra", "setup", "--dry-run").out
