# SPDX-License-Identifier: MIT
"""Apps that authenticate with a certificate."""

from __future__ import annotations

import base64
import os
import shutil
import socket
import subprocess
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_public_key

from authority.assertions import thumbprint
from authority.directory import Tenant
from integration.credentials import CLIENT_ID, configure, path, refused, register, token
from world.app_certificate import PASSWORD, AppCertificate
from world.waiting import SHORT_LIMIT, wait_until


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
    "a PIN in a URI of a certificate": (lambda app: path("pkcs11:pin-value=4711"), "provider"),
    "a PIN in a URI of a key": (lambda app: path(
        app.certificate_file(), CertificateKeyDiskPath="pkcs11:object=x?pin-value=4711"), "provider"),
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
                         "provider"),
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


def test_a_file_that_is_named_like_a_device_is_still_a_file(world, app, tmp_path):
    app.write("handle:0x81000001", app.key_pem())
    configure(world, path(app.certificate_file(), CertificateKeyDiskPath="handle:0x81000001"))
    refused(token(world, cwd=app.folder), 2, "a file of that name is in the current folder")


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


# ---- a key that never leaves its device ----

TPM_TOOLS = ("swtpm", "tpm2_createprimary")
PIN = "4711"


def free_ports() -> int:
    """A free port whose next port is free too, as the two servers of swtpm require."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
                return port
            except (OSError, OverflowError):
                continue


@pytest.fixture(params=[""])
def tpm(request, world, tmp_path):
    """A software TPM with a signing key at 0x81000001, which may have a PIN (indirectly
    parametrized); returns the public key."""
    if any(shutil.which(tool) is None for tool in TPM_TOOLS):
        pytest.skip("no software TPM (swtpm, tpm2-tools, tpm2-openssl)")
    port = free_ports()
    daemon = subprocess.Popen(
        ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={tmp_path}",
         "--server", f"type=tcp,port={port},bindaddr=127.0.0.1",
         "--ctrl", f"type=tcp,port={port + 1},bindaddr=127.0.0.1",
         "--flags", "not-need-init,startup-clear"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    tcti = f"swtpm:host=127.0.0.1,port={port}"

    def listens() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port + 1)) == 0

    def tool(*words: str) -> None:
        env = {"PATH": "/usr/bin:/bin", "TPM2TOOLS_TCTI": tcti}
        subprocess.run([*words], check=True, cwd=tmp_path, env=env, capture_output=True)
        subprocess.run(["tpm2_flushcontext", "-t"], check=True, env=env, capture_output=True)

    try:
        wait_until(listens, "the TPM")
        tool("tpm2_createprimary", "-Q", "-C", "o", "-c", "primary")
        tool("tpm2_create", "-Q", "-C", "primary", "-G", "rsa2048", "-u", "public", "-r", "private",
             "-a", "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|sign|decrypt|noda",
             *(["-p", request.param] if request.param else []))
        tool("tpm2_load", "-Q", "-C", "primary", "-u", "public", "-r", "private", "-c", "key")
        tool("tpm2_evictcontrol", "-Q", "-C", "o", "-c", "key", "0x81000001")
        tool("tpm2_readpublic", "-Q", "-c", "0x81000001", "-f", "pem", "-o", "public.pem")
        world.session.env["TPM2OPENSSL_TCTI"] = tcti
        yield load_pem_public_key((tmp_path / "public.pem").read_bytes())
    finally:
        daemon.kill()
        daemon.wait()


def test_a_key_in_a_tpm_can_sign(world, tpm, tmp_path):
    app = AppCertificate(tmp_path / "app", public_key=tpm)
    register(world, secret="", certificates=(app.certificate,))
    configure(world, path(app.certificate_file(), CertificateKeyDiskPath="handle:0x81000001"))
    outcome = token(world)
    assert outcome.code == 0, outcome.err
    assert jwt.get_unverified_header(assertion(world))["alg"] == "PS256"


@pytest.mark.parametrize("tpm", [PIN], indirect=True)
@pytest.mark.parametrize("uri", ["handle:0x81000001", "handle:0x81000001?pass"])
def test_a_key_in_a_tpm_can_have_a_pin(world, tpm, tmp_path, uri):
    app = AppCertificate(tmp_path / "app", public_key=tpm)
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


def test_a_tpm_that_cannot_be_reached_is_reported_in_one_line(world, app):
    configure(world, path(app.certificate_file(), CertificateKeyDiskPath="handle:0x81000001"))
    world.session.env["TPM2OPENSSL_TCTI"] = "swtpm:host=127.0.0.1,port=1"
    outcome = token(world)
    assert (outcome.code, outcome.out) == (2, "")
    assert len(outcome.err.splitlines()) == 1, outcome.err
    assert "found no key or certificate at handle:0x81000001" in outcome.err
