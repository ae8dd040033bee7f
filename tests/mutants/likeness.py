# SPDX-License-Identifier: MIT
"""Which tests seem to be about a place of the sources: those that share its rarer words."""

from __future__ import annotations

import ast
import math
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Iterable

from mutants.faults import Fault

# So much of a word is compared, as "forgotten" and "forget" are the same.
STEM = 5


def words_of(text: str) -> set[str]:
    """The words, and the names that consist of several."""
    words = set()
    for name in re.findall(r"\w+", text.lower()):
        words.add(name)
        words.update(part[:STEM] for part in name.split("_") if len(part) > 1)
    return words


@cache
def _functions(file: Path) -> dict[str, str]:
    """The text of each function of a file of tests."""
    text = file.read_text()
    return {node.name: "\n".join(text.splitlines()[node.lineno - 1:node.end_lineno])
            for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)}


def about(fault: Fault, text: str) -> str:
    """The line, what its function is called, and the comment on that; and the file's name."""
    before = text[:fault.start]
    function = before[before.rfind("\n}\n") + 1:]
    return " ".join([Path(fault.path).stem, function.split("\n{")[0], fault.before])


class Likeness:
    """Compares faults with these tests of a tree."""

    def __init__(self, folder: Path, tests: Iterable[str]) -> None:
        self._words = {}
        for test in tests:
            file, name = re.fullmatch(r"([^:]+)::(\w+).*", test, re.DOTALL).groups()
            self._words[test] = words_of(f"{test} {_functions(folder / file).get(name, '')}")
        self._frequency = Counter(word for words in self._words.values() for word in words)

    def rank(self, text: str, tests: Iterable[str]) -> list[str]:
        """Those of the tests that share a word with the text, the most alike first."""
        wanted = words_of(text)
        scores = {test: self._score(wanted & self._words[test], len(self._words[test]))
                  for test in tests if test in self._words}
        return sorted((test for test, score in scores.items() if score > 0),
                      key=lambda test: (-scores[test], test))

    def _score(self, shared: set[str], length: int) -> float:
        weights = (math.log(len(self._words) / self._frequency[word]) for word in shared)
        return sum(weights) / math.sqrt(length)
