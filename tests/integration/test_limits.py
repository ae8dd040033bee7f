# SPDX-License-Identifier: MIT
"""What programs do with little: descriptors that are closed or would block, no more processes, files
that may not grow, files that are none."""

from __future__ import annotations

import errno
import fcntl
import os
import resource
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from integration.asking import ASK, EXEC_INFO, own_host
from integration.credentials import configure, path, refused, token
from integration.test_kubectl_setup import KUBELOGIN, head, set_up, write
from integration.test_signals import use_command
from world.app_certificate import AppCertificate
from world.container import MACHINE, forbid
from world.program import Outcome
from world.waiting import PATIENCE, SHORT_LIMIT, wait_until
from world.world import World

PAGE = 4096


def start(world: World, *command: str, env: dict[str, str] | None = None,
          **how) -> subprocess.Popen[bytes]:
    """As world.run, but with whatever descriptors and limits the caller wants."""
    program = shutil.which(command[0], path=world.session.env["PATH"])
    return subprocess.Popen([program, *command[1:]], env=world.session.env | (env or {}),
                            cwd=world.session.home, start_new_session=True, **how)


def outcome_of(process: subprocess.Popen[bytes]) -> Outcome:
    out, err = process.communicate(timeout=PATIENCE)
    return Outcome(tuple(process.args), process.returncode, (out or b"").decode(),
                   (err or b"").decode(), 0)


# ---- descriptors that would block ----


def is_waiting(process: subprocess.Popen[bytes]) -> bool:
    """Whether it sleeps, or has ended."""
    state = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0]
    return state in "SZ"


def full_pipe() -> tuple[int, int]:
    """A pipe in non-blocking mode without room for a single byte."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, PAGE)
    os.set_blocking(writer, False)
    assert os.write(writer, b"-" * PAGE) == PAGE
    return reader, writer


def drain(reader: int) -> str:
    """What is written to it by and by; without what was in it before."""
    with os.fdopen(reader, "rb") as pipe:
        return pipe.read()[PAGE:].decode()


@pytest.mark.parametrize("words", [("--help",), ("token", "--help"), ("--version",)])
def test_text_waits_for_a_reader_of_stdout(world, words):
    reader, writer = full_pipe()
    entra = start(world, "entra", *words, stdout=writer)
    os.close(writer)
    wait_until(lambda: is_waiting(entra), "the full pipe")
    assert drain(reader) == world.run("entra", *words).out
    assert entra.wait(PATIENCE) == 0


def test_a_long_answer_waits_for_a_reader_of_stdout(world):
    """A hundred tokens fill the pipe many times."""
    urls = [world.web_api.todo_list_url] * 100
    expected = world.run("curl-credential-entra", *urls)
    assert expected.code == 0 and len(expected.out) > 65536
    reader, writer = full_pipe()
    curl = start(world, "curl-credential-entra", *urls, stdout=writer)
    os.close(writer)
    assert drain(reader) == expected.out
    assert curl.wait(PATIENCE) == 0


def test_an_error_waits_for_a_reader_of_stderr(world):
    reader, writer = full_pipe()
    entra = start(world, "entra", "token", "--api", "Nonesuch", stderr=writer)
    os.close(writer)
    wait_until(lambda: is_waiting(entra), "the full pipe")
    assert drain(reader) == world.run("entra", "token", "--api", "Nonesuch").err != ""
    assert entra.wait(PATIENCE) == 2


def test_a_request_may_come_late_on_a_stdin_that_would_block(world):
    """Node gives its children sockets in this mode."""
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    git = start(world, "git-credential-entra", "get", stdin=theirs.fileno(),
                stdout=subprocess.PIPE)
    theirs.close()
    wait_until(lambda: is_waiting(git), "the request")
    ours.sendall(own_host(world).encode())
    ours.close()
    outcome = outcome_of(git)
    assert outcome.code == 0 and world.authority.issued_tokens[0] in outcome.out


# ---- a stdin that stays open ----


@contextmanager
def left_open(text: str, blocking: bool = True) -> Iterator[int]:
    """A pipe with this text, whose writer stays open."""
    reader, writer = os.pipe()
    os.set_blocking(reader, blocking)
    os.write(writer, text.encode())
    try:
        yield reader
    finally:
        os.close(reader)
        os.close(writer)


@pytest.mark.parametrize("after", ["", "host=evil.example\n", "\0"])
@pytest.mark.parametrize("operation", ["get", "store", "erase"])
def test_a_request_ends_at_its_empty_line(world, operation, after):
    request = own_host(world) + "username=ada\npassword=typed\n\n" + after
    with left_open(request) as stdin:
        git = start(world, "git-credential-entra", operation, stdin=stdin, stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE)
        outcome = outcome_of(git)
    assert (outcome.code, outcome.err) == (0, "")
    if operation == "get":
        assert world.authority.issued_tokens[0] in outcome.out
    elif operation == "store":
        assert len(world.session.keyring.items()) == 1


@pytest.mark.parametrize("program, words", [
    ("exec-credential-entra", ()), ("curl-credential-entra", None),
    ("entra", ("token", "--api", "MyWebApi")), ("git-credential-entra", ("capability",))])
def test_programs_without_input_do_not_read_stdin(world, program, words):
    words = (world.web_api.todo_list_url,) if words is None else words
    with left_open("") as stdin:
        process = start(world, program, *words, stdin=stdin, env=EXEC_INFO, stdout=subprocess.PIPE,
                        stderr=subprocess.PIPE)
        outcome = outcome_of(process)
    assert (outcome.code, outcome.err) == (0, "") and outcome.out != ""


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_an_empty_request_ends_at_once(world, ending):
    with left_open(ending) as stdin:
        git = start(world, "git-credential-entra", "get", stdin=stdin, stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE)
        assert outcome_of(git).code == 2


@pytest.mark.parametrize("blocking", [True, False], ids=["blocking", "non-blocking"])
@pytest.mark.parametrize("program, words", [("git-credential-entra", ("get",)),
                                            ("git-credential-entra", ("store",)),
                                            ("git-credential-entra", ("erase",)),
                                            ("entra", ("secret", "set"))])
def test_nobody_waits_for_the_end_of_stdin_beyond_the_time_limit(world, program, words, blocking):
    with left_open(own_host(world), blocking) as stdin:
        process = start(world, program, *words, "--timeout", "1", stdin=stdin,
                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        outcome = outcome_of(process)
    assert (outcome.code, outcome.out) == (1, "")
    assert len(outcome.err.splitlines()) == 1 and "end" in outcome.err
    assert world.session.keyring.items() == []


def test_nobody_waits_for_the_user_to_type_beyond_the_time_limit(world):
    with world.at_terminal("entra", "secret", "set", "--timeout", "1") as terminal:
        outcome = terminal.finish()
    assert outcome.code == 1 and "in time" in outcome.err
    assert world.session.keyring.items() == []


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_nobody_waits_for_a_reader_beyond_the_time_limit(world, stream):
    """Without the option, that is half a minute."""
    reader, writer = full_pipe()
    words = ["token", *(["--version"] if stream == "stdout" else ["--api", "Nonesuch"])]
    entra = start(world, "entra", *words, "--timeout", "1", **{stream: writer})
    os.close(writer)
    assert entra.wait(25) == (1 if stream == "stdout" else 2)
    assert drain(reader) == ""


# ---- descriptors that are closed ----


def closing(*descriptors: int):
    def close() -> None:
        for descriptor in descriptors:
            os.close(descriptor)
    return close


EVERY_COMBINATION = [tuple(fd for fd in range(3) if bits & 1 << fd) for bits in range(8)]


@pytest.mark.parametrize("closed", EVERY_COMBINATION)
@pytest.mark.parametrize("program", ASK)
def test_an_answer_goes_to_stdout_or_nowhere(world, tmp_path, program, closed):
    words = {"git-credential-entra": ("get",), "exec-credential-entra": (),
             "curl-credential-entra": (world.web_api.todo_list_url,),
             "entra": ("token", "--api", "MyWebApi")}[program]
    trace = tmp_path / "trace"
    request = tmp_path / "request"
    request.write_text(own_host(world))
    with request.open("rb") as stdin:
        process = start(world, program, *words, stdin=stdin, stdout=subprocess.PIPE,
                        stderr=subprocess.PIPE, preexec_fn=closing(*closed),
                        env=EXEC_INFO | {"ENTRA_TRACE": str(trace)})
        outcome = outcome_of(process)
    tokens = world.authority.issued_tokens
    assert all(one not in trace.read_text() + outcome.err for one in tokens)
    has_answered = any(one in outcome.out for one in tokens)
    assert (outcome.code == 0) == has_answered
    assert has_answered == (1 not in closed and not (0 in closed and program.startswith("git"))), outcome


def test_an_answer_is_not_traced_where_there_is_no_dev_null(world, tmp_path):
    trace = tmp_path / "trace"
    alone = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    hide = "mount -t tmpfs none /dev"
    if subprocess.run([*alone, hide], check=False, capture_output=True).returncode != 0:
        pytest.skip("this machine has no user namespaces")
    outcome = world.run(*alone, f'{hide} && exec "$@" >&-', "sh", "entra", "token", "--api",
                        "MyWebApi", env={"ENTRA_TRACE": str(trace)})
    assert outcome.code == 1 and "stdout" in outcome.err
    assert len(world.authority.issued_tokens) == 1
    assert world.authority.issued_tokens[0] not in trace.read_text()


# ---- files that may not grow ----


def no_more_bytes() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def test_a_setup_that_may_write_nothing_changes_nothing(world):
    kubeconfig = write(world, head() + KUBELOGIN)
    outcome = outcome_of(start(world, "entra", "setup", "kubectl", preexec_fn=no_more_bytes,
                               stderr=subprocess.PIPE))
    assert outcome.code == 1 and os.strerror(errno.EFBIG) in outcome.err
    assert list(kubeconfig.parent.iterdir()) == [kubeconfig]
    assert kubeconfig.read_text() == head() + KUBELOGIN


@pytest.mark.parametrize("keyring", ["secret-service", "none"])
def test_a_failure_that_cannot_be_shared_or_traced_is_still_reported(world, tmp_path, keyring):
    process = start(world, "entra", "token", "--api", "MyWebApi", "--keyring", keyring,
                    preexec_fn=no_more_bytes, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                    env={"AzureAd__ClientSecret": "wrong", "ENTRA_TRACE": str(tmp_path / "trace")})
    refused(outcome_of(process), 3, "AADSTS7000215")


def test_that_a_token_cannot_be_written_to_memory_is_said(world):
    folder = Path("/dev/shm") / f"entra-test-{os.getpid()}"
    folder.mkdir(mode=0o700)
    try:
        process = start(world, "entra", "token", "--api", "MyWebApi", "--keyring", "runtime",
                        preexec_fn=no_more_bytes, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                        env={"XDG_RUNTIME_DIR": str(folder)})
        outcome = outcome_of(process)
    finally:
        shutil.rmtree(folder)
    assert outcome.out == "" and outcome.code == 6 and os.strerror(errno.EFBIG) in outcome.err


# ---- no more processes or descriptors ----

# clone, fork, vfork, clone3.
NEW_PROCESS = {"x86_64": (56, 57, 58, 435), "i386": (120, 2, 190, 435),
               "aarch64": (220, 435)}[MACHINE]


def no_more_processes() -> None:
    """As at RLIMIT_NPROC, which does not apply to root."""
    forbid(NEW_PROCESS, errno.EAGAIN)


def limited(world: World, *command: str, how) -> Outcome:
    return outcome_of(start(world, *command, preexec_fn=how, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            env={"ASAN_OPTIONS": "detect_leaks=0"}))  # which takes a process


def test_a_command_that_no_process_is_left_for_is_said_to_be_so(world, tmp_path):
    use_command(world, tmp_path, "")
    outcome = limited(world, "entra", "token", "--api", "MyWebApi", "--keyring", "none",
                      how=no_more_processes)
    refused(outcome, 1, "cannot start a process", os.strerror(errno.EAGAIN))


def test_a_signature_that_no_process_is_left_for_is_said_to_be_so(world, tmp_path):
    key = AppCertificate(tmp_path)
    configure(world, path(key.pem()))
    outcome = limited(world, "entra", "token", "--api", "MyWebApi", "--keyring", "none",
                      how=no_more_processes)
    refused(outcome, 1, "cannot start a process", os.strerror(errno.EAGAIN))


@pytest.mark.parametrize("keyring", ["auto", "secret-service"])
def test_without_threads_the_keyring_fails_and_nothing_crashes(world, keyring):
    outcome = limited(world, "entra", "token", "--api", "MyWebApi", "--keyring", keyring,
                      how=no_more_processes)
    assert outcome.code in (0, 6) and (outcome.code == 0) == (outcome.out != ""), outcome


@pytest.mark.parametrize("keyring", ["auto", "none"])
@pytest.mark.parametrize("count", range(4, 24, 2))  # fewer do not do for the dynamic loader
def test_with_few_descriptors_there_is_an_answer_or_a_reason(world, tmp_path, count, keyring):
    use_command(world, tmp_path, "")
    outcome = limited(
        world, "entra", "token", "--api", "MyWebApi", "--keyring", keyring,
        how=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (count, count)))
    assert 0 <= outcome.code < 7 and "out of memory" not in outcome.err, outcome
    assert (outcome.code == 0) == (outcome.out != ""), outcome
    assert outcome.out or outcome.err


# ---- commands that start others ----


def deaf(folder: Path, name: str, how: str = "") -> str:
    """A shell command that goes on for minutes and has the answer's pipe open."""
    return f"{how} sh -c 'echo $$ > {folder / name}; exec sleep 600' 2>/dev/null &"


def is_running(file: Path) -> bool:
    try:
        return "sleep" in Path(f"/proc/{int(file.read_text())}/cmdline").read_text()
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return False


def test_what_a_command_left_running_is_not_waited_for(world, tmp_path):
    use_command(world, tmp_path, deaf(tmp_path, "pid", "setsid"))
    outcome = token(world, "--timeout", str(PATIENCE))
    pid = tmp_path / "pid"
    wait_until(pid.exists, "its start")
    try:
        assert (outcome.code, outcome.err) == (0, "")
        assert outcome.seconds < PATIENCE / 2
        wait_until(lambda: is_running(pid), "what was left running")
    finally:
        os.kill(int(pid.read_text()), signal.SIGKILL)


@pytest.mark.parametrize("how", ["", "setsid", "setsid setsid --fork", "nohup"])
def test_at_the_deadline_everything_ends_that_a_command_has_started(world, tmp_path, how):
    use_command(world, tmp_path, deaf(tmp_path, "pid", how) + f"""
while [ ! -s {tmp_path / "pid"} ]; do sleep 0.01; done
trap '' TERM
sleep 600 & wait
sleep 600""")
    refused(token(world, "--timeout", SHORT_LIMIT), 2, "did not end in time")
    assert (tmp_path / "pid").exists()
    wait_until(lambda: not is_running(tmp_path / "pid"), "its end", 10)


def test_at_the_deadline_a_command_may_clean_up(world, tmp_path):
    lock = tmp_path / "lock"
    use_command(world, tmp_path, f"trap 'rm {lock}; exit 1' TERM; touch {lock}; sleep 600 & wait")
    refused(token(world, "--timeout", SHORT_LIMIT), 2, "did not end in time")
    assert not lock.exists()


def test_a_command_may_clean_up_too_when_its_caller_ends(world, tmp_path):
    lock = tmp_path / "lock"
    use_command(world, tmp_path, f"trap 'rm {lock}; exit 1' TERM; touch {lock}; sleep 600 & wait")
    entra = start(world, "entra", "token", "--api", "MyWebApi", stdout=subprocess.DEVNULL)
    wait_until(lock.exists, "the command")
    entra.terminate()
    assert entra.wait(PATIENCE) == -signal.SIGTERM
    wait_until(lambda: not lock.exists(), "its end")


# ---- files that are none ----


def make_fifo(path: Path) -> None:
    os.mkfifo(path, 0o600)


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


KINDS = {"fifo": make_fifo, "socket": make_socket, "directory": Path.mkdir,
         "device": lambda path: path.symlink_to("/dev/zero"),
         "terminal": lambda path: path.symlink_to("/dev/tty"), "nothing": lambda path: None}


@pytest.fixture(params=KINDS)
def no_file(request, tmp_path) -> Path:
    path = tmp_path / f"a-{request.param}"
    KINDS[request.param](path)
    return path


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "CURL_CA_BUNDLE", "OPENSSL_CONF",
                                      "GNUTLS_SYSTEM_PRIORITY_FILE"])
def test_a_variable_that_names_no_file_is_refused_at_once(world, no_file, variable):
    outcome = token(world, env={variable: str(no_file)})
    if variable not in ("SSL_CERT_FILE", "CURL_CA_BUNDLE") and not no_file.exists():
        assert outcome.code == 0  # as for OpenSSL and GnuTLS
    else:
        refused(outcome, 2, variable, str(no_file) if no_file.exists() else "cannot be read")


@pytest.fixture
def useless_openssl(tmp_path: Path) -> Path:
    """A configuration that leaves OpenSSL without any provider that knows TLS."""
    configuration = tmp_path / "openssl.cnf"
    configuration.write_text("openssl_conf = init\n[init]\nproviders = all\n[all]\nbase = one\n"
                             "[one]\nactivate = 1\n")
    return configuration


def test_a_configuration_of_openssl_that_is_a_file_is_used(world, useless_openssl):
    """It may name the provider of a TPM."""
    assert token(world, env={"OPENSSL_CONF": str(useless_openssl)}).code == 4


@pytest.mark.parametrize("name", ["openssl.cnf", "./openssl.cnf"])
def test_a_configuration_of_openssl_that_is_relative_is_ignored(world, useless_openssl, name):
    """It can load code, and git runs its helper in repositories that were just cloned."""
    outcome = token(world, env={"OPENSSL_CONF": name}, cwd=useless_openssl.parent)
    assert (outcome.code, outcome.err) == (0, "")


@pytest.mark.parametrize("variable", ["ENTRA_CONFIG", "AZURE_FEDERATED_TOKEN_FILE",
                                      "AZURE_CLIENT_CERTIFICATE_PATH"])
def test_no_file_is_read_that_is_none(world, no_file, variable):
    configure(world)
    refused(token(world, env={variable: str(no_file)}), 2, str(no_file))


def test_a_trace_goes_to_a_file_only(world, no_file):
    if not no_file.exists():
        pytest.skip("it is created")
    outcome = token(world, env={"ENTRA_TRACE": str(no_file)})
    assert outcome.code == 0 and f"{no_file} is not used" in outcome.err
