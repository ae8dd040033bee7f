# SPDX-License-Identifier: MIT
"""Apps whose key never leaves its device: a TPM or a smart card."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import jwt
import pytest

from integration.credentials import configure, path, refused, register, token
from integration.test_command_environment import ENVIRONMENT, PLATFORM_TOKENS, is_running
from world.app_certificate import AppCertificate
from world.sanitized import skip_if_sanitized
from world.smart_card import PIN, SmartCard
from world.tpm import Tpm
from world.waiting import SHORT_LIMIT, wait_until


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
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

__attribute__((constructor)) static void run(void)
{{
    char folder[4096];
    struct rlimit core;
    getrlimit(RLIMIT_CORE, &core);
    FILE *ran = fopen("{ran}.new", "w");
    fprintf(ran, "%s %d %d %d", getcwd(folder, sizeof folder), (int)getpid(),
            prctl(PR_GET_DUMPABLE), (int)core.rlim_cur);
    for (char **variable = environ; *variable != NULL; variable++)
        fprintf(ran, "%c%s", 0, *variable);
    fclose(ran);
    rename("{ran}.new", "{ran}");
    puts("loaded");
    fflush(stdout);
    {then};
}}
"""


class Library:
    """What a program loads to reach its TPM, in a folder of that name. It takes a note of the
    process, prints to stdout, and does what it is told."""

    def __init__(self, folder: Path, then: str) -> None:
        self.folder = folder
        self.file = folder / "library.so"
        self.note = folder / "ran"
        folder.mkdir()
        source = folder / "library.c"
        source.write_text(LIBRARY.format(ran=self.note, then=then))
        subprocess.run(["cc", "-shared", "-fPIC", "-o", self.file, source], check=True)

    def process(self) -> tuple[str, int, bool, int]:
        """Its working directory, its ID, whether it can be dumped, and its limit for core files."""
        folder, pid, dumpable, core = self._read()[0].split(" ")
        return folder, int(pid), dumpable != "0", int(core)

    def environment(self) -> list[str]:
        return self._read()[1:]

    def _read(self) -> list[str]:
        return self.note.read_bytes().decode().split("\0")


@pytest.fixture(params=[""])
def library(request, world, tmp_path) -> Library:
    """In use. What it does can be said (indirectly parametrized)."""
    app = AppCertificate(tmp_path / "app")
    configure(world, path(app.certificate_file(), CertificateKeyDiskPath="handle:0x81000001"))
    library = Library(tmp_path / "library", request.param)
    world.session.env["TPM2OPENSSL_TCTI"] = str(library.file)
    return library


@pytest.mark.parametrize("tcti", ["./library.so", "../library/library.so", "./library.so:device"])
def test_no_code_for_a_tpm_is_found_in_the_working_directory(world, library, tcti):
    world.session.env["TPM2OPENSSL_TCTI"] = tcti
    refused(token(world, cwd=library.folder), 2, "found no key or certificate")
    assert not library.note.exists()


def test_code_for_a_tpm_runs_in_the_root_and_prints_nothing_to_stdout(world, library):
    refused(token(world, cwd=library.folder), 2, "found no key or certificate")
    assert library.process()[0] == "/"


def test_the_process_with_the_key_cannot_be_read_or_dumped(world, library, programs):
    skip_if_sanitized(programs, "a sanitizer's programs can be read")
    refused(token(world), 2, "found no key or certificate")
    _, _, dumpable, core = library.process()
    assert (dumpable, core) == (False, 0)


@pytest.mark.parametrize("library", ["signal(SIGTERM, SIG_IGN); for (;;) pause()"], indirect=True)
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_library_that_hangs_ends_with_us(world, library, programs, how):
    entra = subprocess.Popen([programs / "entra", "token", "--api", "MyWebApi"],
                             env=world.session.env, stdout=subprocess.DEVNULL)
    try:
        wait_until(library.note.exists, "the library")
        entra.send_signal(how)
        entra.wait()
        wait_until(lambda: not is_running(library.process()[1]), "its end")
    finally:
        entra.kill()
        if library.note.exists() and is_running(library.process()[1]):
            os.kill(library.process()[1], signal.SIGKILL)


@pytest.mark.parametrize("library", ["signal(SIGTERM, SIG_IGN); for (;;) pause()"], indirect=True)
def test_a_library_that_hangs_ends_at_the_time_limit(world, library):
    refused(token(world, "--timeout", SHORT_LIMIT), 2,
            "signing with the key in handle:0x81000001 took too long", "--timeout")
    assert not is_running(library.process()[1])


@pytest.mark.parametrize("library", ["abort()", "exit(1)", "raise(SIGKILL)"], indirect=True)
def test_a_fault_of_a_tpms_library_is_no_mistake_in_the_configuration(world, library):
    refused(token(world), 1, "the key in handle:0x81000001 cannot be used", "loads it failed")


def test_the_library_of_a_tpm_gets_no_secret_of_an_app_or_user(world, library):
    """But what the platform gives its jobs, with which it may reach a key in a cloud."""
    refused(token(world, env=ENVIRONMENT), 2, "found no key or certificate")
    lines = library.environment()
    assert "KEPT=kept" in lines
    assert {line.partition("=")[0] for line in lines if "hidden" in line} == set(PLATFORM_TOKENS)


# What TPM2-TSS's TCTI `tabrmd` and OpenSC do: they ask on a bus, by GIO, whose answers threads read.
CALLER = """\
#include <gio/gio.h>

__attribute__((constructor)) static void call(void)
{{
    GDBusConnection *bus = g_bus_get_sync(G_BUS_TYPE_SESSION, NULL, NULL);
    GVariant *answer = bus == NULL ? NULL : g_dbus_connection_call_sync(
        bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetId",
        NULL, NULL, G_DBUS_CALL_FLAGS_NONE, 5000, NULL, NULL);
    g_file_set_contents("{said}", answer != NULL ? "answered" : "not answered", -1, NULL);
}}
"""


def flags_of(*words: str) -> list[str]:
    return subprocess.run(["pkg-config", *words], check=True, capture_output=True,
                          text=True).stdout.split()


def test_the_library_of_a_device_may_use_the_bus_as_the_desktop_keyring_does(world, tmp_path):
    app = AppCertificate(tmp_path / "app")
    configure(world, path(app.certificate_file(), CertificateKeyDiskPath="handle:0x81000001"))
    source = tmp_path / "caller.c"
    source.write_text(CALLER.format(said=tmp_path / "said"))
    subprocess.run(["cc", "-shared", "-fPIC", *flags_of("--cflags", "gio-2.0"), "-o",
                    tmp_path / "caller.so", source, *flags_of("--libs", "gio-2.0")], check=True)
    world.session.env["TPM2OPENSSL_TCTI"] = str(tmp_path / "caller.so")
    refused(token(world, "--keyring", "secret-service"), 2, "found no key or certificate")
    assert (tmp_path / "said").read_text() == "answered"


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
