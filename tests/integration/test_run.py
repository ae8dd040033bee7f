# SPDX-License-Identifier: MIT
"""entra run: the command, its environment, and the tokens in its variables."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import time

import pytest

from authority import contoso
from integration.run_asking import beginning, give_tokens, recipes
from integration.users import claims, login, whose
from world.waiting import PATIENCE, wait_until

USAGE, REFUSED, SIGN_IN_FIRST = 2, 3, 5
NOT_RUN, NOT_FOUND = 126, 127
API = "MyWebApi"


def run(world, *words, **how):
    return world.run("entra", "run", *words, **how)


def sh(world, script, *options, **how):
    return run(world, *options, "--", "sh", "-c", script, **how)


def variables(world, *options, env=None):
    """What the command has in its environment."""
    outcome = run(world, *options, "--", "env", "-0", env=env)
    assert outcome.code == 0, outcome
    return dict(one.split("=", 1) for one in outcome.out.split("\0") if one)


# ---- the command ----


@pytest.mark.parametrize("mode", [(), ("--no-endpoint",)])
def test_the_command_has_its_own_exit_code(world, mode):
    assert sh(world, "exit 0", *mode).code == 0
    assert sh(world, "exit 77", *mode).code == 77


@pytest.mark.parametrize("mode", [(), ("--no-endpoint",)])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGSEGV, signal.SIGINT,
                                    signal.SIGPIPE])
def test_a_signal_that_ends_the_command_ends_us(world, number, mode):
    assert sh(world, f"kill -{int(number)} $$", *mode).code == -number


@pytest.mark.parametrize("mode", [(), ("--no-endpoint",)])
def test_a_shell_sees_128_and_the_signals_number(world, mode):
    line = f"entra run {' '.join(mode)} -- sh -c 'kill -TERM $$'; echo $?"
    assert world.run("sh", "-c", line).out == f"{128 + signal.SIGTERM}\n"


@pytest.mark.parametrize("mode", [(), ("--no-endpoint",)])
def test_a_command_that_is_not_there_or_cannot_be_run_ends_as_with_env(world, mode):
    for words, code in ((["no-such-command"], NOT_FOUND), (["/etc/passwd"], NOT_RUN)):
        outcome = run(world, *mode, "--", *words)
        assert outcome.code == code == world.run("env", *words).code
        assert outcome.err.startswith(f"entra: the command '{words[0]}' cannot be run: ")


def test_a_mistyped_command_is_found_before_a_user_is_asked(desk):
    for words, code in ((["psqll"], NOT_FOUND), (["./psqll"], NOT_FOUND), (["/etc/passwd"], NOT_RUN),
                        (["/etc"], NOT_RUN), ([""], NOT_FOUND)):
        outcome = run(desk, "--env", f"X={API}", "--", *words)
        assert outcome.code == code == desk.run("env", "--", *words).code, outcome
        assert outcome.err.startswith(f"entra: the command '{words[0]}' cannot be run: ")
    assert desk.authority.requests == []


@pytest.mark.parametrize("path", ["HOME", "/nowhere:HOME:/usr/bin", "/etc/passwd:HOME", "/nowhere",
                                  None])
def test_a_command_is_found_as_a_shell_finds_it(world, path):
    program(world, "here")
    (world.session.home / "format").write_text("exit 8\n")
    (world.session.home / "format").chmod(0o755)
    line = f"PATH={path}; export PATH;".replace("HOME", str(world.session.home)) \
        if path is not None else "unset PATH;"
    entra = world.run("sh", "-c", "command -v entra").out.strip()
    for name in ("here", "true", "nothing", "./here", "format"):
        codes = {world.run("/bin/sh", "-c", f"{line} exec {how}{name}", cwd=world.session.home).code
                 for how in ("/usr/bin/env ", f"{entra} run --no-endpoint -- ",
                             f"{entra} run -- ")}
        assert len(codes) == 1, (name, codes)


@pytest.mark.parametrize("mode", [(), ("--no-endpoint",)])
@pytest.mark.parametrize("path, advised", [
    ("", "./here"), (":/usr/bin", "./here"), ("/usr/bin::/bin", "./here"), ("/usr/bin:", "./here"),
    (".", "./here"), ("relative:/usr/bin", "relative/here")])
def test_what_lies_in_the_working_directory_gets_no_token(world, path, advised, mode):
    """It may be anybody's. Its path runs it, as is said."""
    program(world, "here")
    program(world, "relative/here")
    entra = world.run("sh", "-c", "command -v entra").out.strip()
    for name, code in (("here", NOT_FOUND), (advised, 7)):
        outcome = world.run(entra, "run", *mode, "--env", f"X={API}", "--", name, env={"PATH": path},
                            cwd=world.session.home)
        assert outcome.code == code, outcome
        assert name == advised or outcome.err.endswith(f"give its path: {advised}\n")
    program(world, "there")
    outcome = world.run(entra, "run", *mode, "--", "there", cwd=world.session.home,
                        env={"PATH": f"{path}:{world.session.home}"})
    assert outcome.code == 7, outcome


def program(world, name):
    file = world.session.home / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("#!/bin/sh\nexit 7\n")
    file.chmod(0o755)


def test_an_error_may_be_an_object(world):
    outcome = run(world, "--output", "json", "--", "no-such-command")
    error = json.loads(outcome.err)
    assert error["exitCode"] == outcome.code == NOT_FOUND and "no-such-command" in error["message"]
    assert outcome.out == ""


@pytest.mark.parametrize("mode", [(), ("--no-endpoint",)])
def test_what_follows_the_command_is_the_commands(world, mode):
    for dashes in (["--"], []):
        outcome = run(world, *mode, *dashes, "echo", "--help", "--env", "-x", "--")
        assert (outcome.code, outcome.out, outcome.err) == (0, "--help --env -x --\n", "")


@pytest.mark.parametrize("mode", [(), ("--no-endpoint",)])
def test_input_and_output_are_the_commands(world, mode):
    outcome = sh(world, "cat; echo error >&2; pwd", *mode, input="in\n", cwd=world.session.root)
    assert (outcome.out, outcome.err) == (f"in\n{world.session.root}\n", "error\n")


@pytest.mark.parametrize("mode", [(), ("--no-endpoint",)])
@pytest.mark.parametrize("ignored", ["PIPE", "XFSZ", "HUP", "CHLD", "", "blocked"])
def test_the_command_has_our_limits_and_signals(world, mode, ignored):
    script = "ulimit -Sc; ulimit -Hc; grep -E '^Sig(Blk|Ign)' /proc/self/status"
    words = ["python3", "-c", beginning(ignored)]
    plain = world.run(*words, "sh", "-c", script).out
    assert plain and world.run(*words, "entra", "run", *mode, "--", "sh", "-c", script).out == plain


def test_without_an_endpoint_there_is_only_the_command(world):
    assert sh(world, "ps -o comm= --ppid $PPID | grep -c entra; cat /proc/$PPID/comm",
              "--no-endpoint").out.splitlines()[0] == "0"


def test_a_pipe_that_the_command_closes_is_closed(world):
    """cat would wait for us, too."""
    script = "echo x; exec >&-; until [ -e end ]; do sleep 0.1; done"
    outcome = world.run("sh", "-c", f"entra run -- sh -c '{script}' | (cat; echo y >end; cat end)")
    assert (outcome.code, outcome.out) == (0, "x\ny\n")


def test_a_descriptor_is_handed_on(world):
    outcome = world.run("sh", "-c", "exec 7>seven; entra run -- sh -c 'echo x >&7'; cat seven")
    assert outcome.out == "x\n", outcome


def test_the_sockets_of_systemd_are_the_commands(world):
    line = "LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_PIDFDID=5 WATCHDOG_PID=$$ SYSTEMD_EXEC_PID=$$ " \
           "exec entra run -- sh -c 'echo $LISTEN_PID $WATCHDOG_PID $SYSTEMD_EXEC_PID $$; " \
           "echo ${LISTEN_PIDFDID-gone}'"
    *pids, gone = world.run("sh", "-c", line).out.split()
    assert len(pids) == 4 and len(set(pids)) == 1 and gone == "gone"
    line = "LISTEN_PID=1 LISTEN_PIDFDID=5 WATCHDOG_PID=1 entra run -- " \
           "sh -c 'echo $LISTEN_PID $LISTEN_PIDFDID $WATCHDOG_PID'"
    assert world.run("sh", "-c", line).out == "1 5 1\n"


@pytest.mark.parametrize("words, says", [
    ([], "no command is given"),
    (["--"], "no command is given"),
    (["--env", "X", "--", "true"], "--env takes NAME=API"),
    (["--env", "X=", "--", "true"], "--env takes NAME=API"),
    (["--env", "1X=Graph", "--", "true"], "'1X' is not the name of a variable"),
    (["--env", "=Graph", "--", "true"], "'' is not the name of a variable"),
    (["--env", "A B=Graph", "--", "true"], "'A B' is not the name of a variable"),
    (["--env", f"{'X' * 64}=Graph", "--", "true"], "is not the name of a variable"),
    (["--env", "X=NoSuchApi", "--", "true"], "NoSuchApi"),
    (["--env", "X=Graph", "--env", "X=Azure", "--", "true"], "--env X is given twice"),
    (["--only", "NoSuchApi", "--", "true"], "NoSuchApi"),
    (["--only", "Graph", "--no-endpoint", "--", "true"], "cannot be used together"),
    (["--any-identity", "--no-endpoint", "--", "true"], "cannot be used together"),
    (["--api", "Graph", "--", "true"], "--api has no effect on 'entra run'"),
    *[(["--env", f"{name}=Graph", "--", "true"], f"{name} does not hold a password or token")
      for name in ("PATH", "LD_PRELOAD", "LD_LIBRARY_PATH", "BASH_ENV", "ENV", "HOME",
                   "PYTHONPATH", "NODE_OPTIONS", "GIT_SSH_COMMAND", "IDENTITY_HEADER",
                   "AZURE_CLIENT_SECRET", "ARM_MSI_ENDPOINT", "IMDS_ENDPOINT",
                   "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE", "WATCHDOG_PID",
                   "ENTRA_CONFIG", "HTTPS_PROXY", "https_proxy")],
])
def test_what_cannot_be_done_is_said_before_anything_is_done(world, words, says):
    outcome = run(world, *words)
    assert outcome.code == USAGE and says in outcome.err and outcome.out == "", outcome
    assert world.authority.requests == []


# ---- tokens in variables ----


@pytest.mark.parametrize("mode", [(), ("--no-endpoint",)])
def test_a_variable_of_the_command_has_a_token(world, mode):
    outcome = sh(world, "echo $PGPASSWORD", *mode, "--env", f"PGPASSWORD={API}")
    assert outcome.code == 0 and outcome.err == ""
    assert claims(world, outcome.out)["appid"] == contoso.DAEMON.client_id


def test_a_variable_may_be_for_a_scope(world):
    outcome = sh(world, "echo $A; echo $B", "--env", f"A={contoso.MY_WEB_API}/.default",
                 "--env", f"B={API}")
    first, second = outcome.out.split()
    assert first == second and claims(world, first)
    assert len(world.authority.token_requests) == 1


def test_a_variable_replaces_what_was_there(world):
    got = variables(world, "--env", f"PGPASSWORD={API}", env={"PGPASSWORD": "old"})
    assert claims(world, got["PGPASSWORD"])


@pytest.mark.parametrize("mode", [(), ("--no-endpoint",)])
def test_without_the_token_the_command_does_not_run(world, mode):
    outcome = sh(world, "echo ran", *mode, "--env", f"X={API}",
                 env={"AzureAd__ClientSecret": "wrong"})
    assert outcome.code == REFUSED and outcome.out == "", outcome
    assert outcome.err.startswith(f"entra: no token for {API}: the authority refused")


def test_a_user_who_cannot_be_asked_is_told_to_sign_in(desk):
    outcome = sh(desk, "echo ran", "--env", f"X={API}")
    assert outcome.code == SIGN_IN_FIRST and outcome.out == ""
    assert "entra login" in outcome.err


def test_a_user_is_asked_before_the_command_starts(desk):
    terminal = desk.at_terminal("entra", "run", "--env", f"X={API}", "--", "sh", "-c", "echo $X")
    outcome = terminal.finish()
    assert whose(desk, outcome) == contoso.ADA.username


def test_only_asks_the_user_too(desk):
    terminal = desk.at_terminal("entra", "run", "--only", API, "--", "true")
    assert terminal.finish().code == 0
    assert desk.run("entra", "token", "--api", API).code == 0


def test_the_account_can_be_chosen(desk):
    login(desk)
    login(desk, user=contoso.GRACE)
    for user in (contoso.ADA, contoso.GRACE):
        outcome = sh(desk, "echo $X", "--env", f"X={API}", "--account", user.username)
        assert whose(desk, outcome) == user.username


@pytest.mark.parametrize("variable, program", [
    ("PGPASSWORD", "psql"), ("MYSQL_PWD", "mysql"), ("TWINE_PASSWORD", "twine"),
    ("NPM_TOKEN", "npm"), ("MAVEN_TOKEN", "mvn"), ("ORG_GRADLE_PROJECT_feedToken", "gradle"),
    ("TF_TOKEN_registry_contoso_com", "terraform"),
])
def test_each_recipe_of_the_manual_gives_its_program_a_token(world, variable, program):
    """test_run_databases.py has psql itself."""
    (recipe,) = recipes(variable)
    give_tokens(world, "PostgreSQL", "AzureDevOps")
    stub = world.session.home / program
    stub.write_text(f"#!/bin/sh\nprintenv {variable}\n")
    stub.chmod(0o755)
    line = recipe.replace("api://registry.contoso.com", contoso.MY_WEB_API)
    outcome = world.run("sh", "-c", line, env={
        "PATH": f"{world.session.home}:{world.session.env['PATH']}"})
    assert outcome.code == 0 and outcome.err == "", outcome
    assert claims(world, outcome.out)


# ---- the environment ----


def test_our_secrets_are_not_the_commands(world):
    ours = {"AZURE_CLIENT_SECRET": "s", "AZURE_CLIENT_CERTIFICATE_PASSWORD": "s",
            "AZURE_FEDERATED_TOKEN_FILE": "/s", "AzureAd__ClientSecret": contoso.DAEMON.secret,
            "ARM_CLIENT_SECRET": "s", "AZURE_PASSWORD": "s",
            "AZURE_CLIENT_CERTIFICATE_PATH": "/s", "ARM_CLIENT_SECRET_FILE_PATH": "/s",
            "ARM_CLIENT_CERTIFICATE_PATH": "/s", "ARM_OIDC_TOKEN": "s",
            "ARM_OIDC_TOKEN_FILE_PATH": "/s", "ARM_OIDC_REQUEST_TOKEN": "s",
            "AzureAd:ClientCredentials:0:ClientSecret": "s",
            "ENTRA_CLIENT_CERTIFICATE_KEY_PATH": "pkcs11:object=x?pin-value=1"}
    for mode in ((), ("--no-endpoint",)):
        assert ours.keys() & variables(world, *mode, env=ours).keys() == set()


def test_the_secrets_of_other_programs_stay(world):
    """Which merely resemble ours."""
    theirs = {"Authentication__Google__ClientSecret": "s", "OAuth__ClientSecret": "s",
              "Authentication__Google__ClientId": "c", "Smtp__CertificatePassword": "s",
              "TF_VAR_azure_client_secret": "s", "TF_VAR_AZURE_CLIENT_SECRET": "s",
              "MY_AZURE_PASSWORD": "s", "SIGNING_KEY": "pkcs11:object=x?pin-value=1"}
    for mode in ((), ("--no-endpoint",)):
        assert theirs.items() <= variables(world, *mode, env=theirs).items()


def test_the_tokens_of_a_build_system_stay(world):
    jobs = {"ACTIONS_ID_TOKEN_REQUEST_TOKEN": "s", "SYSTEM_ACCESSTOKEN": "s"}
    for mode in ((), ("--no-endpoint",)):
        assert jobs.items() <= variables(world, *mode, env=jobs).items()


def test_an_sdk_finds_us_first(world):
    others = {name: "x" for name in (
        "IDENTITY_SERVER_THUMBPRINT", "IMDS_ENDPOINT", "MSI_ENDPOINT", "MSI_SECRET",
        "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_USERNAME", "AZURE_POD_IDENTITY_AUTHORITY_HOST",
        "MSAL_MANAGED_IDENTITY_ENDPOINT")}
    got = variables(world, env=others)
    assert others.keys() & got.keys() == set()
    assert got["IDENTITY_ENDPOINT"].startswith("http://127.0.0.1:")
    assert got["IDENTITY_ENDPOINT"].endswith("/msi/token")
    assert len(bytes.fromhex(got["IDENTITY_HEADER"])) == 32
    assert got["ARM_MSI_ENDPOINT"] == f"{got['IDENTITY_ENDPOINT']}/{got['IDENTITY_HEADER']}"
    assert variables(world)["IDENTITY_HEADER"] != got["IDENTITY_HEADER"]


@pytest.mark.parametrize("value, stays", [("prod", True), ("ManagedIdentityCredential", True),
                                          ("managedidentitycredential", True), ("dev", False),
                                          ("AzureCliCredential", False)])
def test_a_choice_of_credentials_without_us_is_taken_away(world, value, stays):
    assert ("AZURE_TOKEN_CREDENTIALS" in variables(world, env={
        "AZURE_TOKEN_CREDENTIALS": value})) == stays


@pytest.mark.parametrize("before, after", [
    ({}, {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}),
    *[({name: "a.example"}, {"NO_PROXY": "a.example,127.0.0.1",
                             "no_proxy": "a.example,127.0.0.1"})
      for name in ("NO_PROXY", "no_proxy")],
    ({"no_proxy": "*"}, {"NO_PROXY": "*", "no_proxy": "*"}),
    ({"NO_PROXY": "*", "no_proxy": ""}, {"NO_PROXY": "*", "no_proxy": "127.0.0.1"}),
])
def test_no_proxy_is_asked_for_us(world, before, after):
    env = {"NO_PROXY": None, "no_proxy": None} | before
    got = variables(world, env=env)
    assert {name: got[name] for name in got if name.lower() == "no_proxy"} == after


def test_everything_else_is_as_it_was(world):
    """What our own libraries must not see, too."""
    more = {"SSLKEYLOGFILE": "/tmp/keys", "OPENSSL_CONF": "relative", "POSIXLY_CORRECT": "1",
            "AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", "EMPTY": "", "ENTRA_RENEWAL": ""}
    plain = dict(one.split("=", 1)
                 for one in world.run("env", "-0", env=more).out.split("\0") if one)
    assert variables(world, "--no-endpoint", env=more) == plain
    given = {"IDENTITY_ENDPOINT", "IDENTITY_HEADER", "ARM_MSI_ENDPOINT", "NO_PROXY", "no_proxy"}
    with_endpoint = variables(world, env=more)
    assert {k: v for k, v in with_endpoint.items() if k not in given} == \
        {k: v for k, v in plain.items() if k not in given}


def test_a_token_is_in_the_commands_environment_and_nowhere_else(world):
    outcome = sh(world, "cat /proc/$PPID/cmdline; tr '\\0' '\\n' < /proc/$PPID/environ | "
                        "grep -c $X; echo $X", "--env", f"X={API}")
    line, token = outcome.out.splitlines()[0], outcome.out.splitlines()[-1]
    assert claims(world, token) and token not in line


# ---- its end, and ours ----


class Running:
    """A command that runs until it is told to end, and what belongs to it."""

    def __init__(self, world, script, above=(), **how):
        self.log = world.session.home / "log"
        self.process = subprocess.Popen(
            [*above, "entra", "run", "--", "sh", "-c", f"exec >{shlex.quote(str(self.log))} 2>&1; {script}"],
            env=world.session.env, start_new_session=True, **how)
        wait_until(lambda: self.log.exists() and "ready" in self.log.read_text(), "the command")
        self.pid = int(self.log.read_text().split()[0])
        self.family = [self.process.pid, *self._children(self.process.pid)]

    @staticmethod
    def _children(pid):
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(word) for word in file.read().split()]

    def said(self):
        return self.log.read_text().split()[2:]

    def are_gone(self):
        return not any(os.path.exists(f"/proc/{pid}") for pid in self.family)

    def close(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()


@pytest.fixture
def running(world):
    started = []

    def start(script, **how):
        started.append(Running(world, script, **how))
        return started[-1]

    yield start
    for one in started:
        one.close()


COUNTING = "trap 'echo got' {name}; trap 'echo last' USR2; echo $$ ready; " \
           "while :; do sleep 0.1; done"


def counted(one):
    """How often the command got the signal, once it has got a later one."""
    wait_until(lambda: "got" in one.said(), "the signal")
    one.process.send_signal(signal.SIGUSR2)
    wait_until(lambda: "last" in one.said(), "the later signal")
    assert one.process.poll() is None
    return one.said().count("got")


@pytest.mark.parametrize("name", ["TERM", "HUP", "INT", "USR1", "QUIT"])
def test_a_signal_to_us_alone_is_handed_on_once(running, name):
    one = running(COUNTING.format(name=name))
    one.process.send_signal(getattr(signal, f"SIG{name}"))
    assert counted(one) == 1


@pytest.mark.parametrize("name", ["TERM", "HUP", "INT"])
def test_a_signal_to_all_is_not_handed_on_as_well(running, name):
    """As from `kill %1`, timeout(1), or systemd, which sends it to all processes of a service."""
    one = running(COUNTING.format(name=name))
    os.killpg(one.process.pid, getattr(signal, f"SIG{name}"))
    assert counted(one) == 1


@pytest.mark.parametrize("name", ["TERM", "INT"])
def test_a_command_in_a_group_of_its_own_gets_what_ours_gets(running, name):
    script = "trap 'echo got' TERM; trap 'echo got' INT; trap 'echo last' USR2; " \
             "echo ready; while :; do sleep 0.1; done"
    one = running(f'echo $$; exec setsid sh -c "{script}"')
    os.killpg(one.process.pid, getattr(signal, f"SIG{name}"))
    assert counted(one) == 1


def test_a_signal_to_us_after_one_to_all_is_handed_on(running):
    one = running(COUNTING.format(name="TERM"))
    os.killpg(one.process.pid, signal.SIGTERM)
    wait_until(lambda: "got" in one.said(), "the signal to all")
    one.process.send_signal(signal.SIGTERM)
    wait_until(lambda: one.said().count("got") == 2, "the signal to us")
    assert counted(one) == 2


def test_each_signal_counts(running):
    one = running(COUNTING.format(name="TERM"))
    for count in (1, 2, 3):
        one.process.send_signal(signal.SIGTERM)
        wait_until(lambda: one.said().count("got") == count, "the signal")


def test_a_signal_of_our_own_is_not_handed_on(running):
    """We speak to an endpoint that has just been killed, or to a terminal that is gone."""
    read_end, write_end = os.pipe()
    one = running("trap 'echo pipe' PIPE; " + COUNTING.format(name="USR1"), stderr=write_end)
    os.close(write_end)
    os.close(read_end)
    (server,) = [pid for pid in one.family if pid not in (one.process.pid, one.pid)]
    one.process.send_signal(signal.SIGSTOP)
    os.kill(server, signal.SIGKILL)
    one.process.send_signal(signal.SIGUSR1)
    one.process.send_signal(signal.SIGCONT)
    assert counted(one) == 1
    assert "pipe" not in one.said()


def state(pid):
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()[0]


BESIDE_ITS_PARENT = ["python3", "-c", "import subprocess, sys; "
                     "subprocess.run(sys.argv[1:], process_group=0)"]


@pytest.mark.parametrize("above, number", [([], signal.SIGSTOP),
                                           (BESIDE_ITS_PARENT, signal.SIGSTOP),
                                           (BESIDE_ITS_PARENT, signal.SIGTSTP)],
                         ids=["orphaned", "beside its parent", "beside its parent, TSTP"])
def test_a_command_may_be_paused_where_no_shell_is(running, above, number):
    """As cpulimit does, by the command's process id."""
    one = running("trap 'echo got; exit 9' USR1; echo $$ $PPID ready; while :; do sleep 0.1; done",
                  above=above)
    waiter = int(one.log.read_text().split()[1])
    for _ in range(3):
        os.kill(one.pid, number)
        wait_until(lambda: state(one.pid) == "T", "the command to stop")
        time.sleep(0.1)
        os.kill(one.pid, signal.SIGCONT)
        wait_until(lambda: state(one.pid) != "T", "the command to go on")
        assert state(waiter) != "T"
    os.kill(waiter, signal.SIGUSR1)
    one.process.wait(60)
    assert "got" in one.said()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_command_does_not_outlive_us(running, number):
    one = running("echo $$ ready; exec sleep 60")
    one.process.send_signal(number)
    one.process.wait()
    wait_until(one.are_gone, "the end of all")


def test_what_the_command_has_started_does_not_outlive_us(running):
    one = running("sleep 600 & quiet=$!; sh -c 'trap \"\" TERM; sleep 600; :' & "
                  "echo $$ ready $quiet $!; wait")
    one.family += [int(word) for word in one.said()]
    assert len(one.family) == 5
    one.process.kill()
    one.process.wait()
    wait_until(one.are_gone, "the end of all")


def test_nothing_is_left_whenever_we_are_killed(world):
    """The command may have started something before it is known to run."""
    mark = f"6{os.getpid()}.25"  # seconds, by which it is known
    words = ["entra", "run", "--", "sh", "-c", f"sleep {mark} & sleep {mark} & wait"]

    def left():
        found = subprocess.run(["pgrep", "-f", f"^sleep {mark}"], stdout=subprocess.PIPE, text=True)
        return [int(word) for word in found.stdout.split()]

    for moment in range(60):
        process = subprocess.Popen(words, env=world.session.env, start_new_session=True)
        time.sleep(moment / 2000)
        process.kill()
        process.wait()
    try:
        wait_until(lambda: not left(), "the end of all")
    finally:
        for pid in left():
            os.kill(pid, signal.SIGKILL)


def test_a_signal_to_the_group_ends_the_command_however_early_it_comes(world):
    """It may reach the group before the command is in it."""
    for moment in range(60):
        process = subprocess.Popen(["entra", "run", "--", "sleep", "600"], env=world.session.env,
                                   start_new_session=True)
        time.sleep(moment / 10000)
        os.killpg(process.pid, signal.SIGTERM)
        assert process.wait(timeout=PATIENCE) == -signal.SIGTERM, moment


def test_a_script_around_us_outlives_us(world):
    outcome = world.run("sh", "-c", "entra run -- sh -c 'kill -KILL $PPID; exec sleep 600'; "
                                    "echo after $?")
    assert outcome.out == "after 137\n", outcome


def test_nothing_of_ours_outlives_the_command(running):
    one = running("echo $$ ready; exec sleep 60")
    assert len(one.family) == 3  # we, the server, the command
    os.kill(one.pid, signal.SIGKILL)
    one.process.wait()
    assert one.are_gone()


def test_a_command_goes_on_when_the_endpoint_is_killed(running):
    one = running("echo $$ ready; exec sleep 60", stderr=subprocess.PIPE, text=True)
    (server,) = [pid for pid in one.family if pid not in (one.process.pid, one.pid)]
    os.kill(server, signal.SIGKILL)
    assert "the endpoint has ended" in one.process.stderr.readline()
    assert one.process.poll() is None
