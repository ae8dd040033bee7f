# SPDX-License-Identifier: MIT
"""Apps whose key never leaves its device: a TPM or a smart card."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import jwt
import pytest

from integration.credentials import configure, path, refused, register, token
from world.app_certificate import AppCertificate
from world.smart_card import PIN, SmartCard
from world.tpm import Tpm


def signed_with(world) -> str:
    """The algorithm of the last assertion; the authority has checked its signature."""
    return jwt.get_unverified_header(
        world.authority.token_requests[-1].form["client_assertion"])["alg"]


# ---- a TPM ----


@pytest.fixture(params=[""])
def tpm(request, world, tmp_path) -> Iterator[Tpm]:
    """A TPM with a key, which may have a PIN (indirectly parametrized)."""
    if why := Tpm.missing():
        pytest.skip(why)
    with Tpm(tmp_path, request.param) as tpm:
        world.session.env |= tpm.env
        yield tpm


def test_a_key_in_a_tpm_can_sign(world, tpm, tmp_path):
    app = AppCertificate(tmp_path / "app", public_key=tpm.public_key)
    register(world, secret="", certificates=(app.certificate,))
    configure(world, path(app.certificate_file(), CertificateKeyDiskPath="handle:0x81000001"))
    outcome = token(world)
    assert outcome.code == 0, outcome.err
    assert signed_with(world) == "PS256"


@pytest.mark.parametrize("tpm", [PIN], indirect=True)
@pytest.mark.parametrize("uri", ["handle:0x81000001", "handle:0x81000001?pass"])
def test_a_key_in_a_tpm_can_have_a_pin(world, tpm, tmp_path, uri):
    app = AppCertificate(tmp_path / "app", public_key=tpm.public_key)
    register(world, secret="", certificates=(app.certificate,))
    entry = path(app.certificate_file(), CertificateKeyDiskPath=uri)
    configure(world, entry | {"CertificatePassword": PIN})
    outcome = token(world)
    assert outcome.code == 0, outcome.err
    configure(world, entry | {"CertificatePassword": "another"})
    refused(token(world, "--force-refresh"), 2, "signing with the private key failed",
            "Check CertificatePassword")
    configure(world, entry)
    refused(token(world, "--force-refresh"), 2, "CertificatePassword")


@pytest.mark.parametrize("tpm", [PIN], indirect=True)
def test_what_is_not_in_the_tpm_is_not_called_locked(world, tpm, tmp_path):
    app = AppCertificate(tmp_path / "app", public_key=tpm.public_key)
    configure(world, path(app.certificate_file(), CertificateKeyDiskPath="handle:0x81000002",
                          CertificatePassword=PIN))
    refused(token(world), 2, "found no key or certificate at handle:0x81000002", "Check the URI")


def test_a_tpm_that_cannot_be_reached_is_reported_in_one_line(world, tmp_path):
    app = AppCertificate(tmp_path)
    configure(world, path(app.certificate_file(), CertificateKeyDiskPath="handle:0x81000001"))
    world.session.env["TPM2OPENSSL_TCTI"] = "swtpm:host=127.0.0.1,port=1"
    outcome = token(world)
    assert (outcome.code, outcome.out) == (2, "")
    assert len(outcome.err.splitlines()) == 1, outcome.err
    assert "found no key or certificate at handle:0x81000001" in outcome.err


LIBRARY = """\
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

__attribute__((constructor)) static void run(void)
{{
    char folder[4096];
    FILE *ran = fopen("{ran}", "w");
    fputs(getcwd(folder, sizeof folder), ran);
    fclose(ran);
    puts("loaded");
    fflush(stdout);
    {then};
}}
"""


@pytest.fixture(params=[""])
def library(request, world, tmp_path) -> Path:
    """What a program loads to reach its TPM, in a folder of that name. It leaves the name of its
    working directory in the file `ran` beside it, prints to stdout, and does what it is told
    (indirectly parametrized)."""
    app = AppCertificate(tmp_path / "app")
    configure(world, path(app.certificate_file(), CertificateKeyDiskPath="handle:0x81000001"))
    folder = tmp_path / "library"
    folder.mkdir()
    source = folder / "library.c"
    source.write_text(LIBRARY.format(ran=folder / "ran", then=request.param))
    subprocess.run(["cc", "-shared", "-fPIC", "-o", folder / "library.so", source], check=True)
    return folder / "library.so"


@pytest.mark.parametrize("tcti", ["./library.so", "../library/library.so", "./library.so:device"])
def test_no_code_for_a_tpm_is_found_in_the_working_directory(world, library, tcti):
    world.session.env["TPM2OPENSSL_TCTI"] = tcti
    refused(token(world, cwd=library.parent), 2, "found no key or certificate")
    assert not (library.parent / "ran").exists()


def test_code_for_a_tpm_runs_in_the_root_and_prints_nothing_to_stdout(world, library):
    world.session.env["TPM2OPENSSL_TCTI"] = str(library)
    refused(token(world, cwd=library.parent), 2, "found no key or certificate")
    assert (library.parent / "ran").read_text() == "/"


@pytest.mark.parametrize("library", ["abort()", "exit(1)", "raise(SIGKILL)"], indirect=True)
def test_a_fault_of_a_tpms_library_is_no_mistake_in_the_configuration(world, library):
    world.session.env["TPM2OPENSSL_TCTI"] = str(library)
    refused(token(world), 1, "the key in handle:0x81000001 cannot be used", "loads it failed")


@pytest.mark.parametrize("file", ["stdout", "-", "stderr", "/dev/stdout", "/dev/stderr"])
def test_the_library_of_a_tpm_logs_nothing(world, tpm, tmp_path, file):
    app = AppCertificate(tmp_path / "app", public_key=tpm.public_key)
    register(world, secret="", certificates=(app.certificate,))
    configure(world, path(app.certificate_file(), CertificateKeyDiskPath="handle:0x81000001"))
    outcome = token(world, env={"TSS2_LOG": "all+trace", "TSS2_LOGFILE": file})
    assert (outcome.code, outcome.err) == (0, "") and len(outcome.out.splitlines()) == 1


# ---- a smart card ----


@pytest.fixture(params=[False])
def card(request, world, tmp_path) -> SmartCard:
    """A card with the key and the certificate of the app. The key may require the PIN for each
    signature (indirectly parametrized)."""
    if why := SmartCard.missing():
        pytest.skip(why)
    app = AppCertificate(tmp_path / "app")
    register(world, secret="", certificates=(app.certificate,))
    card = SmartCard(tmp_path / "card", app, pin_each_time=request.param)
    world.session.env |= card.env
    return card


@pytest.mark.parametrize("card", [False, True], indirect=True)
def test_a_key_on_a_card_can_sign(world, card):
    configure(world, path(card.uri(), CertificatePassword=PIN))
    outcome = token(world)
    assert (outcome.code, outcome.err) == (0, "")
    assert signed_with(world) == "PS256"


def test_the_uri_of_a_key_can_contain_the_pin(world, card):
    configure(world, path(card.uri("app", f"?pin-value={PIN}")))
    world.appsettings_file.chmod(0o600)
    assert token(world).code == 0


def test_the_certificate_of_a_key_on_a_card_can_be_a_file(world, card, tmp_path):
    configure(world, path(AppCertificate(tmp_path / "app").certificate_file(),
                          CertificateKeyDiskPath=card.uri(), CertificatePassword=PIN))
    assert token(world).code == 0


def test_what_is_not_on_the_card_is_not_called_locked(world, card):
    configure(world, path(card.uri("another"), CertificatePassword=PIN))
    refused(token(world), 2, "found no key or certificate at pkcs11:token=card", "Check the URI")


def test_a_wrong_pin_is_tried_once(world, card):
    configure(world, path(card.uri(), CertificatePassword="another"))
    refused(token(world, env=card.spied), 2, "cannot be opened with the configured password")
    assert card.logins() == 1


@pytest.mark.parametrize("name", ["app", "another"])
def test_a_pin_that_is_not_configured_is_not_asked_for(world, card, name):
    configure(world, path(card.uri(name)))
    refused(token(world, env=card.spied), 2, "no password is configured")
    assert card.logins() == 0
