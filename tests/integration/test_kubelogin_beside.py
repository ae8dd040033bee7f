# SPDX-License-Identifier: MIT
"""Azure's kubelogin beside ours: the same calls and files, against the same authority.

Where the two differ, HACKING.md has a row in its table "kubelogin beside ours". A test fails if they
differ in another way, or no longer. With KUBELOGIN_TABLE=FILE, the rows are appended to that file.
"""

from __future__ import annotations

import base64
import calendar
import json
import os
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable

import jwt
import pytest

from authority import contoso
from authority.directory import Federation
from authority.keys import process_key
from integration.asking import EXEC_INFO
from integration.credentials import register
from integration.test_federated import ISSUER, SUBJECT, foreign_token
from integration.users import NO_BROWSER, enter
from world.app_certificate import AppCertificate
from world.identity_service import TOKEN, IdentityService
from world.kubeconfig import V1, V1BETA1
from world.program import Outcome
from world.proof import access_token_of
from world.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
KUBELOGIN = ROOT / "build" / "peers" / "kubelogin" / "kubelogin"
OURS = "exec-credential-entra"
APP, TENANT = contoso.DAEMON, contoso.TENANT.guid
OTHER_ID = "11111111-2222-4333-8444-555555555555"
NAMES = {contoso.AKS: "AKS", contoso.ARC: "Arc", APP.client_id: "APP", TENANT: "TENANT",
         contoso.KUBELOGIN.client_id: "kubelogin's client", contoso.ARC_CLIENT.client_id:
         "Arc's client", contoso.AZURE_CLI.client_id: "the Azure CLI's client", OTHER_ID: "OTHER"}
POP = ["--pop-enabled", "--pop-claims", "u=/cluster"]
REFUSED, CODE = "refused", r"\b[A-Z0-9]{9}\b"

pytestmark = pytest.mark.skipif(not KUBELOGIN.exists(),
                                reason="kubelogin is not built here: make check-peers")


# ---- what is compared ----

def named(text: str) -> str:
    for one, name in NAMES.items():
        text = text.replace(one, name)
    return text


def request_text(request: Any) -> str:
    """A request to the authority, without what is different each time, and without the scopes of
    OpenID, which MSAL adds to every request. That for a device code repeats the scope with MSAL."""
    form = request.form
    if not request.path.endswith("/token"):
        return re.search("userrealm|[^/]*$", request.path.lower()).group()
    scopes = [one for one in form.get("scope", "").split()
              if one not in ("openid", "profile", "offline_access")]
    kind = form.get("grant_type", "").rpartition(":")[2]
    if kind == "device_code":
        scopes = []
    more = " bound" if form.get("token_type") == "pop" else ""
    more += " with a password" if "password" in form else ""
    more += " with an assertion" if "client_assertion" in form else ""
    of_api = f" for {' '.join(scopes).removesuffix('/.default')}" if scopes else ""
    return f"{kind} by {form.get('client_id')}{of_api}{more}"


def requests_text(world, metadata: bool = False) -> str:
    shown = [request_text(one) for one in world.authority.requests
             if metadata or not one.path.endswith(("openid-configuration", "/device"))]
    once = list(dict.fromkeys(shown))  # a code is polled for, and a page visited, more than once
    return named(", ".join(once)) or "nothing"


def status_of(outcome: Outcome) -> dict[str, Any] | None:
    """The status of the ExecCredential, which may be on a terminal beside what is for the user."""
    found = re.search(r'\{.*"kind": ?"ExecCredential".*\}', outcome.out)
    if outcome.code != 0 or found is None:
        return None
    credential = json.loads(found.group())
    return credential["status"] | {"version": credential["apiVersion"].rpartition("/")[2]}


def answer_text(world, outcome: Outcome) -> str:
    status = status_of(outcome)
    if status is None:
        return REFUSED
    token = status["token"]
    if token == TOKEN:
        return "the managed identity's token"
    header = jwt.get_unverified_header(token)
    proof = header["typ"] == "pop"
    claims = jwt.decode(access_token_of(token, "/cluster") if proof else token,
                        world.authority.key.public_key, algorithms=["RS256"],
                        options={"verify_aud": False})
    owner = claims.get("upn", "").partition("@")[0] or claims["appid"]
    version = "" if status["version"] == "v1" else f", {status['version']}"
    return named(f"{'a proof' if proof else 'a token'} of {owner} for {claims['aud']}{version}")


def answer_and_requests(world, outcome: Outcome) -> str:
    return f"{answer_text(world, outcome)}; requests {requests_text(world)}"


def every_request(world, outcome: Outcome) -> str:
    return f"{requests_text(world, metadata=True)}; scope " + \
        named(world.authority.token_requests[-1].form["scope"])


def expiry(world, outcome: Outcome) -> str:
    status = status_of(outcome)
    until = calendar.timegm(time.strptime(status["expirationTimestamp"], "%Y-%m-%dT%H:%M:%SZ"))
    claims = jwt.decode(status["token"], options={"verify_signature": False})
    if "at" in claims:
        claims |= jwt.decode(claims["at"], options={"verify_signature": False})
    left = round((claims["exp"] - until) / 60)
    return f"{left} minutes before the token expires" if left else "when the token expires"


def proof_members(world, outcome: Outcome) -> str:
    """The form of a proof: names and order of all members, and what is the same each time."""
    token = status_of(outcome)["token"]
    access_token_of(token, "/cluster")
    header, claims = (json.loads(base64.urlsafe_b64decode(part + "=="))
                      for part in token.split(".")[:2])
    (request,) = world.authority.token_requests
    key = claims["cnf"]["jwk"]
    confirmation = json.loads(base64.urlsafe_b64decode(request.form["req_cnf"] + "=="))
    assert confirmation["kid"] == header["kid"] == key["kid"]
    return json.dumps([
        {name: value if name != "kid" else len(value) for name, value in header.items()},
        {name: value if name == "u" else type(value).__name__ for name, value in claims.items()},
        {name: value if name not in ("n", "kid") else len(value) for name, value in key.items()},
        re.sub("[0-9a-f]", "x", claims["nonce"]), list(confirmation), confirmation["xms_ksl"],
        sorted(request.form)])


# ---- the calls ----

def at_device(world, program: Path | str, words: list[str], env: dict[str, Any]) -> Outcome:
    """With a user who enters the code, if there is one to be entered."""
    terminal = world.at_terminal(program, *words, env=env | NO_BROWSER)
    wait_until(lambda: not terminal.is_running or re.search(CODE, terminal.screen), "a code")
    code = re.search(CODE, terminal.screen)
    if code is not None:
        enter(world, code.group())
    return terminal.finish()


def at_browser(world, program: Path | str, words: list[str], env: dict[str, Any]) -> Outcome:
    """With a browser, which kubelogin starts by xdg-open."""
    folder = world.session.home / "bin"
    folder.mkdir(exist_ok=True)
    world.browser.will_sign_in(contoso.ADA)
    if not (folder / "xdg-open").exists():
        (folder / "xdg-open").symlink_to(world.browser.program)
    path = f"{folder}:{world.session.env['PATH']}"
    return world.at_terminal(program, *words, env=env | {"PATH": path}).finish()


@dataclass(frozen=True)
class Call:
    """A call of both programs. `words` come after those of `base`, which names the login and its
    app or client. `why` is why the two differ, if they do."""

    name: str
    words: list[str] = field(default_factory=list)
    why: str = ""
    base: str = "spn"
    env: dict[str, str | None] = field(default_factory=dict)
    before: Callable[[Any, dict[str, str | None]], Any] = lambda world, env: None
    times: int = 1
    run: Callable[..., Outcome] = lambda world, program, words, env: world.run(
        program, *words, env=env)
    compare: Callable[[Any, Outcome], str] = answer_and_requests


def base_words(world, base: str) -> list[str]:
    common = ["--tenant-id", TENANT, "--authority-host", f"{world.authority.url}/",
              "--disable-instance-discovery"]
    server = ["--server-id", contoso.ARC if "arc" in base else contoso.AKS]
    login = base.partition(" ")[0]
    if login == "none":
        return []
    if login in ("spn", "workloadidentity", "msi", "bare"):
        client = [] if login == "msi" else ["--client-id", APP.client_id]
    else:
        client = ["--client-id", (contoso.ARC_CLIENT if "arc" in base else
                                  contoso.KUBELOGIN).client_id]
    return (["--login", login] if login != "bare" else []) + client + server + common


def with_certificate(world, env) -> None:
    certificate = AppCertificate(world.session.home / "certificate")
    register(world, certificates=(certificate.certificate,))
    env |= {"AZURE_CLIENT_SECRET": None, "AZURE_CLIENT_CERTIFICATE_PATH": str(certificate.pem())}


def with_federated_token(world, env) -> None:
    register(world, federations=(Federation(ISSUER, SUBJECT, process_key().public_key),))
    file = world.session.home / "federated"
    file.write_text(foreign_token())
    env |= {"AZURE_CLIENT_SECRET": None, "AZURE_CLIENT_ID": APP.client_id, "AZURE_TENANT_ID": TENANT,
            "AZURE_FEDERATED_TOKEN_FILE": str(file),
            "AZURE_AUTHORITY_HOST": f"{world.authority.url}/"}


def with_app_service(world, env) -> IdentityService:
    service = IdentityService()
    env |= {"IDENTITY_ENDPOINT": f"{service.url}/token", "IDENTITY_HEADER": "key"}
    return service


INFO = EXEC_INFO["KUBERNETES_EXEC_INFO"]
AT_TERMINAL: dict[str, str | None] = {"AZURE_CLIENT_SECRET": None,
                                      "KUBERNETES_EXEC_INFO": INFO.replace("false", "true")}
ONE_CLIENT = ("one sign-in serves git, kubectl and curl, by one client; kubelogin's is the second "
              "choice")
CALLS = [
    Call("every first call", compare=every_request,
         why="an authority's endpoints are where Entra's documentation has them; an app's scope is "
             "the API's alone"),
    Call("a second call of an app", times=2),
    Call("a second call of an app, with `--cache-dir`", ["--cache-dir", "FOLDER"],
         times=2),
    Call("`expirationTimestamp`", compare=expiry,
         why="client-go asks again when a new token would be given, and no sooner"),
    Call("`--login spn`"),
    Call("`--login spn`, two secrets in variables",
         env={"AAD_SERVICE_PRINCIPAL_CLIENT_SECRET": "wrong"}),
    Call("`--login spn`, the wrong secret", env={"AZURE_CLIENT_SECRET": "wrong"}),
    Call("`--login spn`, a certificate", before=with_certificate),
    Call("`--client-secret S`", ["--client-secret", APP.secret],
         env={"AZURE_CLIENT_SECRET": None}, why="every user of the machine can read command lines"),
    Call("`AZURE_CLIENT_ID` beside `--client-id`", ["--client-id", OTHER_ID],
         env={"AZURE_CLIENT_ID": APP.client_id}),
    Call("the same with `--disable-environment-override`",
         ["--client-id", OTHER_ID, "--disable-environment-override"],
         env={"AZURE_CLIENT_ID": APP.client_id, "AZURE_CLIENT_SECRET": APP.secret},
         why="kubelogin then takes the secret from an option alone, and ours from none"),
    Call("`--use-azurerm-env-vars`", ["--use-azurerm-env-vars"],
         env={"AZURE_CLIENT_SECRET": "wrong", "ARM_CLIENT_ID": APP.client_id,
              "ARM_CLIENT_SECRET": APP.secret, "ARM_TENANT_ID": TENANT}),
    Call("`--server-id AKS/`", ["--server-id", f"{contoso.AKS}/"]),
    Call("no `--server-id`", ["--server-id", ""], why="AKS is the default"),
    Call("`--authority-host` without a slash at its end", ["--authority-host", "URL"],
         why="both forms mean the same"),
    Call("`--login workloadidentity`, a token file", base="workloadidentity",
         before=with_federated_token),
    Call("`--login msi`, App Service", base="msi", before=with_app_service),
    Call("`--login devicecode`", base="devicecode", run=at_device, env=AT_TERMINAL, why=ONE_CLIENT),
    Call("`--login devicecode`, a second call", base="devicecode", run=at_device, times=2,
         env=AT_TERMINAL),
    Call("`--login interactive`", base="interactive", run=at_browser, env=AT_TERMINAL,
         why=ONE_CLIENT),
    Call("`--login interactive`, a second call", base="interactive", run=at_browser, times=2,
         env=AT_TERMINAL),
    Call("no `--login`", base="bare", run=at_device, env=AT_TERMINAL, why=ONE_CLIENT,
         words=["--client-id", contoso.KUBELOGIN.client_id]),
    Call("no `--login`, and an app's secret", base="bare", run=at_device,
         why="a secret that is there is used"),
    Call("`--login ropc`", ["--username", "ada@contoso.com", "--password", "secret"], base="ropc",
         why="a password is not taken, from a command line least of all"),
    Call("an unknown login", ["--login", "magic"]),
    Call("an unknown option", ["--no-such"]),
    Call("an unknown argument", ["get-tokens"], why="it may be a secret, or a misspelled option"),
    Call("`--timeout 0`", ["--timeout", "0s"]),
    Call("an unknown environment", ["--environment", "Moon", "--authority-host", ""],
         env={"AZURE_AUTHORITY_HOST": "https://localhost:1/"}),
    Call("no KUBERNETES_EXEC_INFO", env={"KUBERNETES_EXEC_INFO": None}),
    Call("KUBERNETES_EXEC_INFO of v1beta1", env={"KUBERNETES_EXEC_INFO": INFO.replace(V1, V1BETA1)}),
    Call("KUBERNETES_EXEC_INFO of v1alpha1",
         env={"KUBERNETES_EXEC_INFO": INFO.replace(V1, V1.replace("v1", "v1alpha1"))},
         why="a call that must fail asks for nothing"),
    Call("KUBERNETES_EXEC_INFO that is not JSON", env={"KUBERNETES_EXEC_INFO": "{"},
         why="a call that must fail asks for nothing"),
    Call("KUBERNETES_EXEC_INFO without an apiVersion", env={"KUBERNETES_EXEC_INFO": "{}"},
         why="it is not what client-go sends"),
    Call("a proof, `--login spn`", POP, base="spn arc"),
    Call("a proof, `--login interactive`", POP, base="interactive arc", run=at_browser,
         env=AT_TERMINAL),
    Call("a second proof, `--login interactive`", POP, base="interactive arc", run=at_browser,
         env=AT_TERMINAL, times=2),
    Call("a proof, `--login devicecode`", POP, base="devicecode arc", run=at_device,
         env=AT_TERMINAL, why="what was asked for is given, not less"),
    Call("a proof's form", POP, base="spn arc", compare=proof_members),
    Call("a proof's `expirationTimestamp`", POP, base="spn arc", compare=expiry,
         why="a cluster accepts a proof for 15 minutes; client-go would go on using it"),
    Call("a second proof", POP, base="spn arc", times=2),
    Call("a proof, a certificate", POP, base="spn arc", before=with_certificate),
    Call("a proof, `--login workloadidentity`", POP, base="workloadidentity arc",
         before=with_federated_token, why="what was asked for is given, not less"),
    Call("a proof, `--login msi`", POP, base="msi arc", before=with_app_service,
         why="a managed identity gives none; a bearer token would be less than was asked for"),
    Call("`--pop-enabled` alone", ["--pop-enabled"], base="spn arc"),
    Call("`--pop-claims` alone", ["--pop-claims", "u=/cluster"], base="spn arc"),
    Call("`--pop-claims` without u", ["--pop-enabled", "--pop-claims", "k=v"], base="spn arc"),
    Call("`--pop-claims` with u twice", ["--pop-enabled", "--pop-claims", "u=x,u=/cluster"],
         base="spn arc", why="one of two clusters would be chosen in silence"),
    Call("`--pop-claims` with a second equals sign", ["--pop-enabled", "--pop-claims", "u=/cluster=x"],
         base="spn arc", why="the rest would be dropped in silence"),
]


def rows() -> dict[str, tuple[str, ...]]:
    """The rows of the table, by their first cell."""
    _, _, text = (ROOT / "HACKING.md").read_text().partition("### kubelogin beside ours\n")
    found = re.findall(r"^\| (.*) \|$", text.partition("\n### ")[0].partition("\n## ")[0], re.M)
    cells = [tuple(row.split(" | ")) for row in found]
    return {row[0]: row[1:] for row in cells}


def agree(name: str, theirs: str, ours: str, why: str) -> None:
    row = (theirs, ours, why)
    table = os.environ.get("KUBELOGIN_TABLE")
    if table:
        with open(table, "a", encoding="utf-8") as file:
            file.write("" if theirs == ours else f"| {name} | {' | '.join(row)} |\n")
    elif theirs == ours:
        assert name not in rows() and not why, f"the two agree: {ours}"
    else:
        assert why and rows().get(name) == row, f"the two differ: | {name} | {' | '.join(row)} |"


@pytest.fixture
def machine(world):
    """A machine whose identity is configured only by each call."""
    world.appsettings_file.unlink()
    return world


@pytest.mark.parametrize("call", CALLS, ids=lambda one: one.name)
def test_a_call_is_answered_alike_or_a_row_says_why_not(machine, call):
    env = EXEC_INFO | {"AZURE_CLIENT_SECRET": APP.secret} | call.env
    service = call.before(machine, env)
    words = ["get-token", *base_words(machine, call.base),
             *({"URL": machine.authority.url, "FOLDER": str(machine.session.home / "cache")}.get(
                 word, word) for word in call.words)]
    seen = []
    for program in (KUBELOGIN, OURS):
        for _ in range(call.times):
            machine.authority.log.clear()
            outcome = call.run(machine, program, words, env)
        seen.append(call.compare(machine, outcome))
    if service is not None:
        service.close()
    agree(call.name, *seen, call.why)


# ---- the converters ----

def exec_user(*words: str, **more: Any) -> dict[str, Any]:
    return {"exec": {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": "kubelogin",
                     "args": ["get-token", *words], **more}}


def provider_user(**config: str) -> dict[str, Any]:
    """As az wrote it before kubectl 1.26."""
    return {"auth-provider": {"name": "azure", "config": {
        "apiserver-id": contoso.AKS, "client-id": contoso.KUBELOGIN.client_id, "tenant-id": TENANT,
        "environment": "AzurePublicCloud", **config}}}


AZ = exec_user("--environment", "AzurePublicCloud", "--server-id", contoso.AKS, "--client-id",
               contoso.KUBELOGIN.client_id, "--tenant-id", TENANT, "--login", "devicecode")
OF_APP = exec_user("--login", "spn", "--server-id", contoso.AKS, "--client-id", APP.client_id,
                   "--tenant-id", TENANT)
OF_ARC = exec_user("--login", "interactive", "--server-id", contoso.ARC, "--client-id",
                   contoso.ARC_CLIENT.client_id, "--tenant-id", TENANT, *POP)


@dataclass(frozen=True)
class Conversion:
    name: str
    user: dict[str, Any]
    words: list[str] = field(default_factory=list)
    why: str = ""


OTHER_USER = "it is a user's sign-in like any other here, so what names it stays"
NO_APP = "the id of a public client is no app's"
CONVERSIONS = [
    *(Conversion(f"convert az's user, `--login {login}`", AZ, ["--login", login], why)
      for login, why in [
          ("devicecode", ""), ("interactive", ""), ("spn", NO_APP), ("msi", ""),
          ("workloadidentity", ""), ("azurepipelines", ""),
          ("azurecli", OTHER_USER), ("azd", OTHER_USER)]),
    Conversion("convert az's user, no `--login`", AZ),
    Conversion("convert an app's user, no `--login`", OF_APP, [],
               "an app stays one unless somebody says otherwise"),
    Conversion("convert a user of the azure auth-provider, `--login devicecode`",
               provider_user(**{"config-mode": "1"}), ["--login", "devicecode"]),
    Conversion("convert one of config-mode 0, `--login devicecode`",
               provider_user(**{"config-mode": "0"}), ["--login", "devicecode"]),
    Conversion("convert an Arc-enabled cluster's user, `--login interactive`", OF_ARC,
               ["--login", "interactive"]),
    Conversion("convert an Arc-enabled cluster's user, `--login spn`", OF_ARC, ["--login", "spn"],
               NO_APP),
    *(Conversion(f"convert an Arc-enabled cluster's user, `--login {login}`", OF_ARC,
                 ["--login", login], "what was asked for is given, not less")
      for login in ("devicecode", "workloadidentity")),
    Conversion("convert an Arc-enabled cluster's user, `--login msi`", OF_ARC, ["--login", "msi"]),
    Conversion("convert a user with a variable", exec_user(
        "--login", "spn", "--server-id", contoso.AKS, "--client-id", APP.client_id, "--tenant-id",
        TENANT, env=[{"name": "HTTPS_PROXY", "value": "http://proxy"}]), ["--login", "spn"],
               "a variable of the user's own stays"),
    Conversion("convert a user without a server", exec_user("--login", "spn"), ["--login", "spn"],
               "AKS is the default"),
    Conversion("convert a user with a secret", exec_user(
        *OF_APP["exec"]["args"][1:], "--client-secret", "secret"), ["--login", "spn"],
               "a secret is neither kept in a command line nor dropped in silence"),
]


def convert(world, conversion: Conversion, *command: Path | str) -> str:
    """What became of the user."""
    file = world.session.home / ".kube" / "config"
    file.parent.mkdir(exist_ok=True)
    document = {"apiVersion": "v1", "kind": "Config", "current-context": "test",
                "clusters": [{"name": "test", "cluster": {"server": "https://cluster.example"}}],
                "contexts": [{"name": "test", "context": {"cluster": "test", "user": "user"}}],
                "users": [{"name": "user", "user": conversion.user}]}
    file.write_text(json.dumps(document))
    outcome = world.run(*command, *conversion.words)
    read = world.run("kubectl", "config", "view", "--raw", "-o", "json")
    plugin = json.loads(read.out)["users"][0]["user"].get("exec")
    if outcome.code != 0 or plugin is None or plugin == conversion.user.get("exec"):
        return REFUSED if outcome.code != 0 else "left as it is"
    words = " ".join(plugin["args"])
    pairs = sorted(re.sub(r"^(--[a-z-]+)=", r"\1 ", one.strip())
                   for one in re.split(r" (?=--)", words)[1:])
    return named(" ".join(f"`{one}`" for one in pairs + [
        f"{one['name']}={one['value']}" for one in plugin.get("env") or []]))


@pytest.mark.parametrize("conversion", CONVERSIONS, ids=lambda one: one.name)
def test_a_user_is_converted_alike_or_a_row_says_why_not(machine, conversion):
    theirs = convert(machine, conversion, KUBELOGIN, "convert-kubeconfig")
    ours = convert(machine, conversion, "entra", "setup", "kubectl")
    agree(conversion.name, theirs, ours, conversion.why)


def test_the_table_has_no_row_of_anything_else():
    assert set(rows()) - {"call"} <= {one.name for one in [*CALLS, *CONVERSIONS]}
