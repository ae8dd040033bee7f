# SPDX-License-Identifier: MIT
"""entra run --env: the clients of databases whose password is the token, as it is at Azure's."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from integration.run_asking import give_tokens, recipes
from world.ports import free_port
from world.tls import CertificateAuthority
from world.waiting import wait_until

README = Path(__file__).parents[2] / "README.md"
SYSTEMS_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
OTHER_THAN_ROOT = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
METHODS = ["password", "scram-sha-256", "md5"]


def binaries() -> Path | None:
    """Debian keeps those of each version apart."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


needs_psql = pytest.mark.skipif(shutil.which("psql") is None, reason="there is no psql")
needs_mariadb = pytest.mark.skipif(shutil.which("mariadb") is None,
                                   reason="there is no client of MariaDB")


class PostgreSql:
    """A server with TLS, which roles reach by their passwords, and at a Unix socket, where the
    administrator needs none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.authority = CertificateAuthority(folder / "tls")
        self._data = folder / "data"
        self._log = folder / "log"
        self._run("initdb", "--pgdata", self._data, "--username=admin", "--auth=trust", "--no-sync")
        (self._data / "pg_hba.conf").write_text(
            "local all admin trust\n" + "".join(f"hostssl all {method} 127.0.0.1/32 {method}\n"
                                                for method in METHODS))
        pem = self.authority.server_file()
        self._run("pg_ctl", "start", "--wait", "--pgdata", self._data, "--log", self._log,
                  "--options", f"-c listen_addresses=127.0.0.1 -c port={self.port} "
                               f"-c ssl=on -c ssl_cert_file={pem} -c ssl_key_file={pem} "
                               f"-c unix_socket_directories={folder} -c log_connections=on "
                               "-c fsync=off -c shared_buffers=1MB -c max_connections=5")

    def log(self) -> str:
        return self._log.read_text()

    @staticmethod
    def _run(program: str, *words: str | Path) -> None:
        """It refuses root."""
        done = subprocess.run([*OTHER_THAN_ROOT, binaries() / program, *words],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=120)
        assert done.returncode == 0, done.stdout

    def add_role(self, name: str, method: str, password: str) -> None:
        verifier = "md5" if method == "md5" else "scram-sha-256"
        subprocess.run(["psql", f"host={self.folder} port={self.port} user=admin dbname=postgres",
                        "--quiet"],
                       input=f"SET password_encryption = '{verifier}';\n"
                             f"CREATE ROLE \"{name}\" LOGIN PASSWORD '{password}';\n",
                       text=True, check=True)

    def close(self) -> None:
        self._run("pg_ctl", "stop", "--pgdata", self._data, "--mode=immediate")


@pytest.fixture(scope="module")
def postgresql() -> Iterator[PostgreSql]:
    if binaries() is None:
        pytest.skip("there is no PostgreSQL")
    with TemporaryDirectory(prefix="entra-pg-") as folder:
        if subprocess.run([*OTHER_THAN_ROOT, "true"], capture_output=True).returncode != 0:
            pytest.skip("user namespaces are forbidden here, and PostgreSQL refuses root")
        server = PostgreSql(Path(folder))
        yield server
        server.close()


def recipe(variable: str, host: str, user: str) -> str:
    (line,) = recipes(variable)
    return line.replace("HOST", host).replace("USER", user)


@needs_psql
@pytest.mark.parametrize("method", METHODS)
def test_psql_signs_in_with_a_token(world, postgresql, method):
    """By the recipe of the manual, with the certificates of the test."""
    line = recipe("PGPASSWORD", "localhost", method).replace(
        SYSTEMS_CERTIFICATES, str(postgresql.authority.certificate_file))
    give_tokens(world, "PostgreSQL")
    postgresql.add_role(method, method, world.run("entra", "token", "--api", "PostgreSQL").out.strip())
    env = {"PGPORT": str(postgresql.port)}
    outcome = world.run("sh", "-c", line, input="SELECT 'as ' || current_user;\n", env=env)
    assert (outcome.code, outcome.err) == (0, ""), outcome
    assert f"as {method}\n" in outcome.out
    assert len(world.authority.token_requests) == 1
    without = line[line.index("psql"):]
    assert "no password supplied" in world.run("sh", "-c", without, env=env).err


@needs_psql
def test_psql_gives_nothing_to_a_server_that_it_cannot_identify(world, postgresql):
    """By the recipe, word for word: it is nobody that a system trusts."""
    give_tokens(world, "PostgreSQL")
    outcome = world.run("sh", "-c", recipe("PGPASSWORD", "localhost", "stranger"),
                        env={"PGPORT": str(postgresql.port)})
    assert outcome.code == 2 and "certificate verify failed" in outcome.err, outcome
    wait_until(lambda: "unknown ca" in postgresql.log(), "the server's log")
    assert "stranger" not in postgresql.log()


# ---- a server without TLS, as whoever is between us and the real one has it ----


class Impostor:
    """Speaks first, or answers each message with the same one, and keeps what it is told."""

    def __init__(self, *, greeting: bytes = b"", answer: bytes = b"") -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._greeting, self._answer = greeting, answer
        self.told: list[bytes] = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.sendall(self._greeting)
                    while message := connection.recv(65536):
                        self.told.append(message)
                        connection.sendall(self._answer)
                except OSError:
                    pass

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


@pytest.fixture
def impostor() -> Iterator[Callable[..., Impostor]]:
    started = []

    def start(**how: bytes) -> Impostor:
        started.append(Impostor(**how))
        return started[-1]

    yield start
    for one in started:
        one.close()


def advice_of_psql(world) -> list[str]:
    """Each command line with psql that we show."""
    texts = [*recipes("PGPASSWORD"), README.read_text(), world.run("entra", "run", "--help").out]
    found = [re.search(r"^ *(entra run [^\n]*psql.*?\n?.*?\".*?\")$", text, re.M | re.S)
             for text in texts]
    return [line.group(1) for line in found]


SSL_REQUEST = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")


@needs_psql
@pytest.mark.parametrize("where", range(3), ids=["manual", "README", "help"])
def test_psql_gives_nothing_to_a_server_without_tls(world, impostor, where):
    """A server may refuse TLS with an N (PostgreSQL, Message Flow: SSL Session Encryption)."""
    give_tokens(world, "PostgreSQL")
    server = impostor(answer=b"N")
    line = advice_of_psql(world)[where].replace("HOST", "localhost").replace("USER", "ada")
    outcome = world.run("sh", "-c", line, env={"PGPORT": str(server.port)})
    assert outcome.code == 2 and "does not support SSL" in outcome.err, outcome
    assert server.told and set(server.told) == {SSL_REQUEST}


def greeting_without_tls() -> bytes:
    """Of MySQL 8, for an account that sends its password in clear (Protocol::HandshakeV10)."""
    capabilities = 0x1 | 0x8 | 0x200 | 0x8000 | 0x80000  # no CLIENT_SSL (0x800)
    payload = b"\x0a8.0.30\0" + (1).to_bytes(4, "little") + b"A" * 8 + b"\0" + \
        (capabilities & 0xffff).to_bytes(2, "little") + b"\x21\x02\0" + \
        (capabilities >> 16).to_bytes(2, "little") + b"\x15" + b"\0" * 10 + b"B" * 12 + b"\0" + \
        b"mysql_clear_password\0"
    return len(payload).to_bytes(3, "little") + b"\0" + payload


@needs_mariadb
@pytest.mark.parametrize("program", ["mysql", "mariadb"])
def test_mariadbs_client_gives_nothing_to_a_server_without_tls(world, impostor, program):
    """It does not know the --ssl-mode of MySQL's, and has an option in its place."""
    give_tokens(world, "PostgreSQL")
    server = impostor(greeting=greeting_without_tls())
    line = recipe("MYSQL_PWD", f"127.0.0.1 --port={server.port}", "ada")
    if program == "mariadb":
        line = line.replace("--ssl-mode=VERIFY_IDENTITY", "--ssl-verify-server-cert")
    outcome = world.run("sh", "-c", line.replace("mysql ", "mariadb "), input="")
    assert outcome.code != 0 and server.told == [], outcome
    says = {"mysql": "unknown variable 'ssl-mode=VERIFY_IDENTITY'", "mariadb": "SSL is required"}
    assert says[program] in outcome.err
