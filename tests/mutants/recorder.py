# SPDX-License-Identifier: MIT
"""A plugin of pytest that notes for each test what its programs reached, how long it took, and
whether it passed. One line of JSON for each in the file that MUTANTS_RECORD names."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any, Iterator

import pytest

from world import session

# What the programs of a session get of the environment.
session.SANITIZERS += ("MUTANTS_REACHED",)


class Recorder:
    def __init__(self, record: str) -> None:
        self._record = record
        self._seconds = 0.0
        self._passed = True

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._seconds, self._passed = 0.0, True
        with tempfile.TemporaryDirectory(prefix="entra-reached-") as folder:
            reached = Path(folder) / "reached"
            reached.touch()
            reached.chmod(0o666)
            Path(folder).chmod(0o711)
            os.environ["MUTANTS_REACHED"] = str(reached)
            yield
            places = sorted({int(line) for line in reached.read_text().split()})
        entry = {"test": item.nodeid, "seconds": round(self._seconds, 2), "passed": self._passed,
                 "places": places}
        with open(self._record, "a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")

    def pytest_runtest_logreport(self, report: Any) -> None:
        self._seconds += report.duration
        self._passed = self._passed and report.outcome == "passed"


def pytest_configure(config: pytest.Config) -> None:
    if "MUTANTS_RECORD" in os.environ:
        config.pluginmanager.register(Recorder(os.environ["MUTANTS_RECORD"]))
