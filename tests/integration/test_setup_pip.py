# SPDX-License-Identifier: MIT
"""entra setup pip: a link called keyring, and a line in pip.conf and uv.toml; all of it undone."""

from __future__ import annotations

import configparser
import json
import random
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from integration.keyring_asking import INDEX, NO_OTHER_KEYRING, identity_alone
from integration.users import all_at_once
from world.program import Outcome
from world.world import World

MARK = "# by 'entra setup pip'"
LINE = "keyring-provider = subprocess"
OTHER = 1


@pytest.fixture
def user(world: World) -> World:
    """A user with ~/.local/bin in PATH, as Debian's ~/.profile has it, who has no keyring."""
    path = world.session.env["PATH"].split(":")[0]
    world.session.env["PATH"] = f"{world.session.home}/.local/bin:{path}:/usr/bin:/bin"
    return world


def set_up(world: World, *words: str, **how) -> Outcome:
    return world.run("entra", "setup", "pip", *words, **how)


def link(world: World) -> Path:
    return world.session.home / ".local" / "bin" / "keyring"


def pip_conf(world: World, text: str | None = None) -> Path:
    return _file(world.session.config / "pip" / "pip.conf", text)


def uv_toml(world: World, text: str | None = None) -> Path:
    return _file(world.session.config / "uv" / "uv.toml", text)


def _file(file: Path, text: str | None) -> Path:
    if text is not None:
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    return file


def other_keyring(world: World, folder: str) -> Path:
    file = world.session.home / folder / "keyring"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("#!/bin/sh\necho other\n")
    file.chmod(0o755)
    return file


def files(world: World) -> dict[str, str]:
    """The user's programs and the configuration of pip and uv, less backups, which stay."""
    return {str(file): str(file.readlink()) if file.is_symlink() else file.read_text()
            for file in sorted(world.session.home.rglob("*"))
            if (file.is_symlink() or file.is_file()) and file.parent.name in ("bin", "pip", "uv")
            and "before-entra" not in file.name}


# ---- setting up ----

@NO_OTHER_KEYRING
def test_pip_is_set_up_and_undone(user):
    before = files(user)
    outcome = set_up(user)
    assert outcome.code == 0, outcome
    assert link(user).readlink().name == "keyring-credential-entra"
    assert pip_conf(user).read_text() == f"{MARK}\n[global]\n{LINE}\n"
    assert pip_conf(user).stat().st_mode & 0o777 == 0o600
    assert outcome.out == (f"ln -s {link(user).readlink()} {link(user)}\n"
                           f"{pip_conf(user)}: sets {LINE}\n")
    assert "no other keyring in PATH" in outcome.err and "VssSessionToken@" in outcome.err
    assert "pip before 23.1 never asks with --no-input." in outcome.err
    assert not uv_toml(user).exists()
    undone = set_up(user, "--remove")
    assert (undone.code, undone.err) == (0, ""), undone
    assert undone.out == f"rm {link(user)}\n{pip_conf(user)}: no longer sets {LINE}\n"
    assert files(user) == before


def test_pip_then_gets_a_token(user):
    user.internet
    user.write_appsettings(identity_alone())
    assert set_up(user).code == 0
    outcome = user.run("keyring", "get", INDEX, "ada")
    assert outcome.out.strip() == user.authority.issued_tokens[0]


def test_a_second_run_says_that_it_is_done(user):
    assert set_up(user).code == 0
    before = files(user)
    outcome = set_up(user)
    assert (outcome.code, outcome.out) == (0, "") and "already set up" in outcome.err
    assert files(user) == before
    assert set_up(user, "--remove").code == 0
    again = set_up(user, "--remove")
    assert (again.code, again.out) == (0, "") and "pip is not set up" in again.err


@pytest.mark.parametrize("words", [(), ("--remove",)])
def test_a_dry_run_shows_the_same_and_changes_nothing(user, words):
    uv_toml(user, "offline = true\n")
    if words:
        assert set_up(user).code == 0
    before = files(user)
    dry = set_up(user, "--dry-run", *words)
    assert dry.code == 0 and files(user) == before
    real = set_up(user, *words)
    assert real.code == 0 and files(user) != before
    assert dry.out == "".join(line for line in real.out.splitlines(True) if " as " not in line)


def test_all_else_in_the_files_stays(user):
    conf = "# mine\n[global]\n  index-url = https://a.example/ ; x\n  [install]\nuser = true\n"
    toml = '# mine\nkeyring-provider = "disabled"  # why\n\n[[index]]\nurl = "https://a.example/"\n'
    pip_conf(user, conf)
    uv_toml(user, toml)
    outcome = set_up(user)
    assert outcome.code == 0, outcome
    assert pip_conf(user).read_text() == conf.replace("index-url", f"{MARK}\n  {LINE}\n  index-url")
    assert uv_toml(user).read_text() == toml.replace(
        'keyring-provider = "disabled"  # why',
        f'{MARK}, in place of: keyring-provider = "disabled"  # why\n'
        'keyring-provider = "subprocess"')
    for file, text in ((pip_conf(user), conf), (uv_toml(user), toml)):
        assert f"{file}: the original is kept as {file}.before-entra" in outcome.out
        assert Path(f"{file}.before-entra").read_text() == text
    assert set_up(user, "--remove").code == 0
    assert (pip_conf(user).read_text(), uv_toml(user).read_text()) == (conf, toml)


def test_what_the_user_set_alike_stays(user):
    pip_conf(user, f"[global]\n{LINE}\n")
    assert set_up(user).code == 0
    assert pip_conf(user).read_text() == f"[global]\n{LINE}\n"
    outcome = set_up(user, "--remove")
    assert outcome.code == 0 and "that stays" in outcome.err
    assert pip_conf(user).read_text() == f"[global]\n{LINE}\n" and not link(user).is_symlink()


def test_uv_is_set_up_where_it_is_installed(user):
    (link(user).parent).mkdir(parents=True)
    uv = link(user).parent / "uv"
    uv.write_text("#!/bin/sh\n")
    uv.chmod(0o755)
    assert set_up(user).code == 0
    assert uv_toml(user).read_text() == f'{MARK}\nkeyring-provider = "subprocess"\n'


def test_in_json_each_file_is_an_object(user):
    pip_conf(user, "[global]\n")
    outcome = set_up(user, "--output", "json")
    document = json.loads(outcome.out)
    assert document["dryRun"] is False
    assert document["files"] == [
        {"file": str(link(user)), "link": str(link(user).readlink()), "setting": None,
         "backup": None},
        {"file": str(pip_conf(user)), "link": None, "setting": LINE,
         "backup": f"{pip_conf(user)}.before-entra"}]
    assert all(json.loads(line) for line in outcome.err.splitlines())


def test_pythons_parser_reads_the_changed_file_alike(user):
    """Whatever the form of pip.conf: as before, and the setting is there."""
    chance = random.Random(24)
    words = ["[global]", "[install]", "a = 1", "b: 2", "c =", "  d", "    e = 3", "# f", " ; g", "",
             "\th", "  [global]", " [list]", "keyring-provider = import", "--keyring-provider: auto"]
    tried = 0
    while tried < 12:
        text = "\n".join(chance.choice(words) for _ in range(chance.randint(1, 9))) + "\n"
        before = _read(text)
        if before is None:
            continue
        pip_conf(user, text)
        outcome = set_up(user)
        if "cannot be changed safely" in outcome.err:
            assert pip_conf(user).read_text() == text
            set_up(user, "--remove")
            continue
        tried += 1
        after = _read(pip_conf(user).read_text())
        assert after is not None, text
        assert after["global"].pop("keyring-provider").strip() == "subprocess"
        before.setdefault("global", {}).pop("keyring-provider", None)
        before["global"].pop("--keyring-provider", None)
        assert after == before, text
        assert set_up(user, "--remove").code == 0
        assert pip_conf(user).read_text() == text


def _read(text: str) -> dict[str, dict[str, str]] | None:
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(text)
    except configparser.Error:
        return None
    return {name: dict(parser[name]) for name in parser.sections()}


# ---- PATH ----

@NO_OTHER_KEYRING
def test_another_keyring_behind_the_link_is_named(user):
    other = other_keyring(user, "opt/bin")
    user.session.env["PATH"] += f":{other.parent}"
    outcome = set_up(user)
    assert outcome.code == 0 and f"come from {other} as before" in outcome.err
    assert user.run("keyring", "get", "system", "ada").out == "other\n"


def test_another_keyring_that_cannot_be_run_is_warned_of(user):
    other = other_keyring(user, "opt/bin")
    other.write_text("#!/nowhere/venvs/keyring/bin/python\n")
    user.session.env["PATH"] += f":{other.parent}"
    for _ in ("setting up", "set up"):
        outcome = set_up(user)
        assert outcome.code == 0 and "as before" not in outcome.err
        assert f"{other} cannot be run: its interpreter /nowhere/" in outcome.err


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("folder", [".local/bin", "opt/bin"])
def test_another_keyring_before_the_link_is_left_alone(user, folder, slash):
    other = other_keyring(user, folder)
    user.session.env["PATH"] = f"{other.parent}{slash}:{user.session.env['PATH']}"
    before = files(user)
    outcome = set_up(user)
    assert outcome.code == OTHER and "which is another program" in outcome.err
    assert f"pip and uv run {other.parent}/{slash}keyring" in outcome.err
    assert files(user) == before


def test_the_advised_folder_is_used(user):
    other = other_keyring(user, ".local/bin")
    user.session.env["PATH"] = f"{user.session.home}/bin:{user.session.env['PATH']}"
    (advised,) = re.findall(r"'(entra setup pip)'", set_up(
        user, env={"PATH": user.session.env["PATH"].partition(":")[2]}).err)
    assert user.run("sh", "-c", advised).code == 0
    assert (user.session.home / "bin" / "keyring").is_symlink()
    assert user.run("keyring", "get", "system", "ada").out == "other\n" and other.exists()


@NO_OTHER_KEYRING
def test_without_a_folder_in_path_it_is_said(user):
    path = user.session.env["PATH"].partition(":")[2]
    outcome = set_up(user, env={"PATH": path})
    assert outcome.code == OTHER and "~/.local/bin" in outcome.err
    assert not link(user).is_symlink() and not pip_conf(user).exists()


def test_a_link_to_a_former_installation_is_replaced(user):
    link(user).parent.mkdir(parents=True)
    link(user).symlink_to("/nonexistent/keyring-credential-entra")
    assert set_up(user).code == 0
    assert link(user).exists()


def test_a_link_that_leads_to_no_program_is_replaced(user):
    target = user.session.home / "keyring-credential-entra"
    target.write_text("")
    link(user).parent.mkdir(parents=True)
    link(user).symlink_to(target)
    assert set_up(user).code == 0
    assert link(user).resolve() != target and target.exists()


@pytest.mark.parametrize("folder", [".local/bin", "bin"])
@pytest.mark.parametrize("what", ["a directory", "a link to something else", "another file"])
def test_what_is_in_the_way_is_named(user, folder, what):
    obstacle = user.session.home / folder / "keyring"
    obstacle.parent.mkdir(parents=True)
    user.session.env["PATH"] = user.session.env["PATH"].replace("/.local/bin:", f"/{folder}:")
    if what == "a directory":
        obstacle.mkdir()
    elif what == "another file":
        obstacle.write_text("")
    else:
        obstacle.symlink_to("/nonexistent/pipx/venvs/keyring/bin/keyring")
    outcome = set_up(user)
    assert (outcome.code, outcome.out) == (OTHER, "")
    assert f"{obstacle}, which is {what}, is in the way of our link" in outcome.err
    assert "PATH" not in outcome.err
    (advised,) = re.findall(r"'(entra setup pip)'", outcome.err)
    obstacle.rename(f"{obstacle}.old")
    assert user.run("sh", "-c", advised).code == 0 and obstacle.resolve().exists()


def test_another_folder_does_for_one_with_something_in_the_way(user):
    link(user).mkdir(parents=True)
    user.session.env["PATH"] = f"{user.session.home}/bin:{user.session.env['PATH']}"
    assert set_up(user).code == 0
    assert (user.session.home / "bin" / "keyring").is_symlink()


def test_a_folder_that_cannot_be_looked_into_is_named(user):
    link(user).parent.parent.mkdir(exist_ok=True)
    link(user).parent.write_text("")
    outcome = set_up(user)
    assert outcome.code == OTHER
    assert f"no link can be made at {link(user)}: Not a directory" in outcome.err


def test_a_relative_link_is_not_setups(user, programs):
    for name in ("entra", "keyring-credential-entra"):
        (user.session.home / name).symlink_to(programs / name)
    link(user).parent.mkdir(parents=True)
    link(user).symlink_to("../../keyring-credential-entra")
    assert set_up(user).code == 0
    outcome = set_up(user, "--remove")
    assert "is a link to our helper that setup did not make" in outcome.err
    assert link(user).is_symlink()


@pytest.mark.parametrize("target", ["/bin/true", "/nonexistent/keyring", "keyring"])
def test_another_link_is_never_replaced(user, target):
    link(user).parent.mkdir(parents=True)
    link(user).symlink_to(target)
    assert set_up(user).code == OTHER
    assert str(link(user).readlink()) == target
    assert set_up(user, "--remove").code == 0
    assert str(link(user).readlink()) == target


def test_a_link_elsewhere_stays(user, programs):
    folder = user.session.home / "mine"
    folder.mkdir()
    (folder / "keyring").symlink_to(programs / "keyring-credential-entra")
    user.session.env["PATH"] = f"{folder}:{user.session.env['PATH']}"
    assert set_up(user).code == 0 and not link(user).is_symlink()
    outcome = set_up(user, "--remove")
    assert outcome.code == 0 and f"{folder}/keyring is a link to our helper" in outcome.err
    assert (folder / "keyring").is_symlink()


# ---- what is in the way ----

@pytest.mark.parametrize("name, text", [
    ("pip", "[global]\nkeyring-provider =\n  import\n"), ("pip", "[global]\n[global]\n"),
    ("uv", 'keyring-provider = """\ndisabled"""\n'), ("uv", "offline = true\n[index\n"),
])
def test_a_file_that_cannot_be_changed_safely_is_left_alone(user, name, text):
    file = (pip_conf if name == "pip" else uv_toml)(user, text)
    outcome = set_up(user)
    assert outcome.code == OTHER and f"{file} is formatted" in outcome.err
    assert outcome.out == "" and file.read_text() == text
    assert not link(user).is_symlink() and (name == "pip" or not pip_conf(user).exists())


def test_processes_do_not_overwrite_each_others_changes(user):
    pip_conf(user, "[global]\n")
    uv_toml(user, "offline = true\n")
    outcomes = all_at_once(user, [("entra", "setup", "pip")] * 12)
    assert {outcome.code for outcome in outcomes} == {0}, outcomes
    assert pip_conf(user).read_text() == f"[global]\n{MARK}\n{LINE}\n"
    assert sum("already set up" in outcome.err for outcome in outcomes) == 11
    assert [*pip_conf(user).parent.glob("*.before-entra*")] == [Path(f"{pip_conf(user)}.before-entra")]


def test_a_file_that_others_can_write_is_left_alone(user):
    pip_conf(user, "[global]\n").chmod(0o666)
    outcome = set_up(user)
    assert outcome.code != 0 and str(pip_conf(user)) in outcome.err
    assert not link(user).is_symlink()


def test_a_link_to_the_file_stays_one(user):
    real = user.session.home / "dotfiles"
    real.write_text("[global]\n")
    pip_conf(user).parent.mkdir()
    pip_conf(user).symlink_to(real)
    assert set_up(user).code == 0
    assert pip_conf(user).is_symlink() and LINE in real.read_text()


@pytest.mark.parametrize("is_there", [True, False], ids=["the target is empty", "there is no target"])
def test_a_link_whose_target_had_nothing_else_stays_one(user, is_there):
    real = user.session.home / "dotfiles" / "pip.conf"
    if is_there:
        real.parent.mkdir()
        real.write_text("")
    pip_conf(user).parent.mkdir()
    pip_conf(user).symlink_to(real)
    assert set_up(user).code == 0
    assert pip_conf(user).is_symlink() and LINE in real.read_text()
    assert set_up(user, "--remove").code == 0
    assert pip_conf(user).is_symlink() and real.read_text() == ""


def test_an_empty_file_of_the_users_stays(user):
    pip_conf(user, "")
    assert set_up(user).code == 0
    assert set_up(user, "--remove").code == 0
    assert pip_conf(user).read_text() == ""


@pytest.mark.parametrize("variable", ["PIP_KEYRING_PROVIDER", "UV_KEYRING_PROVIDER"])
def test_a_variable_that_takes_precedence_is_warned_of(user, variable):
    uv_toml(user, "")
    outcome = set_up(user, env={variable: "disabled"})
    assert outcome.code == 0 and f"{variable} is set to 'disabled'" in outcome.err


@dataclass(frozen=True)
class Rival:
    """What comes before the user's files: variables, and files below the home folder. `{}` is that
    in each of them, and in the warning. `stops` is the program that it keeps from asking."""

    warning: str
    env: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    stops: str = ""


OF_GLOBAL = "another keyring-provider, which takes precedence over {}/.config/pip/pip.conf"
DISABLED = "keyring-provider = disabled\n"
UV_DISABLED = 'keyring-provider = "disabled"\n'
UV_PIP = '[pip]\nkeyring-provider = "subprocess"\n'
RIVALS = {
    "another file of pip": Rival(
        "PIP_CONFIG_FILE is set, so pip does not read {}/.config/pip/pip.conf. Unset it, or set "
        "keyring-provider to subprocess in {}/pip.conf.",
        {"PIP_CONFIG_FILE": "{}/pip.conf"}, {"pip.conf": "[global]\n"}, stops="pip"),
    "no file of pip": Rival(
        "PIP_CONFIG_FILE is set, so pip does not read {}/.config/pip/pip.conf. Unset it.\n",
        {"PIP_CONFIG_FILE": "/dev/null"}, stops="pip"),
    "another file of pip with another value": Rival(
        "{}/pip.conf has " + OF_GLOBAL,
        {"PIP_CONFIG_FILE": "{}/pip.conf"}, {"pip.conf": f"[global]\n{DISABLED}"}, stops="pip"),
    "a virtual environment": Rival(
        "{}/venv/pip.conf has " + OF_GLOBAL,
        {"VIRTUAL_ENV": "{}/venv"}, {"venv/pip.conf": f"[DEFAULT]\n{DISABLED}[global]\n"}, stops="pip"),
    "a command of pip": Rival(
        "{}/.config/pip/pip.conf has another keyring-provider for 'pip install'. Remove that line",
        {}, {".config/pip/pip.conf": f"[install]\n{DISABLED}"}, stops="pip"),
    "all commands of pip": Rival(
        "{}/.config/pip/pip.conf has another keyring-provider for 'pip wheel'",
        {}, {".config/pip/pip.conf": f"[DEFAULT]\n{DISABLED}[wheel]\n[install]\n"}, stops="pip"),
    "the former file of pip": Rival(
        "{}/.pip/pip.conf has another keyring-provider for 'pip install'",
        {}, {".pip/pip.conf": f"[install]\n{DISABLED}"}, stops="pip"),
    "a file of all users of pip": Rival(
        "{}/second/pip/pip.conf has another keyring-provider for 'pip install'",
        {"XDG_CONFIG_DIRS": "{}/first:{}/second:{}/none"},
        {"first/pip/pip.conf": f"[install]\n{LINE}\n", "second/pip/pip.conf": f"[install]\n{DISABLED}"},
        stops="pip"),
    "another file of uv": Rival(
        "UV_CONFIG_FILE is set, so uv does not read {}/.config/uv/uv.toml. Unset it, or set "
        "keyring-provider to subprocess in {}/uv.toml.",
        {"UV_CONFIG_FILE": "{}/uv.toml"}, {"uv.toml": UV_DISABLED}, stops="uv"),
    "no file of uv": Rival(
        "UV_NO_CONFIG is set, so uv does not read {}/.config/uv/uv.toml. Unset it.\n",
        {"UV_NO_CONFIG": "1"}, stops="uv"),
    "uv pip": Rival(
        "{}/.config/uv/uv.toml has another keyring-provider for 'uv pip'. Remove that line",
        {}, {".config/uv/uv.toml": f"[pip]\n{UV_DISABLED}"}, stops="uv"),
    "a file of all users of uv": Rival(
        "{}/first/uv/uv.toml has another keyring-provider for 'uv pip'",
        {"XDG_CONFIG_DIRS": "{}/none:{}/first:{}/second"},
        {"first/uv/uv.toml": f"[pip]\n{UV_DISABLED}", "second/uv/uv.toml": UV_PIP}, stops="uv"),
}
NO_RIVALS = {
    "another file of pip with the same value": Rival(
        "", {"PIP_CONFIG_FILE": "{}/pip.conf"}, {"pip.conf": f"[global]\n{LINE}\n"}),
    "a file of pip that is not there": Rival("", {"PIP_CONFIG_FILE": "{}/pip.conf"}),
    "a variable before the files": Rival(
        "", {"PIP_KEYRING_PROVIDER": "subprocess", "PIP_CONFIG_FILE": "/dev/null"}),
    "a default that no command inherits": Rival(
        "", {}, {".config/pip/pip.conf": f"[DEFAULT]\n{DISABLED}"}),
    "a command with the same value before a file with another": Rival(
        "", {}, {".config/pip/pip.conf": f"[install]\n{LINE}\n",
                 ".pip/pip.conf": f"[global]\n{DISABLED}[install]\n{DISABLED}"}),
    "another file of uv with the same value": Rival(
        "", {"UV_CONFIG_FILE": "{}/uv.toml", "UV_NO_CONFIG": "1"},
        {"uv.toml": 'keyring-provider = "subprocess"\n'}),
    "a variable before the files of uv": Rival(
        "", {"UV_KEYRING_PROVIDER": "subprocess", "UV_NO_CONFIG": "true"}),
    "uv that may read its files": Rival("", {"UV_NO_CONFIG": "0"}),
    "uv pip with the same value": Rival("", {}, {".config/uv/uv.toml": UV_PIP}),
    "a file of all users of pip before which another goes": Rival(
        "", {"XDG_CONFIG_DIRS": "{}/first:{}/second"},
        {"first/pip/pip.conf": f"[install]\n{DISABLED}", "second/pip/pip.conf": f"[install]\n{LINE}\n"}),
    "a second file of all users, which uv does not read": Rival(
        "", {"XDG_CONFIG_DIRS": "{}/first:{}/second"},
        {"first/uv/uv.toml": "", "second/uv/uv.toml": f"[pip]\n{UV_DISABLED}"}),
}


def meet(world: World, rival: Rival) -> tuple[dict[str, str], str]:
    """Writes its files, and one of uv's. Returns its variables and its warning."""
    home = str(world.session.home)
    uv_toml(world, "")
    for name, text in rival.files.items():
        file = world.session.home / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    env = {name: value.replace("{}", home) for name, value in rival.env.items()}
    return env, rival.warning.replace("{}", home)


@pytest.mark.parametrize("name", RIVALS)
def test_what_comes_before_the_files_is_warned_of(user, name):
    env, warned = meet(user, RIVALS[name])
    for _ in ("setting up", "set up"):
        outcome = set_up(user, env=env)
        assert outcome.code == 0 and warned in outcome.err, outcome


@pytest.mark.parametrize("name", NO_RIVALS)
def test_what_does_not_matter_is_not_warned_of(user, name):
    env, _ = meet(user, NO_RIVALS[name])
    assert set_up(user, env=env).code == 0
    assert set_up(user, env=env).err == "pip is already set up.\n"


def test_it_takes_no_operand_and_no_option_of_the_helper(user):
    for words in (("x",), ("--account", "ada@contoso.com")):
        outcome = set_up(user, *words)
        assert outcome.code == 2 and not link(user).is_symlink()


# ---- as a part of entra setup ----

@pytest.mark.parametrize("how", ["pip.conf", "uv.toml", "variable"])
def test_it_is_a_part_of_setup_where_pip_is_configured(user, how):
    env = {"PIP_EXTRA_INDEX_URL": INDEX} if how == "variable" else {}
    if how == "pip.conf":
        pip_conf(user, "[global]\n")
    if how == "uv.toml":
        uv_toml(user, "offline = true\n")
    before = files(user)
    outcome = user.run("entra", "setup", "--yes", "--account", "ada@contoso.com", env=env)
    assert "  pip       asks entra for package feeds\n" in outcome.out, outcome
    assert "takes its identity from the configuration" in outcome.out
    assert link(user).is_symlink()
    again = user.run("entra", "setup", "--yes", env=env)
    assert "  pip       already asks entra for package feeds\n" in again.out
    undone = user.run("entra", "setup", "--remove", "--yes")
    assert undone.code == 0 and "  pip       no longer asks entra" in undone.out
    assert files(user) == before


def test_setup_does_not_say_that_pip_asks_where_something_keeps_it_from(user):
    assert set_up(user).code == 0
    outcome = user.run("entra", "setup", "--yes", env={"PIP_KEYRING_PROVIDER": "disabled"})
    assert "  pip       is set up, but does not always ask entra\n" in outcome.out
    assert outcome.code == 0 and "PIP_KEYRING_PROVIDER is set to 'disabled'" in outcome.err


def test_elsewhere_setup_leaves_pip_alone(user):
    outcome = user.run("entra", "setup", "--yes")
    assert "  pip " not in outcome.out
    assert not link(user).is_symlink() and not pip_conf(user).exists()


def test_another_keyring_does_not_stop_setup_where_no_feed_is_named(user):
    pip_conf(user, "[global]\n")
    other = other_keyring(user, ".local/bin")
    outcome = user.run("entra", "setup", "--yes")
    assert outcome.code == 0, outcome
    assert f"pip       is not set up: pip and uv run {other}, which is another program" in outcome.out
    assert pip_conf(user).read_text() == "[global]\n"


@pytest.mark.parametrize("how", ["pip.conf", "uv.toml", "variable"])
def test_setup_fails_where_another_keyring_answers_for_a_feed(user, how):
    """And sets up the others."""
    env = {"UV_INDEX": INDEX} if how == "variable" else {}
    if how == "pip.conf":
        pip_conf(user, f"[global]\nextra-index-url = {INDEX}\n")
    if how == "uv.toml":
        uv_toml(user, f'[[index]]\nurl = "{INDEX}"\n')
    other = other_keyring(user, ".local/bin")
    outcome = user.run("entra", "setup", "--yes", env=env)
    assert outcome.code == OTHER, outcome
    assert f"cannot set up pip: pip and uv run {other}, which is another program" in outcome.err
    assert "credential.https://dev.azure.com.helper" in outcome.out
