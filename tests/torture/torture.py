# SPDX-License-Identifier: MIT
"""Runs every flow with every fault. Prints a table on stdout, and on stderr what was found.

    make torture                                    everything
    make torture ARGUMENTS='--flows "git store"'    one flow
    make torture ARGUMENTS='--flows "git store" --faults allocation call:12 openat:.json'
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from torture.fault import ALLOCATION, Counts, Fault
from torture.flows import FLOWS
from torture.scene import Finding, Scene
from world import kernel_keyring

# Faults that one process tries in one world.
CHUNK = 200


@dataclass(frozen=True)
class Task:
    flow: str
    programs: Path
    build: Path
    number: int = 0
    faults: tuple[Fault, ...] = ()


def count(task: Task) -> Counts:
    with Scene(FLOWS[task.flow], task.programs, task.build) as scene:
        return scene.count()


def search(task: Task) -> list[Finding]:
    with Scene(FLOWS[task.flow], task.programs, task.build) as scene:
        return [finding for fault in task.faults for finding in scene.findings(fault)]


def selected(faults: list[Fault], names: list[str], sample: int) -> list[Fault]:
    """Those that are named, or an even sample of them, or all."""
    named = [one for one in faults if not names or any(one.is_named(name) for name in names)]
    size = min(sample, len(named)) or len(named)
    return [named[at * len(named) // size + len(named) // size // 2] for at in range(size)]


def row(flow: str, counts: Counts, tried: int, found: int) -> str:
    return f"| {flow} | {counts.counters[ALLOCATION]} | {len(counts.calls)} | {tried} | {found} |"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--programs", type=Path, required=True)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--flows", nargs="*", default=list(FLOWS), choices=list(FLOWS))
    parser.add_argument("--faults", nargs="*", default=[],
                        help="KIND, KIND:NUMBER, CALL or CALL:END-OF-PATH")
    parser.add_argument("--sample", type=int, default=0,
                        help="how many faults for each flow (0: as its record says)")
    parser.add_argument("--jobs", type=int, default=3 * (os.cpu_count() or 1),
                        help="more than processors, since some faults cost the time limit")
    arguments = parser.parse_args()

    begin, total = time.monotonic(), 0
    print("| flow | allocations | system calls | faults | findings |\n|---|---|---|---|---|")
    everything: list[Finding] = []
    workers = ProcessPoolExecutor(arguments.jobs, initializer=kernel_keyring.enter)
    with workers as pool, ExitStack() as failing:
        failing.callback(pool.shutdown, cancel_futures=True)
        tasks = [Task(name, arguments.programs, arguments.build) for name in arguments.flows]
        counted = list(pool.map(count, tasks))
        searches = []
        for task, counts in zip(tasks, counted):
            sample = arguments.sample or (0 if arguments.faults else FLOWS[task.flow].sample)
            faults = selected(counts.faults(), arguments.faults, sample)
            chunks = [tuple(faults[at:at + CHUNK]) for at in range(0, len(faults), CHUNK)]
            searches.append((task, counts, len(faults), [
                pool.submit(search, Task(task.flow, task.programs, task.build, faults=chunk))
                for chunk in chunks]))
        for task, counts, tried, running in searches:
            found = [finding for one in running for finding in one.result()]
            everything += found
            total += tried
            print(row(task.flow, counts, tried, len(found)), flush=True)
            for finding in found:
                print(f"{finding.flow}, {finding.fault}:\n    {finding.complaint}\n"
                      f"    {finding.said}\n", file=sys.stderr, flush=True)
    print(f"\n{total} faults in {time.monotonic() - begin:.0f} s, {len(everything)} findings")
    return 1 if everything else 0


if __name__ == "__main__":
    sys.exit(main())
