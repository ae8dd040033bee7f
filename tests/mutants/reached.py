# SPDX-License-Identifier: MIT
"""Which test executes which statement: learnt from a copy of the tree in which a call precedes
each, and kept for the next run as far as the sources stay the same."""

from __future__ import annotations

import json
import re
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterable

from mutants.faults import Fault
from mutants.source import Source
from mutants.tree import Tree

Place = tuple[str, str]  # the path, and the line on which the statement begins

# What the integration tests of one fault may take, by the record, before the rest is left out: those
# that seem to be about it, and those that execute most of the file.
BUDGETS = (20.0, 20.0)


@dataclass
class Reached:
    """`tests[path][line]` are the tests that execute the statement that begins on this line."""

    seconds: dict[str, float] = field(default_factory=dict)
    tests: dict[str, dict[str, set[str]]] = field(default_factory=dict)

    def of(self, fault: Fault) -> set[str]:
        """The tests that execute the statement of a fault. A fault outside of functions, or in a
        statement that is newer than the record, may show in every test of the file; in a file that
        is newer, in every test."""
        places = self.tests.get(fault.path)
        if places is None:
            return set(self.seconds)
        if fault.statement in places:
            return places[fault.statement]
        return set().union(*places.values())

    def selection(self, fault: Fault, likely: list[str],
                  budgets: tuple[float, float] = BUDGETS) -> list[str]:
        """The tests to try, as many as the budgets have time for: first the most likely ones, then
        those that cover most."""
        total, chosen = 0.0, []
        for test in likely:
            total += self.seconds.get(test, 0)
            if chosen and total > budgets[0]:
                break
            chosen.append(test)
        return chosen + self._covering(fault, self.of(fault) - set(chosen), budgets[1])

    def _covering(self, fault: Fault, candidates: set[str], budget: float) -> list[str]:
        """Those that together execute most of the file, since what comes after a faulty condition
        tells the two outcomes apart; then the quickest."""
        executed: dict[str, set[str]] = {test: set() for test in candidates}
        for line, tests in self.tests.get(fault.path, {}).items():
            for test in tests & candidates:
                executed[test].add(line)
        left = sorted(candidates, key=lambda test: (self.seconds.get(test, 0), test))
        chosen: list[str] = []
        seen: set[str] = set()
        total = 0.0
        while left:
            best = max(left, key=lambda test: len(executed[test] - seen))
            left.remove(best)
            total += self.seconds.get(best, 0)
            if chosen and total > budget:
                break
            chosen.append(best)
            seen |= executed[best]
        return chosen

    def add_places(self, places: Iterable[Place]) -> None:
        for path, line in places:
            self.tests.setdefault(path, {}).setdefault(line, set())

    def add(self, test: str, places: Iterable[Place]) -> None:
        """Places that are not known are left out."""
        for path, line in places:
            if line in self.tests[path]:
                self.tests[path][line].add(test)

    def load(self, file: Path, known: set[str]) -> None:
        """Reads a record, if there is one, as far as it is about tests that are known."""
        if not file.exists():
            return
        record = json.loads(file.read_text())
        self.seconds = {test: seconds for test, seconds in record["seconds"].items()
                        if test in known}
        places = record["places"]
        self.add_places(places)
        for test in self.seconds:
            self.add(test, (places[number] for number in record["reached"].get(test, ())))

    def save(self, file: Path) -> None:
        places: list[Place] = []
        reached: dict[str, list[int]] = defaultdict(list)
        for path, lines in self.tests.items():
            for line, tests in lines.items():
                for test in tests:
                    reached[test].append(len(places))
                places.append((path, line))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"seconds": self.seconds, "places": places,
                                    "reached": reached}))


class ProbedTree:
    """A copy of the tree that tells what is executed."""

    def __init__(self, tree: Tree, sources: list[Source]) -> None:
        self._tree = tree
        self._places: list[Place] = []
        for source in sources:
            (tree.folder / source.path).write_text(self._probed(source))

    def _probed(self, source: Source) -> str:
        text = source.text
        for index in reversed(source.probes):
            offset = source.tokens[index].start
            text = f"{text[:offset]}mutant_reached({len(self._places)}); {text[offset:]}"
            self._places.append((source.path, source.statement(index)))
        # The definition comes last, so that its headers cannot come before what the source defines
        # for its own.
        return ("static void mutant_reached(int place);\n" + text +
                '\n#include "tests/mutants/reached.h"\n')

    def build(self, *goals: str) -> None:
        self._tree.make("-j2", *goals)

    def remove(self) -> None:
        self._tree.remove()

    def record_unit(self) -> Reached:
        reached = Reached()
        reached.add_places(self._places)
        with tempfile.NamedTemporaryFile(prefix="entra-reached-") as file:
            for name in self._tree.unit_programs():
                Path(file.name).write_text("")
                if not self._tree.unit_passes(name, MUTANTS_REACHED=file.name):
                    raise SystemExit(f"mutants: the unit test {name} fails without any fault")
                reached.add(name, [self._places[int(line)] for line in
                                   set(Path(file.name).read_text().split())])
        return reached

    def record_integration(self, reached: Reached, jobs: int) -> None:
        """Adds what the tests execute that are not in the record. A statement that is new in a file
        of the record stays unknown, since those that are there may execute it too."""
        files = set(reached.tests)
        reached.add_places(place for place in self._places if place[0] not in files)
        new = sorted(self._tree.integration_tests() - reached.seconds.keys())
        if not new:
            return
        with tempfile.NamedTemporaryFile(prefix="entra-record-") as file:
            self._tree.run_integration(
                new, 3 * 3600, "-p", "mutants.recorder", "-n", str(jobs),
                "--dist", "loadgroup", MUTANTS_RECORD=file.name)
            for line in Path(file.name).read_text().splitlines():
                entry = json.loads(line)
                if entry["passed"]:
                    test = re.sub(r"@[^]@]*$", "", entry["test"])  # xdist's group
                    reached.seconds[test] = entry["seconds"]
                    reached.add(test, [self._places[number] for number in entry["places"]])
