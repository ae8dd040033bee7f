# SPDX-License-Identifier: MIT
"""Files in the shapes that others' programs have them, in appsettings/: each says in its first
comments what must come of it.

    what      in a sentence
    program   entra token, unless another is named
    run       its arguments
    env       variables; {folder} is that of the file, which also has app.pem, locked.pem (with the
              password 1234567890) and federated-token
    mode      of the file, if it is not 600
    host, tenant, client, scope, by, claims
              the one request that the authority got, and how the app proved its identity
    machine   the one request that the service of managed identities got: client id and resource
    code      the exit code, if it is not 0; then the authority gets no request for a token
    says      a part of what is said on stderr
    warnings  how many there are; 0 if nothing is named, and then nothing is said at all
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs

import jwt
import pytest

from authority import contoso
from authority.authority import Authority
from authority.directory import Federation
from authority.keys import process_key
from integration.test_federated import ISSUER, SUBJECT, foreign_token
from world.app_certificate import AppCertificate
from world.proxy import Proxy
from world.world import World

FILES = sorted((Path(__file__).parent / "appsettings").glob("*.json"))
SECRET = "of~the.samples"
HOSTS = ("login.microsoftonline.com", "login.microsoftonline.us",
         "login.partner.microsoftonline.cn", "contoso.ciamlogin.com")

Expected = dict[str, list[str]]


def expected_of(file: Path) -> Expected:
    expected = defaultdict(list)
    for line in file.read_text().splitlines():
        if not line.startswith("// "):
            break
        key, value = line.removeprefix("// ").split(": ", 1)
        expected[key].append(value)
    return expected


@pytest.fixture
def authority(world: World, tmp_path: Path):
    """The authority under the names of several clouds; the app has every kind of credential."""
    certificates = [AppCertificate(tmp_path / str(n), number=n) for n in (1, 2)]
    (tmp_path / "app.pem").write_bytes(certificates[0].pem().read_bytes())
    (tmp_path / "locked.pem").write_bytes(
        certificates[1].key_pem("1234567890") + certificates[1].certificate_pem)
    (tmp_path / "federated-token").write_text(foreign_token())
    for name in ("app.pem", "locked.pem", "federated-token"):
        (tmp_path / name).chmod(0o600)
    with Authority(world.certificates.server_context(*HOSTS)) as authority:
        clients = authority.directory.clients
        clients[clients.index(contoso.DAEMON)] = replace(
            contoso.DAEMON, secret=SECRET,
            certificates=tuple(one.certificate for one in certificates),
            federations=(Federation(ISSUER, SUBJECT, process_key().public_key),))
        authority.directory.resources.append("https://vault.azure.net")
        proxy = Proxy({f"{host}:443": authority.url for host in HOSTS})
        world.session.env |= proxy.environment
        yield authority
        proxy.close()


def proof_of(form: dict[str, str]) -> str:
    """How the app proved its identity."""
    if "client_assertion" not in form:
        return "client_secret" if "client_secret" in form else "nothing"
    issuer = jwt.decode(form["client_assertion"], options={"verify_signature": False})["iss"]
    return "certificate" if issuer == form["client_id"] else "federated_token"


def check_requests(expected: Expected, authority: Authority) -> None:
    if "host" not in expected:
        assert authority.token_requests == []
        return
    (request,) = authority.token_requests
    assert request.status == 200
    asked = {"host": request.headers["Host"], "tenant": request.path.split("/")[1],
             "client": request.form["client_id"], "scope": request.form["scope"],
             "by": proof_of(request.form)}
    assert asked == {key: expected[key][0] for key in asked}
    claims = expected["claims"]
    assert [json.loads(one) for one in claims] == (
        [json.loads(request.form["claims"])] if "claims" in request.form else [])


def check_machine(expected: Expected, world: World) -> None:
    asked = [parse_qs(one.query) for one in world.identity_service.requests]
    assert [f"{one.get('client_id', ['-'])[0]} {one['resource'][0]}" for one in asked] == \
        expected["machine"]


def test_there_are_at_least_thirty():
    assert len(FILES) >= 30 and all(expected_of(file)["what"] for file in FILES)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_must_come_of_it_does(world, authority, tmp_path, file):
    expected = expected_of(file)
    world.appsettings_file.unlink()
    copy = tmp_path / "appsettings.json"
    copy.write_text(file.read_text())
    copy.chmod(int("".join(expected["mode"]) or "600", 8))
    world.identity_service.token = foreign_token()
    env = {"IDENTITY_ENDPOINT": world.identity_service.url, "IDENTITY_HEADER": "x"} \
        if expected["machine"] else {"AZURE_POD_IDENTITY_AUTHORITY_HOST": "http://127.0.0.1:1"}
    env |= dict(one.format(folder=tmp_path).split("=", 1)
                for one in "".join(expected["env"]).split())
    program = expected["program"] or ["entra token"]
    outcome = world.run(*program[0].split(), *expected["run"][0].split(), "--config", copy,
                        "--keyring", "none", env=env)

    assert outcome.code == int("".join(expected["code"]) or 0), outcome
    assert (outcome.out != "") == (outcome.code == 0)
    for text in expected["says"]:
        assert text in outcome.err, outcome
    assert outcome.err.count("warning: ") == int("".join(expected["warnings"]) or 0), outcome
    assert outcome.err != "" if expected["says"] else outcome.err == "", outcome
    assert SECRET not in outcome.err
    check_requests(expected, authority)
    check_machine(expected, world)
