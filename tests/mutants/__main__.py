# SPDX-License-Identifier: MIT
"""Puts faults into a copy of the sources and tells which of them no test finds.

From the environment: MUTANTS, how many (300); MUTANTS_ONLY, the beginnings of paths, with blanks
between; MUTANTS_JOBS, how many side by side (2); MUTANTS_TESTS, "unit" to leave out the integration
tests; MUTANTS_AGAIN, if it is not empty, to try what survived the last run, and count the rest as it
was. What the integration tests execute is kept in build/mutants/, and so are the results.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from mutants.faults import Fault
from mutants.run import SURVIVORS, Outcome, Result, Run

ROOT = Path(__file__).resolve().parents[2]
RECORD = ROOT / "build" / "mutants" / "reached.json"
RESULTS = RECORD.with_name("results.json")


def table(results: list[Result]) -> str:
    rows: dict[str, Counter[Outcome]] = {}
    for result in results:
        folders = result.fault.path.split("/")[:-1]
        for row in ("/".join(folders[:2]), "all"):
            rows.setdefault(row, Counter())[result.outcome] += 1
    lines = ["| folder | faults | unit | integration | survived | equivalent | found |",
             "|---|---:|---:|---:|---:|---:|---:|"]
    for row in sorted(rows, key=lambda row: (row == "all", row)):
        count = rows[row]
        survived = sum(count[outcome] for outcome in SURVIVORS)
        real = count.total() - count[Outcome.EQUIVALENT]
        found = f"{100 * (real - survived) // real} %" if real else ""
        lines.append(f"| {row} | {count.total()} | {count[Outcome.UNIT]} | "
                     f"{count[Outcome.INTEGRATION]} | {survived} | {count[Outcome.EQUIVALENT]} | "
                     f"{found} |")
    return "\n".join(lines)


def report(run: Run) -> None:
    results = sorted(run.results, key=lambda result: (result.fault.path, result.fault.start))
    survivors = [result for result in results if result.outcome in SURVIVORS]
    if survivors:
        print("\nSurvivors:\n")
    for result in survivors:
        print(f"{result}\n")
    for path, before, after in run.unused_equivalents():
        print(f"tests/mutants/equivalent: no such fault in {path} any more:\n  - {before}\n"
              f"  + {after}\n")
    print(table(results))


def save(results: list[Result]) -> None:
    RESULTS.write_text(json.dumps([{"fault": asdict(result.fault), "outcome": result.outcome.name}
                                   for result in results]))


def saved() -> list[Result]:
    return [Result(Fault(**entry["fault"]), Outcome[entry["outcome"]])
            for entry in json.loads(RESULTS.read_text())]


def main() -> None:
    count = int(os.environ.get("MUTANTS") or 300)
    jobs = int(os.environ.get("MUTANTS_JOBS") or 2)
    only = os.environ.get("MUTANTS_ONLY", "").split()
    again = os.environ.get("MUTANTS_AGAIN")
    record = None if os.environ.get("MUTANTS_TESTS") == "unit" else RECORD
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="entra-mutants-") as folder:
        run = Run(ROOT, Path(folder), jobs, record)
        run.prepare()
        try:
            if again:
                run.try_again(saved())
            else:
                run.try_faults(count, only)
        finally:
            report(run)
            if record is not None and not only:
                save(run.results)


if __name__ == "__main__":
    main()
