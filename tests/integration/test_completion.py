# SPDX-License-Identifier: MIT
"""entra completion: what bash, zsh and fish offer, as they do it for a user who presses Tab."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from authority import contoso
from integration.users import login
from world.commands import COMMANDS, PROGRAMS
from world.shells import NAMES, Shell, offered_by_fish

each_shell = pytest.mark.parametrize("name", NAMES)

LINES = [*PROGRAMS, "exec-credential-entra get-token", *(f"entra {c}" for c in COMMANDS)]

# Names that mean something to a shell. Each begins with two bytes that no other has.
HOSTILE = ["a0 $(touch run)", "b0`touch run`", "c0'; touch run; '", 'd0"; touch run; "',
           "e0;touch run", "f0|touch run", "g0&touch run", "h0\\", "i0!!x", "j0:k:l", "k0=x=y",
           "l0{a,b}", "m0*?[a-z]", "n0~", "o0#c", "p0%d%s", "q0é\u00a0ü", "r0\\$HOME", "s0$HOME",
           "t0${x:-$(touch run)}", "u0(touch run)", "v0<(touch run)", "w0>run", "x0^a^b",
           "y0'\"'\"`", "z0  two", "A0$'\\n'", "B0@host", "C0,d", "D0\\'", 'E0!"x']
HOSTILE_FROM_THE_START = ["~root", "=ls", "#x", "!!", "$(touch run)", "-x", "'", '"', "\\", "%1"]
UNPRINTABLE = ["Z\nx", "Z\x1b]0;x\x07", "Z\tx", "Z\u202ex", "Z\rx"]


def write_contexts(path: Path, names: list[str]) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({
        "apiVersion": "v1", "kind": "Config", "users": [{"name": "u", "user": {}}],
        "contexts": [{"name": name, "context": {"user": "u"}} for name in names]}))
    path.chmod(0o600)
    return path


def answer(world, shell: str, *texts: str, **how) -> list[str]:
    """What the program answers a shell, without the first line."""
    outcome = world.run("entra", "completion", "--answer", shell,
                        input="".join(f"{text}\0" for text in texts), **how)
    assert (outcome.code, outcome.err) == (0, ""), outcome
    return outcome.out.splitlines()[1:]


def words(world, line: str, **how) -> list[str]:
    """The words that fish is given for a line, whose last word may be empty."""
    return [entry.split("\t")[0] for entry in answer(world, "fish", *line.split(" "), **how)]


# ---- installation ----


@each_shell
def test_the_installed_script_is_the_printed_one(world, programs, name):
    share = programs.parent / "share"
    files = {"bash": [share / "bash-completion" / "completions" / p for p in PROGRAMS],
             "zsh": [share / "zsh" / "site-functions" / "_entra"],
             "fish": [share / "fish" / "vendor_completions.d" / f"{p}.fish"
                      for p in PROGRAMS]}
    printed = world.run("entra", "completion", name)
    assert (printed.code, printed.err) == (0, "")
    for file in files[name]:
        assert file.read_text() == printed.out
    assert " ".join(PROGRAMS) in printed.out
    assert world.run(name, "-n", files[name][0]).code == 0


@pytest.mark.parametrize("arguments", [[], ["tcsh"], ["bash", "zsh"], ["--answer", "tcsh"]])
def test_an_unknown_shell_is_refused(world, arguments):
    outcome = world.run("entra", "completion", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.count("\n") == 1


# ---- in the shells ----


@each_shell
def test_tab_completes_commands_options_and_values(shell, programs, name):
    tab = Shell(shell, name, programs)
    assert tab.complete("entra tok") == ["token"]
    assert tab.complete("entra setup ku") == ["setup", "kubectl"]
    assert tab.complete("entra token --keyr") == ["token", "--keyring"]
    assert tab.complete("entra token --keyring ker") == ["token", "--keyring", "kernel"]
    assert tab.complete("entra token --keyring=ker") == ["token", "--keyring=kernel"]
    assert tab.complete("entra token --api MyW") == ["token", "--api", "MyWebApi"]
    assert tab.complete("exec-credential-entra get") == ["get-token"]
    assert tab.complete("exec-credential-entra get-token -l wor") == \
        ["get-token", "-l", "workloadidentity"]
    assert tab.complete("git-credential-entra sto") == ["store"]
    assert tab.complete("curl-credential-entra --sco") == ["--scope"]
    assert tab.complete("entra completion zs") == ["completion", "zsh"]
    assert tab.complete("entra help setup ku") == ["help", "setup", "kubectl"]


@each_shell
def test_tab_completes_files(shell, programs, name):
    (shell.session.home / "my settings.json").write_text("{}")
    (shell.session.home / "folder").mkdir()
    tab = Shell(shell, name, programs)
    assert tab.complete("entra token --config my") == ["token", "--config", "my settings.json"]
    assert tab.complete("entra token --config=my") == ["token", "--config=my settings.json"]
    assert tab.complete("entra login --cache-dir fol")[2].rstrip("/") == "folder"


@pytest.mark.parametrize("name", ["bash", "zsh"])
def test_all_that_a_shell_offers(shell, programs, name):
    tab = Shell(shell, name, programs)
    assert tab.complete_all("entra setup ") == ["setup", "cargo", "docker", "git", "kubectl", "nuget", "pip"]
    assert sorted(tab.complete_all("entra token --a")[1:]) == ["--account", "--api", "--authority"]
    assert sorted(tab.complete_all("entra status --keyring ")[2:]) == \
        ["auto", "kernel", "none", "runtime", "secret-service"]


@each_shell
def test_a_hostile_name_is_the_argument_and_nothing_else(shell, programs, name):
    write_contexts(shell.session.home / ".kube" / "config", HOSTILE + UNPRINTABLE)
    tab = Shell(shell, name, programs)
    for context in HOSTILE:
        for quote in ("", '"', "'"):
            line = f"entra setup kubectl --context {quote}{context[:2]}"
            assert tab.complete(line) == ["setup", "kubectl", "--context", context], line
            line = f"entra setup kubectl --context={quote}{context[:2]}"
            assert tab.complete(line) == ["setup", "kubectl", f"--context={context}"], line
    assert not (shell.session.home / "run").exists()


@each_shell
def test_a_name_that_is_hostile_from_its_first_byte(shell, programs, name):
    tab = Shell(shell, name, programs)
    for i, context in enumerate(HOSTILE_FROM_THE_START):
        write_contexts(shell.session.home / f"{i}.yaml", [context])
        line = f"entra setup kubectl --kubeconfig {i}.yaml --context "
        # fish does not quote a tilde.
        offered = [] if name == "fish" and context[0] == "~" else [context]
        assert tab.complete(line) == ["setup", "kubectl", "--kubeconfig", f"{i}.yaml",
                                      "--context", *offered], line
    assert not (shell.session.home / "run").exists()


@each_shell
def test_what_is_typed_is_not_run(shell, programs, name):
    tab = Shell(shell, name, programs)
    tab.complete("entra token --api '$(touch run)`touch run`' --keyring=ker")
    assert not (shell.session.home / "run").exists()
    assert "rror" not in tab.screen


@each_shell
def test_a_shell_goes_on_without_the_program(shell, programs, name):
    """The program fails: it is of no use, but nothing is said and nothing is inserted."""
    broken = shell.session.home / "bin"
    broken.mkdir()
    (broken / "entra").write_text("#!/bin/sh\necho noise >&2\nexit 1\n")
    (broken / "entra").chmod(0o755)
    shell.session.env["PATH"] = f"{broken}:{shell.session.env['PATH']}"
    tab = Shell(shell, name, programs)
    assert tab.complete("entra tok") == ["tok"]
    assert "noise" not in tab.screen


# ---- what is offered ----


def shown(world, line: str) -> dict[str, str]:
    """The options in the help, with their texts; not those that are refused or have no effect."""
    found = re.findall(r"^  (--[\w-]+)(?: [A-Z]+)?(?:\n {24}|\s+)(\S.*)$",
                       world.run(*line.split(), "--help").out, re.M)
    return {option: text for option, text in found
            if not text.startswith("refused") and text != "not used"}


@pytest.mark.parametrize("line", LINES)
def test_every_option_of_the_help_is_offered_and_no_other(world, programs, line):
    expected = shown(world, line)
    assert "--verbose" in expected
    assert offered_by_fish(world, f"{line} --", programs) == expected
    assert words(world, f"{line} -") == list(words(world, f"{line} --"))
    assert dict(entry.replace("\\:", ":").split(":", 1)
                for entry in answer(world, "zsh", *line.split(), "--")) == expected
    assert answer(world, "bash", f"{line} --", "--") == words(world, f"{line} --")


def test_every_command_is_offered_with_its_help(world, programs):
    found = dict(re.findall(r"^  ([a-z]+) +(.*)$", world.run("entra", "--help").out, re.M))
    assert {"token", "completion"} < set(found)
    assert offered_by_fish(world, "entra ", programs) == found
    assert offered_by_fish(world, "entra help ", programs) == found


@pytest.mark.parametrize("line", ["entra token --output", "entra list --output",
                                  "entra status --output", "entra doctor --output",
                                  "entra list --keyring", "entra completion"])
def test_a_fixed_value_is_one_that_is_accepted(world, line):
    values = words(world, f"{line} ")
    assert len(values) > 1
    for value in values:
        assert "takes" not in (err := world.run(*line.split(), value).err)
        assert "there is no" not in err or "runtime" in err or "desktop" in err


def test_login_methods_are_those_of_the_help_and_accepted(world):
    values = words(world, "exec-credential-entra --login ")
    assert ", ".join(values[:-1]) + f" or {values[-1]}" in \
        re.sub(r"\s+", " ", world.run("exec-credential-entra", "--help").out)
    for value in values:
        outcome = world.run("exec-credential-entra", "get-token", "--login", value)
        assert "login method" not in outcome.err
    assert words(world, "entra setup kubectl --login ") == values


@pytest.mark.parametrize("line, expected", [
    ("entra token --api AKS --a", {"--account", "--authority"}),
    ("entra token --api=AKS --ap", set()),
    ("entra token --ap AKS --ap", set()),
    ("entra token --scope a --sco", {"--scope"}),
    ("exec-credential-entra -l spn --login", {"--login-hint"}),
    ("exec-credential-entra --log", {"--login", "--login-hint"}),
    ("entra logout --ap", set()),
    ("entra token -- --ap", set()),
    ("entra token --api -- --ap", set()),
    ("entra token --claims --ap", set()),
    ("entra --verbose tok", set()),
    ("entra nothing --ap", set()),
    ("exec-credential-entra --legacy=", {"--legacy=true", "--legacy=false"}),
    ("exec-credential-entra --legacy get", {"get-token"}),
    ("exec-credential-entra get-token get", set()),
    ("entra run --env A=B --en", {"--env"}),
    ("entra run terraform --ac", set()),
    ("entra run -- terraform --ac", set()),
    ("entra help setup git ", set()),
    ("entra help nothing ", set()),
    ("X=1 entra tok", {"token"}),
    ("/usr/bin/entra tok", {"token"}),
    ("kubelogin-by-an-alias tok", {"token"}),
])
def test_what_the_command_line_has_already(world, line, expected):
    last = line.rsplit(" ", 1)[1]
    assert {word for word in words(world, line) if word.startswith(last)} == expected


def test_apis_are_those_of_the_configuration_and_the_built_in_ones(world):
    assert {"MyWebApi", "GitServer", "AKS", "AzureDevOps"} < set(words(world, "entra token --api "))
    other = world.session.home / "other.json"
    other.write_text('{"Only": {"Scopes": ["a"]}, "aks": {"Scopes": ["b"]}, "b\\u001bc": {"Scopes": []}}')
    found = words(world, "entra token --config other.json --api ")
    assert found[:2] == ["Only", "aks"] and "MyWebApi" not in found and "AKS" not in found
    assert not any("\x1b" in name or "?" in name for name in found)
    # As for the helper itself, which a host tool may run anywhere.
    assert "Only" not in words(world, "git-credential-entra --config other.json --api ")
    other.write_text("{")
    assert "AKS" in words(world, "entra token --config other.json --api ")


def test_accounts_are_those_that_are_signed_in(desk):
    assert words(desk, "entra switch ") == []
    login(desk, "--keyring", "secret-service")
    login(desk, "--keyring", "secret-service", user=contoso.GRACE)
    accounts = {contoso.ADA.username, contoso.GRACE.username}
    for line in ("entra switch ", "entra token --account ", "exec-credential-entra --login-hint "):
        assert set(words(desk, line)) == accounts, line
    assert words(desk, "entra token --keyring none --account ") == []


def test_accounts_in_the_kernel_keyring(desk, in_kernel):
    login(desk, "--keyring", "kernel")
    assert words(desk, "entra logout --account ") == [contoso.ADA.username]
    assert words(desk, "entra switch ", env={"ENTRA_KEYRING": "none"}) == []


def test_a_locked_keyring_is_neither_unlocked_nor_prompts(desk):
    login(desk, "--keyring", "secret-service")
    desk.session.keyring.lock()
    assert words(desk, "entra switch ", env={"DISPLAY": ":99"}) == []
    assert desk.session.keyring.is_locked()
    assert not desk.session.is_running("gcr-prompter")


def test_a_keyring_that_hangs_is_not_waited_for_nor_remembered(desk):
    login(desk, "--keyring", "secret-service")
    desk.session.keyring.freeze()
    assert words(desk, "entra switch ") == []
    desk.session.keyring.thaw()
    assert not list(desk.session.runtime.rglob("*silent*"))
    assert words(desk, "entra switch ") == [contoso.ADA.username]


def test_no_daemon_is_started(programs):
    from world.world import World
    with World(programs=programs, keyring=False) as world:
        assert words(world, "entra switch ") == []
        assert not world.session.is_running("gnome-keyring-daemon")


@pytest.mark.parametrize("question", [b"", b"entra", b"\0", b"x" * 200000, b"\0" * 1000,
                                      b"entra\0\xff\xfe\0", b"entra tok\0nothing\0"])
@each_shell
def test_a_question_that_is_none_has_no_answer(world, name, question):
    outcome = world.run("entra", "completion", "--answer", name, input=question)
    assert (outcome.code, outcome.err) == (0, "")
