# SPDX-License-Identifier: MIT
"""Which CAs are trusted: those that variables name, and what is said if they cannot be read."""

from __future__ import annotations

import subprocess
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from authority.authority import Authority
from integration.credentials import refused, token
from integration.examining import examine
from world import own_mounts
from world.proxy import Proxy
from world.tls import CertificateAuthority

USAGE, NETWORK = 2, 4
NONE = {"SSL_CERT_FILE": None, "CURL_CA_BUNDLE": None, "GIT_SSL_CAINFO": None, "SSL_CERT_DIR": None}


def folder_of(cas: Path, folder: Path) -> Path:
    """As c_rehash makes it."""
    folder.mkdir(parents=True)
    digest = subprocess.run(["openssl", "x509", "-hash", "-noout", "-in", cas], check=True,
                            capture_output=True, text=True).stdout.strip()
    (folder / f"{digest}.0").write_bytes(cas.read_bytes())
    return folder


@pytest.fixture
def folder(world, tmp_path) -> Path:
    return folder_of(world.certificates.certificate_file, tmp_path / "cas")


def test_a_folder_of_cas_is_trusted(world, folder):
    assert token(world, env=NONE).code == NETWORK
    outcome = token(world, env=NONE | {"SSL_CERT_DIR": str(folder)})
    assert (outcome.code, outcome.err) == (0, "")


def test_each_folder_of_a_list_is_trusted(world, folder, tmp_path):
    (tmp_path / "empty").mkdir()
    listed = f"/nowhere:{tmp_path / 'empty'}:{folder}"
    assert token(world, env=NONE | {"SSL_CERT_DIR": listed}).code == 0


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "CURL_CA_BUNDLE"])
def test_a_folder_is_trusted_beside_a_file(world, folder, tmp_path, variable):
    other = CertificateAuthority(tmp_path / "other", "Another CA")
    env = NONE | {"SSL_CERT_DIR": str(folder), variable: str(other.certificate_file)}
    assert token(world, env=env).code == 0
    with Authority(other.server_context()) as second:
        world.authority.close()
        assert token(world, "--authority", second.url, env=env).code == 0


def test_a_folder_replaces_the_systems_cas(world, folder, tmp_path):
    other = CertificateAuthority(tmp_path / "other", "Another CA")
    with Authority(other.server_context()) as impostor:
        outcome = token(world, "--authority", impostor.url, env=NONE | {"SSL_CERT_DIR": str(folder)})
        refused(outcome, NETWORK, "cannot be reached")


@pytest.mark.parametrize("value", ["/nowhere", "/etc/hostname", "/nowhere:/nor/here"])
def test_a_folder_that_is_none_is_named(world, value):
    outcome = token(world, env=NONE | {"SSL_CERT_DIR": value})
    refused(outcome, USAGE, f"SSL_CERT_DIR: {value} is not a folder")
    assert world.authority.requests == []


@pytest.mark.parametrize("value", ["cas", "~/cas", "/nowhere:cas", "{folder}:cas", "{folder}::/x"])
def test_a_folder_in_the_working_directory_is_refused(world, folder, value):
    value = value.format(folder=folder)
    outcome = token(world, env=NONE | {"SSL_CERT_DIR": value}, cwd=folder.parent)
    refused(outcome, USAGE, "SSL_CERT_DIR: '", "is not an absolute path")
    assert world.authority.requests == []


# ---- the system's ----

SYSTEMS = Path("/etc/ssl/certs")
BUNDLE = "ca-certificates.crt"
BOTH, FOLDER_LACKS_IT, FILE_LACKS_IT, FILE_ALONE = range(4)


@pytest.fixture
def system(world, tmp_path):
    """Makes the folder of the system's CAs; libcurl's default is the file in it, and it itself."""
    def make(what: int) -> None:
        ours = world.certificates.certificate_file
        other = CertificateAuthority(tmp_path / "other", "Another CA").certificate_file
        folder = folder_of(other if what == FOLDER_LACKS_IT else ours, tmp_path / "system")
        if what == FILE_ALONE:
            for file in folder.iterdir():
                file.unlink()
        (folder / BUNDLE).write_bytes((other if what == FILE_LACKS_IT else ours).read_bytes())
        mounts.enter_context(own_mounts.replaced(SYSTEMS, folder))

    with ExitStack() as mounts:
        yield make


def ask(world, trace: Path) -> tuple[int, bool]:
    """The exit code, and whether the file with all CAs was read."""
    outcome = world.run("strace", "-f", "-o", trace, "-e", "trace=openat", "entra", "token", "--api",
                        "MyWebApi",
                        env=NONE | {"ASAN_OPTIONS": "detect_leaks=0"})  # it cannot look at a traced program
    return outcome.code, f'"{SYSTEMS / BUNDLE}"' in trace.read_text()


@pytest.mark.parametrize("what, code, is_read", [
    (BOTH, 0, False), (FILE_LACKS_IT, 0, False), (FOLDER_LACKS_IT, 0, True), (FILE_ALONE, 0, True)],
    ids=["both", "folder", "file", "file alone"])
def test_the_systems_file_of_cas_is_read_if_its_folder_does_not_do(world, system, tmp_path, what,
                                                                   code, is_read):
    system(what)
    assert ask(world, tmp_path / "trace") == (code, is_read)


def test_whom_neither_the_systems_folder_nor_its_file_certifies_is_refused(world, system, tmp_path):
    system(BOTH)
    stranger = CertificateAuthority(tmp_path / "stranger", "A stranger")
    with Authority(stranger.server_context()) as impostor:
        outcome = token(world, "--authority", impostor.url, env=NONE)
        refused(outcome, NETWORK, "cannot be reached")
        assert impostor.requests == []


@pytest.mark.parametrize("what", [BOTH, FILE_ALONE], ids=["folder", "file"])
def test_a_certificate_of_another_host_is_refused_wherever_its_ca_is(world, system, what):
    system(what)
    other = "login.example.com"
    with closing(Proxy({f"{other}:443": world.authority.url})) as proxy:
        outcome = token(world, "--authority", f"https://{other}", env=NONE | proxy.environment)
        refused(outcome, NETWORK, other)
        assert proxy.asked == [f"{other}:443"] and world.authority.requests == []


def test_doctor_shows_it(world, folder):
    report = examine(world, env={"SSL_CERT_DIR": str(folder)})
    assert report.details("configuration")["SSL_CERT_DIR"] == (str(folder), "the environment")


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_of_two_files_the_one_that_cannot_be_loaded_is_named(world, tmp_path, content):
    file = tmp_path / "broken.pem"
    if content is not None:
        file.write_bytes(content)
    for variable in ("SSL_CERT_FILE", "CURL_CA_BUNDLE"):
        outcome = token(world, env={variable: str(file)})
        refused(outcome, USAGE, str(file), "CURL_CA_BUNDLE or SSL_CERT_FILE")
        assert "callback" not in outcome.err


def test_of_a_second_file_that_is_not_there_the_systems_reason_is_said(world, tmp_path):
    file = tmp_path / "absent.pem"
    env = {"CURL_CA_BUNDLE": world.session.env["SSL_CERT_FILE"], "SSL_CERT_FILE": str(file)}
    refused(token(world, env=env), USAGE, f"SSL_CERT_FILE: {file}: No such file or directory")
