# SPDX-License-Identifier: MIT
"""Messages on a terminal: as wide as it is, and no word, URL, path or command is broken."""

from __future__ import annotations

import re
from typing import Any, Callable

import pytest

from authority import contoso
from integration.on_terminal import OnTerminal, shown_commands, words_of
from integration.test_advice import SECRET, SECRETS, SIGN_INS, advised
from integration.test_completion import LINES
from integration.users import NO_BROWSER, login, start_device_code, user_code
from world.program import Outcome
from world.world import World

WIDTHS = (80, 40, 120)


def token(world: World, *words: str, **how: Any) -> Outcome:
    return world.run("entra", "token", "--api", "MyWebApi", *words, **how)


def readable(world: World) -> Outcome:
    world.appsettings_file.chmod(0o644)
    return token(world, "--force-refresh", "--output", "header")


def writable(world: World) -> Outcome:
    world.appsettings_file.chmod(0o666)
    return token(world)


def broken(world: World) -> Outcome:
    world.appsettings_file.write_text('{\n"AzureAd": {\n"TenantId": "x"\n"ClientId": "y"\n}')
    return token(world)


def locked(world: World) -> Outcome:
    world.session.keyring.lock()
    return token(world, "--keyring", "secret-service")


def traced(world: World) -> Outcome:
    assert token(world).code == 0
    return token(world, "--verbose")


def doctor(world: World) -> Outcome:
    for helper in ("store", "entra"):
        world.run("git", "config", "--global", "--replace-all", "credential.helper", helper,
                  f"^{helper}$")
    return world.run("entra", "doctor", env={"AzureAd__ClientSecret": "wrong"})


MESSAGES: dict[str, Callable[[World], Outcome]] = {
    "wrong secret": lambda world: token(world, env={"AzureAd__ClientSecret": "wrong"}),
    "no network": lambda world: token(world, "--authority", "https://login.invalid"),
    "no sign-in": lambda world: token(world, "--user"),
    "readable": readable,
    "writable": writable,
    "broken configuration": broken,
    "locked keyring": locked,
    "usage": lambda world: world.run("entra", "token", "--client-secret", "x"),
    "trace": traced,
    "doctor": doctor,
    "explanation": lambda world: world.run("entra", "doctor", "--explain", "AADSTS53003"),
    "status": lambda world: world.run("entra", "status"),
    "secret": lambda world: world.run("entra", "secret", "set", input="s3cr3t\n"),
}


def without_token(text: str) -> str:
    return re.sub(r"^(Authorization: Bearer )?eyJ\S+\n", "", text, flags=re.M)


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("name", MESSAGES)
def test_no_word_is_broken(world, name, columns):
    """The words are those of the same message in a file, and a line that is longer than the terminal
    is wide cannot be broken."""
    plain = MESSAGES[name](world)
    shown = MESSAGES[name](OnTerminal(world, columns, whole=True))
    screen = re.sub(r"\x1b\[\d*m", "", without_token(shown.err))
    assert shown.code == plain.code
    assert words_of(screen) == words_of(without_token(plain.out) + plain.err)
    for line in screen.splitlines():
        assert line == line.rstrip()
        is_command = re.match(r" +(entra|git|chmod|sudo|kubectl) ", line)
        assert len(line) <= columns or is_command or " " not in line.strip(" ("), line


@pytest.mark.parametrize("columns", WIDTHS)
def test_an_advice_has_lines_of_its_own(world, columns):
    screen = MESSAGES["wrong secret"](OnTerminal(world, columns)).err
    assert re.search(r"^  Check ClientId, and that the", screen, re.M)
    assert screen.startswith("entra: no token for MyWebApi: the")
    assert all(line.startswith("  ") for line in screen.splitlines()[1:])


def test_a_terminal_of_unknown_width_gets_a_line_which_it_breaks_itself(world):
    screen = MESSAGES["wrong secret"](OnTerminal(world, 0)).err
    assert len(screen.splitlines()) == 1


def test_the_user_may_say_how_wide_it_is(world):
    terminal = world.at_terminal("entra", "token", "--api", "Nobodys", columns=120,
                                 env={"COLUMNS": "40"})
    assert max(len(line) for line in terminal.finish().err.splitlines()) <= 40


def test_a_file_gets_one_line_whatever_the_user_says(world):
    outcome = world.run("entra", "token", "--api", "Nobodys", env={"COLUMNS": "40"})
    assert len(outcome.err.splitlines()) == 1


@pytest.mark.parametrize("columns", [80, 40])
@pytest.mark.parametrize("name", SIGN_INS | SECRETS)
def test_an_advised_command_is_whole(desk, name, columns):
    """Word for word that of the message in a file, which test_advice.py runs."""
    case = (SIGN_INS | SECRETS)[name]
    case.before(desk)
    command = advised(case.ask(desk), case.advice)
    screen = case.ask(OnTerminal(desk, columns)).err
    program = "entra secret" if case.advice == SECRET else "entra login"
    assert shown_commands(screen, program) == [command], screen


# ---- sign-ins ----


@pytest.mark.parametrize("columns", WIDTHS)
def test_a_device_code_has_a_line_of_its_own_and_says_what_for(desk, columns):
    terminal, code = start_device_code(desk, "entra", "login", "--api", "MyWebApi", "--account",
                                       contoso.ADA.username, "--device-code", columns=columns)
    lines = terminal.screen.replace("\r\x1b[K", "\n").splitlines()
    terminal.close()
    assert code in lines and f"{desk.authority.url}/device" in lines
    begin = " ".join(line.strip() for line in lines[:lines.index(f"{desk.authority.url}/device")])
    assert begin == f"To sign in as {contoso.ADA.username} for MyWebApi, open this page on any device:"


@pytest.mark.parametrize("columns", WIDTHS)
def test_the_url_of_a_sign_in_has_a_line_of_its_own(desk, columns):
    terminal = desk.at_terminal("entra", "login", "--browser", "--api", "MyWebApi", env=NO_BROWSER,
                                columns=columns)
    terminal.wait_for("Waiting")
    lines = terminal.screen.splitlines()
    terminal.close()
    assert "Sign in for MyWebApi." in lines
    assert sum(line.startswith(f"{desk.authority.url}/") and " " not in line for line in lines) == 1


@pytest.mark.parametrize("columns", WIDTHS)
def test_the_countdown_fits_into_a_line(desk, columns):
    terminal, _ = start_device_code(desk, columns=columns)
    waiting = terminal.wait_for(r"Waiting[^\r\n]*").group()
    terminal.close()
    assert len(waiting) < columns and ("Ctrl-C" in waiting) == (columns >= 80)


# ---- marks ----


@pytest.mark.parametrize("locale, marks", [
    ({"LANG": "C.UTF-8"}, "✓✗–"), ({"LANG": "C"}, "+x-"), ({"LANG": None}, "+x-"),
    ({"LANG": "C.UTF-8", "LC_ALL": "POSIX"}, "+x-"), ({"LC_CTYPE": "C.UTF-8", "LANG": "C"}, "✓✗–")])
def test_the_marks_are_ascii_where_the_locale_is(world, locale, marks):
    outcome = world.run("entra", "doctor", env=locale | {"AzureAd__ClientSecret": "wrong"})
    begins = {line[0] for line in outcome.out.splitlines() if not line.startswith(" ")}
    assert begins == set(marks)
    assert outcome.out.isascii() == (marks == "+x-")


# ---- the trace ----


def test_five_lines_tell_of_a_warm_answer(world):
    assert token(world).code == 0
    lines = [line.split(" ms  ")[1] for line in token(world, "--verbose").err.splitlines()]
    file = world.appsettings_file
    assert lines[:2] == [f"configuration: reading {file}",
                         f"configuration: client credential 1: {file}:6"]
    assert lines[2:4] == [
        f"request: a token for MyWebApi: {contoso.MY_WEB_API}/.default",
        f"identity: the app {contoso.DAEMON.client_id}, tenant {contoso.TENANT.domains[0]}, at "
        f"{world.authority.url}"]
    assert re.fullmatch(r"keyring: secret-service has the token, until \S+Z \(59 min\)", lines[4])
    assert len(lines) == 5


def test_five_lines_tell_of_a_users_warm_answer(desk):
    login(desk)
    assert token(desk).code == 0
    lines = token(desk, "--verbose").err.splitlines()
    assert len(lines) == 5
    assert "identity: a user, by the client" in lines[3]
    assert f"has the token of {contoso.ADA.username}, until " in lines[4]


@pytest.mark.parametrize("line", LINES)
def test_no_line_of_a_help_text_is_longer_than_the_terminal(world, line):
    shown = world.at_terminal(*line.split(), "--help", whole=True, columns=80).finish().err
    assert max(map(len, shown.splitlines())) <= 80
