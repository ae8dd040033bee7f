# SPDX-License-Identifier: MIT
"""Tokens from the device's identity broker: silently, in each dialect, and by its window."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import jwt
import pytest

from authority import contoso
from integration import users
from integration.stored import age, forget_tokens, kept
from world.identity_broker import NATIVE_CLIENT, IdentityBroker, account
from world.world import World

DIALECTS = ["java", "native", "native3", "himmelblau"]
MICROSOFT = ["java", "native", "native3"]
API = ("--api", "MyWebApi")
DISPLAY = {"DISPLAY": ":99"}
ARTIFACTS = "d5a56ea4-7369-46b8-a538-c370805301bf"
ARTIFACTS_REDIRECT = "https://login.microsoftonline.com/oauth2/nativeclient"
SILENTLY, BY_WINDOW = "acquireTokenSilently", "acquireTokenInteractively"


@pytest.fixture
def broker(desk: World) -> Iterator[IdentityBroker]:
    """A broker at whose device Ada is signed in."""
    with IdentityBroker(desk.session, accounts=[account(contoso.ADA)]) as broker:
        yield broker


@pytest.fixture
def several(desk: World) -> Iterator[IdentityBroker]:
    with IdentityBroker(desk.session,
                        accounts=[account(contoso.GRACE), account(contoso.BOB)]) as broker:
        yield broker


def token(world: World, *words: str, **how):
    return world.run("entra", "token", *(words if "--api" in words else (*API, *words)), **how)


def claims(outcome) -> dict:
    assert outcome.code == 0, outcome
    return jwt.decode(outcome.out.strip(), options={"verify_signature": False})


def use(world: World, **members: str) -> None:
    """Changes the identity of the configuration."""
    document = json.loads(world.appsettings_file.read_text())
    document["AzureAd"] |= members
    world.write_appsettings(document)


# ---- silently ----


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_user_gets_a_token_without_being_asked(desk, broker, dialect):
    broker.set(dialect=dialect)
    first, second = token(desk), token(desk)
    assert claims(first)["upn"] == contoso.ADA.username
    assert first.err == f"Signed in as {contoso.ADA.username}, by the device's identity broker.\n"
    assert second.err == ""
    assert claims(first)["aud"] == contoso.MY_WEB_API
    assert second.out == first.out
    assert broker.methods() == ["getAccounts", SILENTLY]
    assert broker.parameters()["clientId"] == contoso.DESKTOP.client_id
    assert broker.parameters()["redirectUri"] == NATIVE_CLIENT
    assert users.asked_nobody(desk) and not desk.authority.token_requests


def test_what_is_stored_has_no_refresh_token(desk, broker):
    assert token(desk).code == 0
    assert kept(desk, "refresh_token") == [] and len(kept(desk, "access_token")) == 1


def test_a_warm_answer_loads_nothing_of_the_broker(desk, broker):
    token(desk)
    log = desk.session.temporary / "loaded"
    warm = token(desk, env={"LD_DEBUG": "files", "LD_DEBUG_OUTPUT": str(log)})
    loaded = "".join(file.read_text() for file in log.parent.glob("loaded.*"))
    assert warm.code == 0 and "libsecret" in loaded
    assert "entra-broker.so" not in loaded and "entra-acquire.so" not in loaded


def test_without_a_session_bus_the_module_is_not_loaded(shell):
    shell.write_appsettings(shell.user_appsettings())
    log = shell.session.temporary / "loaded"
    outcome = token(shell, env={"LD_DEBUG": "files", "LD_DEBUG_OUTPUT": str(log)})
    loaded = "".join(file.read_text() for file in log.parent.glob("loaded.*"))
    assert outcome.code == users.SIGN_IN_FIRST and "entra-broker.so" not in loaded


def test_a_sign_in_of_ours_comes_first(desk, broker):
    users.login(desk, "--browser")
    assert users.whose(desk, token(desk)) == contoso.ADA.username
    assert broker.calls() == []


def test_where_a_sign_in_of_ours_is_over_the_broker_is_asked(desk, broker):
    users.login(desk, "--browser")
    desk.authority.refresh_tokens.revoke(contoso.ADA)
    assert claims(token(desk))["upn"] == contoso.ADA.username
    assert SILENTLY in broker.methods()


def test_a_due_token_is_renewed_silently(desk, broker):
    first = token(desk).out.strip()
    age(desk, lives=600, renew=True)
    renewed = token(desk, env={"ENTRA_RENEWAL": "inline"}).out.strip()
    assert renewed != first and broker.methods().count(SILENTLY) == 2


def test_many_processes_make_one_call(desk, broker):
    outcomes = users.all_at_once(desk, [("entra", "token", *API)] * 100)
    assert {outcome.code for outcome in outcomes} == {0}
    assert len({outcome.out for outcome in outcomes}) == 1
    assert broker.methods() == ["getAccounts", SILENTLY]


def test_logging_out_forgets_our_tokens_and_signs_nobody_out(desk, broker):
    token(desk)
    assert desk.run("entra", "logout").code == 0
    assert kept(desk, "access_token") == [] == kept(desk, "account")
    assert broker.methods().count(SILENTLY) == 1  # the stand-in allows no removeAccount


@pytest.mark.parametrize("which, told", [((), True), (("--all",), True),
                                         (("--account", contoso.ADA.username), True),
                                         (("--account", contoso.BOB.username), False)])
def test_logging_out_tells_of_the_device(desk, broker, which, told):
    token(desk)
    outcome = desk.run("entra", "logout", *which)
    said = " ".join(outcome.err.split())
    assert outcome.code == 0 and ("identity broker still has ada@contoso.com" in said) == told
    assert "identity broker" not in desk.run("entra", "logout", *which,
                                             env={"ENTRA_BROKER": "never"}).err


def test_no_more_than_the_methods_is_asked_of_the_broker(desk, broker):
    """Microsoft's describes itself to nobody."""
    from world.program import Daemon
    from world.waiting import wait_until
    log = desk.session.logs / "monitor.log"
    monitor = Daemon(["dbus-monitor", "--session",
                      "destination=com.microsoft.identity.broker1"], desk.session.env, log)
    wait_until(lambda: log.exists() and "NameLost" in log.read_text(), "the monitor")
    assert token(desk).code == 0
    wait_until(lambda: SILENTLY in log.read_text(), "the call")
    monitor.stop()
    assert "Introspect" not in log.read_text() and "Properties" not in log.read_text()


# ---- whose ----


def test_the_named_account_is_asked_for(desk, several):
    assert claims(token(desk, "--account", contoso.GRACE.username))["upn"] == \
        contoso.GRACE.username
    assert several.parameters()["username"] == contoso.GRACE.username


def test_the_account_of_the_tenant_is_asked_for(desk, several):
    outcome = token(desk, "--tenant", contoso.OTHER_TENANT.guid)
    assert claims(outcome)["upn"] == contoso.BOB.username


def test_of_several_accounts_none_is_guessed(desk, several):
    use(desk, TenantId="organizations")
    outcome = token(desk)
    assert outcome.code == users.SIGN_IN_FIRST and "2 accounts are signed in" in outcome.err
    assert "Name one of them: --account grace@contoso.com, for example." in outcome.err
    assert SILENTLY not in several.methods()
    assert token(desk, "--account", contoso.GRACE.username).code == 0


def test_another_account_is_not_used_in_its_place(desk, broker):
    outcome = token(desk, "--account", contoso.GRACE.username)
    assert outcome.code == users.SIGN_IN_FIRST
    assert "grace@contoso.com is not signed in to this device" in outcome.err


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("fault, why", [
    ("other_user", "another user's"), ("other_id_token", "another user's"),
    ("other_tenant", "another tenant"), ("other_audience", "another API")])
def test_a_token_that_was_not_asked_for_is_refused(desk, broker, dialect, fault, why):
    use(desk, TenantId=contoso.TENANT.guid)
    broker.set(dialect=dialect)
    broker.will(SILENTLY, fault)
    outcome = token(desk)
    assert outcome.code == users.SIGN_IN_FIRST and outcome.out == "" and why in outcome.err
    assert kept(desk, "access_token") == []


@pytest.mark.parametrize("words", [(), ("--account", contoso.ADA.username)],
                         ids=["anybody", "named"])
def test_an_account_that_is_listed_for_each_tenant_is_one(desk, broker, words):
    ada = account(contoso.ADA)
    broker.set(accounts=[ada | {"realm": contoso.OTHER_TENANT.guid}, ada])
    assert claims(token(desk, *words))["upn"] == contoso.ADA.username
    assert broker.parameters()["account"] == ada


def test_a_tenant_is_known_by_its_id_whatever_domain_it_is_given_by(desk, broker):
    """Himmelblau's broker does not look at the tenant, and answers for the account's own."""
    use(desk, TenantId=contoso.TENANT.domains[0])
    for _ in range(2):  # the authority is asked once
        assert claims(token(desk, "--force-refresh"))["tid"] == contoso.TENANT.guid
    assert broker.parameters()["authority"].endswith(contoso.TENANT.guid)
    assert len(desk.authority.metadata_requests) == 1
    broker.will(SILENTLY, "home_tenant")
    outcome = token(desk, "--tenant", contoso.OTHER_TENANT.domains[0])
    assert outcome.code == users.SIGN_IN_FIRST and "another tenant" in outcome.err


def test_where_the_id_of_the_tenant_is_not_known_the_broker_is_not_asked(desk, broker):
    use(desk, TenantId=contoso.TENANT.domains[0])
    desk.authority.close()
    outcome = token(desk)
    assert outcome.code == users.SIGN_IN_FIRST and broker.calls() == []
    assert "the ID of the tenant contoso.onmicrosoft.com is not known" in outcome.err


# ---- claims, and proofs ----


def test_claims_are_handed_on_once(desk, broker):
    challenge = json.dumps({"access_token": {"nbf": {"essential": True, "value": "1"}}})
    before = token(desk).out.strip()
    outcome = token(desk, "--claims", challenge)
    assert json.loads(broker.parameters()["decodedClaims"]) == json.loads(challenge)
    assert broker.parameters()["accessTokenToRenew"] == before
    assert outcome.code == 0 and broker.methods().count(SILENTLY) == 2


def test_a_forced_refresh_passes_the_brokers_cache_by(desk, broker):
    before = token(desk).out.strip()
    after = token(desk, "--force-refresh")
    assert broker.parameters()["accessTokenToRenew"] == before
    assert after.code == 0 and after.out.strip() != before


# ---- what it lasts ----


def test_an_opaque_token_lasts_as_long_as_the_broker_says(desk, broker):
    broker.will(SILENTLY, "opaque")
    document = json.loads(token(desk, "--output", "json").out)
    assert abs(document["expires_on"] - time.time() - 3600) < 60


def test_a_life_that_is_told_in_the_wrong_unit_does_not_matter(desk, broker):
    """Himmelblau's before May 2026."""
    broker.set(dialect="himmelblau")
    broker.will(SILENTLY, "short_life")
    document = json.loads(token(desk, "--output", "json").out)
    assert abs(document["expires_on"] - time.time() - 3600) < 60
    assert token(desk).code == 0 and broker.methods().count(SILENTLY) == 1


# ---- when the user must be asked ----


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_the_broker_says_of_a_refusal_is_shown(desk, broker, dialect):
    broker.set(dialect=dialect)
    broker.will(SILENTLY, "interaction_required")
    outcome = token(desk)
    expected = {"java": "multi-factor authentication has expired",
                "native": "must sign in to the device again (invalid_grant, correlation id",
                "native3": "must sign in to the device again (invalid_grant, correlation id",
                "himmelblau": "Failed to authenticate user"}[dialect]
    assert outcome.code == users.SIGN_IN_FIRST and expected in outcome.err
    assert "Trace ID" not in outcome.err and "(pii)" not in outcome.err


def test_its_window_is_shown_where_the_user_is(desk, broker):
    broker.will(SILENTLY, "interaction_required")
    outcome = desk.at_terminal("entra", "token", *API, env=DISPLAY).finish()
    said = " ".join(users.plain(outcome.err).split())
    assert outcome.code == 0 and broker.methods()[-1] == BY_WINDOW and users.asked_nobody(desk)
    assert "window of the device's identity broker, within " in said
    assert "or press Ctrl-C, and run 'entra login --browser --api MyWebApi'." in said


@pytest.mark.parametrize("env", [{}, DISPLAY | {"SSH_CONNECTION": "::1 5 ::1 22"}],
                         ids=["plain", "with a display (ssh -X)"])
def test_over_ssh_the_browser_is_used(desk, broker, env):
    broker.will(SILENTLY, "interaction_required")
    outcome = desk.at_terminal("entra", "token", *API, env=env).finish()
    assert outcome.code == 0 and BY_WINDOW not in broker.methods()
    assert len(desk.authority.authorize_requests) == 1


def test_a_sign_in_that_the_user_cancels_is_the_end(desk, broker):
    broker.will(SILENTLY, "interaction_required")
    broker.will(BY_WINDOW, "cancelled")
    outcome = desk.at_terminal("entra", "token", *API, env=DISPLAY).finish()
    assert outcome.code == users.SIGN_IN_FIRST and users.asked_nobody(desk)


def test_a_window_in_which_nobody_signs_in_is_the_end(desk, broker):
    broker.will(SILENTLY, "interaction_required")
    broker.will(BY_WINDOW, "hang")
    login = ("entra", "login", *API, "--timeout", "4")
    outcome = desk.at_terminal(*login, env=DISPLAY).finish()
    said = " ".join(users.plain(outcome.err).split())
    assert outcome.code == users.SIGN_IN_FIRST and users.asked_nobody(desk)
    assert "nobody signed in in the window of the device's identity broker" in said
    broker.will(SILENTLY, None)
    assert claims(token(desk))["upn"] == contoso.ADA.username


def test_where_its_window_fails_the_browser_is_used(desk, broker):
    broker.will(SILENTLY, "interaction_required")
    broker.will(BY_WINDOW, "garbage")
    outcome = desk.at_terminal("entra", "token", *API, env=DISPLAY).finish()
    assert outcome.code == 0 and len(desk.authority.authorize_requests) == 1


def test_where_nobody_can_have_cancelled_the_window_is_shown(desk, broker):
    broker.will(SILENTLY, "cancelled")
    outcome = desk.at_terminal("entra", "token", *API, env=DISPLAY).finish()
    assert outcome.code == 0 and broker.methods()[-1] == BY_WINDOW and users.asked_nobody(desk)


@pytest.mark.parametrize("fault, code, why", [
    ("garbage", 4, "identity broker is unusable: not valid JSON"),
    ("no_network", 4, "The network is not reachable"),
    ("absent", 1, "there is no identity broker")])
def test_where_the_broker_is_required_its_failure_is_told_at_a_terminal(desk, broker, fault, code,
                                                                        why):
    broker.set(dialect="java")
    broker.will(SILENTLY, fault)
    if fault == "absent":
        broker.close()
    outcome = desk.at_terminal("entra", "token", *API, env={"ENTRA_BROKER": "require"}).finish()
    assert outcome.code == code and users.asked_nobody(desk)
    assert why in " ".join(users.plain(outcome.err).split())


# ---- entra login ----


def test_login_uses_the_broker_where_there_is_one(desk, broker):
    terminal = desk.at_terminal("entra", "login", env=DISPLAY).finish()
    assert terminal.code == 0 and f"Signed in as {contoso.ADA.username}." in terminal.err
    assert users.asked_nobody(desk) and SILENTLY in broker.methods()
    assert claims(token(desk))["upn"] == contoso.ADA.username


def test_a_sign_in_for_no_api_asks_for_what_every_tenant_has(desk, broker):
    desk.write_appsettings(desk.user_appsettings(client=None))
    assert desk.at_terminal("entra", "login", env=DISPLAY).finish().code == 0
    assert broker.parameters()["clientId"] == contoso.AZURE_CLI.client_id
    assert broker.parameters()["requestedScopes"] == ["https://management.azure.com/.default"]
    assert desk.at_terminal("entra", "login", "--broker").finish().code == 0
    assert broker.parameters()["clientId"] == ARTIFACTS


def test_login_by_the_broker_can_be_asked_for(desk, several):
    several.set(user=account(contoso.BOB))
    use(desk, TenantId="organizations")
    terminal = desk.at_terminal("entra", "login", "--broker").finish()
    assert terminal.code == 0 and f"Signed in as {contoso.BOB.username}." in terminal.err
    assert several.parameters()["prompt"] == "select_account"
    assert several.parameters()["requestedScopes"] == ["https://graph.microsoft.com/.default"]
    assert claims(token(desk))["upn"] == contoso.BOB.username


def test_whoever_signs_in_must_be_the_named_account(desk, broker):
    terminal = desk.at_terminal("entra", "login", "--broker", "--account",
                                contoso.GRACE.username).finish()
    assert terminal.code == users.SIGN_IN_FIRST
    assert "grace@contoso.com was wanted" in users.plain(terminal.err).replace("\r\n", " ")
    assert kept(desk, "account") == []


def test_whoever_is_signed_in_already_is_not_replaced_without_being_asked(desk, broker):
    users.login(desk, "--browser", user=contoso.GRACE)
    terminal = desk.at_terminal("entra", "login", env=DISPLAY).finish()
    assert terminal.code == 0 and SILENTLY not in broker.methods()
    assert broker.methods()[-1] == BY_WINDOW


@pytest.mark.parametrize("how", ["--browser", "--device-code"])
def test_where_the_broker_is_required_no_other_way_is_taken(desk, broker, how):
    outcome = desk.run("entra", "login", how, env={"ENTRA_BROKER": "require"})
    assert outcome.code == 2 and "since ENTRA_BROKER says require" in outcome.err
    use(desk, Broker="require")
    outcome = desk.run("entra", "login", how)
    assert outcome.code == 2 and "since Broker in the configuration says require" in outcome.err
    assert "Run 'entra login --broker'" in outcome.err and broker.calls() == []
    assert desk.at_terminal("entra", "login", "--broker").finish().code == 0


def test_login_by_other_means_leaves_the_broker_alone(desk, broker):
    users.login(desk, "--browser", env=DISPLAY)
    assert broker.calls() == []


def test_login_by_the_broker_fails_where_there_is_none(desk):
    terminal = desk.at_terminal("entra", "login", "--broker").finish()
    assert terminal.code == 1 and users.asked_nobody(desk)
    assert "no identity broker" in terminal.err


def test_the_ways_to_log_in_exclude_each_other(desk):
    outcome = desk.run("entra", "login", "--broker", "--browser")
    assert outcome.code == 2 and "--browser and --broker cannot be used together" in outcome.err


# ---- clients ----


@pytest.mark.parametrize("dialect", MICROSOFT)
def test_azure_devops_is_asked_for_by_the_client_that_is_served(desk, broker, dialect):
    desk.write_appsettings(desk.user_appsettings(client=None))
    broker.set(dialect=dialect, clients={ARTIFACTS: ARTIFACTS_REDIRECT})
    outcome = token(desk, "--api", "GitServer")
    assert claims(outcome)["appid"] == ARTIFACTS


def test_himmelblau_serves_the_usual_client(desk, broker):
    desk.write_appsettings(desk.user_appsettings(client=None))
    broker.close()
    with IdentityBroker(desk.session, "himmelblau", accounts=[account(contoso.ADA)]) as other:
        outcome = token(desk, "--api", "GitServer")
        assert claims(outcome)["appid"] == contoso.AZURE_CLI.client_id
        assert other.parameters()["redirectUri"] == "http://localhost"


@pytest.mark.parametrize("dialect", MICROSOFT)
def test_a_refused_client_signs_in_by_the_browser_from_then_on(desk, broker, dialect):
    broker.set(dialect=dialect, clients={})
    for calls in (1, 1):  # the refusal is remembered
        terminal = desk.at_terminal("entra", "token", *API, "--force-refresh",
                                    env=DISPLAY).finish()
        assert terminal.code == 0
        assert broker.methods().count(SILENTLY) == calls
        desk.run("entra", "logout", "--all")
    assert BY_WINDOW not in broker.methods() and len(desk.authority.authorize_requests) == 2


@pytest.mark.parametrize("other", [("--tenant", contoso.OTHER_TENANT.guid),
                                   ("--account", contoso.GRACE.username)])
def test_a_refusal_is_of_one_tenant_and_account(desk, several, other):
    several.will(SILENTLY, "not_authorized", None)
    several.set(dialect="java")
    use(desk, TenantId=contoso.TENANT.guid)
    for _ in range(2):  # the refusal is remembered
        assert token(desk).code == users.SIGN_IN_FIRST
    assert several.methods().count(SILENTLY) == 1
    assert token(desk, *other).code == 0


def test_a_client_of_which_nothing_is_known_is_shown_no_window(desk, broker):
    desk.write_appsettings(desk.user_appsettings(client=None))
    broker.will(SILENTLY, "interaction_required")
    terminal = desk.at_terminal("entra", "token", *API, "--verbose", env=DISPLAY).finish()
    assert terminal.code == 0 and BY_WINDOW not in broker.methods(), terminal.err
    assert len(desk.authority.authorize_requests) == 1
    said = " ".join(users.plain(terminal.err).split())
    assert "so it shows no window" in said and "Sign in in the window" not in said


def test_that_no_window_was_shown_is_not_remembered(desk, broker):
    desk.write_appsettings(desk.user_appsettings(client=None))
    broker.will(SILENTLY, "interaction_required", None)
    assert desk.at_terminal("entra", "token", *API, env=DISPLAY).finish().code == 0
    desk.run("entra", "logout", "--all")
    assert claims(token(desk))["upn"] == contoso.ADA.username
    assert broker.methods().count(SILENTLY) == 2


def test_where_the_broker_is_required_it_is_told_why_no_window_is_shown(desk, broker):
    desk.write_appsettings(desk.user_appsettings(client=None))
    broker.will(SILENTLY, "interaction_required")
    terminal = desk.at_terminal("entra", "token", *API, env=DISPLAY
                                | {"ENTRA_BROKER": "require"}).finish()
    said = " ".join(users.plain(terminal.err).split())
    assert terminal.code == users.SIGN_IN_FIRST and "so it shows no window" in said
    assert "entra login --broker" in said and BY_WINDOW not in broker.methods()


# ---- ENTRA_BROKER, and the configuration ----


@pytest.mark.parametrize("how", ["variable", "key"])
def test_the_broker_can_be_forbidden(desk, broker, how):
    if how == "key":
        use(desk, Broker="never")
    outcome = token(desk, env={"ENTRA_BROKER": "never"} if how == "variable" else {})
    assert outcome.code == users.SIGN_IN_FIRST and broker.calls() == []


def test_the_variable_goes_before_the_key(desk, broker):
    use(desk, Broker="never")
    assert token(desk, env={"ENTRA_BROKER": "auto"}).code == 0


def test_where_the_broker_is_required_nothing_else_will_do(desk, broker):
    users.login(desk, "--browser", env={"ENTRA_BROKER": "never"})
    use(desk, Broker="require")
    assert claims(token(desk))["upn"] == contoso.ADA.username
    assert SILENTLY in broker.methods()
    broker.will(SILENTLY, "garbage")
    forget_tokens(desk)
    outcome = token(desk)
    assert outcome.code == 4 and "identity broker" in outcome.err
    broker.close()
    outcome = token(desk)
    assert outcome.code == 1 and "there is no identity broker" in outcome.err


@pytest.mark.parametrize("how", ["variable", "key"])
def test_another_value_is_a_mistake(desk, how):
    if how == "key":
        use(desk, Broker="sometimes")
    outcome = token(desk, env={"ENTRA_BROKER": "sometimes"} if how == "variable" else {})
    assert outcome.code == 2
    assert "must be auto, never or require, not 'sometimes'" in outcome.err


def test_an_app_does_not_ask_the_broker(world):
    with IdentityBroker(world.session, accounts=[account(contoso.ADA)]) as broker:
        assert token(world).code == 0 and broker.calls() == []
