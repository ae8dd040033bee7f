# SPDX-License-Identifier: MIT
"""entra run --env: psql at a PostgreSQL whose password is the token, as it is at Azure's."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from integration.run_asking import give_tokens, recipes

OTHER_THAN_ROOT = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
METHODS = ["password", "scram-sha-256", "md5"]


def binaries() -> Path | None:
    """Debian keeps those of each version apart."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


pytestmark = pytest.mark.skipif(binaries() is None or shutil.which("psql") is None,
                                reason="there is no PostgreSQL")


class PostgreSql:
    """A server at a Unix socket, which a role of its administrator reaches without a password, and
    that of Ada by hers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._data = folder / "data"
        self._run("initdb", "--pgdata", self._data, "--username=admin", "--auth=trust", "--no-sync")
        (self._data / "pg_hba.conf").write_text(
            "local all admin trust\n" + "".join(f"local all {method} {method}\n"
                                                for method in METHODS))
        self._run("pg_ctl", "start", "--wait", "--pgdata", self._data, "--log", folder / "log",
                  "--options", f"-c listen_addresses= -c unix_socket_directories={folder} "
                               "-c fsync=off -c shared_buffers=1MB -c max_connections=5")

    @staticmethod
    def _run(program: str, *words: str | Path) -> None:
        """It refuses root."""
        done = subprocess.run([*OTHER_THAN_ROOT, binaries() / program, *words],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=120)
        assert done.returncode == 0, done.stdout

    def add_role(self, name: str, method: str, password: str) -> None:
        verifier = "md5" if method == "md5" else "scram-sha-256"
        subprocess.run(["psql", f"host={self.folder} user=admin dbname=postgres", "--quiet"],
                       input=f"SET password_encryption = '{verifier}';\n"
                             f"CREATE ROLE \"{name}\" LOGIN PASSWORD '{password}';\n",
                       text=True, check=True)

    def close(self) -> None:
        self._run("pg_ctl", "stop", "--pgdata", self._data, "--mode=immediate")


@pytest.fixture(scope="module")
def postgresql() -> Iterator[PostgreSql]:
    with TemporaryDirectory(prefix="entra-pg-") as folder:
        if subprocess.run([*OTHER_THAN_ROOT, "true"], capture_output=True).returncode != 0:
            pytest.skip("user namespaces are forbidden here, and PostgreSQL refuses root")
        server = PostgreSql(Path(folder))
        yield server
        server.close()


@pytest.mark.parametrize("method", METHODS)
def test_psql_signs_in_with_a_token(world, postgresql, method):
    """By the recipe of the manual, word for word. A Unix socket has no TLS to be required."""
    (recipe,) = recipes("PGPASSWORD")
    line = recipe.replace("HOST", str(postgresql.folder)).replace("USER", method)
    give_tokens(world, "PostgreSQL")
    postgresql.add_role(method, method, world.run("entra", "token", "--api", "PostgreSQL").out.strip())
    outcome = world.run("sh", "-c", line, input="SELECT 'as ' || current_user;\n")
    assert (outcome.code, outcome.err) == (0, ""), outcome
    assert f"as {method}\n" in outcome.out
    assert len(world.authority.token_requests) == 1
    without = line[line.index("psql"):]
    assert "no password supplied" in world.run("sh", "-c", without).err
