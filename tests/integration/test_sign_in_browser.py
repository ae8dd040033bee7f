# SPDX-License-Identifier: MIT
"""A user signs in with the browser: authorization code with PKCE, on a loopback redirect."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
import requests

from authority import contoso, faults
from integration import users
from integration.users import login, query, sign_in_url, token, whose
from world import chromium
from world.browser import CHATTER
from world.chromium import Chromium
from world.terminal import INTERRUPT, Terminal
from world.waiting import PATIENCE, SHORT_LIMIT, wait_until


def test_a_sign_in_gives_tokens_from_then_on(desk):
    outcome = login(desk)
    assert outcome.out == "" or CHATTER not in outcome.out
    assert contoso.ADA.username in outcome.err + outcome.out
    assert whose(desk, token(desk)) == contoso.ADA.username
    assert len(desk.authority.authorize_requests) == 1


def test_the_authority_is_asked_as_msal_does(desk):
    login(desk)
    asked = query(desk.browser.urls[0])
    redirect = urlsplit(asked["redirect_uri"])
    assert (redirect.scheme, redirect.hostname) == ("http", "localhost") and redirect.port
    assert asked["response_type"] == "code"
    assert asked["response_mode"] == "form_post"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43
    assert len(asked["state"]) >= 22
    assert {"offline_access", "openid", "profile"} <= set(asked["scope"].split())
    (redeemed,) = [one.form for one in desk.authority.token_requests
                   if one.form["grant_type"] == "authorization_code"]
    assert redeemed["redirect_uri"] == asked["redirect_uri"]
    assert redeemed["code_verifier"] not in desk.browser.urls[0]


def test_what_everybody_can_read_of_the_browser_leads_nobody_to_the_sign_in(desk):
    """The command line is an address of the program's own, which works once."""
    login(desk)
    (start,) = desk.browser.starts
    asked = query(desk.browser.urls[0])
    assert re.fullmatch(re.escape(asked["redirect_uri"]) + r"/[\w-]{43}", start)
    for name in ("state", "nonce", "code_challenge"):
        assert asked[name] not in start


def start_of(desk, *before: str) -> tuple[Terminal, str]:
    """A sign-in whose browser has not come yet, and the URL that the browser was started with.
    `before` is a command that runs it."""
    noted = desk.session.home / "noted"
    slow = desk.session.home / "slow"
    slow.write_text(f'#!/bin/sh\necho "$1" >{noted}.new && mv {noted}.new {noted}\n')
    slow.chmod(0o755)
    terminal = desk.at_terminal(*before, "entra", "login", env={"BROWSER": str(slow)})
    wait_until(noted.exists, "the browser")
    return terminal, noted.read_text().strip()


def fetch_as(uid: int, url: str, *words: str) -> str:
    """What another user of this machine gets there: the status, and where it leads."""
    return subprocess.run(
        ["setpriv", f"--reuid={uid}", "--clear-groups", "curl", "-s", "-o", "/dev/null", "-w",
         "%{http_code} %{redirect_url}", url, *words],
        capture_output=True, text=True, timeout=20, check=True).stdout.strip()


only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
STRANGER = 65533


def test_the_browsers_start_works_once(desk):
    terminal, start = start_of(desk)
    url = desk.visitor.sent_on(start)
    assert url == sign_in_url(desk, terminal)
    again = requests.get(start, timeout=10)
    assert again.status_code == 410 and "used already" in again.text
    desk.visitor.sign_in(url, contoso.ADA)
    assert terminal.finish().code == 0


@only_root
def test_another_user_cannot_use_the_browsers_start(desk):
    terminal, start = start_of(desk)
    assert fetch_as(STRANGER, start) == "403"
    terminal.wait_for(rf"another user \(uid {STRANGER}\)")
    desk.visitor.sign_in(desk.visitor.sent_on(start), contoso.ADA)
    assert terminal.finish().code == 0


@only_root
def test_another_user_cannot_answer_even_with_the_state(desk):
    terminal, start = start_of(desk)
    asked = query(sign_in_url(desk, terminal))
    assert fetch_as(STRANGER, asked["redirect_uri"] + "/", "-d",
                    urlencode({"code": "x", "state": asked["state"]})) == "403"
    terminal.wait_for(rf"another user \(uid {STRANGER}\)")
    desk.visitor.sign_in(desk.visitor.sent_on(start), contoso.ADA)
    assert terminal.finish().code == 0
    redeemed = [one.form["code"] for one in desk.authority.token_requests
                if one.form["grant_type"] == "authorization_code"]
    assert "x" not in redeemed


@only_root
def test_if_the_kernel_does_not_tell_who_comes_no_browser_is_started(desk):
    terminal = desk.at_terminal(
        "unshare", "--mount", "sh", "-c",
        'mount -t tmpfs none /proc/$$/net && exec entra login --browser')
    terminal.wait_for("To sign in, open this URL in a browser on this machine")
    desk.visitor.sign_in(sign_in_url(desk, terminal), contoso.ADA)
    assert terminal.finish().code == 0
    assert desk.browser.starts == []


def change_mounts(terminal: Terminal, *command: str) -> None:
    subprocess.run(["nsenter", "--mount", f"--target={terminal.pid}", *command,
                    f"/proc/{terminal.pid}/net"], timeout=20, check=True)


@only_root
def test_a_browser_that_the_kernel_does_not_list_is_refused_and_the_user_told_once(desk):
    """One of another system, whose connections a virtual machine's host hands on."""
    terminal, start = start_of(desk, "unshare", "--mount")
    change_mounts(terminal, "mount", "--types=tmpfs", "none")
    for _ in range(2):
        assert requests.get(start, timeout=10, allow_redirects=False).status_code == 403
    terminal.wait_for(r"not run on this machine.*\n?.*--device-code")
    change_mounts(terminal, "umount")
    desk.visitor.sign_in(desk.visitor.sent_on(start), contoso.ADA)
    assert terminal.finish().code == 0
    assert terminal.screen.count("--device-code") == 1


def test_every_sign_in_says_who_is_signed_in_now(desk):
    said = f"Signed in as {contoso.ADA.username}."
    assert said in login(desk).err
    desk.run("entra", "logout", "--all")
    assert said in desk.at_terminal("entra", "token", *users.API).finish().err
    desk.run("entra", "logout", "--all")
    outcome = desk.at_terminal("entra", "token", *users.API, "--output", "json").finish()
    assert f'{{"notice":"{said}"}}' in outcome.err
    assert said not in token(desk).err


def test_no_two_sign_ins_share_a_secret(desk):
    login(desk)
    login(desk)
    first, second = map(query, desk.browser.urls)
    for name in ("state", "code_challenge"):
        assert first[name] != second[name]


def test_a_code_is_in_no_url_and_a_token_in_no_file(desk):
    login(desk)
    (code,) = desk.authority.authorization_codes.all()
    assert desk.session.files_holding(code.code.encode()) == []
    for issued in desk.authority.refresh_tokens.all():
        assert desk.session.files_holding(issued.value.encode()) == []


def test_the_browsers_output_does_not_reach_the_answer(desk):
    terminal = desk.at_terminal("entra", "token", *users.API)
    outcome = terminal.finish()
    assert whose(desk, outcome) == contoso.ADA.username
    assert len(desk.browser.urls) == 1


def test_the_last_page_is_small_and_plain(desk):
    login(desk)
    (page,) = desk.browser.pages
    assert len(page) < 4096
    assert re.search(r"close this (window|page|tab)", page)
    for active in ("<script", "http:", "https:", "<img", "<link", "<iframe"):
        assert active not in page.lower()


def test_a_user_who_declines_is_told_in_both_places(desk):
    desk.browser.will_decline()
    outcome = desk.at_terminal("entra", "login").finish()
    assert (outcome.code, outcome.out) == (3, "")
    assert "AADSTS65004" in outcome.err
    assert "and accept" in outcome.err
    (page,) = desk.browser.pages
    assert "AADSTS65004" in page and "Sign-in failed" in page
    assert desk.session.keyring.items() == []


def test_a_refusal_has_what_the_authoritys_support_needs(desk):
    desk.browser.will_decline()
    outcome = desk.at_terminal("entra", "login").finish()
    ids = r"\(access_denied, correlation id [0-9a-f-]{36}, 20\S+ \S+Z\)"
    assert re.search(ids, outcome.err.replace("\r\n", "")), outcome.err


def test_a_rejected_code_is_an_error_in_both_places(desk):
    desk.authority.authorization_codes.lifetime = -1
    outcome = desk.at_terminal("entra", "login").finish()
    assert outcome.code == 3
    assert "AADSTS70008" in outcome.err
    assert desk.session.keyring.items() == []
    (page,) = desk.browser.pages
    assert "AADSTS70008" in page and "Sign-in failed" in page


def test_a_wrong_user_is_told_in_both_places(desk):
    desk.browser.will_sign_in(contoso.GRACE)
    outcome = desk.at_terminal("entra", "login", "--account", contoso.ADA.username).finish()
    assert outcome.code == users.SIGN_IN_FIRST
    (page,) = desk.browser.pages
    for text in (outcome.err, page):
        assert f"{contoso.GRACE.username} signed in, but {contoso.ADA.username} was" in text
    assert "Wrong account" in page and "You are signed in" not in page


def test_an_error_of_the_authority_cannot_harm_browser_or_terminal(desk):
    desk.browser.will_wait()
    terminal = desk.at_terminal("entra", "login")
    asked = query(sign_in_url(desk, terminal))
    page = requests.post(asked["redirect_uri"], timeout=10, data={
        "error": "access_denied", "state": asked["state"],
        "error_description": "AADSTS65004: <script>alert(1)</script>\x1b[2J\x1b]0;owned\x07 & so on"})
    outcome = terminal.finish()
    assert outcome.code == 3
    assert "\x1b" not in users.plain(outcome.err) and "\x07" not in outcome.err
    assert "<script>" not in page.text and "\x1b" not in page.text
    assert "AADSTS65004" in page.text


def test_the_url_is_shown_too_and_can_be_opened_by_hand(desk):
    desk.browser.will_wait()
    terminal = desk.at_terminal("entra", "login")
    url = sign_in_url(desk, terminal)
    page = desk.visitor.sign_in(url, contoso.GRACE)
    assert page.status == 200
    assert terminal.finish().code == 0
    assert whose(desk, token(desk)) == contoso.GRACE.username


def test_the_redirect_listens_only_on_the_loopback_and_while_needed(desk):
    desk.browser.will_wait()
    terminal = desk.at_terminal("entra", "login")
    url = sign_in_url(desk, terminal)
    port = urlsplit(query(url)["redirect_uri"]).port
    listening = [words[1].split(":")[0] for file in ("/proc/net/tcp", "/proc/net/tcp6")
                 for words in map(str.split, Path(file).read_text().splitlines()[1:])
                 if words[3] == "0A" and int(words[1].split(":")[1], 16) == port]
    assert listening and set(listening) <= {"0100007F", "0" * 24 + "01000000"}
    desk.visitor.sign_in(url, contoso.ADA)
    assert terminal.finish().code == 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 5)


def test_the_time_left_is_counted_on_one_line(desk):
    """A terminal full of such lines would not show the URL any more."""
    desk.browser.will_wait()
    terminal = desk.at_terminal("entra", "login")
    counted = terminal.wait_for(r"(?s)Waiting for the sign-in.*Waiting for the sign-in").group()
    assert "\n" not in counted


def test_ctrl_c_ends_the_wait(desk):
    desk.browser.will_wait()
    terminal = desk.at_terminal("entra", "login")
    port = urlsplit(query(sign_in_url(desk, terminal))["redirect_uri"]).port
    terminal.type(INTERRUPT)
    outcome = terminal.finish()
    assert outcome.code != 0
    assert desk.session.keyring.items() == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 5)


def test_a_wait_ends_at_the_time_limit(desk):
    desk.browser.will_wait()
    outcome = desk.at_terminal("entra", "login", "--timeout", SHORT_LIMIT).finish()
    assert outcome.code not in (0, 1, 2)
    assert outcome.seconds < PATIENCE / 2


def test_if_the_browser_fails_the_device_code_is_offered(desk):
    desk.browser.will_fail()
    terminal = desk.at_terminal("entra", "login")
    users.enter(desk, users.user_code(terminal))
    assert terminal.finish().code == 0
    assert len(desk.browser.starts) == 1


def test_if_a_requested_browser_fails_the_url_can_be_opened_by_hand(desk):
    desk.browser.will_fail()
    terminal = desk.at_terminal("entra", "login", "--browser")
    terminal.wait_for("Open the URL yourself")
    desk.visitor.sign_in(sign_in_url(desk, terminal), contoso.ADA)
    assert terminal.finish().code == 0
    assert not desk.authority.device_code_requests


def test_without_a_browser_the_device_code_is_offered(desk):
    terminal = desk.at_terminal("entra", "login", env=users.NO_BROWSER)
    users.enter(desk, users.user_code(terminal))
    assert terminal.finish().code == 0
    assert whose(desk, token(desk)) == contoso.ADA.username


def test_without_a_browser_what_the_sign_in_is_for_is_said_once(desk):
    terminal = desk.at_terminal("entra", "login", "--api", "MyWebApi", env=users.NO_BROWSER)
    users.user_code(terminal)
    assert terminal.screen.count("for MyWebApi") == 1


@pytest.mark.parametrize("words", ["{program}", "{program} %s", "env {program}",
                                   "{wrapper} --url=%s --new", "/nowhere:{program}"])
def test_the_browser_can_be_a_command_with_the_url_anywhere(desk, words):
    program = desk.session.env["BROWSER"]
    wrapper = desk.session.home / "wrapper"
    wrapper.write_text(f'#!/bin/sh\n[ "$2" = --new ] && exec {program} "${{1#--url=}}"\n')
    wrapper.chmod(0o755)
    outcome = desk.at_terminal("entra", "token", *users.API, env={
        "BROWSER": words.format(program=program, wrapper=wrapper)}).finish()
    assert whose(desk, outcome) == contoso.ADA.username
    assert len(desk.browser.urls) == 1


def test_xdg_open_opens_the_browser_of_the_desktop(desk):
    program = desk.session.env.pop("BROWSER")
    applications = desk.session.data / "applications"
    applications.mkdir()
    (applications / "browser.desktop").write_text(
        f"[Desktop Entry]\nType=Application\nName=Browser\nExec={program} %u\n"
        "MimeType=x-scheme-handler/https;x-scheme-handler/http;\n")
    (desk.session.config / "mimeapps.list").write_text(
        "[Default Applications]\n"
        "x-scheme-handler/http=browser.desktop\nx-scheme-handler/https=browser.desktop\n")
    outcome = desk.at_terminal("entra", "token", *users.API, env={"DISPLAY": ":0"}).finish()
    assert whose(desk, outcome) == contoso.ADA.username
    assert len(desk.browser.urls) == 1


def test_a_named_account_is_filled_in_on_the_page(desk):
    login(desk, "--account", contoso.GRACE.username, user=contoso.GRACE)
    assert query(desk.browser.urls[0])["login_hint"] == contoso.GRACE.username


def test_a_tenant_can_be_named(desk):
    desk.write_appsettings(desk.user_appsettings(contoso.AZURE_CLI))
    login(desk, "--tenant", contoso.OTHER_TENANT.guid, user=contoso.BOB)
    assert f"/{contoso.OTHER_TENANT.guid}/" in desk.browser.urls[0]


def test_an_unknown_app_is_reported_by_the_authority_in_the_browser(desk):
    """The authority shows this error only to the user, so the wait goes on until Ctrl-C."""
    settings = desk.user_appsettings()
    settings["AzureAd"]["ClientId"] = "00000000-1111-2222-3333-444444444444"
    desk.write_appsettings(settings)
    desk.browser.will_wait()
    terminal = desk.at_terminal("entra", "login")
    wait_until(lambda: desk.browser.pages != [], "the page")
    assert "AADSTS700016" in desk.browser.pages[0]
    terminal.type(INTERRUPT)
    assert terminal.finish().code != 0


def test_an_authority_that_fails_once_is_asked_again(desk):
    desk.authority.faults.inject(faults.unavailable(), times=1)
    login(desk)


def test_a_real_browser_signs_in(desk):
    chromium.require()
    browser = Chromium(desk.session.root / "chromium")
    terminal = desk.at_terminal("entra", "token", *users.API,
                                env={"BROWSER": str(browser.program)})
    try:
        browser.attach()
        browser.sign_in(contoso.ADA)
        outcome = terminal.finish()
        browser.wait_for_text("close")
        assert re.fullmatch(r"http://localhost:\d+/", browser.url)
    finally:
        browser.close()
    assert whose(desk, outcome) == contoso.ADA.username
