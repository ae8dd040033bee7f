# SPDX-License-Identifier: MIT
"""What is measured: a command of ours, a floor or a peer, as a whole process."""

from __future__ import annotations

import json
import os
import shlex
import statistics
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Mapping

MEMORY_RUNS = 3


@dataclass
class Contestant:
    """A command, and the time of each run.

    `input` is the file that it reads; `prepare` is run before each run. It is run `runs` times per
    round, and only in every nth round if `every` is n. `ours` marks the one that the others in its
    section are compared with.
    """

    name: str
    command: list[str]
    input: Path | None = None
    prepare: list[str] | None = None
    runs: int = 10
    every: int = 1
    ours: bool = False
    seconds: list[float] = field(default_factory=list)
    memory: float = 0

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


@dataclass
class Section:
    title: str
    contestants: list[Contestant]

    @property
    def ours(self) -> Contestant:
        return next(one for one in self.contestants if one.ours)

    def named(self, name: str) -> Contestant:
        return next(one for one in self.contestants if one.name == name)


class Stopwatch:
    """Runs contestants in rounds, one after another in each, so that a machine whose speed drifts
    treats all of them alike. hyperfine measures the time."""

    def __init__(self, launch: Path, folder: Path, env: Mapping[str, str]) -> None:
        self._launch = launch
        self._results = folder / "hyperfine.json"
        self._peak = folder / "memory"
        self._env = env

    def run(self, section: Section, rounds: int) -> None:
        for one in section.contestants:
            one.memory = max(self._memory(one) for _ in range(MEMORY_RUNS if one.runs > 1 else 1))
        for number in range(rounds):
            launch = statistics.median(self._times(Contestant("launch", [])))
            for one in section.contestants:
                if number % one.every == 0:
                    one.seconds += [time - launch for time in self._times(one)]

    def _environment(self, contestant: Contestant, **more: str) -> dict[str, str]:
        given = {"BENCH_INPUT": str(contestant.input)} if contestant.input else {}
        return {**self._env, **given, **more}

    def _times(self, contestant: Contestant) -> list[float]:
        prepare = ["--prepare", shlex.join(contestant.prepare)] if contestant.prepare else []
        subprocess.run(
            ["hyperfine", "-N", "--style=none", f"--runs={contestant.runs}", "--warmup=1",
             f"--export-json={self._results}", *prepare,
             shlex.join([str(self._launch), *contestant.command])],
            env=self._environment(contestant), stderr=subprocess.DEVNULL, check=True)
        return json.loads(self._results.read_text())["results"][0]["times"]

    def _memory(self, contestant: Contestant) -> float:
        """The peak memory in MB. If the command does not work at all, shows its error message."""
        if contestant.prepare:
            subprocess.run(contestant.prepare, env=self._env, check=False)
        done = subprocess.run(
            [self._launch, *contestant.command], capture_output=True, text=True, check=False,
            env=self._environment(contestant, BENCH_MEMORY=str(self._peak)))
        if done.returncode != 0:
            raise RuntimeError(f"{shlex.join(contestant.command)}: {done.stderr}")
        return int(self._peak.read_text()) * 1024 / 1e6


def machine() -> str:
    """A description of the machine."""
    facts = Path("/proc/cpuinfo").read_text()
    release = dict(line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines()
                   if "=" in line)
    model = next((line.split(": ", 1)[1] for line in facts.splitlines()
                  if line.startswith("model name")), os.uname().machine)
    virtual = " in a virtual machine" if " hypervisor" in facts else ""
    return (f"{os.cpu_count()} cores of {model}{virtual}, {release['PRETTY_NAME'].strip(chr(34))}, "
            f"Linux {os.uname().release.split('-')[0]}, "
            f"load average {os.getloadavg()[0]:.1f} meanwhile")
