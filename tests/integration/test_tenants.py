# SPDX-License-Identifier: MIT
"""Accounts of several tenants side by side: each tenant has its account, and nobody has to name
it."""

from __future__ import annotations

import json
import re

import pytest

from authority import contoso, faults
from authority.directory import User
from integration.examining import examine
from integration.git_asking import ask, attributes
from integration.stored import kept
from integration.users import (API, NO_BROWSER, SIGN_IN_FIRST, asked_nobody, claims, enter, login,
                               query, sign_in_url, start_device_code, token, user_code, whose)
from world.program import Outcome
from world.terminal import Terminal
from world.waiting import wait_until
from world.world import World

ADA, GRACE, BOB = contoso.ADA, contoso.GRACE, contoso.BOB
CONTOSO, FABRIKAM = contoso.TENANT.guid, contoso.OTHER_TENANT.guid
THERE = ("--tenant", FABRIKAM)
PUBLIC_CLOUD = "https://login.microsoftonline.com"


@pytest.fixture
def anywhere(desk: World) -> World:
    """A client that both tenants know; Ada has signed in."""
    desk.write_appsettings(desk.user_appsettings(contoso.AZURE_CLI))
    login(desk)
    desk.authority.log.clear()
    return desk


def sign_in_there(world: World, user: User, *words: str) -> tuple[str, dict[str, str]]:
    """Asks for a token of Fabrikam at a terminal, where this user signs in. Returns what was shown
    and the parameters of the authority's page."""
    world.browser.will_sign_in(user)
    terminal = world.at_terminal("entra", "token", "--api", "MyWebApi", *THERE, *words)
    page = query(sign_in_url(world, terminal))
    outcome = terminal.finish()
    assert outcome.code == 0, outcome
    world.authority.log.clear()
    return outcome.err + outcome.out, page


def name_in_file(world: World, user: User | None) -> None:
    """Has the configuration name this account for the API, or none."""
    settings = world.user_appsettings(contoso.AZURE_CLI)
    if user is not None:
        settings["MyWebApi"]["Account"] = user.username
    world.write_appsettings(settings)


def default_record(world: World) -> str:
    (item,) = [item for item in kept(world, "account") if item.attributes["username"] == "*"]
    return item.secret.decode()


def test_a_tenant_that_does_not_know_the_default_account_shows_the_picker(anywhere):
    shown, page = sign_in_there(anywhere, BOB)
    assert "login_hint" not in page and page["prompt"] == "select_account"
    assert f"{ADA.username} gets no token in the tenant {FABRIKAM}" in shown
    assert f"Signed in as {BOB.username}" in shown


def test_each_tenant_has_its_account_from_then_on(anywhere):
    sign_in_there(anywhere, BOB)
    assert whose(anywhere, token(anywhere, *THERE, "--force-refresh")) == BOB.username
    assert whose(anywhere, token(anywhere, "--force-refresh")) == ADA.username
    assert whose(anywhere, token(anywhere, "--tenant", "organizations")) == ADA.username
    assert asked_nobody(anywhere)
    # No request was made in vain.
    assert len(anywhere.authority.token_requests) == 3


def test_an_account_that_has_signed_in_already_serves_its_tenant(desk):
    desk.write_appsettings(desk.user_appsettings(contoso.AZURE_CLI, "organizations"))
    login(desk, user=BOB)
    login(desk, user=ADA)
    desk.authority.log.clear()
    assert whose(desk, token(desk)) == ADA.username
    assert whose(desk, token(desk, *THERE)) == BOB.username
    assert asked_nobody(desk) and len(desk.authority.token_requests) == 2


def test_a_tenants_domain_does_as_well_as_its_id(anywhere):
    domain = ("--tenant", contoso.OTHER_TENANT.domains[0])
    assert token(anywhere, *domain).code == SIGN_IN_FIRST
    anywhere.browser.will_sign_in(BOB)
    assert anywhere.at_terminal("entra", "token", *API, *domain).finish().code == 0
    assert whose(anywhere, token(anywhere, *domain, "--force-refresh")) == BOB.username
    assert whose(anywhere, token(anywhere, "--force-refresh")) == ADA.username


def test_a_guest_serves_the_tenant_that_it_was_chosen_for_and_no_other(anywhere):
    sign_in_there(anywhere, GRACE)
    assert whose(anywhere, token(anywhere, *THERE, "--force-refresh")) == GRACE.username
    assert whose(anywhere, token(anywhere, "--force-refresh")) == ADA.username


def test_a_named_account_does_not_take_the_place_of_another(anywhere):
    sign_in_there(anywhere, BOB)
    sign_in_there(anywhere, GRACE, "--account", GRACE.username)
    assert whose(anywhere, token(anywhere, *THERE, "--force-refresh")) == BOB.username
    assert whose(anywhere, token(anywhere, "--force-refresh")) == ADA.username


def test_the_account_of_a_tenant_is_forgotten_with_its_sign_in(anywhere):
    sign_in_there(anywhere, BOB)
    assert json.loads(default_record(anywhere))["tenants"][FABRIKAM]["username"] == BOB.username
    assert anywhere.run("entra", "logout", "--account", BOB.username).code == 0
    after = default_record(anywhere)
    assert BOB.username not in after and ADA.username in after
    assert token(anywhere, *THERE).code == SIGN_IN_FIRST
    assert whose(anywhere, token(anywhere)) == ADA.username


def test_signing_out_of_the_default_account_leaves_the_others_their_tenants(anywhere):
    sign_in_there(anywhere, BOB)
    assert anywhere.run("entra", "logout", "--account", ADA.username).code == 0
    assert ADA.username not in default_record(anywhere)
    assert whose(anywhere, token(anywhere, *THERE, "--force-refresh")) == BOB.username


@pytest.fixture
def waiting(desk: World) -> tuple[Terminal, str, Terminal]:
    """Nobody has signed in, and two programs want a token, each of its own tenant: the one that
    prompts, with its code, and the one that waits for this."""
    desk.write_appsettings(desk.user_appsettings(contoso.AZURE_CLI))
    command = ("entra", "token", *API)
    first, code = start_device_code(desk, *command)
    (lock,) = (desk.session.runtime / "entra").glob("*.sign-in")
    before = lock.stat().st_mtime_ns
    second = desk.at_terminal(*command, *THERE, env=NO_BROWSER)
    wait_until(lambda: lock.stat().st_mtime_ns > before, "the second program to wait")
    return first, code, second


def test_a_program_that_waited_for_the_sign_in_of_another_tenant_shows_the_picker(desk, waiting):
    first, code, second = waiting
    enter(desk, code, ADA)
    assert first.finish().code == 0
    enter(desk, user_code(second), BOB)
    outcome = second.finish()
    assert outcome.code == 0, outcome
    assert f"{ADA.username} gets no token in the tenant {FABRIKAM}" in outcome.err + outcome.out
    assert whose(desk, token(desk, "--force-refresh")) == ADA.username
    assert whose(desk, token(desk, *THERE, "--force-refresh")) == BOB.username


def test_a_failed_sign_in_of_another_tenant_is_no_failure_of_this_one(desk, waiting):
    first, code, second = waiting
    desk.visitor.decline_code(f"{desk.authority.url}/device", code)
    assert first.finish().code != 0
    enter(desk, user_code(second), BOB)
    assert second.finish().code == 0
    assert whose(desk, token(desk, *THERE)) == BOB.username


# ---- where nobody can be asked ----

def advised(outcome: Outcome) -> list[str]:
    found = re.search(r"'(entra login[^']*)'", outcome.err)
    assert found, outcome
    return found.group(1).split()


def test_the_advised_sign_in_mends_it(anywhere):
    refused = token(anywhere, *THERE)
    assert refused.code == SIGN_IN_FIRST and "50020" in refused.err
    anywhere.browser.will_sign_in(BOB)
    assert anywhere.at_terminal(*advised(refused)).finish().code == 0
    assert whose(anywhere, token(anywhere, *THERE)) == BOB.username
    for elsewhere in ((), ("--tenant", "organizations")):
        assert whose(anywhere, token(anywhere, *elsewhere)) == ADA.username


def test_the_first_sign_in_is_the_default_one_whatever_tenant_it_is_for(desk):
    desk.write_appsettings(desk.user_appsettings(contoso.AZURE_CLI, "organizations"))
    login(desk, *THERE, user=BOB)
    assert whose(desk, token(desk)) == BOB.username
    login(desk, user=ADA)
    assert whose(desk, token(desk)) == ADA.username


def test_the_other_advice_is_to_name_an_account(anywhere):
    assert "--account NAME" in token(anywhere, *THERE).err
    login(anywhere, "--account", GRACE.username, user=GRACE)
    assert whose(anywhere, token(anywhere, *THERE, "--account", GRACE.username)) == GRACE.username


@pytest.mark.parametrize("there", [FABRIKAM, contoso.OTHER_TENANT.domains[0]])
@pytest.mark.parametrize("by_option", [True, False], ids=["option", "file"])
def test_a_named_account_that_the_tenant_does_not_know_is_not_to_sign_in_again(anywhere, there,
                                                                               by_option):
    words = ("--tenant", there)
    named = ("--account", ADA.username) if by_option else ()
    if not by_option:
        name_in_file(anywhere, ADA)
    refused = token(anywhere, *words, *named)
    assert refused.code == SIGN_IN_FIRST and "50020" in refused.err
    assert f"{ADA.username} gets no token in the tenant {there}" in refused.err
    assert f"invite {ADA.username}" in refused.err and "entra login" not in refused.err
    assert ("--account NAME" if by_option else "Account in the configuration") in refused.err
    login(anywhere, *words, "--account", BOB.username, user=BOB)
    if by_option:
        outcome = token(anywhere, *words, "--account", BOB.username)
    else:
        name_in_file(anywhere, BOB)
        outcome = token(anywhere, *words)
    assert whose(anywhere, outcome) == BOB.username
    if not by_option:
        name_in_file(anywhere, None)
    assert whose(anywhere, token(anywhere, "--tenant", FABRIKAM)) == BOB.username


@pytest.mark.parametrize("code", [50020, 50034])
def test_where_a_tenant_no_longer_knows_its_account_another_one_is_to_sign_in(anywhere, code):
    domain = ("--tenant", contoso.OTHER_TENANT.domains[0])
    sign_in_there(anywhere, GRACE, *domain)
    anywhere.authority.faults.inject(faults.refused("gone", "invalid_grant", code, "Gone."))
    refused = token(anywhere, *domain, "--force-refresh")
    assert f"{GRACE.username} gets no token in the tenant {domain[1]}" in refused.err
    assert "with an account that this tenant knows" in refused.err
    anywhere.authority.faults.clear()
    anywhere.browser.will_sign_in(BOB)
    assert anywhere.at_terminal(*advised(refused)).finish().code == 0
    assert whose(anywhere, token(anywhere, *domain, "--force-refresh")) == BOB.username


def test_where_a_policy_forbids_device_codes_the_advice_is_the_browser(anywhere):
    anywhere.authority.faults.inject(faults.refused("policy", "invalid_grant", 53003, "Blocked."))
    refused = token(anywhere, *THERE)
    assert "--browser" in advised(refused) and FABRIKAM in advised(refused)
    assert "identity broker" in refused.err


# ---- git ----

@pytest.fixture
def two_organizations(world: World) -> World:
    """Azure DevOps as it is, with nothing configured; Ada has signed in."""
    world.internet
    world.appsettings_file.unlink()
    login_by_code(world, ADA)
    return world


def login_by_code(world: World, user: User, *command: str) -> None:
    """The browser of the tests does not know the real names of hosts."""
    words = command or ("entra", "login", "--api", "AzureDevOps", "--account", user.username)
    terminal = world.at_terminal(*words, "--device-code")
    enter(world, user_code(terminal), user)
    outcome = terminal.finish()
    assert outcome.code == 0, outcome
    world.authority.log.clear()


def of(organization: str, tenant: str) -> tuple[str, ...]:
    return ("protocol=https", "host=dev.azure.com", f"path={organization}/app/_git/app",
            f"wwwauth[]=Bearer authorization_uri={PUBLIC_CLOUD}/{tenant}")


def user_of(world: World, outcome: Outcome) -> str:
    assert outcome.code == 0, outcome
    return claims(world, attributes(outcome.out)["password"], contoso.AZURE_DEVOPS)["upn"]


def test_two_organizations_of_two_tenants_work_side_by_side(two_organizations):
    world = two_organizations
    refused = ask(world, *of("fabrikam", FABRIKAM))
    assert refused.code == SIGN_IN_FIRST, refused
    login_by_code(world, BOB, *advised(refused))
    for _ in range(2):
        assert user_of(world, ask(world, *of("fabrikam", FABRIKAM))) == BOB.username
        assert user_of(world, ask(world, *of("contoso", CONTOSO))) == ADA.username
    assert asked_nobody(world) and len(world.authority.token_requests) <= 2


def test_the_account_of_an_organization_can_be_named_in_gits_configuration(two_organizations):
    world = two_organizations
    login_by_code(world, GRACE)
    login_by_code(world, ADA)
    refused = ask(world, *of("fabrikam", FABRIKAM))
    assert refused.code == SIGN_IN_FIRST, refused
    found = re.search(r"(git config --global \S+ )NAME", refused.err)
    assert found, refused
    assert world.run(*found.group(1).split(), GRACE.username).code == 0
    for words in ("credential.useHttpPath", "true"), ("credential.helper", "entra"):
        assert world.run("git", "config", "--global", *words).code == 0
    filled = world.run("git", "credential", "fill",
                       input="".join(f"{line}\n" for line in of("fabrikam", FABRIKAM)))
    assert user_of(world, filled) == GRACE.username


def test_doctor_takes_the_account_that_gits_configuration_names(desk):
    desk.write_appsettings(desk.user_appsettings(contoso.AZURE_CLI))
    login(desk, user=GRACE)
    login(desk, user=ADA)
    for words in ((f"credential.{desk.git_server.url}.username", GRACE.username),
                  ("credential.helper", "entra")):
        assert desk.run("git", "config", "--global", *words).code == 0
    report = examine(desk, desk.git_server.url)
    assert report.details("token")["account"][0] == GRACE.username
