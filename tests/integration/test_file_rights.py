# SPDX-License-Identifier: MIT
"""What is said of a file whose rights are wrong: the command that a message advises is run word for
word. It mends the file for whoever reads it, and takes it from nobody who needs it."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import tempfile
from pathlib import Path

import pytest

READER, OTHER_READER, DAEMONS, STRANGER = 1236, 1237, 1234, 1235
USAGE = 2


@pytest.fixture
def file(world):
    """A configuration with a secret, where other users can reach it, and the authority's CA."""
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    folder = Path(tempfile.mkdtemp(prefix="rights."))
    try:
        folder.chmod(0o755)
        file = folder / "its settings.json"
        file.write_text(json.dumps(world.appsettings()))
        trusted = Path(shutil.copy(world.session.env["SSL_CERT_FILE"], folder / "ca.pem"))
        trusted.chmod(0o644)
        world.session.env |= {"SSL_CERT_FILE": str(trusted), "CURL_CA_BUNDLE": str(trusted),
                              "HOME": str(folder),
                              "XDG_CONFIG_HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
        yield file
    finally:
        shutil.rmtree(folder)


def as_user(world, uid: int, *words: str, groups: tuple[int, ...] = (), gid: int | None = None):
    more = ("--groups", ",".join(map(str, groups))) if groups else ("--clear-groups",)
    return world.run("setpriv", "--reuid", str(uid), "--regid", str(gid or uid), *more, *words,
                     cwd=Path("/"))


def read(world, file, uid, **how):
    return as_user(world, uid, "entra", "token", "--api", "MyWebApi", "--keyring", "none", "--config",
                   str(file), **how)


def obey(world, outcome, uid: int, **how) -> None:
    """Runs the advised command: what begins with sudo as root, and the rest as the user."""
    (line,) = re.findall(r"[Rr]un '((?:sudo |ch)[^']*)'", outcome.err)
    for command in line.split(" && "):
        as_root = command.startswith("sudo ")
        done = (world.run("sh", "-c", command.removeprefix("sudo ")) if as_root
                else as_user(world, uid, "sh", "-c", command, **how))
        assert (done.code, done.err) == (0, ""), command


@pytest.mark.parametrize("owner, group, mode, reader, how", [
    (0, DAEMONS, 0o644, READER, {}),
    (0, DAEMONS, 0o604, READER, {}),
    (0, DAEMONS, 0o644, READER, {"groups": (DAEMONS,)}),
    (0, DAEMONS, 0o644, DAEMONS, {}),
    (0, 0, 0o644, READER, {}),
    (READER, DAEMONS, 0o644, READER, {}),
    (READER, READER, 0o640, READER, {}),
])
def test_a_secret_is_hidden_from_others_and_kept_for_who_reads_it(world, file, owner, group, mode,
                                                                 reader, how):
    os.chown(file, owner, group)
    file.chmod(mode)
    could = {OTHER_READER: read(world, file, OTHER_READER, gid=DAEMONS).code}
    warned = read(world, file, reader, **how)
    assert warned.code == 0 and "others can read it" in warned.err, warned
    if "setfacl" in warned.err and shutil.which("setfacl") is None:
        pytest.skip("there is no setfacl")
    obey(world, warned, reader, **how)
    quiet = read(world, file, reader, **how)
    assert (quiet.code, quiet.err) == (0, "")
    assert read(world, file, STRANGER).code == USAGE
    if owner == 0:
        assert read(world, file, OTHER_READER, gid=DAEMONS).code == could[OTHER_READER] or group == 0
        assert os.stat(file).st_gid == group or group == 0


@pytest.mark.parametrize("owner", [0, READER, STRANGER])
def test_the_right_to_write_is_taken_from_others(world, file, owner):
    os.chown(file, owner, DAEMONS)
    file.chmod(0o666)
    refused = read(world, file, READER)
    assert refused.code == USAGE and "others can write it" in refused.err
    obey(world, refused, READER)
    assert stat.S_IMODE(os.stat(file).st_mode) & 0o022 == 0
    assert "others can write it" not in read(world, file, READER).err


def test_a_file_is_given_to_its_user(world, file):
    os.chown(file, STRANGER, STRANGER)
    file.chmod(0o604)
    refused = read(world, file, READER)
    assert refused.code == USAGE and "owns it" in refused.err
    obey(world, refused, READER)
    assert read(world, file, READER).code == 0


def test_root_needs_no_sudo(world, file):
    """Which a container may not have."""
    for owner, mode in ((0, 0o644), (0, 0o646), (STRANGER, 0o600)):
        os.chown(file, owner, 0)
        file.chmod(mode)
        said = world.run("entra", "token", "--api", "MyWebApi", "--config", str(file)).err
        (line,) = re.findall(r"run '(ch[^']*)'", said, re.I)
        assert world.run("sh", "-c", line).code == 0
