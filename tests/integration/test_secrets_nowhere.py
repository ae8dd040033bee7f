# SPDX-License-Identifier: MIT
"""Every command, with everything that can go wrong: no secret appears in its output or in any file
that it leaves behind. Secrets belong only in the keyring, and a token only in the answer."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any, Callable, Iterator
from urllib.parse import quote, quote_plus

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flask import Response

from authority import contoso, faults
from authority.directory import Federation
from authority.faults import MISSING, NAMED, Exchange, Fault, FaultQueue, altered
from authority.keys import process_key
from integration.asking import ASK, EXEC_INFO, own_host
from integration.credentials import configure, path, register
from integration.users import enter, login, query, sign_in_url, start_device_code
from integration.test_federated import ISSUER, SUBJECT, foreign_token
from integration.test_kubectl_setup import KUBELOGIN, config as kubeconfig, head, write
from world.connect_proxy import ConnectProxy
from world.app_certificate import PASSWORD, AppCertificate
from world.program import Outcome
from world.sanitized import are_sanitized
from world.world import World

SECRET = contoso.DAEMON.secret
TYPED = "ftzl4kj5s7m2a9xq3wcb8vn6ye1rgd0uhptzl4kj5s7m2a9xq3wcb"

# Ends what the authority drags out. A sanitized program needs seconds to open a key.
LIMIT = "15" if "ASAN_OPTIONS" in os.environ else "5"

# ---- the commands ----


def run_git_erase(world: World, *words: str, **how: Any) -> Outcome:
    """git passes back a rejected token."""
    return world.run("git-credential-entra", *words, "erase", **how,
                     input=own_host(world) + f"password={refused_token(world)}\n")


def refused_token(world: World) -> str:
    return world.authority.make_token("api://refused")


def run_git_store(world: World, *words: str, **how: Any) -> Outcome:
    """git passes what a user typed."""
    return world.run("git-credential-entra", *words, "store", **how,
                     input=own_host(world) + f"username=ada\npassword={TYPED}\n")


def run_secret_set(world: World, *words: str, **how: Any) -> Outcome:
    return world.run("entra", "secret", "set", *words, input=SECRET + "\n", **how)


def run_secret_clear(world: World, *words: str, **how: Any) -> Outcome:
    """There is a secret to remove."""
    run_secret_set(world, *words, **how)
    return world.run("entra", "secret", "clear", *words, **how)


def run_setup_kubectl(world: World, *words: str, **how: Any) -> Outcome:
    """Its file contains a secret, of a kubeconfig user that is not converted."""
    secret = f"- name: spn\n  user: {{exec: {{command: kubelogin, args: [--client-secret, '{SECRET}']}}}}\n"
    write(world, head() + KUBELOGIN + secret)
    return world.run("entra", "setup", "kubectl", *words, **how)


def run_doctor_url(world: World, *words: str, **how: Any) -> Outcome:
    return world.run("entra", "doctor", world.web_api.todo_list_url, "--output", "json", *words,
                     **how)


def entra(*command: str) -> Callable[..., Outcome]:
    return lambda world, *words, **how: world.run("entra", *command, *words, **how)


COMMANDS: dict[str, Callable[..., Outcome]] = ASK | {
    "git erase": run_git_erase,
    "git store": run_git_store,
    "entra token --output json": entra("token", "--api", "MyWebApi", "--output", "json"),
    "entra token --output header": entra("token", "--api", "MyWebApi", "--output", "header"),
    "entra list": entra("list"),
    "entra list --output json": entra("list", "--output", "json"),
    "entra secret set": run_secret_set,
    "entra secret clear": run_secret_clear,
    "entra doctor": entra("doctor"),
    "entra doctor URL --output json": run_doctor_url,
    "entra setup git": entra("setup", "git"),
    "entra setup kubectl": run_setup_kubectl,
    "entra login": entra("login", "--device-code"),
    "entra logout --all": entra("logout", "--all"),
}
ANSWERS = {name for name in COMMANDS if name in ASK or name.startswith("entra token")}

# ---- what goes wrong ----


# The form fields that prove something to the authority.
PROOFS = ("client_secret", "client_assertion", "refresh_token", "code", "code_verifier",
          "device_code")


def echoed(*names: str) -> Fault:
    """The first of these fields that was sent is returned in the response, everywhere it could be
    shown and in each encoding."""

    def answer(exchange: Exchange) -> Response:
        form = exchange.request.form
        sent = next((form[name] for name in names if name in form), "")
        hidden = "".join(f"\\u{ord(character):04x}" for character in sent)
        text = json.dumps(f"AADSTS7000215: {sent} {quote(sent, safe='')} {quote_plus(sent)} ")[:-1]
        body = f'{{"error_description":{text}{hidden}","error":"{hidden}","suberror":"{hidden}",' \
               f'"correlation_id":"{hidden}","timestamp":"{hidden}"}}'
        return Response(body, 401, {"Content-Type": "application/json", "Retry-After": sent})

    return Fault(f"{' or '.join(names)} echoed", answer)


PROOF_ECHOED = echoed(*PROOFS)
PLAIN = faults.refused("plain", "invalid_client", 7000215, "Wrong.", 401)
REDIRECTED = faults.redirected("https://elsewhere.example/")

# The fault that makes programs back off comes last.
FAULTS: list[Fault] = sorted(
    [faults.normal(), *NAMED.values(), faults.endless_body(), REDIRECTED, PLAIN, PROOF_ECHOED],
    key=lambda fault: fault.name == "throttled")

# For a sign-in, which waits for long: faults that end it at once.
REFUSALS = [PLAIN, PROOF_ECHOED, NAMED["error with escape sequences"], NAMED["very long error"],
            NAMED["error under 200"]]

# One of each kind, and responses in which more than a token is read.
WITH_A_CODE = [
    faults.normal(), *REFUSALS, echoed("code_verifier"), faults.endless_body(), REDIRECTED,
    NAMED["captive portal"], NAMED["truncated json"], NAMED["newline in token"],
    altered("an id_token that is none", id_token="x.y.z"),
    altered("nobody's", client_info="e30", id_token=MISSING),
]
FOR_A_DEVICE_CODE = [
    *REFUSALS, faults.endless_body(), REDIRECTED,
    NAMED["captive portal"], NAMED["truncated json"], NAMED["broken connection"],
    altered("line in device code", device_code=lambda code: code + "\n"),
    altered("no place to enter it", verification_uri=MISSING),
]

# ---- the search ----


# This much of a secret is as bad as all of it, since the output may be cut.
PART = 40


def in_every_form(secret: str | bytes) -> Iterator[bytes]:
    raw = secret if isinstance(secret, bytes) else secret.encode()
    yield raw if raw.startswith(b"eyJ") else raw[:PART]  # all JWTs begin alike
    yield raw[-PART:]
    yield base64.b64encode(raw)[:-4]
    yield raw.hex().encode()
    if isinstance(secret, str):
        yield quote(secret, safe="").encode()
        yield quote_plus(secret).encode()
        yield json.dumps(secret)[1:-1].encode()


def answers_of(world: World) -> list[str]:
    """What a user typed, and the signature of each token, without which it is worthless."""
    return [TYPED, *(token.rpartition(".")[2] for token in
                     [*world.authority.issued_tokens, refused_token(world)])]


def proofs_of(world: World) -> set[str]:
    """All proofs sent to the authority or issued by it; for a JWT, its signature too."""
    forms = [request.form for request in world.authority.token_requests]
    shown = {form[name] for form in forms for name in PROOFS if name in form}
    shown |= {form["client_assertion"].rpartition(".")[2] for form in forms
              if "client_assertion" in form}
    shown |= {token.value for token in world.authority.refresh_tokens.all()}
    shown |= {code.code for code in world.authority.authorization_codes.all()}
    return shown | {code.device_code for code in world.authority.device_codes.all()}


class Search:
    """Looks for secrets in the output of programs, and at the end in the session's files."""

    def __init__(self, world: World, *secrets: str | bytes, but: tuple[Path, ...] = ()) -> None:
        """`but` lists the files that the user wrote, such as the kubeconfig, which has a backup."""
        self.world = world
        self.secrets = secrets
        self.but = set(but)
        self.trace = world.session.home / "trace"
        world.session.env["ENTRA_TRACE"] = str(self.trace)

    def run(self, name: str, *words: str, **how: Any) -> Outcome:
        outcome = COMMANDS[name](self.world, "--verbose", "--timeout", LIMIT, *words, **how)
        self.read(name, outcome)
        return outcome

    def read(self, name: str, outcome: Outcome) -> None:
        """Looks for every secret, except where a secret may be the answer."""
        said = (outcome.out + outcome.err).encode("utf-8", "surrogateescape")
        self.look(said, [*self.secrets, *proofs_of(self.world)], outcome)
        if outcome.code == 0 and name in ANSWERS:
            said = outcome.err.encode("utf-8", "surrogateescape")
        self.look(said, answers_of(self.world), outcome)

    @staticmethod
    def look(said: bytes, secrets: list[str | bytes], where: object) -> None:
        for secret in secrets:
            for form in in_every_form(secret):
                assert form not in said, (secret, where)

    def run_through_faults(self, name: str, those: list[Fault] = FAULTS) -> None:
        """Commands that do not ask the authority need not be tested with faults."""
        asks = name in ANSWERS or name.startswith("entra doctor")
        for fault in those if asks else [PROOF_ECHOED]:
            asked = len(self.world.authority.token_requests)
            with self.world.authority.faults.injected(fault):
                self.run(name, *(["--force-refresh"] if name in ANSWERS else []))
            assert (len(self.world.authority.token_requests) > asked) == asks, fault.name

    def finish(self) -> None:
        """Searches all files: of the runtime folder, the trace, the keyring."""
        assert self.trace.exists()
        for file in sorted(self.world.session.root.rglob("*")):
            if file.is_file() and file not in self.but and file.parent.name != ".kube":
                self.look(file.read_bytes(), [*self.secrets, *answers_of(self.world),
                                              *proofs_of(self.world)], file)


@pytest.mark.parametrize("name", COMMANDS)
def test_whatever_the_authority_does_no_client_secret_is_shown(world, name):
    search = Search(world, SECRET, but=(world.appsettings_file,))
    search.run_through_faults(name)
    search.finish()


@pytest.fixture(params=["pem", "pkcs12", "federated"])
def proof(request, world, tmp_path) -> Search:
    """An app that has a certificate or a federated token."""
    if request.param == "federated":
        register(world, secret="",
                 federations=(Federation(ISSUER, SUBJECT, process_key().public_key),))
        file = tmp_path / "token"
        file.write_text(foreign_token())
        configure(world, {"SourceType": "SignedAssertionFilePath",
                          "SignedAssertionFileDiskPath": str(file)})
        return Search(world, file.read_text().rpartition(".")[2])
    app = AppCertificate(tmp_path)
    register(world, secret="", certificates=(app.certificate,))
    file = app.pem() if request.param == "pem" else app.pkcs12()
    configure(world, path(file, CertificatePassword=PASSWORD))
    key = app.key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    lines = app.key_pem().decode().splitlines()[1:-1]
    return Search(world, PASSWORD, key[-64:], *lines, but=(world.appsettings_file,))


@pytest.mark.parametrize("name", ["git-credential-entra", "entra token --output json",
                                  "entra doctor"])
def test_whatever_the_authority_does_no_key_password_or_assertion_is_shown(proof, name, programs):
    """A sanitized program takes seconds to open a key, and has all the faults with a secret."""
    proof.run_through_faults(name, [PLAIN, PROOF_ECHOED] if are_sanitized(programs) else FAULTS)
    proof.finish()


@pytest.mark.parametrize("name", ["git-credential-entra", "entra", "entra doctor",
                                  "entra list --output json", "entra logout --all"])
def test_whatever_the_authority_does_nothing_of_a_users_sign_in_is_shown(desk, name):
    search = Search(desk)
    search.read("entra login", login(desk, "--verbose"))
    terminal, code = start_device_code(desk, "entra", "login", "--device-code", "--verbose")
    enter(desk, code)
    search.read("entra login", terminal.finish())
    search.run_through_faults(name)
    search.finish()


# How a user signs in, and which endpoint answers.
SIGN_INS: dict[str, tuple[str, Callable[[World], FaultQueue], list[Fault]]] = {
    "browser": ("--browser", lambda world: world.authority.faults, WITH_A_CODE),
    "device code": ("--device-code", lambda world: world.authority.faults, REFUSALS),
    "no device code": ("--device-code", lambda world: world.authority.device_faults,
                       FOR_A_DEVICE_CODE),
}


@pytest.mark.parametrize("way", SIGN_INS)
def test_whatever_the_authority_does_nothing_is_shown_while_a_user_signs_in(desk, way):
    option, queue, those = SIGN_INS[way]
    desk.authority.device_codes.interval = 1
    search = Search(desk)
    for fault in those:
        with queue(desk).injected(fault):
            outcome = desk.at_terminal("entra", "login", option, "--verbose").finish()
        assert (outcome.code == 0) == (fault.name == "normal"), (fault.name, outcome)
        search.read("entra login", outcome)
    search.finish()


@pytest.mark.parametrize("fields", [
    {"state": "another"}, {"error": "access_denied"}, {"code": "a\nb"},
    {"code": "", "error": "access_denied", "error_description": "AADSTS65004: {state}"},
], ids=["another's", "a code and an error", "no code", "an error"])
def test_whatever_the_browser_sends_nothing_of_it_is_shown(desk, fields):
    search = Search(desk)
    desk.browser.will_wait()
    terminal = desk.at_terminal("entra", "login", "--verbose")
    url = sign_in_url(desk, terminal)
    page = desk.visitor.sign_in_until_redirect(url, contoso.ADA)
    state = query(url)["state"]
    form = page.forms[0].fields | {k: v.format(state=state) for k, v in fields.items()}
    page.forms[0].fields = {name: value for name, value in form.items() if value}
    desk.visitor.submit(page)
    if "error_description" not in fields:
        assert terminal.is_running
        desk.visitor.decline(url)
    outcome = terminal.finish()
    assert outcome.code == 3, outcome
    search.read("entra login", outcome)
    search.finish()


@pytest.mark.parametrize("upset", ["stop", "lock", "freeze"])
@pytest.mark.parametrize("name", COMMANDS)
def test_whatever_the_keyring_does_nothing_is_shown_or_left(world, name, upset):
    search = Search(world, SECRET, but=(world.appsettings_file,))
    world.run("entra", "token", "--api", "MyWebApi")
    getattr(world.session.keyring, upset)()
    search.run(name, "--timeout", "2")
    search.run(name, "--keyring", "secret-service", "--timeout", "1")
    if upset == "freeze":
        world.session.keyring.thaw()
    search.finish()


def test_a_broken_configuration_is_not_shown(world):
    """Its secret is in the wrong place, or next to what is wrong."""
    whole = json.dumps(world.appsettings(), indent=1)
    written = json.dumps(SECRET)
    assert written in whole
    broken = [
        whole[:whole.index(written) + len(written) - 2],
        whole.replace(f"{written}", f"{written} {written}"),
        whole.replace(f"{written}", f"[{written}]"),
        whole.replace(f"{written}", f'{{"x": {written}}}'),
        whole.replace("ClientSecret", "ClientSecrett"),
        whole.replace(f"{written}", f'{written}, "Unknown": {written}'),
        whole.replace(f"{written}", f"{written},,"),
        whole.replace('"MyWebApi"', f'{written}: 5, "MyWebApi"'),
    ]
    search = Search(world, SECRET, but=(world.appsettings_file,))
    for text in broken:
        world.appsettings_file.write_text(text)
        for name in COMMANDS:
            search.run(name)
    search.finish()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_environments_secrets_are_not_shown_either(world, name):
    configure(world)
    search = Search(world, SECRET, "hunter2-the-password")
    env = {"AZURE_CLIENT_SECRET": SECRET, "AzureAd__ClientSecret": SECRET,
           "AZURE_CLIENT_CERTIFICATE_PASSWORD": "hunter2-the-password"}
    how = {"env": env | EXEC_INFO}
    search.run(name, **how)
    for fault in (PLAIN, PROOF_ECHOED):
        with world.authority.faults.injected(fault):
            search.run(name, *(["--force-refresh"] if name in ANSWERS else []), **how)
    search.finish()


@pytest.mark.parametrize("under", [200, 400])
@pytest.mark.parametrize("name", ["entra", "entra login", "entra doctor"])
def test_the_password_of_a_proxy_is_not_shown(world, name, under):
    """A proxy that intercepts TLS can put what it was sent into an answer."""
    password = "hunter2-the-password"
    said = " ".join([password, quote(password), base64.b64encode(b"ada:" + password.encode()).decode()])
    echo = faults.refused("password echoed", "invalid_client", 7000215, f"not {said}", under)
    search = Search(world, password, but=(world.appsettings_file,))
    with ConnectProxy() as proxy, world.authority.faults.injected(echo), \
            world.authority.device_faults.injected(echo):
        outcome = search.run(name, env={
            "https_proxy": proxy.url.replace("//", f"//ada:{quote(password)}@")})
    assert proxy.connects
    assert "not ***" in outcome.out + outcome.err
    search.finish()


PIN = "471100815"
KEY_WITH_PIN = f"pkcs11:token=x;object=y?pin-value={PIN}"
WITH_PIN = {
    "the key's URI": (path("/nowhere.pem", CertificateKeyDiskPath=KEY_WITH_PIN), {}),
    "the certificate's URI": (path(KEY_WITH_PIN), {}),
    "a variable with the certificate's": (None, {"AZURE_CLIENT_CERTIFICATE_PATH": KEY_WITH_PIN}),
    "a variable with the key's": (None, {"AZURE_CLIENT_CERTIFICATE_PATH": "/nowhere.pem",
                                         "ENTRA_CLIENT_CERTIFICATE_KEY_PATH": KEY_WITH_PIN}),
    "a setting's variable": (path("/nowhere.pem", CertificateKeyDiskPath="/nowhere.key"), {
        "AzureAd__ClientCredentials__0__CertificateKeyDiskPath": KEY_WITH_PIN}),
    "a URI that is too long for the name of a file": (
        path(KEY_WITH_PIN.replace("object=y", "object=" + "y" * 300)), {}),
    "kubelogin's variable": (path("/nowhere.pem"), {
        "AAD_LOGIN_METHOD": "spn", "AAD_SERVICE_PRINCIPAL_CLIENT_CERTIFICATE": KEY_WITH_PIN}),
}


@pytest.mark.parametrize("what", WITH_PIN)
def test_the_pin_of_a_device_is_not_shown(world, what):
    entry, env = WITH_PIN[what]
    configure(world, *([entry] if entry else []))
    search = Search(world, PIN, but=(world.appsettings_file,))
    for name in COMMANDS:
        search.run(name, env=env | EXEC_INFO)
    if what != "kubelogin's variable":
        assert "pkcs11:token=x" in search.run("entra doctor", env=env).out
    search.finish()


def test_a_file_that_is_named_like_the_uri_of_a_device_is_not_reported(world, tmp_path):
    (tmp_path / KEY_WITH_PIN).touch()
    configure(world, path(KEY_WITH_PIN))
    outcome = world.run("entra", "doctor", cwd=tmp_path)
    assert outcome.code == 2 and PIN not in outcome.out


def test_the_search_finds_secrets(world):
    """Otherwise the tests above would prove nothing."""
    search = Search(world, SECRET)
    world.run("entra", "token", "--api", "MyWebApi")
    assert " ms  " in search.trace.read_text()
    with pytest.raises(AssertionError):  # the configuration, which is not excluded here
        search.finish()
    for said in in_every_form(SECRET):
        with pytest.raises(AssertionError):
            search.look(b"it is " + said + b".", [SECRET], "")
