# SPDX-License-Identifier: MIT
"""Several users, or one user with several names: each account has its own tokens."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from authority import contoso, faults
from integration import users
from integration.users import all_at_once, asked_nobody, login, token, whose
from integration.stored import age, kept
from world.program import Outcome
from world.waiting import SHORT_LIMIT
from world.world import World

ADA, GRACE = contoso.ADA.username, contoso.GRACE.username


@pytest.fixture
def two(desk: World) -> World:
    """Ada signed in first, then Grace."""
    login(desk, user=contoso.ADA)
    login(desk, "--account", GRACE, user=contoso.GRACE)
    desk.authority.log.clear()
    return desk


def git(world: World, username: str | None = None, **how) -> Outcome:
    """git's request for its server, with the user name of the URL if it has one."""
    host = world.git_server.url.removeprefix("https://")
    named = f"username={username}\n" if username else ""
    return world.run("git-credential-entra", "get", input=f"protocol=https\nhost={host}\n{named}",
                     **how)


def whose_password(world: World, outcome: Outcome) -> str:
    found = re.search(r"^password=(.*)$", outcome.out, re.M)
    assert found, outcome
    return users.claims(world, found.group(1), contoso.AZURE_DEVOPS)["upn"]


def listed(world: World) -> list[dict]:
    outcome = world.run("entra", "list", "--output", "json")
    assert outcome.code == 0, outcome
    return json.loads(outcome.out)


@pytest.mark.parametrize("name", [ADA, GRACE, "ADA@Contoso.com"])
def test_each_account_is_selected_by_its_name(two, name):
    assert whose(two, token(two, "--account", name)) == name.lower()
    assert asked_nobody(two)


def test_there_is_a_default_account(two):
    """It is the same each time and for each API, and one of those that signed in."""
    default = whose(two, token(two))
    assert default in (ADA, GRACE)
    assert whose(two, token(two)) == default
    assert whose(two, token(two, "--api", "GitServer"), contoso.AZURE_DEVOPS) == default


def test_a_user_name_in_a_git_url_selects_the_account(two):
    for name in (ADA, GRACE):
        outcome = git(two, name)
        assert whose_password(two, outcome) == name
        assert f"username={name}\n" in outcome.out


def test_a_user_name_in_a_git_url_that_is_no_account_is_ignored(two):
    """The clone URLs of Azure DevOps have the organization there."""
    outcome = git(two, "contoso")
    assert whose_password(two, outcome) in (ADA, GRACE)
    assert "username=contoso\n" in outcome.out


def test_accounts_are_never_mixed_up_by_many_processes(two):
    names = [ADA, GRACE] * 10
    commands = [("entra", "token", *users.API, "--account", name, "--force-refresh")
                for name in names]
    outcomes = all_at_once(two, commands)
    assert [whose(two, outcome) for outcome in outcomes] == names
    age(two, lives=10)
    commands = [("entra", "token", "--api", "GitServer", "--account", name) for name in names]
    outcomes = all_at_once(two, commands)
    assert [whose(two, outcome, contoso.AZURE_DEVOPS) for outcome in outcomes] == names


def test_each_account_has_its_own_refresh_token(two):
    assert {item.attributes["account"] for item in kept(two, "refresh_token")} == {
        f"{user.object_ids[user.home]}.{user.home}" for user in (contoso.ADA, contoso.GRACE)}


def test_an_account_that_is_not_signed_in_must_sign_in(two):
    outcome = token(two, "--account", "nobody@contoso.com")
    assert (outcome.code, outcome.out) == (users.SIGN_IN_FIRST, "")
    assert "nobody@contoso.com" in outcome.err and "entra login" in outcome.err
    assert two.authority.token_requests == []


def test_signing_in_as_another_user_does_not_serve_the_named_account(desk):
    desk.browser.will_sign_in(contoso.GRACE)
    outcome = desk.at_terminal("entra", "token", *users.API, "--account", ADA).finish()
    assert outcome.out == "" and outcome.code != 0
    assert ADA in outcome.err and GRACE in outcome.err
    assert token(desk, "--account", ADA).code == users.SIGN_IN_FIRST


def test_signing_in_again_does_not_change_other_accounts(two):
    login(two, "--account", ADA, user=contoso.ADA)
    assert len(kept(two, "refresh_token")) == 2
    assert whose(two, token(two, "--account", GRACE)) == GRACE


def test_the_list_shows_account_scope_expiry_and_keyring(two):
    token(two, "--account", ADA)
    token(two, "--account", GRACE, "--api", "GitServer")
    lines = two.run("entra", "list").out.splitlines()
    assert any(ADA in line for line in lines) and any(GRACE in line for line in lines)
    text = "\n".join(lines)
    for word in ("ACCOUNT", "TENANT", "EXPIRES"):
        assert word in text.upper()
    assert contoso.MY_WEB_API in text or "MyWebApi" in text
    secrets = [item.value for item in two.authority.refresh_tokens.all()]
    secrets += two.authority.issued_tokens
    assert not any(secret in text for secret in secrets)


def test_the_list_can_be_json(two):
    token(two, "--account", ADA)
    everything = json.dumps(listed(two))
    assert ADA in everything and GRACE in everything
    for item in two.authority.refresh_tokens.all():
        assert item.value not in everything


def test_another_account_becomes_the_default_one_without_a_browser(two):
    """The last one to sign in is it until then."""
    assert whose(two, token(two)) == GRACE
    opened = len(two.browser.urls)
    for name, said in ((ADA, "now"), (ADA, "already"), (GRACE.upper(), "now"), (ADA, "now")):
        outcome = two.run("entra", "switch", name)
        assert (outcome.code, outcome.out) == (0, "")
        assert outcome.err == f"{name} is {said} the default account.\n"
        assert whose(two, token(two)) == name.lower()
    assert [row["account"] for row in listed(two) if row["isDefault"]][0] == ADA
    assert len(two.browser.urls) == opened


@pytest.mark.parametrize("words, code, text", [
    ((), 2, "no account given"), ((ADA, GRACE), 2, "more than one"), (("a b",), 2, "not an account"),
    (("nobody@contoso.com",), 5, "'nobody@contoso.com' is not signed in"), (("*",), 2, "not an account"),
])
def test_only_an_account_that_is_signed_in_can_be_switched_to(two, words, code, text):
    outcome = two.run("entra", "switch", *words)
    assert (outcome.code, outcome.out) == (code, "") and text in outcome.err
    assert whose(two, token(two)) == GRACE


def test_a_locked_keyring_does_not_say_who_is_signed_in(two):
    two.session.keyring.lock()
    outcome = two.run("entra", "switch", ADA)
    assert outcome.code != 0 and "locked" in outcome.err and "not signed in" not in outcome.err
    two.session.keyring.unlock()
    assert whose(two, token(two)) == GRACE


def test_a_logout_removes_the_account_and_all_its_tokens(two):
    for name in (ADA, GRACE):
        token(two, "--account", name)
        token(two, "--account", name, "--api", "GitServer")
    outcome = two.run("entra", "logout", "--account", ADA)
    assert outcome.code == 0, outcome
    left = two.session.keyring.items(with_secrets=True)
    assert not any(ADA in str(item) or contoso.ADA.object_ids[contoso.TENANT.guid] in str(item)
                   for item in left)
    assert token(two, "--account", ADA).code == users.SIGN_IN_FIRST
    assert whose(two, token(two, "--account", GRACE)) == GRACE


def test_a_logout_of_all_leaves_no_account(two):
    token(two, "--account", ADA)
    assert two.run("entra", "logout", "--all").code == 0
    assert [item for kind in ("access_token", "refresh_token", "account")
            for item in kept(two, kind)] == []
    assert token(two).code == users.SIGN_IN_FIRST


def test_a_renamed_user_is_still_one_account(two):
    renamed = replace(contoso.ADA, username="ada.lovelace@contoso.com")
    two.authority.directory.users.append(renamed)
    login(two, "--account", renamed.username, user=renamed)
    assert whose(two, token(two, "--account", renamed.username)) == renamed.username
    outcome = two.run("entra", "logout", "--all")
    assert outcome.err == "Signed out of 2 accounts.\n"
    assert kept(two, "account") == kept(two, "refresh_token") == []


def test_a_renamed_user_can_sign_in_again_as_told(desk):
    settings = desk.user_appsettings()
    settings["MyWebApi"]["Account"] = ADA
    desk.write_appsettings(settings)
    login(desk)
    renamed = replace(contoso.ADA, username="ada.lovelace@contoso.com")
    desk.authority.directory.users.append(renamed)
    desk.authority.refresh_tokens.revoke(contoso.ADA)
    outcome = token(desk, "--force-refresh")
    words = re.search(r"'entra login (.*?)'", outcome.err).group(1).split()
    assert words == ["--api", "MyWebApi", "--account", ADA]
    desk.authority.refresh_tokens.restore()
    login(desk, *words, user=renamed)
    assert whose(desk, token(desk)) == renamed.username


def test_a_name_that_now_belongs_to_another_user_is_told_apart(desk):
    """A new user has the name of a user who left; a shell would take it apart."""
    left = replace(contoso.ADA, username="ada&co@contoso.com")
    desk.authority.directory.users.append(left)
    login(desk, "--account", left.username, user=left)
    desk.authority.directory.users.remove(left)
    new = replace(left, object_ids=contoso.GRACE.object_ids)
    desk.authority.directory.users.append(new)
    outcome = desk.at_terminal("entra", "login", "--account", left.username).finish()
    assert outcome.code == users.SIGN_IN_FIRST
    shown = " ".join(outcome.err.split())
    assert f"{left.username} signed in with a different account" in shown
    advised = re.search(r"run '(entra logout .*)' first", shown).group(1)
    assert desk.run("sh", "-c", advised).code == 0
    login(desk, "--account", left.username, user=new)


def test_an_api_can_have_an_account(two):
    settings = two.user_appsettings()
    default = whose(two, token(two))
    settings["GitServer"]["Account"] = other = GRACE if default == ADA else ADA
    two.write_appsettings(settings)
    assert whose_password(two, git(two)) == other
    assert whose(two, token(two)) == default


def test_a_logout_keeps_the_tokens_of_apps(two):
    two.write_appsettings(two.appsettings())
    app = token(two)
    assert app.code == 0
    assert two.run("entra", "logout", "--all").code == 0
    two.authority.log.clear()
    assert token(two).out == app.out and two.authority.token_requests == []


def test_a_logout_of_an_unknown_account_says_so(two):
    outcome = two.run("entra", "logout", "--account", "nobody@contoso.com")
    assert "nobody@contoso.com" in outcome.err
    assert len(kept(two, "refresh_token")) == 2


def test_the_list_of_a_locked_keyring_says_what_it_cannot_show(two):
    token(two)
    two.session.keyring.lock()
    outcome = two.run("entra", "list")
    assert outcome.code == 0 and len(outcome.err.splitlines()) == 1, outcome
    assert "warning: the keyring is locked" in outcome.err and "Unlock it" in outcome.err
    rows = listed(two)
    assert len(rows) == 3
    assert {(row["expiresOn"], row["isDefault"]) for row in rows} == {("locked", None)}


@pytest.mark.parametrize("words", [[], ["--account", ADA], ["--all"]], ids=" ".join)
def test_a_logout_from_a_locked_keyring_is_not_reported_as_done(two, words):
    two.session.keyring.lock()
    outcome = two.run("entra", "logout", *words)
    assert outcome.code == 1 and "locked" in outcome.err and "Unlock" in outcome.err
    assert len(outcome.err.splitlines()) == 1


OF_GIT = {"input": "protocol=https\nhost=dev.azure.com\nusername=ada\npassword=x\n\n"}


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("keyring, code", [("auto", 1), ("secret-service", 6)])
@pytest.mark.parametrize("command, how", [
    (["entra", "logout"], {}), (["entra", "logout", "--all"], {}), (["entra", "switch", ADA], {}),
    (["entra", "forget", "--account", ADA], {}), (["entra", "forget", "--all"], {}),
    (["git-credential-entra", "erase"], OF_GIT), (["git-credential-entra", "store"], OF_GIT),
    (["entra", "token", *users.API, "--renew"], {})],
    ids=lambda part: " ".join(part) if isinstance(part, list) else "")
def test_the_exit_code_of_a_locked_keyring_tells_whether_it_was_named(two, command, how, keyring,
                                                                      code, restarted):
    if restarted:
        two.session.keyring.restart_locked()
    else:
        token(two)
        age(two, lives=1800, renew=True)
        two.session.keyring.lock()
    program, *words = command
    words = ["--keyring", keyring, *words] if program != "entra" else [*words, "--keyring", keyring]
    outcome = two.run(program, *words, **how)
    assert outcome.code == code and "locked" in outcome.err, outcome


@pytest.mark.parametrize("words", [[], ["--account", ADA], ["--all"]], ids=" ".join)
def test_a_logout_from_a_keyring_that_hangs_is_not_reported_as_done(two, words):
    before = two.session.keyring.items()
    two.session.keyring.freeze()
    outcome = two.run("entra", "logout", "--timeout", SHORT_LIMIT, *words)
    assert outcome.code == 1 and "cannot sign out" in outcome.err and "in time" in outcome.err
    assert len(outcome.err.splitlines()) == 1
    two.session.keyring.thaw()
    assert two.session.keyring.items() == before


def test_a_list_without_a_keyring_that_hangs_is_reported_as_incomplete(in_kernel, two):
    two.write_appsettings(two.appsettings())
    token(two, "--keyring", "kernel")
    two.session.keyring.freeze()
    outcome = two.run("entra", "list", "--timeout", SHORT_LIMIT)
    two.session.keyring.thaw()
    assert outcome.code == 1 and "incomplete" in outcome.err and "in time" in outcome.err
    assert len(outcome.err.splitlines()) == 1
    assert "kernel" in outcome.out and "secret-service" not in outcome.out


def test_a_locked_keyring_does_not_mean_that_nobody_is_signed_in(two):
    two.session.keyring.lock()
    outcome = token(two)
    assert outcome.code == users.SIGN_IN_FIRST
    assert "locked" in outcome.err and "Unlock" in outcome.err
    assert "nobody" not in outcome.err and len(outcome.err.splitlines()) == 1


def test_a_logout_of_the_default_account_leaves_no_dangling_default(two):
    default = whose(two, token(two))
    other = GRACE if default == ADA else ADA
    assert two.run("entra", "logout", "--account", default).code == 0
    outcome = token(two)
    assert outcome.code == users.SIGN_IN_FIRST or whose(two, outcome) == other


def test_a_guest_gets_a_token_of_each_tenant_from_one_sign_in(desk):
    desk.write_appsettings(desk.user_appsettings(contoso.AZURE_CLI))
    login(desk, user=contoso.GRACE)
    for tenant in (contoso.TENANT, contoso.OTHER_TENANT):
        outcome = token(desk, "--tenant", tenant.guid)
        assert users.claims(desk, outcome.out)["tid"] == tenant.guid
    assert len(desk.browser.urls) == 1


def test_any_tenant_is_accepted_if_none_is_named(desk):
    desk.write_appsettings(desk.user_appsettings(contoso.AZURE_CLI, "organizations"))
    login(desk, user=contoso.BOB)
    outcome = token(desk)
    assert users.claims(desk, outcome.out)["tid"] == contoso.BOB.home
    assert "/organizations/" in desk.browser.urls[0]


def test_a_sign_in_that_cannot_be_stored_is_not_started(desk):
    outcome = desk.at_terminal("entra", "login", "--keyring", "none").finish()
    assert outcome.code == 2 and "stores nothing" in outcome.err
    assert users.asked_nobody(desk)


@pytest.mark.parametrize("keyring", ["auto", "secret-service"])
def test_a_sign_in_that_a_locked_keyring_cannot_store_is_not_started(desk, keyring):
    desk.session.keyring.lock()
    outcome = desk.at_terminal("entra", "login", "--keyring", keyring).finish()
    assert outcome.code == 6 and "locked" in outcome.err and "Signed in as" not in outcome.err
    assert asked_nobody(desk)


def test_a_sign_in_that_is_not_stored_fails(desk):
    """The keyring is locked while the user signs in."""
    desk.browser.will_wait()
    terminal = desk.at_terminal("entra", "login")
    url = users.sign_in_url(desk, terminal)
    desk.session.keyring.lock()
    desk.visitor.sign_in(url, contoso.ADA)
    outcome = terminal.finish()
    assert outcome.code == 6 and "locked" in outcome.err and "Signed in as" not in outcome.err


def test_a_sign_in_without_a_refresh_token_fails(desk):
    desk.authority.faults.inject(faults.altered("unlasting", refresh_token=faults.MISSING))
    outcome = desk.at_terminal("entra", "login").finish()
    assert outcome.code == 3 and "no refresh token" in outcome.err
    assert "offline_access" in outcome.err and "Signed in as" not in outcome.err
    assert desk.session.keyring.items() == []


def test_a_sign_in_without_a_refresh_token_still_gives_its_token(desk):
    desk.authority.faults.inject(faults.altered("unlasting", refresh_token=faults.MISSING))
    outcome = login(desk, *users.API)
    assert "warning: the authority sent no refresh token" in outcome.err
    assert f"Signed in as {ADA}." in outcome.err
    assert whose(desk, token(desk)) == ADA


def test_the_list_shows_which_account_is_the_default_one(desk):
    for user in (contoso.ADA, contoso.GRACE):
        assert users.login(desk, user=user).code == 0
    rows = json.loads(desk.run("entra", "list", "--output", "json").out)
    signed_in = {row["account"]: row["isDefault"] for row in rows if row["scope"] is None}
    assert signed_in == {contoso.ADA.username: False, contoso.GRACE.username: True}
    table = desk.run("entra", "list").out
    assert [line.split()[0] for line in table.splitlines() if "default)" in line] == [
        contoso.GRACE.username]
