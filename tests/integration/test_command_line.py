# SPDX-License-Identifier: MIT
"""The commands of entra, their help, and the options that each takes."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from authority import contoso
from integration.users import login, token
from world.commands import COMMANDS, PROGRAMS

ADA = contoso.ADA.username
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("program", PROGRAMS)
def test_help_and_version_go_to_stdout(world, program):
    shown = world.run(program, "--help").out
    assert "usage:" in shown and shown.endswith(f"\nSee {program}(1).\n")
    assert world.run(program, "--version").out.startswith(program)
    assert world.run(program, "-h").out == world.run(program, "--help").out
    assert world.run(program, "-V").out == world.run(program, "--version").out


COMMON = {"--config": "/x", "--api": "AKS", "--scope": "s/.default", "--resource": "https://r",
          "--tenant": "t", "--client-id": "c", "--authority": "https://a", "--force-refresh": None,
          "--claims": "{}", "--managed-identity": None, "--account": "ada@contoso.com",
          "--keyring": "none", "--timeout": "3"}


def test_help_of_a_command_is_the_same_in_each_form(world):
    alone = world.run("entra", "--help")
    assert (alone.code, alone.err) == (0, "")
    for words in ([], ["help"], ["-h"]):
        outcome = world.run("entra", *words)
        assert (outcome.code, outcome.out, outcome.err) == (0, alone.out, "")
    for command in COMMANDS:
        words = command.split()
        outcome = world.run("entra", *words, "--help")
        assert outcome.code == 0 and outcome.out.startswith(f"usage: entra {command} ")
        assert world.run("entra", "help", *words).out == outcome.out
        assert outcome.out.endswith(f"\nSee entra-{'-'.join(words)}(1).\n")
        assert max(len(line) for line in outcome.out.splitlines()) <= 80
        assert not command.startswith(("token", "log", "setup")) or "Examples:" in outcome.out


# Where a shell puts what a program of ours prints into a line, and what is before it there.
SUBSTITUTION = re.compile(r"^(.*)\$\(\s*(?:entra token|\w+-credential-entra)", re.M)
ASSIGNMENT = re.compile(r"\s*(?:export )?\w+=\"?")


def test_no_example_puts_a_token_on_a_command_line(world):
    """Every user of the machine can read those. A variable of the shell or of a program is no part
    of one."""
    commands = [("entra", *command.split()) for command in COMMANDS]
    texts = [world.run(*command, "--help").out for command in [*commands, *zip(PROGRAMS)]]
    texts += [file.read_text() for file in [ROOT / "README.md", ROOT / "SECURITY.md",
                                            *(ROOT / "man").glob("*.[157]")]]
    found = [match for text in texts for match in SUBSTITUTION.finditer(text)]
    assert found and [match.group() for match in found
                      if not ASSIGNMENT.fullmatch(match.group(1))] == []


def test_man_finds_the_page_of_a_command(world, programs):
    if shutil.which("man") is None:
        pytest.skip("there is no man")
    pages = programs.parent / "share" / "man"
    for words in (["entra"], ["entra-login"], ["entra", "login"], ["entra-setup-git"],
                  ["entra-credential-helpers"], ["entra-appsettings"], ["git-credential-entra"]):
        outcome = world.run("man", "-w", *words, env={"MANPATH": str(pages)})
        assert outcome.out.splitlines()[0].rpartition("/")[2].startswith("-".join(words) + "."), outcome


@pytest.mark.parametrize("command, operand, hint", [
    *((command, ADA, f"Give an account as --account {ADA}.")
      for command in ("login", "logout", "forget", "token")),
    ("login", "ada", "Give an account as --account NAME, and an API as --api NAME."),
    ("forget", "Graph", "Give an account as --account NAME, and an API as --api NAME."),
    ("forget", "$(id)@contoso.com", "Give an account as --account NAME, and an API as --api NAME."),
    ("forget", "ada:hunter2@contoso.com", "Give an account as --account NAME, and an API"),
    ("logout", "ada", "Give an account as --account NAME."),
    ("status", "Graph", "Give an API as --api NAME."),
])
def test_an_argument_too_many_is_answered_with_the_option(world, command, operand, hint):
    outcome = world.run("entra", command, operand)
    assert (outcome.code, outcome.out) == (2, "")
    assert "unexpected argument" in outcome.err and hint in outcome.err
    assert "hunter2" not in outcome.err


def test_the_account_is_taken_as_the_message_says(desk):
    login(desk)
    outcome = desk.run("entra", "forget", ADA)
    (words,) = re.findall(r"Give an account as (.*)\.$", outcome.err, re.M)
    assert outcome.code == 2 and desk.run("entra", "forget", *words.split()).code == 0
    assert json.loads(desk.run("entra", "list", "--output", "json").out) == []


@pytest.mark.parametrize("command", COMMANDS)
def test_no_option_is_taken_in_silence(world, command):
    """An option that the help does not show is refused before anything is done."""
    words = command.split()
    shown = world.run("entra", *words, "--help").out
    for option, value in COMMON.items():
        if f"  {option}" in shown:
            continue
        outcome = world.run("entra", *words, option, *([value] if value else []))
        assert (outcome.code, outcome.out) == (2, ""), outcome
        assert f"{option} has no effect on 'entra {command}'" in outcome.err


def test_signing_out_of_one_api_is_not_signing_out_of_all(desk):
    login(desk)
    outcome = desk.run("entra", "logout", "--api", "AKS")
    assert outcome.code == 2 and "--api has no effect" in outcome.err
    assert token(desk).code == 0


@pytest.mark.parametrize("operand, shown, hint", [
    ("https://dev.azure.com/contoso", "'https://dev.azure.com/contoso'", "entra token --api AzureDevOps"),
    ("https://ada:hunter2@nobody.example/?sig=hunter2", "'https://nobody.example/'", "--resource URI"),
    ("Graph", "'Graph'", "--api NAME"),
])
def test_an_operand_of_token_is_answered_with_what_was_meant(world, operand, shown, hint):
    outcome = world.run("entra", "token", operand)
    assert (outcome.code, outcome.out) == (2, "")
    assert f"unexpected argument {shown}" in outcome.err and hint in outcome.err
    assert "hunter2" not in outcome.err
    if "entra token" in hint:
        assert world.run(*hint.split()).code == 0


@pytest.mark.parametrize("command", ["login", "logout", "list", "status", "setup kubectl", "version"])
def test_a_secret_in_an_unexpected_url_is_not_shown(world, command):
    outcome = world.run("entra", *command.split(), "https://ada:hunter2@nobody.example/")
    assert outcome.code == 2 and "'https://nobody.example/'" in outcome.err
    assert "hunter2" not in outcome.err


def test_who_is_signed_in_already_is_said_before_the_next_sign_in(desk):
    assert "already" not in login(desk).err
    outcome = login(desk, user=contoso.GRACE)
    assert f"{contoso.ADA.username} is already signed in." in outcome.err
    assert outcome.err.index("already") < outcome.err.index(f"Signed in as {contoso.GRACE.username}")
