# SPDX-License-Identifier: MIT
"""One run: which faults, and what the tests say of each."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from queue import Queue
from typing import Any, Callable, Iterable, Iterator

from mutants.equivalent import Equivalent
from mutants.faults import SEED, Fault, faults_of, in_fixed_order, shares
from mutants.likeness import Likeness, about
from mutants.reached import ProbedTree, Reached
from mutants.source import Source
from mutants.tree import Tree, Verdict

CORE = ("common", "keyring", "helpers")
ARCHIVE = "build/obj/common.a"


class Outcome(Enum):
    """What became of a fault; NONE is one that does not compile, or changes nothing."""

    UNIT = "found by a unit test"
    INTEGRATION = "found by an integration test"
    EQUIVALENT = "equivalent"
    SURVIVED = "survived"
    UNREACHED = "survived, and no test executes it"
    NONE = "none"


SURVIVORS = (Outcome.SURVIVED, Outcome.UNREACHED)


@dataclass(frozen=True)
class Result:
    fault: Fault
    outcome: Outcome

    def __str__(self) -> str:
        where = self.fault if self.outcome in SURVIVORS else f"{self.fault.path}:{self.fault.line}"
        return f"{self.outcome.value}: {where}"


def object_of(source: str) -> str:
    return str(Path("build/obj") / Path(source).with_suffix(".o"))


class Run:
    """Faults put into copies of `root` below `folder`, one copy for each job. With a `record`, the
    integration tests are run too; what they execute is read from that file, or learnt."""

    def __init__(self, root: Path, folder: Path, jobs: int = 1, record: Path | None = None) -> None:
        self._folder = folder
        self._jobs = jobs
        self._record = record
        self._equivalent = Equivalent(root / "tests" / "mutants" / "equivalent")
        self._first = Tree.copy_of(root, folder / "tree")
        self._sources = {source.path: source for source in (
            Source(str(path.relative_to(self._first.folder)), path.read_text())
            for top in CORE for path in sorted((self._first.folder / top).rglob("*.c")))}
        self._trees: Queue[Tree] = Queue()
        self._unit = Reached()
        self._integration = Reached()
        self._stopped = False
        self.results: list[Result] = []

    def prepare(self) -> None:
        """Learns what the tests execute, and builds a tree for each job."""
        units = [f"build/unit/{name}" for name in self._first.unit_programs()]
        probed = ProbedTree(self._first.clone(self._folder / "probed"),
                            list(self._sources.values()))
        probed.build(*units)
        self._unit = probed.record_unit()
        if self._record is not None:
            self._integration.load(self._record, self._first.integration_tests())
            probed.build("installed")
            probed.record_integration(self._integration, 2 * self._jobs)
            self._integration.save(self._record)
        probed.remove()
        self._likeness = Likeness(self._first.folder, self._integration.seconds)
        objects = [object_of(path) for path in self._sources]
        self._first.make("-j2", *units, *objects, *([] if self._record is None else ["installed"]))
        self._first.learn_commands(*units, *objects)
        self._trees.put(self._first)
        for number in range(1, self._jobs):
            self._trees.put(self._first.clone(self._folder / f"tree{number}"))

    def try_faults(self, count: int, only: list[str]) -> None:
        """Tries so many faults, of all files or of those whose paths begin with one of `only`. The
        files come in no order, so that what is done when a run is stopped is a sample of all."""
        lines = {path: source.text.count("\n") for path, source in self._sources.items()
                 if not only or path.startswith(tuple(only))}
        entries = list(shares(lines, count).items())
        random.Random(SEED).shuffle(entries)
        self._side_by_side(lambda entry: self._try_file(*entry), entries)

    def try_again(self, results: list[Result]) -> None:
        """Tries the survivors among earlier results again; the others stay as they were."""
        self._stopped = False
        survivors = {result.fault.change for result in results if result.outcome in SURVIVORS}
        self.results = [result for result in results if result.outcome not in SURVIVORS]
        again = [fault for source in self._sources.values() for fault in faults_of(source)
                 if fault.change in survivors]
        self._side_by_side(self._try_one, again)

    def unused_equivalents(self) -> list[tuple[str, str, str]]:
        """The entries of the list that are no fault of the sources any more."""
        possible = {fault.change
                    for source in self._sources.values() for fault in faults_of(source)}
        return sorted(self._equivalent.entries - possible)

    def _side_by_side(self, action: Callable[[Any], object], things: Iterable[Any]) -> None:
        with ThreadPoolExecutor(self._jobs) as pool:
            try:
                for _ in pool.map(action, things):
                    pass
            finally:
                self._stopped = True

    def _try_file(self, path: str, share: int) -> None:
        tried = 0
        for fault in in_fixed_order(faults_of(self._sources[path])):
            if tried == share or self._stopped:
                break
            tried += self._try_one(fault)

    def _try_one(self, fault: Fault) -> bool:
        """Whether it is a fault at all."""
        outcome = Outcome.NONE if self._stopped else self._try(fault)
        if outcome != Outcome.NONE:
            self.results.append(Result(fault, outcome))
            print(f"  {self.results[-1]}", flush=True)
        return outcome != Outcome.NONE

    @contextmanager
    def _tree_with(self, fault: Fault) -> Iterator[tuple[Tree, bool]]:
        """A tree with this fault, and whether its object differs from the one without."""
        tree = self._trees.get()
        source, text = tree.folder / fault.path, self._sources[fault.path].text
        goal = object_of(fault.path)
        compiled = tree.folder / goal
        original = compiled.read_bytes()
        try:
            source.write_text(fault.put_into(text))
            yield tree, tree.run_command(goal) and compiled.read_bytes() != original
        finally:
            source.write_text(text)
            compiled.write_bytes(original)  # after the source, so that make finds it newer
            self._trees.put(tree)

    def _try(self, fault: Fault) -> Outcome:
        with self._tree_with(fault) as (tree, differs):
            if not differs:
                return Outcome.NONE
            if fault in self._equivalent:
                return Outcome.EQUIVALENT
            units = self._unit.of(fault)
            stem = Path(fault.path).stem
            tree.run_command(ARCHIVE)
            for name in sorted(units, key=lambda name: (stem not in name, name)):
                if not tree.run_command(f"build/unit/{name}"):
                    return Outcome.NONE
                if not tree.unit_passes(name):
                    return Outcome.UNIT
            tests = self._integration.of(fault)
            if tests:
                tree.make("installed")
                if fault.statement is None and not tree.pages_pass():
                    return Outcome.INTEGRATION
                text = about(fault, self._sources[fault.path].text)
                selected = self._integration.selection(fault, self._likeness.rank(text, tests))
                if not self._integration_passes(tree, selected):
                    return Outcome.INTEGRATION
            return Outcome.SURVIVED if units or tests else Outcome.UNREACHED

    def _integration_passes(self, tree: Tree, tests: list[str]) -> bool:
        """A failure counts if it comes twice, since a busy machine can make a test fail too. A
        program that hangs does so again, and takes long."""
        seconds = 20 + 2 * sum(self._integration.seconds[test] for test in tests)
        verdict = tree.run_integration(tests, seconds, "-x")
        if verdict == Verdict.FAILED:
            verdict = tree.run_integration(tests, seconds, "-x")
        return verdict == Verdict.PASSED
