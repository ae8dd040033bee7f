# SPDX-License-Identifier: MIT
"""Which modules are loaded, and when."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from integration.credentials import configure, path, register
from world.app_certificate import AppCertificate
from world.commands import PROGRAMS

HEAVY = ("libcurl", "libssl", "libcrypto", "libglib", "libgio", "libsecret", "libkeyutils",
         "libyaml", "libmicrohttpd")


def loaded_by_each(world, *command) -> list[str]:
    """The libraries and modules that a program and each of its children loaded, according to
    ld.so(8)."""
    log = world.session.temporary / "loaded"
    outcome = world.run(*command, env={"LD_DEBUG": "files", "LD_DEBUG_OUTPUT": str(log)})
    assert outcome.code == 0, outcome.err
    return [file.read_text() for file in log.parent.glob("loaded.*")]


def loaded(world, *command) -> str:
    return "".join(loaded_by_each(world, *command))


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_is_linked_to_nothing_heavy(programs, program):
    done = subprocess.run(["ldd", programs / program], capture_output=True, text=True, check=True)
    assert [name for name in HEAVY if name in done.stdout] == []


def test_a_warm_answer_asks_the_keyring_and_nothing_else(world):
    world.run("entra", "token", "--api", "MyWebApi")
    files = loaded(world, "entra", "token", "--api", "MyWebApi")
    assert "libsecret" in files
    assert "entra-acquire.so" not in files and "libcurl" not in files


def test_without_a_keyring_no_glib_is_loaded(world):
    files = loaded(world, "entra", "token", "--api", "MyWebApi", "--keyring", "none")
    assert "entra-acquire.so" in files
    assert "libglib" not in files


def test_a_key_is_loaded_in_a_process_without_a_keyring(world, tmp_path):
    app = AppCertificate(tmp_path)
    register(world, secret="", certificates=(app.certificate,))
    configure(world, path(app.pem()))
    files = loaded_by_each(world, "entra", "token", "--api", "MyWebApi")
    (own,) = [one for one in files if "libsecret" in one]
    (signer,) = [one for one in files if "entra-acquire.so" in one and one != own]
    assert "libglib" not in signer and "libsecret" not in signer


def test_nobody_but_our_programs_can_have_something_signed(world, programs):
    def run(*words: str, **how) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(["entra-sign", *words], executable=programs / "entra",
                              capture_output=True, env=world.session.env, **how)
    for words in ([], ["entra"], ["entra", "text", "more"]):
        assert run(*words, input=b"").returncode == 2
    done = run("entra", "text", stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"entra-sign: this is run by programs of entra-credential-helpers")
    done = run("entra", "text", input=b"path=/etc/passwd\0")
    assert (done.returncode, done.stderr) == (0, b"")  # whose answer is an error
    assert done.stdout.startswith(b"-1\0the process that signs was not told what to sign")


def test_the_environment_does_not_choose_a_module(world):
    fakes = world.session.home / "fakes"
    fakes.mkdir()
    for name in ("entra-acquire.so", "entra-keyring-secret-service.so"):
        (fakes / name).write_bytes(b"not a module")
    outcome = world.run("entra", "token", "--api", "MyWebApi", env={"LD_LIBRARY_PATH": str(fakes)},
                        cwd=fakes)
    assert (outcome.code, outcome.err) == (0, "")


def test_a_program_called_through_a_link_finds_its_modules(world, programs):
    link = world.session.home / "entra-link"
    link.symlink_to(programs / "entra")
    assert world.run(link, "token", "--api", "MyWebApi").code == 0


@pytest.mark.parametrize("folder", ["", "elsewhere"])
def test_a_link_to_a_program_is_that_program(world, programs, folder):
    """A kubelogin that leads to the plugin, for example."""
    near = world.session.home / folder / "near"
    near.parent.mkdir(exist_ok=True)
    near.symlink_to(programs / "curl-credential-entra")
    link = world.session.home / "link"
    link.symlink_to(near.relative_to(world.session.home))
    outcome = world.run(link, world.web_api.todo_list_url)
    assert (outcome.code, outcome.err) == (0, ""), outcome
    assert "oauth2-bearer" in outcome.out
    by_path = world.run("link", world.web_api.todo_list_url,
                        env={"PATH": f"{world.session.home}:/usr/bin:/bin"})
    assert "oauth2-bearer" in by_path.out


def test_a_copy_is_the_program_by_whose_name_it_is_called(world, programs, tmp_path):
    shutil.copytree(programs.parent / "lib", tmp_path / "lib")
    (tmp_path / "bin").mkdir()
    copy = tmp_path / "bin" / "curl-credential-entra"
    shutil.copy2(programs / "entra", copy)
    outcome = world.run(copy, world.web_api.todo_list_url)
    assert (outcome.code, outcome.err) == (0, ""), outcome
    assert "oauth2-bearer" in outcome.out


def test_a_copy_alone_signs(world, programs, tmp_path):
    """It runs itself, by whatever name."""
    app = AppCertificate(tmp_path / "app")
    register(world, secret="", certificates=(app.certificate,))
    configure(world, path(app.pem()))
    shutil.copytree(programs.parent / "lib", tmp_path / "lib")
    (tmp_path / "bin").mkdir()
    copy = tmp_path / "bin" / "curl-credential-entra"
    shutil.copy2(programs / "entra", copy)
    outcome = world.run(copy, world.web_api.todo_list_url)
    assert (outcome.code, outcome.err) == (0, ""), outcome


def test_another_backend_of_libsecret_is_not_used(world):
    outcome = world.run("entra", "token", "--api", "MyWebApi", env={
        "SECRET_BACKEND": "file", "SECRET_FILE_TEST_PATH": str(world.session.home / "file"),
        "SECRET_FILE_TEST_PASSWORD": "x"})
    assert outcome.code == 0
    assert len(world.session.keyring.items()) == 1
    assert not (world.session.home / "file").exists()
