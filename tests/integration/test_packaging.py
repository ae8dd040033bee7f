# SPDX-License-Identifier: MIT
"""What packagers take: the archive, the files of Debian, Fedora and Alpine, and what runs before a
removal. Whole packages are built and tried by make check-systems."""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from world import own_mounts
from world.sanitized import skip_if_sanitized

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / "packaging" / "entra-credential-helpers.spec"
APKBUILD = ROOT / "packaging" / "APKBUILD"
# Of build-essential, which Debian's packages do not name; and what Debian's own tools need.
ESSENTIAL = {"gcc", "make", "libc6-dev"}
DEBIANS_OWN = {"debhelper-compat", "python3", "@"}


def run(*command: str | Path, cwd: Path = ROOT, **env: str) -> subprocess.CompletedProcess:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(command, cwd=cwd, env=kept | env, capture_output=True, text=True,
                          timeout=300)


def printed(*command: str | Path, **how) -> str:
    done = run(*command, **how)
    assert done.returncode == 0, done.stderr
    return done.stdout


def variable(name: str) -> str:
    """What it is in the Makefile."""
    return printed("make", "-s", f"--eval=show: ; @echo $({name})", "show").strip()


def copied(folder: Path) -> Path:
    """The sources in another folder, with nothing that was built, by a user of another umask."""
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(
        ".git", "build", "__pycache__", ".cache", "compile_commands.json"))
    for path in folder.rglob("*"):
        path.chmod(path.stat().st_mode & 0o700)
        os.utime(path)
    return folder


# ---- the same for all ----


def test_all_packages_have_the_version_of_the_programs():
    version = re.escape(variable("VERSION"))
    for path, pattern in {
        "debian/changelog": rf"\Aentra-credential-helpers \({version}-\d+\) ",
        "packaging/APKBUILD": rf"(?m)^pkgver={version}$",
        "packaging/entra-credential-helpers.spec":
            rf"(?ms)^Version: +{version}$.*^%changelog\n\* [^\n]* - {version}-\d+$",
        "CHANGELOG.md": rf"(?m)^## \[{version}\]",
    }.items():
        assert re.search(pattern, (ROOT / path).read_text()), path


def test_the_archive_is_the_same_bytes_from_another_folder(tmp_path):
    archives = []
    for name in ("here", "another folder"):
        folder = copied(tmp_path / name)
        printed("make", "-s", "dist", cwd=folder, SOURCE_DATE_EPOCH="1767225600")
        archives += (folder / "build" / "dist").glob("*.tar.gz")
    assert archives[0].read_bytes() == archives[1].read_bytes()
    names = printed("tar", "--list", "--file", archives[0]).splitlines()
    assert {name.partition("/")[2] for name in names} == {"entra-credential-helpers.spdx.json"} | {
        str(path.relative_to(folder)) for path in folder.rglob("*")
        if path.is_file() and folder / "build" not in path.parents}


# The shared libraries of the packages that an SBOM names as pkg-config does.
SONAMES = {"c": "glibc", "json-c": "json-c", "keyutils": "keyutils",
           "curl": "libcurl", "secret-1": "libsecret-1", "gio-2.0": "glib-2.0",
           "glib-2.0": "glib-2.0", "gobject-2.0": "glib-2.0", "crypto": "openssl",
           "ssl": "openssl", "yaml-0": "yaml-0.1", "microhttpd": "libmicrohttpd"}


def test_the_sbom_has_the_libraries_that_are_linked_and_no_others(programs):
    files = [*programs.glob("*"), *(programs.parent / "lib" / "entra").glob("*.so")]
    skip_if_sanitized(programs, "sanitized programs are linked with more")
    needed = {name for file in files for name in
              re.findall(r"\(NEEDED\).*\[lib([\w.-]+?)\.so[.\d]*\]",
                         printed("readelf", "-d", file))}
    done = subprocess.run([ROOT / "packaging" / "sbom", "1", "0"], input="", capture_output=True,
                          text=True, check=True)
    packages = json.loads(done.stdout)["packages"]
    listed = {one["name"] for one in packages if one["primaryPackagePurpose"] == "LIBRARY"}
    assert {SONAMES[name] for name in needed} | {"glibc"} == listed


def test_a_module_is_the_same_bytes_from_another_folder(programs, tmp_path):
    built = programs.parent.parent / "lib" / "entra" / "entra-keyring-kernel.so"
    skip_if_sanitized(programs, "the other build is not sanitized")
    if not built.exists():
        pytest.skip("the programs are not of make's build")
    folder = copied(tmp_path / "another folder")
    printed("make", "-s", "build/lib/entra/entra-keyring-kernel.so", cwd=folder, TZ="Asia/Kathmandu")
    assert (folder / "build/lib/entra" / built.name).read_bytes() == built.read_bytes()


# ---- Debian, Fedora, Alpine ----


def depends(file: str, field: str) -> set[str]:
    """The packages in a field of Debian's, without the versions."""
    text = re.search(rf"(?ms)^{field}: (.*?)^\S", (ROOT / "debian" / file).read_text() + "\n.").group(1)
    return {entry.split()[0] for entry in text.split(",")}


def test_debian_builds_with_the_packages_that_make_build_deps_installs():
    wanted = set(variable("BUILD_PACKAGES").split())
    assert depends("control", "Build-Depends") - DEBIANS_OWN == wanted - ESSENTIAL


def test_debian_runs_the_demo_with_the_packages_that_make_demo_deps_installs():
    wanted = set(variable("DEMO_PACKAGES").split()) | {"kubernetes-client"}
    assert depends("tests/control", "Depends") - DEBIANS_OWN == wanted


def test_the_rpm_has_all_files_that_are_installed_and_no_others(tmp_path):
    if not shutil.which("rpmspec"):
        pytest.skip("no rpmspec")
    spec = printed("rpmspec", "--parse", SPEC)
    listed = [line for line in spec.partition("\n%files\n")[2].partition("\n%changelog")[0].splitlines()
              if line.startswith("/")]
    printed("make", "-s", "install", f"DESTDIR={tmp_path}", "PREFIX=/usr")
    installed = [f"/{path.relative_to(tmp_path)}" for path in tmp_path.rglob("*") if not path.is_dir()]
    for file in installed:
        assert any(fnmatch.fnmatch(file, f"{line}*" if line.endswith("/") else f"{line}")
                   for line in listed), file
    for line in listed:
        assert fnmatch.filter(installed, f"{line}*"), line


def test_the_script_of_alpine_is_one_that_shells_read():
    # abuild reads the variables that the script sets, and sets pkgdir.
    done = run("shellcheck", "--shell=dash", "--exclude=SC2034,SC2154", APKBUILD)
    assert done.returncode == 0, done.stdout


# ---- before a removal ----


@pytest.fixture
def machine(shell, programs, tmp_path):
    """A machine whose git has another helper, and no services (tests/systems/booted has some);
    `remove` runs before-removal for the user."""
    (tmp_path / "systemctl").write_text("#!/bin/sh\n")
    (tmp_path / "systemctl").chmod(0o755)
    shell.session.env |= {"PATH": f"{tmp_path}:{shell.session.env['PATH']}",
                          "GIT_CONFIG_NOSYSTEM": "0", "GIT_TERMINAL_PROMPT": "0",
                          "GIT_CONFIG_SYSTEM": str(tmp_path / "gitconfig")}
    passwords = tmp_path / "passwords"
    passwords.write_text("https://ada:typed@dev.azure.com\n")
    shell.run("git", "config", "--system", "credential.helper", f"store --file={passwords}")
    script = programs.parent / "lib" / "entra" / "before-removal"
    shell.remove = lambda: shell.run(script, shell.session.home)
    return shell


def password(world) -> str:
    answer = world.run("git", "credential", "fill", input="protocol=https\nhost=dev.azure.com\n\n").out
    return "".join(re.findall(r"^password=(.*)$", answer, re.M))


def test_a_removal_undoes_what_was_set_up_for_the_machine(machine, tmp_path):
    before = (tmp_path / "gitconfig").read_text()
    assert password(machine) == "typed"
    assert machine.run("entra", "setup", "git", "--system").code == 0
    assert password(machine) != "typed"
    outcome = machine.remove()
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    assert (tmp_path / "gitconfig").read_text() == before
    assert password(machine) == "typed"


@pytest.mark.parametrize(("file", "text"), [
    (".gitconfig", '[credential "https://dev.azure.com"]\n\thelper =\n\thelper = entra\n'),
    (".config/git/config", '[credential]\n\thelper = "/usr/bin/git-credential-entra --tenant x"\n'),
    (".gitconfig", '[credential "https://dev.azure.com"] helper = entra\n'),
    (".gitconfig", '[credential "https://dev.azure.com"]\n\thelper = \\\nentra\n'),
    (".gitconfig", '[Credential]\n\tHELPER = !"/usr/bin/git-credential-entra" # ours\n'),
    (".docker/config.json", '{"credHelpers": {"contoso.azurecr.io": "entra"}}'),
    (".docker/config.json", '{"credHelpers": {"contoso.azurecr.io" : "entra"}}'),
    (".docker/config.json", '{"credHelpers": {"contoso.azurecr.io":\n\t"entra"}}'),
    (".config/containers/auth.json", '{"credHelpers":{"contoso.azurecr.io":"entra"}}'),
    (".kube/config", "users:\n- name: ada\n  user:\n    exec:\n      command: exec-credential-entra\n"),
    (".kube/aks", "users:\n- name: ada\n  user:\n    exec:\n      command: exec-credential-entra\n"),
    (".cargo/config.toml",
     '[registries.a]\ncredential-provider = ["cargo-credential-entra", "--account", "a@b.c"]\n'),
    (".cargo/config", '[registries]\na.credential-provider = "/opt/bin/cargo-credential-entra"\n'),
    (".config/pip/pip.conf",
     "# by 'entra setup pip'\n[global]\nkeyring-provider = subprocess\n"),
])
def test_a_removal_names_the_files_of_users_that_still_ask(machine, file, text):
    path = machine.session.home / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    outcome = machine.remove()
    assert outcome.code == 0
    assert f"\n    {path}\n" in outcome.err and "entra setup --remove" in outcome.err
    assert path.read_text() == text


def test_a_removal_writes_no_control_sequence_of_a_users_to_the_terminal(machine):
    folder = machine.session.home / ".kube"
    folder.mkdir()
    (folder / "a\x1b]0;title\x07\nwarning: run this|sh").write_text("command: exec-credential-entra")
    outcome = machine.remove()
    assert f"\n    {folder}/a?]0;title??warning: run this|sh\n" in outcome.err
    assert "\x1b" not in outcome.err and "\nwarning: run" not in outcome.err


def test_a_removal_names_a_file_that_is_a_link(machine):
    kept = machine.session.home / "dotfiles"
    kept.write_text("[credential]\n\thelper = entra\n")
    (machine.session.home / ".gitconfig").unlink()
    (machine.session.home / ".gitconfig").symlink_to(kept)
    assert f"\n    {machine.session.home}/.gitconfig\n" in machine.remove().err


def test_a_removal_runs_and_includes_nothing_of_a_user(machine, tmp_path):
    harmful = f"!touch {tmp_path}/run"
    (machine.session.home / ".gitconfig").write_text(
        f'[include]\n\tpath = {tmp_path}/included\n[alias]\n\tconfig = "{harmful}"\n'
        f'[core]\n\tpager = "{harmful}"\n\tfsmonitor = "{harmful}"\n[credential]\n\thelper = "{harmful}"\n')
    (tmp_path / "included").write_text("[credential]\n\thelper = entra\n")
    for name in (".docker/config.json", ".kube/config"):
        (machine.session.home / name).parent.mkdir()
        os.mkfifo(machine.session.home / name)
    outcome = machine.remove()
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    assert not (tmp_path / "run").exists()


def test_a_removal_does_not_wait_for_a_folder_that_does_not_answer(machine, programs, tmp_path):
    """As one on a server that is down."""
    (machine.session.home / ".gitconfig").write_text("[credential]\n\thelper = entra\n")
    silent = tmp_path / "silent"
    silent.mkdir()
    with own_mounts.unanswered(silent):
        outcome = machine.run(programs.parent / "lib" / "entra" / "before-removal", silent,
                              machine.session.home)
    assert outcome.code == 0 and f"\n    {machine.session.home}/.gitconfig\n" in outcome.err


@pytest.mark.parametrize("by_name", [True, False])
def test_a_removal_leaves_what_another_installation_goes_on_with(machine, programs, tmp_path, by_name):
    """git asks what it finds first in PATH, unless it is told a folder."""
    other = tmp_path / "other"
    shutil.copytree(programs.parent, other, symlinks=True)
    command = programs / "entra" if by_name else other / "bin" / "entra"
    (machine.session.home / ".gitconfig").write_text("[credential]\n\thelper = entra\n")
    assert machine.run(command, "setup", "git", "--system").code == 0
    outcome = machine.run(other / "lib" / "entra" / "before-removal", machine.session.home)
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    assert ("entra" in (tmp_path / "gitconfig").read_text().replace(str(tmp_path), "")) == by_name


def test_a_removal_does_not_warn_of_other_helpers(machine):
    (machine.session.home / ".gitconfig").write_text(
        "[credential]\n\thelper = /opt/central/helper\n# helper = entra\n")
    (machine.session.home / ".docker").mkdir()
    (machine.session.home / ".docker" / "config.json").write_text(
        '{"credHelpers": {"entra.azurecr.io": "gcloud", "a": "central"}}')
    outcome = machine.remove()
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
