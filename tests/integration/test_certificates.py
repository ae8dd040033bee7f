# SPDX-License-Identifier: MIT
"""Apps that authenticate with a certificate."""

from __future__ import annotations

import base64
import os
import subprocess
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from authority.assertions import thumbprint
from authority.directory import Tenant
from integration.credentials import CLIENT_ID, configure, path, refused, register, token
from world.app_certificate import PASSWORD, AppCertificate
from world.waiting import SHORT_LIMIT


@pytest.fixture
def app(world, tmp_path) -> AppCertificate:
    """A certificate that the authority knows."""
    app = AppCertificate(tmp_path)
    register(world, secret="", certificates=(app.certificate,))
    return app


def assertion(world) -> str:
    return world.authority.token_requests[-1].form["client_assertion"]


def test_the_assertion_is_as_documented(world, app):
    configure(world, path(app.pem()))
    outcome = token(world)
    assert (outcome.code, outcome.err) == (0, "")
    (request,) = world.authority.token_requests
    assert set(request.form) == {"grant_type", "client_id", "client_assertion_type",
                                 "client_assertion", "scope"}
    header = jwt.get_unverified_header(assertion(world))
    assert header == {"alg": "PS256", "typ": "JWT",
                      "x5t#S256": thumbprint(app.certificate, hashes.SHA256())}
    claims = jwt.decode(assertion(world), app.certificate.public_key(), algorithms=["PS256"],
                        audience=f"{world.authority.url}{request.path}")
    assert claims["iss"] == claims["sub"] == CLIENT_ID
    assert claims["exp"] - claims["iat"] == 600 and claims["nbf"] == claims["iat"]


def test_no_two_assertions_are_the_same(world, app):
    configure(world, path(app.pem()))
    ids = set()
    for _ in range(2):
        token(world, "--force-refresh")
        ids.add(jwt.decode(assertion(world), options={"verify_signature": False})["jti"])
    assert len(ids) == 2


@pytest.fixture
def chain(world, tmp_path) -> list[AppCertificate]:
    """The certificates of the app, its issuer and the root."""
    root = AppCertificate(tmp_path / "root", number=3, name="root")
    issuer = AppCertificate(tmp_path / "issuer", number=2, name="issuer", issuer=root)
    app = AppCertificate(tmp_path / "app", issuer=issuer)
    register(world, secret="", certificates=(app.certificate,))
    return [app, issuer, root]


def sent_chain(world) -> list[bytes]:
    return [base64.b64decode(one) for one in jwt.get_unverified_header(assertion(world))["x5c"]]


@pytest.mark.parametrize("how", ["SendX5C", "a variable", "variables"])
@pytest.mark.parametrize("form", ["PEM", "PKCS#12"])
def test_the_chain_is_sent_in_order_if_requested(world, chain, tmp_path, how, form):
    app, issuer, root = chain
    stranger = AppCertificate(tmp_path / "stranger", number=2)
    file = app.pkcs12("", [stranger, root, issuer]) if form == "PKCS#12" else app.pem(
        more=b"".join(one.certificate_pem for one in (stranger, root, issuer)))
    env = {} if how == "SendX5C" else {"AZURE_CLIENT_SEND_CERTIFICATE_CHAIN": "true"}
    if how == "SendX5C":
        configure(world, path(file), SendX5C=True)
    elif how == "a variable":
        configure(world, path(file))
    else:
        configure(world)
        env["AZURE_CLIENT_CERTIFICATE_PATH"] = str(file)
    assert token(world, env=env).code == 0
    assert sent_chain(world) == [one.certificate.public_bytes(Encoding.DER) for one in chain]


def test_no_chain_is_sent_unless_requested(world, chain):
    configure(world, path(chain[0].pem(more=chain[1].certificate_pem)))
    assert token(world).code == 0
    assert "x5c" not in jwt.get_unverified_header(assertion(world))


def test_the_file_can_forbid_the_chain(world, chain):
    configure(world, path(chain[0].pem(more=chain[1].certificate_pem)), SendX5C=False)
    assert token(world, env={"AZURE_CLIENT_SEND_CERTIFICATE_CHAIN": "true"}).code == 0
    assert "x5c" not in jwt.get_unverified_header(assertion(world))


def test_an_ad_fs_gets_the_older_form(world, app):
    world.authority.directory.tenants.append(
        Tenant("3f2504e0-4f89-41d3-9a0c-0305e82c3301", ("adfs",)))
    register(world, secret="", certificates=(app.certificate,),
             tenants=("3f2504e0-4f89-41d3-9a0c-0305e82c3301",))
    configure(world, path(app.pem()), TenantId="adfs")
    assert token(world).code == 0
    assert world.authority.requests[-1].path == "/adfs/oauth2/token"
    header = jwt.get_unverified_header(assertion(world))
    assert header["alg"] == "RS256"
    assert header["x5t"] == thumbprint(app.certificate, hashes.SHA1())


FORMS = {
    "one PEM file": lambda app: path(app.pem()),
    "the certificate first": lambda app: path(app.pem(key_first=False)),
    "two PEM files": lambda app: path(app.certificate_file(),
                                      CertificateKeyDiskPath=str(app.key_file())),
    "an encrypted key": lambda app: path(app.certificate_file(),
                                         CertificateKeyDiskPath=str(app.key_file(PASSWORD)),
                                         CertificatePassword=PASSWORD),
    "PKCS#12": lambda app: path(app.pkcs12(), CertificatePassword=PASSWORD),
    "PKCS#12 without a password": lambda app: path(app.pkcs12("")),
    "PKCS#12 with an empty one": lambda app: path(app.old_pkcs12("")),
    "a file: URI": lambda app: path(f"file://{app.pem()}"),
    "a key elsewhere than in the same file": lambda app: path(
        AppCertificate(app.folder / "other", number=2).pem(more=app.certificate_pem),
        CertificateKeyDiskPath=str(app.key_file())),
    "another key before it": lambda app: path(app.write(
        "keys.pem", AppCertificate(app.folder / "other", number=2).key_pem() + app.key_pem()
        + app.certificate_pem)),
    "an elliptic key before it": lambda app: path(app.write(
        "keys.pem", AppCertificate(app.folder / "ec", elliptic=True).key_pem() + app.key_pem()
        + app.certificate_pem)),
    "a request before it": lambda app: path(app.write(
        "request.pem", app.request_pem() + app.key_pem() + app.certificate_pem)),
    "old PKCS#12": lambda app: path(app.old_pkcs12(), CertificatePassword=PASSWORD),
    "Base64": lambda app: {"SourceType": "Base64Encoded", "CertificatePassword": PASSWORD,
                           "Base64EncodedValue": base64.b64encode(
                               app.pkcs12().read_bytes()).decode()},
}


@pytest.mark.parametrize("form", FORMS)
def test_keys_are_read_in_every_format(world, app, form):
    configure(world, FORMS[form](app))
    outcome = token(world)
    assert (outcome.code, outcome.err) == (0, "")


def test_the_environment_supplies_a_password_that_the_file_leaves_out(world, app):
    configure(world, path(app.pkcs12()))
    outcome = token(world, env={"AZURE_CLIENT_CERTIFICATE_PASSWORD": PASSWORD})
    assert (outcome.code, outcome.err) == (0, "")


def test_the_environment_names_a_certificate_as_in_the_azure_sdks(world, app):
    configure(world)
    outcome = token(world, env={"AZURE_CLIENT_CERTIFICATE_PATH": str(app.pkcs12()),
                                "AZURE_CLIENT_CERTIFICATE_PASSWORD": PASSWORD})
    assert (outcome.code, outcome.err) == (0, "")


def fifo(file: Path) -> Path:
    os.mkfifo(file, 0o600)
    return file


BROKEN = {
    "a wrong password": (lambda app: path(app.pkcs12(), CertificatePassword="wrong"),
                         "cannot be opened with the configured password"),
    "no password": (lambda app: path(app.certificate_file(),
                                     CertificateKeyDiskPath=str(app.key_file(PASSWORD))),
                    "no password is configured"),
    "no password beside its certificate": (
        lambda app: path(app.write("both.pem", app.certificate_pem + app.key_pem(PASSWORD))),
        "no password is configured"),
    "a wrong password beside its certificate": (
        lambda app: path(app.write("both.pem", app.certificate_pem + app.key_pem(PASSWORD)),
                         CertificatePassword="wrong"),
        "cannot be opened with the configured password"),
    "a password longer than OpenSSL takes": (
        lambda app: path(app.pkcs12(), CertificatePassword="wrong" * 1000),
        "cannot be opened with the configured password"),
    "a device": (lambda app: path("/dev/zero"), "is not a file"),
    "a pipe without a writer": (lambda app: path(fifo(app.folder / "pipe")), "is not a file"),
    "too large a file": (lambda app: path(app.write("large", b"x" * 300_000)), "too large"),
    "noise": (lambda app: path(app.write("noise", bytes(range(256)) * 20)), "PEM, DER or PKCS#12"),
    "a PIN in a URI of a certificate": (lambda app: path("pkcs11:pin-value=4711"),
                                        "found no key or certificate at pkcs11:."),
    "a PIN in a URI of a key": (lambda app: path(
        app.certificate_file(), CertificateKeyDiskPath="pkcs11:object=x?pin-value=4711"),
        "found no key or certificate at pkcs11:object=x."),
    "no file": (lambda app: path(app.folder / "nothing"), "No such file"),
    "a folder": (lambda app: path(app.folder), "is not a file"),
    "no key": (lambda app: path(app.certificate_file()), "contains no private key"),
    "no certificate": (lambda app: path(app.key_file()), "contains no certificate"),
    "another key": (lambda app: path(app.certificate_file(), CertificateKeyDiskPath=str(
        AppCertificate(app.folder / "other", number=2).key_file())), "do not match"),
    "another key than that of CertificateKeyDiskPath": (lambda app: path(
        app.pem(), CertificateKeyDiskPath=str(
            AppCertificate(app.folder / "other", number=2).key_file())), "do not match"),
    "only a request": (lambda app: path(app.write("request.pem", app.request_pem())),
                       "contains no readable key or certificate"),
    "an elliptic key": (lambda app: path(AppCertificate(app.folder / "ec", elliptic=True).pem()),
                        "is not an RSA key"),
    "not Base64": (lambda app: {"SourceType": "Base64Encoded", "Base64EncodedValue": "%%%"},
                   "is not Base64"),
    "no such provider": (lambda app: path("pkcs11:token=none;object=none;pin-value=4711"),
                         "found no key or certificate at pkcs11:token=none."),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_faulty_certificate_is_reported(world, app, what):
    make, text = BROKEN[what]
    configure(world, make(app))
    outcome = token(world)
    refused(outcome, 2, text)
    for secret in (PASSWORD, "wrong", "4711"):
        assert f"{secret}'" not in outcome.err and f"={secret}" not in outcome.err
    assert world.authority.requests == []


def test_a_key_that_is_too_short_to_sign_is_reported(world, tmp_path):
    file = tmp_path / "short.pem"
    file.touch(mode=0o600)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:512", "-nodes", "-subj", "/CN=short",
                    "-keyout", file, "-out", tmp_path / "short.crt"], check=True, capture_output=True)
    file.write_text(file.read_text() + (tmp_path / "short.crt").read_text())
    configure(world, path(file))
    refused(token(world), 2, "signing with the private key failed", "too large for key size")


@pytest.mark.parametrize("length", [0, 1, 40, 700])
def test_a_truncated_file_is_reported(world, app, length):
    file = app.pkcs12()
    file.write_bytes(file.read_bytes()[:length])
    configure(world, path(file, CertificatePassword=PASSWORD))
    refused(token(world), 2, str(file))


@pytest.mark.parametrize("uri", [False, True])
def test_a_key_file_that_others_can_write_is_refused_however_it_is_named(world, app, uri):
    file = app.pem()
    file.chmod(0o622)
    configure(world, path(f"file://{file}" if uri else file))
    refused(token(world), 2, "others can write it")


def test_a_file_that_is_named_like_a_device_is_not_read(world, app, tmp_path):
    """OpenSSL looks in the working directory before it asks a provider."""
    app.write("handle:0x81000001", app.key_pem())
    configure(world, path(app.certificate_file(), CertificateKeyDiskPath="handle:0x81000001"))
    refused(token(world, cwd=app.folder), 2, "found no key or certificate at handle:0x81000001")


def test_a_link_to_a_key_is_followed_as_kubernetes_mounts_them(world, app, tmp_path):
    (tmp_path / "link.pem").symlink_to(app.pem())
    configure(world, path(tmp_path / "link.pem"))
    outcome = token(world)
    assert (outcome.code, outcome.err) == (0, "")


def der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return bytes([tag, len(body)]) + body


def endless_key() -> bytes:
    """An encrypted key (RFC 8018, PBES2) that requires 2**31 - 1 rounds of key derivation."""
    oid = lambda text: der(6, bytes.fromhex(text))
    prf = der(0x30, oid("2a864886f70d0209"), der(5))
    rounds = der(2, (2**31 - 1).to_bytes(4, "big"))
    derivation = der(0x30, oid("2a864886f70d01050c"), der(0x30, der(4, b"saltsalt"), rounds, prf))
    cipher = der(0x30, oid("60864801650304012a"), der(4, bytes(16)))
    algorithm = der(0x30, oid("2a864886f70d01050d"), der(0x30, derivation, cipher))
    text = base64.encodebytes(der(0x30, algorithm, der(4, bytes(16))))
    return b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n" + text + \
        b"-----END ENCRYPTED PRIVATE KEY-----\n"


def test_a_key_that_takes_forever_to_open_ends_at_the_time_limit(world, app):
    app.write("slow.pem", endless_key())
    configure(world, path(app.certificate_file(), CertificatePassword=PASSWORD,
                          CertificateKeyDiskPath=str(app.folder / "slow.pem")))
    outcome = token(world, "--timeout", SHORT_LIMIT)
    refused(outcome, 2, "slow.pem took too long", "--timeout")
    assert outcome.seconds < 25  # the limit without the option is 30


def test_an_expired_certificate_draws_a_warning_and_the_authority_decides(world, tmp_path):
    app = AppCertificate(tmp_path, days=-1)
    register(world, secret="", certificates=(app.certificate,))
    configure(world, path(app.pem()))
    outcome = token(world)
    assert outcome.code == 0
    assert "has expired" in outcome.err


def renewed(tmp_path, **dates: float) -> AppCertificate:
    """Another certificate of the same key."""
    return AppCertificate(tmp_path / "other", **dates)


OLD, COMING = {"days": -1}, {"begins": 1}


@pytest.mark.parametrize("form", ["PEM", "PEM, the good one last", "PKCS#12"])
@pytest.mark.parametrize("dates", [OLD, COMING], ids=["expired", "not valid yet"])
def test_of_several_certificates_of_a_key_one_that_is_valid_now_is_used(world, app, tmp_path, form,
                                                                       dates):
    other = renewed(tmp_path, **dates)
    file = {"PEM": lambda: app.pem(more=other.certificate_pem),
            "PEM, the good one last": lambda: other.pem(more=app.certificate_pem),
            "PKCS#12": lambda: other.pkcs12("", [app])}[form]()
    configure(world, path(file), SendX5C=True)
    outcome = token(world)
    assert (outcome.code, outcome.err) == (0, "")
    assert sent_chain(world) == [app.certificate.public_bytes(Encoding.DER)]  # and not the other


def test_a_key_whose_certificate_is_valid_comes_before_another(world, app, tmp_path):
    other = AppCertificate(tmp_path / "other", number=2, **OLD)
    file = other.pem(more=app.key_pem() + app.certificate_pem)
    configure(world, path(file))
    outcome = token(world)
    assert (outcome.code, outcome.err) == (0, "")


def test_if_none_of_several_is_valid_a_warning_says_so(world, tmp_path):
    app, other = AppCertificate(tmp_path, **OLD), renewed(tmp_path, **COMING)
    configure(world, path(app.pem(more=other.certificate_pem)))
    outcome = token(world)
    assert outcome.code == 3
    assert "none of the certificates of the key in" in outcome.err
    assert "is valid now; the first has expired" in outcome.err


def test_a_certificate_that_is_not_registered_is_refused_with_the_remedy(world, app, tmp_path):
    configure(world, path(AppCertificate(tmp_path / "other", number=2).pem()))
    refused(token(world), 3, "AADSTS700027", "Register this certificate")


def test_a_key_file_that_others_can_read_draws_a_warning(world, app):
    file = app.pem()
    file.chmod(0o644)
    configure(world, path(file))
    outcome = token(world)
    assert outcome.code == 0
    assert "others can read it" in outcome.err


def test_a_certificate_file_is_not_secret(world, app):
    certificate = app.certificate_file()
    certificate.chmod(0o644)
    configure(world, path(certificate, CertificateKeyDiskPath=str(app.key_file())))
    assert token(world).err == ""


def test_a_key_file_that_others_can_write_is_refused(world, app):
    file = app.pem()
    file.chmod(0o620)
    configure(world, path(file))
    refused(token(world), 2, "others can write it")
