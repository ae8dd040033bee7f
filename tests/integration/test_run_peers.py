# SPDX-License-Identifier: MIT
"""entra run with clients that nobody here wrote: programs on the Azure SDKs get tokens from the
endpoint, and Azurite, Microsoft's emulator of Azure Storage, takes them."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from authority import contoso
from integration.users import claims, login
from world import azurite
from world.azurite import Azurite
from world.gate import Gate
from world.program import Outcome
from world.resource_manager import GROUP, SUBSCRIPTION, ResourceManager
from world.world import World

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / "build" / "peers"
MANUAL = ROOT / "man" / "entra-run.1"
SCOPE = f"{contoso.MY_WEB_API}/.default"
AZURE = "https://management.azure.com"
RESOURCE_MANAGER = "https://management.core.windows.net/"  # as the Azure CLI calls it
SLOW = 600  # seconds, for the Azure CLI, which compiles itself when it first runs
SIGN_IN = "nobody is signed in: the keyring secret-service has no such sign-in. " \
          "Run 'entra login --api MyWebApi'."

SDKS = {
    "python": ["/usr/bin/python3", PEERS / "azure_python" / "get_token.py"],
    "javascript": ["node", PEERS / "azure_javascript" / "get_token.js"],
    "go": [PEERS / "azure_go" / "get_token"],
    "java": ["java", "-cp", f"{PEERS}/azure_java:{PEERS}/azure_java/jars/*", "GetToken"],
    "rust": [PEERS / "azure_rust" / "get_token"],
}
CREDENTIALS = ["ManagedIdentityCredential", "DefaultAzureCredential"]
# Rust's SDK has no DefaultAzureCredential.
ASKING = [(sdk, credential) for sdk in SDKS for credential in CREDENTIALS
          if (sdk, credential) != ("rust", "DefaultAzureCredential")]


def peer(name: str) -> Path:
    """The folder of a peer; skips the test without it."""
    folder = PEERS / name
    if not folder.exists():
        pytest.skip(f"{name} could not be had: make check-peers")
    return folder


def recipe(program: str) -> str:
    """The command line of the manual that runs this program."""
    lines = MANUAL.read_text().replace("\\e\n", "").splitlines()
    (line,) = [line for line in lines if line.startswith("entra run ") and program in line.split()]
    return line


def run(world, *command, **how) -> Outcome:
    return world.run("entra", "run", "--", *command, **how)


@pytest.fixture(params=ASKING, ids=lambda asking: "-".join(asking))
def asking(request) -> list[str | Path]:
    """A program that asks a credential of an SDK for a token."""
    sdk, credential = request.param
    peer(f"azure_{sdk}")
    return [*SDKS[sdk], credential, SCOPE]


# ---- Azure's SDKs ----


def users_token(desk, outcome: Outcome) -> str:
    """The token that a program was given: Ada's, and the program knows when it expires."""
    assert outcome.code == 0, outcome
    answer = json.loads(outcome.out)
    who = claims(desk, answer["token"])
    assert who["upn"] == contoso.ADA.username
    assert answer["expires_on"] == pytest.approx(who["exp"], abs=5)
    return answer["token"]


def test_an_sdk_gets_the_users_token(desk, asking):
    login(desk)
    outcome = run(desk, *asking)
    token = users_token(desk, outcome)
    assert desk.run("entra", "token", "--api", "MyWebApi").out.strip() == token


def test_an_sdk_gets_the_apps_token(world, asking):
    outcome = run(world, *asking)
    assert outcome.code == 0, outcome
    assert claims(world, json.loads(outcome.out)["token"])["appid"] == contoso.DAEMON.client_id


def test_an_sdk_shows_that_nobody_is_signed_in(desk, asking):
    outcome = run(desk, *asking)
    assert outcome.code == 1 and outcome.out == ""
    assert SIGN_IN in outcome.err
    assert desk.authority.requests == []


def test_an_sdk_shows_why_the_authority_refused(world, asking):
    outcome = run(world, *asking, env={"AzureAd__ClientSecret": "wrong"})
    assert outcome.code == 1 and outcome.out == ""
    assert "AADSTS7000215" in outcome.err


# ---- Terraform ----


@pytest.fixture(params=["terraform", "terraform-headers"])
def terraform(request) -> list[str | Path]:
    """Asks as Terraform's provider does, and as newer ones do, which send the secret in a header."""
    peer("azure_go")
    return [*SDKS["go"], request.param, contoso.MY_WEB_API]


def test_terraforms_sdk_gets_the_users_token(desk, terraform):
    login(desk)
    users_token(desk, run(desk, *terraform))


def test_terraforms_sdk_shows_that_nobody_is_signed_in(desk, terraform):
    outcome = run(desk, *terraform)
    assert outcome.code == 1 and SIGN_IN in outcome.err


# ---- the Azure CLI ----


@pytest.fixture
def azure(desk) -> World:
    """Azure Resource Manager, as the Azure CLI finds it. Nobody is signed in."""
    desk.authority.directory.resources += [AZURE, RESOURCE_MANAGER]
    manager = ResourceManager(desk.certificates.server_context("management.azure.com"),
                              Gate(desk.authority.key, RESOURCE_MANAGER))
    desk.enter(closing(manager))
    desk.internet.routes["management.azure.com:443"] = urlsplit(manager.url).port
    desk.session.env |= {"PATH": f"{peer('azure_cli')}:{desk.session.env['PATH']}",
                         "REQUESTS_CA_BUNDLE": str(desk.certificates.certificate_file),
                         "AZURE_CORE_COLLECT_TELEMETRY": "0"}
    return desk


def test_the_azure_cli_signs_in_as_in_the_manual(azure):
    """It asks for a token twice: to sign in, and for what it was told to do."""
    command = shlex.split(recipe("az"))
    refused = azure.run(*command, timeout=SLOW)
    assert refused.code == 1 and "nobody is signed in" in refused.err, refused
    login(azure, *re.search(r"Run 'entra login ([^']+)'", refused.err).group(1).split())
    outcome = azure.run(*command, timeout=SLOW)
    assert outcome.code == 0, outcome
    assert f'"id": "{SUBSCRIPTION}"' in outcome.out and f'"name": "{GROUP}"' in outcome.out


# ---- storage ----


@pytest.fixture
def storage(desk) -> Iterator[Azurite]:
    """An account with a blob. The user is signed in."""
    if not azurite.PROGRAM.exists():
        pytest.skip("azurite could not be had: make check-peers")
    login(desk, "--api", "Storage")
    token = desk.run("entra", "token", "--api", "Storage").out.strip()
    service = Azurite(desk.session.root / "storage", desk.session.env, desk.certificates)
    try:
        service.put_blob("reports", "november.txt", b"fewer\n", token)
        yield service
    finally:
        service.close()


def test_storage_takes_the_token_of_pythons_sdk(desk, storage):
    program = peer("azure_python") / "list_blobs.py"
    outcome = run(desk, "/usr/bin/python3", program, storage.account_url, "reports",
                  env={"REQUESTS_CA_BUNDLE": str(desk.certificates.certificate_file)})
    assert (outcome.code, outcome.out) == (0, "november.txt\n"), outcome


def test_storage_takes_the_token_of_javascripts_sdk(desk, storage):
    program = peer("azure_javascript") / "list_blobs.js"
    outcome = run(desk, "node", program, storage.account_url, "reports",
                  env={"NODE_EXTRA_CA_CERTS": str(desk.certificates.certificate_file)})
    assert (outcome.code, outcome.out) == (0, "november.txt\n"), outcome


def rclone(desk, storage, *command) -> Outcome:
    path = f"{peer('rclone')}:{desk.session.env['PATH']}"
    return desk.run(*command, env={"PATH": path, "RCLONE_AZUREBLOB_ENDPOINT": storage.account_url})


def test_storage_takes_the_token_of_rclone_as_in_the_manual(desk, storage):
    command = recipe("rclone").replace("ACCOUNT", azurite.ACCOUNT).replace("CONTAINER", "reports")
    outcome = rclone(desk, storage, *command.split())
    assert (outcome.code, outcome.out.split()) == (0, ["6", "november.txt"]), outcome


def test_storage_takes_the_token_of_rclone_with_a_managed_identity(desk, storage):
    remote = f":azureblob,use_msi,account={azurite.ACCOUNT}:reports/november.txt"
    outcome = rclone(desk, storage, "entra", "run", "--", "rclone", "cat", remote)
    assert (outcome.code, outcome.out) == (0, "fewer\n"), outcome
