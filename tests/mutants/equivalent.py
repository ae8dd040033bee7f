# SPDX-License-Identifier: MIT
"""The faults that no test could find, from the file `equivalent`, with the reason of each."""

from __future__ import annotations

from pathlib import Path

from mutants.faults import Fault


class Equivalent:
    """A paragraph for each file and reason: the path, lines after "- " and what is in their place
    after "+ ", and the reason. Lines are compared without their indentation, and their numbers do
    not matter."""

    def __init__(self, file: Path) -> None:
        self.entries: set[tuple[str, str, str]] = set()
        for paragraph in file.read_text().split("\n\n"):
            lines = [line for line in paragraph.splitlines() if not line.startswith("#")]
            before = ""
            for line in lines[1:]:
                if line.startswith("- "):
                    before = line[2:]
                elif line.startswith("+ "):
                    self.entries.add((lines[0], before, line[2:]))
            if lines and lines[-1].startswith(("- ", "+ ")):
                raise ValueError(f"{file}: no reason for a fault in {lines[0]}")

    def __contains__(self, fault: Fault) -> bool:
        return fault.change in self.entries
