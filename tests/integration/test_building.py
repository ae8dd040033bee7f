# SPDX-License-Identifier: MIT
"""What make installs for whom, and what it says where something is missing."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# A machine on which no package is installed; apt-get writes down what it is asked for.
DPKG_QUERY = "#!/bin/sh\nexit 1\n"
APT_GET = """#!/bin/sh
for word; do [ "$installs" ] && echo "$word"; [ "$word" != install ] || installs=1; done \
    >>"$INSTALLED"
"""
SUDO = '#!/bin/sh\nexec "$@"\n'

BUILDING = {"gcc", "libcurl4-openssl-dev", "libsecret-1-dev", "pkgconf"}
DEMO = {"git", "gnome-keyring", "python3-flask"}
TESTING = {"clang", "chromium", "keepassxc", "libcmocka-dev", "python3-pytest", "valgrind"}


def make(*arguments: str, **env: str) -> subprocess.CompletedProcess:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(["make", *arguments], cwd=ROOT, env=kept | env, capture_output=True,
                          text=True, timeout=120)


@pytest.mark.parametrize(("goal", "wanted", "unwanted"), [
    ("build-deps", BUILDING, DEMO | TESTING),
    ("demo-deps", BUILDING | DEMO, TESTING),
    ("deps", BUILDING | DEMO | TESTING, set()),
])
def test_each_goal_installs_what_it_needs_alone(tmp_path, goal, wanted, unwanted):
    for name, script in {"dpkg-query": DPKG_QUERY, "apt-get": APT_GET, "sudo": SUDO}.items():
        (tmp_path / name).write_text(script)
        (tmp_path / name).chmod(0o755)
    done = make(goal, PATH=f"{tmp_path}:{os.environ['PATH']}", INSTALLED=str(tmp_path / "log"))
    assert done.returncode == 0, done.stderr
    installed = set((tmp_path / "log").read_text().split())
    assert wanted <= installed and not unwanted & installed


@pytest.mark.parametrize(("variables", "packages"), [
    ({"CC": "gcc -nostdinc"}, "libc6-dev libcurl4-openssl-dev libssl-dev libjson-c-dev "
                              "libsecret-1-dev libglib2.0-dev libkeyutils-dev libyaml-dev "
                              "libmicrohttpd-dev"),
    ({"CC": "no-compiler", "PKG_CONFIG": "no-pkg-config"}, "gcc pkgconf"),
])
def test_missing_packages_are_named_before_anything_is_compiled(tmp_path, variables, packages):
    done = make(f"BUILD={tmp_path / 'build'}",
                *(f"{name}={value}" for name, value in variables.items()))
    assert done.returncode != 0
    assert f"(make build-deps installs them): {packages}\n" in done.stderr
    assert "  CC  " not in done.stdout


def files_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


@pytest.mark.parametrize("prefix", ["/usr/", "/with a blank/usr", "/ü*?[a]"])
def test_uninstall_removes_what_install_put_there_and_no_more(tmp_path, prefix):
    places = f"DESTDIR={tmp_path}/a package/", f"PREFIX={prefix}"
    folder = tmp_path / "a package" / prefix.strip("/")
    assert make("-s", "install", *places).returncode == 0
    for name in ("bin/other", "lib/entra/other.so", "share/man/man1/other.1"):
        (folder / name).touch()
    done = make("-s", "uninstall", *places)
    assert done.returncode == 0, done.stderr
    assert files_below(folder) == {"bin/other", "lib/entra/other.so", "share/man/man1/other.1"}


@pytest.mark.parametrize("prefix", ["/usr", "/usr/local", "/opt/entra"])
def test_pages_and_units_name_programs_where_they_are(tmp_path, prefix):
    assert make("-s", "install", f"DESTDIR={tmp_path}", f"PREFIX={prefix}").returncode == 0
    folder = tmp_path / prefix[1:]
    named = [(file, program) for file in folder.rglob("*") if file.is_file() and not file.is_symlink()
             and {"man", "systemd"} & set(file.parts)
             for program in re.findall(r"[\w/]+/bin/[\w-]*entra\b", file.read_text())]
    assert {file.name for file, _ in named} >= {"curl-credential-entra.1", "entra-token@.service"}
    for file, program in named:
        assert (tmp_path / program[1:]).exists(), (file, program)


def test_uninstall_undoes_what_was_set_up_for_the_machine(tmp_path):
    """Else git would find no helper, and ask no other one either."""
    config = tmp_path / "gitconfig"
    config.write_text("[credential]\n\thelper = store\n")
    (tmp_path / "systemctl").write_text("#!/bin/sh\n")  # the services of this machine stay
    (tmp_path / "systemctl").chmod(0o755)
    env = {"GIT_CONFIG_SYSTEM": str(config), "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    before = config.read_text()
    assert make("-s", "install", f"PREFIX={tmp_path}/usr").returncode == 0
    subprocess.run([tmp_path / "usr/bin/entra", "setup", "git", "--system"], env=os.environ | env,
                   check=True, capture_output=True)
    assert config.read_text() != before
    done = make("-s", "uninstall", f"PREFIX={tmp_path}/usr", **env)
    assert done.returncode == 0, done.stderr
    assert config.read_text() == before
    assert files_below(tmp_path / "usr") == set()


@pytest.mark.parametrize("goal", ["install", "uninstall"])
@pytest.mark.parametrize("place", ["PREFIX=usr", "PREFIX=~/.local", "MODULEDIR=lib", "PREFIX=/a'b",
                                   'PREFIX=/a"b', "PREFIX=/`touch TOUCHED`", "BINDIR=/$$(touch TOUCHED)",
                                   "DESTDIR=package'"])
def test_a_place_that_a_shell_would_read_differently_is_refused(tmp_path, goal, place):
    place = place.replace("TOUCHED", f"{tmp_path}/touched")
    done = make("-s", goal, f"DESTDIR={tmp_path}/package", *([place] if "DESTDIR" not in place else
                                                            [f"DESTDIR={tmp_path}/{place[8:]}"]))
    assert done.returncode != 0 and place.partition("=")[0].replace("PREFIX", "BINDIR") in done.stderr
    assert list(tmp_path.iterdir()) == []
