# SPDX-License-Identifier: MIT
"""The jobs in entra-credential-helpers(7): their scripts run as they are there, but for the addresses."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from flask import jsonify

from authority import contoso
from authority.directory import Federation
from authority.keys import process_key
from integration.credentials import CLIENT_ID, register
from integration.test_federated import ISSUER, SUBJECT, foreign_token, github, pipelines
from world.identity_service import IdentityService
from world.kubeconfig import V1BETA1, ExecPlugin

PAGE = Path(__file__).parents[2] / "man" / "entra-credential-helpers.7"
COMMANDS = ("export ", "entra ", "git ", "kubectl ", "url=", "curl-credential-entra ")
BY_AZ = ["get-token", "--environment", "AzurePublicCloud", "--server-id", contoso.AKS,
         "--client-id", "80faf920-1908-4b52-b5ef-a8e7bedfc67a", "--tenant-id", contoso.TENANT.guid,
         "--login", "devicecode"]


def scripts() -> list[str]:
    """The commands of each job in the manual page."""
    section = re.search(r"^\.Ss GitHub Actions$(.*?)^\.Ss A container$", PAGE.read_text(), re.M | re.S).group(1)
    jobs = re.findall(r"^\.Bd -literal.*?$(.*?)^\.Ed$", section, re.M | re.S)
    return ["\n".join(line.strip() for line in job.splitlines() if line.strip().startswith(COMMANDS))
            for job in jobs]


def here(script: str, world) -> str:
    """The script with addresses of this world."""
    return (script.replace("https://dev.azure.com/contoso/p/_git/app",
                           world.git_server.create_repository())
            .replace("https://dev.azure.com/contoso/_apis/projects", world.web_api.todo_list_url))


@pytest.fixture
def job(world):
    """A job of an app that trusts the build system, beside a kubeconfig as az writes it."""
    if shutil.which("kubectl") is None:
        pytest.skip("there is no kubectl")
    register(world, secret="", federations=(Federation(ISSUER, SUBJECT, process_key().public_key),))
    apis = world.appsettings()
    del apis["AzureAd"]
    world.write_appsettings(apis)
    helper = f"credential.{world.git_server.url}.helper"  # entra setup git sets Azure DevOps' up
    assert world.run("git", "config", "--global", helper, "entra").code == 0
    world.write_kubeconfig(ExecPlugin("kubelogin", BY_AZ, api_version=V1BETA1,
                                      interactive_mode=None))
    with IdentityService(world.certificates.server_context()) as service:
        service.answer = lambda: jsonify(value=foreign_token(), oidcToken=foreign_token())
        world.session.env |= {"AZURE_AUTHORITY_HOST": world.authority.url, "CI": "true"}
        yield world, service


@pytest.mark.parametrize("number, variables", [
    (0, lambda service: github(service) | {
        "GITHUB_ACTIONS": "true", "AZURE_TENANT_ID": contoso.TENANT.guid, "AZURE_CLIENT_ID": CLIENT_ID}),
    (1, lambda service: pipelines(service) | {
        "AZURESUBSCRIPTION_TENANT_ID": contoso.TENANT.guid, "AZURESUBSCRIPTION_CLIENT_ID": CLIENT_ID}),
], ids=["GitHub Actions", "Azure Pipelines"])
def test_the_script_of_the_manual_page_works(job, number, variables):
    world, service = job
    script = scripts()[number]
    assert all(word in script for word in COMMANDS[1:]), script
    outcome = world.run("sh", "-ec", here(script, world), env=variables(service))
    assert outcome.code == 0, outcome.out + outcome.err
    assert "Running" in outcome.out and "title" in outcome.out  # kubectl's and curl's
    assert (world.session.home / "app" / ".git").is_dir()
    assert {request.form["client_id"] for request in world.authority.token_requests} == {CLIENT_ID}
