# SPDX-License-Identifier: MIT
"""Copies of the working tree, outside of it: to build them, to change them, to run their tests."""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import Sequence

import pytest

PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
PYTEST_ENVIRONMENT = {"PYTHONPATH": "tests"}
UNIT_SECONDS = 20
MEMORY_MAX = 4 << 30


class Broken(Exception):
    """A command that should have succeeded failed; what it said."""


class Verdict(Enum):
    PASSED = "passed"
    FAILED = "failed"
    HUNG = "did not end in time"


class Tree:
    """A copy with a build folder of its own."""

    def __init__(self, folder: Path, commands: dict[str, str] | None = None) -> None:
        self.folder = folder
        self._commands = dict(commands or {})

    @classmethod
    def copy_of(cls, root: Path, folder: Path) -> Tree:
        """Copies what git tracks or would track, as it is in the working tree, and what has been
        built of it."""
        names = subprocess.run(["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=root,
                               capture_output=True, check=True).stdout.decode().split("\0")
        for name in filter(None, names):
            if (root / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(root / name, folder / name)
        build = root / "build"
        (folder / "build").mkdir()
        if (build / "obj").is_dir():  # make will see which of them are out of date
            shutil.copytree(build / "obj", folder / "build" / "obj")
        if (build / "peers").is_dir():
            (folder / "build" / "peers").symlink_to(build / "peers")
        return cls(folder)

    def clone(self, folder: Path) -> Tree:
        """Another copy, as far built as this one."""
        subprocess.run(["cp", "-a", self.folder, folder], check=True)
        return Tree(folder, self._commands)

    def remove(self) -> None:
        shutil.rmtree(self.folder)

    def make(self, *goals: str) -> None:
        done = subprocess.run(["make", "-s", *goals], cwd=self.folder, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        if done.returncode != 0:
            raise Broken(done.stdout)

    def learn_commands(self, *goals: str) -> None:
        """Asks make once what it would run to build these goals, since it takes longer to think
        than the commands to run."""
        said = subprocess.run(["make", "-nB", *goals], cwd=self.folder, text=True,
                              capture_output=True, check=True).stdout
        for line in said.replace("\\\n", " ").splitlines():
            output = re.search(r"^(?:ar \w+|.* -o) (\S+) ", line)
            if output:
                self._commands[output[1]] = line

    def run_command(self, output: str) -> bool:
        """Builds one file from what it is made of, which must be there; whether that went well."""
        return subprocess.run(self._commands[output], shell=True, cwd=self.folder,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, check=False).returncode == 0

    def unit_programs(self) -> list[str]:
        return sorted(path.stem.removeprefix("test_")
                      for path in (self.folder / "tests" / "unit").glob("test_*.c"))

    def unit_passes(self, name: str, **environment: str) -> bool:
        return self._status([f"build/unit/{name}"], UNIT_SECONDS, environment) == 0

    def pages_pass(self) -> bool:
        """Whether --help says what the manual pages say."""
        return self._status(["man/check", "build/installed/bin"], UNIT_SECONDS, {}) == 0

    def integration_tests(self) -> set[str]:
        """The names of all integration tests."""
        said = subprocess.run([*PYTEST, "--collect-only", "tests/integration"], cwd=self.folder,
                              env={**os.environ, **PYTEST_ENVIRONMENT}, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, check=False).stdout
        return {line for line in said.splitlines() if "::" in line}

    def run_integration(self, tests: Sequence[str], seconds: float, *options: str,
                        **environment: str) -> Verdict:
        """Runs these tests, after one that fails no others unless the options say so."""
        given = {"ENTRA_PROGRAMS": str(self.folder / "build" / "installed" / "bin"),
                 **PYTEST_ENVIRONMENT, **environment}
        status = self._status([*PYTEST, *options, *tests], seconds, given)
        verdicts = {None: Verdict.HUNG, pytest.ExitCode.OK: Verdict.PASSED,
                    pytest.ExitCode.TESTS_FAILED: Verdict.FAILED}
        if status not in verdicts:
            raise Broken(f"pytest ended with {status} for {' '.join(tests)}")
        return verdicts[status]

    def _status(self, command: Sequence[str], seconds: float,
                environment: dict[str, str]) -> int | None:
        """How a command ended; None if it did not end in time. A loop that does not end any more
        must not take all the memory of the machine."""
        process = subprocess.Popen(command, cwd=self.folder, env={**os.environ, **environment},
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, start_new_session=True,
                                   preexec_fn=lambda: resource.setrlimit(
                                       resource.RLIMIT_DATA, (MEMORY_MAX, MEMORY_MAX)))
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            self._kill_programs()

    def _kill_programs(self) -> None:
        """A program of this tree, in a session of its own, may have outlived its test."""
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if str((process / "exe").readlink()).startswith(f"{self.folder}/"):
                    os.kill(int(process.name), signal.SIGKILL)
