# SPDX-License-Identifier: MIT
"""Apps whose key never leaves its device: a TPM or a smart card."""

from __future__ import annotations

from collections.abc import Iterator

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
