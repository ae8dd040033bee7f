# SPDX-License-Identifier: MIT
"""Names from outside are shown on the terminal, and cannot take it over or forge a line there."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from world.sanitized import skip_if_sanitized

HOSTILE = "x\x1b]0;owned\x07\x1b[2J\u009b31m\u202e\r\nforged"


def harmless(text: str) -> None:
    assert "x?" in text
    for bad in ("\x1b", "\x07", "\u009b", "\u202e", "\r"):
        assert bad not in text, text
    assert "forged" not in [line.split(" ")[0] for line in text.splitlines()]


NO_FILES = """
#include <errno.h>
static int fail(const char *path)
{
    (void)path;
    errno = EMFILE;
    return -1;
}
int open(const char *path, int flags, ...) { (void)flags; return fail(path); }
int open64(const char *path, int flags, ...) { (void)flags; return fail(path); }
int __open_2(const char *path, int flags) { (void)flags; return fail(path); }
int __open64_2(const char *path, int flags) { (void)flags; return fail(path); }
"""


def test_the_name_of_the_program_is_harmless_in_its_very_first_message(programs, tmp_path):
    """Its caller chooses the name. The standard descriptors are looked at before all else."""
    skip_if_sanitized(programs, "the sanitizers open files themselves")
    source, library = tmp_path / "no_files.c", tmp_path / "no_files.so"
    source.write_text(NO_FILES)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    ended = subprocess.run([HOSTILE.replace("/", "")], executable=programs / "entra",
                           env={"LD_PRELOAD": str(library)}, preexec_fn=lambda: os.close(0),
                           capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1 and "descriptor 0 is closed" in ended.stderr
    harmless(ended.stderr)
    assert len(ended.stderr.splitlines()) == 1


@pytest.fixture
def hostile_item(world):
    """Any program can store an item like one of ours."""
    world.session.keyring.add(HOSTILE, {
        "xdg:schema": "org.entra_credential_helpers.Token", "kind": "access_token",
        "authority": "https://login.example", "tenant": HOSTILE, "client_id": HOSTILE,
        "account": "app", "username": HOSTILE, "scope": HOSTILE}, b"{}")
    return world


def test_the_list_of_what_is_stored_is_harmless(hostile_item):
    outcome = hostile_item.run("entra", "list", "--keyring", "secret-service")
    assert outcome.code == 0
    harmless(outcome.out)


def test_the_list_in_json_escapes_what_would_harm(hostile_item):
    outcome = hostile_item.run("entra", "list", "--output", "json", "--keyring", "secret-service")
    assert all(character.isprintable() for character in outcome.out.replace("\n", "")), outcome.out
    (row,) = json.loads(outcome.out)
    assert row["tenant"] == row["scope"] == row["clientId"] == HOSTILE


def test_what_doctor_says_of_the_configuration_is_harmless(world):
    folder = world.session.home / HOSTILE.replace("/", "")
    folder.mkdir()
    file = folder / "appsettings.json"
    file.write_text(world.appsettings_file.read_text())
    outcome = world.run("entra", "doctor", env={"ENTRA_CONFIG": str(file)})
    harmless(outcome.out)
    harmless(world.run("entra", "doctor", "--verbose", env={"ENTRA_CONFIG": str(file)}).err)

