"""Apps that prove themselves by a certificate."""

from __future__ import annotations

import base64
import shutil
import socket
import subprocess

import jwt
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_public_key

from authority.assertions import thumbprint
from authority.directory import Tenant
from integration.credentials import CLIENT_ID, configure, path, refused, register, token
from world.app_certificate import PASSWORD, AppCertificate
from world.waiting import wait_until


@pytest.fixture
def app(world, tmp_path) -> AppCertificate:
    """A certificate that the authority knows."""
    app = AppCertificate(tmp_path)
    register(world, secret="", certificates=(app.certificate,))
    return app


def assertion(world) -> str:
    return world.authority.token_requests[-1].form["client_assertion"]


def test_the_assertion_is_that_of_the_documentation(world, app):
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


@pytest.mark.parametrize("how", ["SendX5C", "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN"])
def test_the_chain_goes_along_where_it_is_asked_for(world, app, tmp_path, how):
    issuer = AppCertificate(tmp_path / "issuer", number=2)
    file = app.pem(more=issuer.certificate_pem)
    if how == "SendX5C":
        configure(world, path(file), SendX5C=True)
        env = {}
    else:
        configure(world)
        env = {"AZURE_CLIENT_CERTIFICATE_PATH": str(file), how: "true"}
    assert token(world, env=env).code == 0
    chain = jwt.get_unverified_header(assertion(world))["x5c"]
    assert [base64.b64decode(one) for one in chain] == [
        one.public_bytes(Encoding.DER) for one in (app.certificate, issuer.certificate)]


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
    "old PKCS#12": lambda app: path(app.old_pkcs12(), CertificatePassword=PASSWORD),
    "Base64": lambda app: {"SourceType": "Base64Encoded", "CertificatePassword": PASSWORD,
                           "Base64EncodedValue": base64.b64encode(
                               app.pkcs12().read_bytes()).decode()},
}


@pytest.mark.parametrize("form", FORMS)
def test_keys_are_read_in_every_form(world, app, form):
    configure(world, FORMS[form](app))
    outcome = token(world)
    assert (outcome.code, outcome.err) == (0, "")


def test_the_environment_names_a_certificate_as_the_azure_sdks_have_it(world, app):
    configure(world)
    outcome = token(world, env={"AZURE_CLIENT_CERTIFICATE_PATH": str(app.pkcs12()),
                                "AZURE_CLIENT_CERTIFICATE_PASSWORD": PASSWORD})
    assert (outcome.code, outcome.err) == (0, "")


BROKEN = {
    "a wrong password": (lambda app: path(app.pkcs12(), CertificatePassword="wrong"),
                         "cannot be opened with the configured password"),
    "no password": (lambda app: path(app.certificate_file(),
                                     CertificateKeyDiskPath=str(app.key_file(PASSWORD))),
                    "no password is configured"),
    "no file": (lambda app: path(app.folder / "nothing"), "No such file"),
    "a folder": (lambda app: path(app.folder), "is not a file"),
    "no key": (lambda app: path(app.certificate_file()), "holds no private key"),
    "no certificate": (lambda app: path(app.key_file()), "holds no certificate"),
    "another key": (lambda app: path(app.certificate_file(), CertificateKeyDiskPath=str(
        AppCertificate(app.folder / "other", number=2).key_file())), "do not match"),
    "an elliptic key": (lambda app: path(AppCertificate(app.folder / "ec", elliptic=True).pem()),
                        "is not RSA"),
    "not Base64": (lambda app: {"SourceType": "Base64Encoded", "Base64EncodedValue": "%%%"},
                   "is not Base64"),
    "no such provider": (lambda app: path("pkcs11:token=none;object=none;pin-value=4711"),
                         "provider"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_wrong_with_a_certificate_is_named(world, app, what):
    make, text = BROKEN[what]
    configure(world, make(app))
    outcome = token(world)
    refused(outcome, 2, text)
    for secret in (PASSWORD, "wrong", "4711"):
        assert f"{secret}'" not in outcome.err and f"={secret}" not in outcome.err
    assert world.authority.requests == []


@pytest.mark.parametrize("length", [0, 1, 40, 700])
def test_a_truncated_file_is_named(world, app, length):
    file = app.pkcs12()
    file.write_bytes(file.read_bytes()[:length])
    configure(world, path(file, CertificatePassword=PASSWORD))
    refused(token(world), 2, str(file))


def test_an_expired_certificate_is_warned_of_since_the_authority_decides(world, tmp_path):
    app = AppCertificate(tmp_path, days=-1)
    register(world, secret="", certificates=(app.certificate,))
    configure(world, path(app.pem()))
    outcome = token(world)
    assert outcome.code == 0
    assert "has expired" in outcome.err


def test_a_certificate_that_is_not_registered_is_refused_with_the_remedy(world, app, tmp_path):
    configure(world, path(AppCertificate(tmp_path / "other", number=2).pem()))
    refused(token(world), 3, "AADSTS700027", "Register this certificate")


def test_a_key_file_that_others_can_read_is_warned_of(world, app):
    file = app.pem()
    file.chmod(0o644)
    configure(world, path(file))
    outcome = token(world)
    assert outcome.code == 0
    assert "others can read it" in outcome.err


def test_a_certificates_file_is_no_secret(world, app):
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


def free_ports() -> int:
    """A port that is free together with the next one, as swtpm's two servers want them."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
                return port
            except (OSError, OverflowError):
                continue


@pytest.fixture
def tpm(world, tmp_path):
    """A TPM in software with a signing key at 0x81000001; gives its public key."""
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
             "-a", "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|sign|decrypt")
        tool("tpm2_load", "-Q", "-C", "primary", "-u", "public", "-r", "private", "-c", "key")
        tool("tpm2_evictcontrol", "-Q", "-C", "o", "-c", "key", "0x81000001")
        tool("tpm2_readpublic", "-Q", "-c", "0x81000001", "-f", "pem", "-o", "public.pem")
        world.session.env["TPM2OPENSSL_TCTI"] = tcti
        yield load_pem_public_key((tmp_path / "public.pem").read_bytes())
    finally:
        daemon.kill()
        daemon.wait()


def test_a_key_in_a_tpm_signs_there(world, tpm, tmp_path):
    app = AppCertificate(tmp_path / "app", public_key=tpm)
    register(world, secret="", certificates=(app.certificate,))
    configure(world, path(app.certificate_file(), CertificateKeyDiskPath="handle:0x81000001"))
    outcome = token(world)
    assert outcome.code == 0, outcome.err
    assert jwt.get_unverified_header(assertion(world))["alg"] == "PS256"


def test_a_tpm_that_cannot_be_reached_is_one_line(world, app):
    configure(world, path(app.certificate_file(), CertificateKeyDiskPath="handle:0x81000001"))
    world.session.env["TPM2OPENSSL_TCTI"] = "swtpm:host=127.0.0.1,port=1"
    outcome = token(world)
    assert (outcome.code, outcome.out) == (2, "")
    assert len(outcome.err.splitlines()) == 1, outcome.err
    assert "handle:0x81000001: names no key" in outcome.err
