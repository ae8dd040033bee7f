# SPDX-License-Identifier: MIT
"""Copies of the working tree, outside of it: to build them, to change them, to run their tests."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Sequence

PYTHON = "/usr/bin/python3"
UNIT_SECONDS = 20


class Broken(Exception):
    """A command that should have succeeded failed; what it said."""


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
        return self._run([f"build/unit/{name}"], UNIT_SECONDS, environment)

    def pages_pass(self) -> bool:
        """Whether --help says what the manual pages say."""
        return self._run(["man/check", "build/installed/bin"], UNIT_SECONDS, {})

    def integration_passes(self, tests: Sequence[str], seconds: float, *options: str,
                           **environment: str) -> bool:
        """Whether these tests pass, all of them and in time; after one that fails the others do
        not run unless the options say so."""
        given = {"ENTRA_PROGRAMS": str(self.folder / "build" / "installed" / "bin"),
                 "PYTHONPATH": "tests", **environment}
        return self._run([PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, *tests],
                         seconds, given)

    def _run(self, command: Sequence[str], seconds: float, environment: dict[str, str]) -> bool:
        process = subprocess.Popen(command, cwd=self.folder, env={**os.environ, **environment},
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            return process.wait(seconds) == 0
        except subprocess.TimeoutExpired:
            return False
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
