# SPDX-License-Identifier: MIT
"""A machine that Ansible has set up, as an administrator would: systemd, the installed package, and
the names of the real servers. It runs as root in a container (tests/systems/boot), and nowhere else."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from authority import contoso, faults  # noqa: E402
from authority.authority import Authority  # noqa: E402
from world.tls import CertificateAuthority  # noqa: E402
from world.waiting import wait_until  # noqa: E402

SOURCE = Path(__file__).resolve().parents[3]
ENTRA = "login.microsoftonline.com"
USER = "ada"
SETTINGS = {"AzureAd": {"TenantId": contoso.TENANT.guid}}
OF_SERVICES = {"AzureAd": {"TenantId": contoso.TENANT.guid, "ClientId": contoso.DAEMON.client_id,
                           "ClientSecretPath": "app-secret"}}
WITH_A_HYPHEN = "my-api"
OF_SERVICES[WITH_A_HYPHEN] = {"Scopes": [f"{contoso.MY_WEB_API}/.default"], "RequestAppToken": True}
REPORT = """[Service]
Type=oneshot
DynamicUser=yes
LoadCredential=token:/run/entra/{api}.sock
ExecStart=/bin/sh -c 'cat "$CREDENTIALS_DIRECTORY/token" >"$STATE_DIRECTORY/token"'
StateDirectory=report
"""

pytestmark = pytest.mark.skipif(not os.environ.get("ENTRA_BOOTED"), reason="no machine of its own")


def run(*command: str, **how) -> subprocess.CompletedProcess:
    return subprocess.run(command, capture_output=True, text=True, check=False, **how)


def root(*command: str) -> str:
    outcome = run(*command)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return outcome.stdout


def as_user(*command: str) -> subprocess.CompletedProcess:
    home = f"/home/{USER}"
    return run("setpriv", f"--reuid={USER}", f"--regid={USER}", "--init-groups", "env", "-i",
               "PATH=/usr/bin:/bin", f"HOME={home}", "ENTRA_KEYRING=none", *command, cwd=home)


def roll_out(**variables) -> dict[str, int]:
    """What Ansible counts: how many tasks were run, and how many changed something."""
    values = {"package": str(next(Path("/packages").glob("entra-credential-helpers_*.deb")))}
    outcome = run("ansible-playbook", "--connection=local", "--inventory=localhost,",
                  "--extra-vars", json.dumps(values | variables), str(SOURCE / "packaging/fleet.yml"),
                  env=os.environ | {"ANSIBLE_NOCOWS": "1", "ANSIBLE_PYTHON_INTERPRETER": sys.executable})
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    words = outcome.stdout.strip().splitlines()[-1].split(":", 1)[1].split()
    return {name: int(count) for name, count in (word.split("=") for word in words)}


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """Entra ID, as this machine's name service and certificates have it."""
    certifier = CertificateAuthority(tmp_path_factory.mktemp("ca"))
    trusted = Path("/usr/local/share/ca-certificates/test.crt")
    trusted.write_bytes(certifier.certificate_file.read_bytes())
    root("update-ca-certificates")
    with Path("/etc/hosts").open("a") as hosts:
        hosts.write(f"127.0.0.1 {ENTRA}\n")
    with Authority(certifier.server_context(ENTRA), port=443) as authority:
        authority.issuer.authority_url = f"https://{ENTRA}"
        yield authority


@pytest.fixture(scope="module")
def rolled_out():
    root("useradd", "--create-home", USER)
    return roll_out(settings=SETTINGS)


def test_the_playbook_sets_a_machine_up_once(rolled_out):
    assert rolled_out["failed"] == 0 and rolled_out["changed"] >= 3
    again = roll_out(settings=SETTINGS)
    assert (again["failed"], again["changed"]) == (0, 0)


def test_a_user_has_nothing_to_set_up(rolled_out):
    helpers = as_user("git", "config", "--get-all", "credential.https://dev.azure.com.helper").stdout
    assert helpers.splitlines() == ["", "entra"]
    plan = as_user("entra", "setup", "--dry-run").stdout
    assert "already asks entra for https://dev.azure.com" in plan
    asked = as_user("sh", "-c", "printf 'url=https://dev.azure.com/contoso/_git/app\\n\\n' | "
                    "GIT_TERMINAL_PROMPT=0 git credential fill")
    assert asked.returncode != 0 and "Run 'entra login --api AzureDevOps'" in asked.stderr, asked.stderr


@pytest.fixture(scope="module")
def serving(rolled_out, authority):
    """The app's secret is in a file, as entra-credential-helpers(7) has it."""
    Path("/etc/report").mkdir(mode=0o700)
    Path("/etc/report/app-secret").write_text(contoso.DAEMON.secret)
    page = (SOURCE / "man/entra-credential-helpers.7").read_text()
    override = re.search(r"^# systemctl edit entra-token@.service$\n(.*?)^\.Ed$", page, re.M | re.S)
    folder = Path("/etc/systemd/system/entra-token@.service.d")
    folder.mkdir()
    (folder / "override.conf").write_text(override.group(1))
    root("systemctl", "daemon-reload")
    roll_out(settings=OF_SERVICES, apis_of_services=["AzureDevOps", WITH_A_HYPHEN])
    return "AzureDevOps"


def report(api: str) -> subprocess.CompletedProcess:
    Path("/run/systemd/system/report.service").write_text(REPORT.format(api=api))
    root("systemctl", "daemon-reload")
    return run("systemctl", "start", "report.service")


def test_a_service_has_the_token_of_its_api(serving, authority):
    authority.log.clear()
    for _ in range(3):
        outcome = report(serving)
        assert outcome.returncode == 0, outcome.stderr + root("journalctl", "--no-pager", "-n", "40")
        token = Path("/var/lib/private/report/token").read_text()
        assert token == authority.issued_tokens[-1]
    assert len(authority.token_requests) == 1
    assert authority.token_requests[0].form["scope"] == f"{contoso.AZURE_DEVOPS}/.default"


def test_nothing_runs_in_between(serving):
    report(serving)
    state = root("systemctl", "show", "--property=ActiveState", f"entra-token@{serving}.service")
    assert state.strip() in ("ActiveState=inactive", "ActiveState=deactivating")
    assert run("pgrep", "-x", "entra").returncode == 1


def start_service(api: str) -> subprocess.CompletedProcess:
    """One that prints its token, and that is known from its start to its end alone. Nothing that
    systemd counts is reset by it, as it is when units are loaded anew."""
    return run("systemd-run", "--quiet", "--wait", "--pipe", "--collect", "--property=DynamicUser=yes",
               f"--property=LoadCredential=token:/run/entra/{api}.sock",
               "sh", "-c", 'cat "$CREDENTIALS_DIRECTORY/token"')


def test_any_number_of_services_may_start_at_once(serving, authority):
    """The default limits are 5 starts of a service in 10 seconds, 20 of a socket's in 2."""
    for _ in range(3):
        with ThreadPoolExecutor(10) as starters:
            outcomes = list(starters.map(start_service, [serving] * 10))
        outcomes += [start_service(serving) for _ in range(3)]
        assert [outcome.returncode for outcome in outcomes] == [0] * 13, outcomes
        assert {outcome.stdout for outcome in outcomes} == {authority.issued_tokens[-1]}
    assert run("systemctl", "is-active", f"entra-token@{serving}.socket").stdout == "active\n"


def test_a_token_that_is_due_is_renewed_after_the_answer(serving, authority):
    start_service(serving)
    (stored,) = Path("/run/private/entra-token", serving).rglob("*.token")
    head, _, record = stored.read_bytes().partition(b"\n")
    now, token = int(time.time()), json.loads(record)
    token |= {"received_on": now - 1800, "expires_on": now + 1800, "refresh_on": now - 60}
    stored.write_bytes(head + b"\n" + json.dumps(token).encode())
    release = threading.Event()
    before = len(authority.token_requests)
    with authority.faults.injected(faults.held(release), times=1):
        assert start_service(serving).stdout == token["access_token"]
        wait_until(lambda: len(authority.token_requests) > before, "the renewal")
        assert start_service(serving).stdout == token["access_token"]
        release.set()
        wait_until(lambda: start_service(serving).stdout == authority.issued_tokens[-1],
                   "the new token")
    assert len(authority.token_requests) == before + 1


def test_the_name_of_an_api_may_have_a_hyphen(serving, authority):
    """In which systemd.unit(5) has paths with a slash."""
    for _ in range(2):
        outcome = start_service(WITH_A_HYPHEN)
        assert (outcome.returncode, outcome.stdout) == (0, authority.issued_tokens[-1])
        assert authority.token_requests[-1].form["scope"] in OF_SERVICES[WITH_A_HYPHEN]["Scopes"]
        root("systemctl", "daemon-reload")


@pytest.fixture
def broken(serving):
    """A service that cannot be started, until the function is called."""
    override = Path("/etc/systemd/system/entra-token@.service.d/zz-broken.conf")

    def mend() -> None:
        override.unlink(missing_ok=True)
        root("systemctl", "daemon-reload")

    override.write_text("[Service]\nLoadCredential=missing:/etc/report/missing\n")
    root("systemctl", "daemon-reload")
    yield mend
    mend()


def test_a_service_that_cannot_start_is_tried_in_peace_until_it_can(serving, authority, broken):
    def failures() -> int:
        return root("journalctl", "--no-pager", f"--unit=entra-token@{serving}.service",
                    f"--since=@{began}").count("Failed with result")

    began = int(time.time())
    with ThreadPoolExecutor(1) as starters:
        waiting = starters.submit(start_service, serving)
        wait_until(lambda: failures() >= 2, "a second try")
        assert failures() <= 2 + (time.time() - began) / 5
        broken()
        outcome = waiting.result()
    assert outcome.returncode == 0 and outcome.stdout in authority.issued_tokens, outcome.stderr
    assert run("systemctl", "is-active", f"entra-token@{serving}.socket").stdout == "active\n"


def test_no_other_user_has_the_token(serving):
    outcome = as_user("curl", "--silent", "--show-error", "--unix-socket", f"/run/entra/{serving}.sock",
                      "http://localhost/")
    assert outcome.returncode != 0 and outcome.stdout == ""
    for folder in ("/etc/entra/appsettings.json", f"/run/entra-token/{serving}",
                   f"/run/private/entra-token/{serving}"):
        assert as_user("cat", folder).returncode != 0 and as_user("ls", folder + "/").returncode != 0


def test_the_secret_and_the_token_are_nowhere_in_the_journal(serving, authority):
    journal = root("journalctl", "--no-pager", "--all")
    assert contoso.DAEMON.secret not in journal
    assert not any(token in journal for token in authority.issued_tokens)


def test_a_removed_package_leaves_nothing_that_asks_it(serving):
    root("apt-get", "-q", "-y", "purge", "entra-credential-helpers")
    assert as_user("git", "config", "--get-regexp", "credential").stdout == ""
    units = root("systemctl", "list-units", "--all", "--no-legend", "--plain", "entra-token*")
    assert units == "", units
    shutil.rmtree("/etc/systemd/system/entra-token@.service.d")  # the administrator's
    left = [*Path("/etc/systemd/system").rglob("entra-token*"), *Path("/run").rglob("entra-token*"),
            *Path("/run").glob("entra/*")]
    assert left == []
