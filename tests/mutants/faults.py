# SPDX-License-Identifier: MIT
"""The small faults that can be put into a source, and a choice of them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Iterable, Iterator

from mutants.source import Source, Token

SEED = "entra"

TURNED = {
    "<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "&&": "||", "||": "&&",
    "+=": "-=", "-=": "+=", "++": "--", "--": "++", "|=": "&=", "&=": "|=",
}
TURNED_IF_BINARY = {"+": "-", "-": "+", "|": "&", "&": "|"}
TURNED_WORDS = {"true": "false", "false": "true"}

# Releasing memory is what no test can see, except under LeakSanitizer (make check SANITIZE=1).
# A line of the trace that is missing or wrong is not a fault of what the programs do.
KEPT_CALLS = re.compile(r"free|json_object_put|va_end|trace|\w+_(unref|free|cleanup)|g_\w*free")
VALUE = re.compile(r'"[^\s"%]+"')
# A condition that another fault turns into its opposite: a single comparison, or a negation.
TURNED_ALREADY = re.compile(r"(?:(?!&&|\|\|)(?:.|\n))*[=!]=(?:(?!&&|\|\|)(?:.|\n))*|![\w.>()\[\]-]+")
DEFINED = re.compile(r"\s*#\s*define\s+\w+\s+(?P<value>.*\d.*)", re.DOTALL)
NUMBER = re.compile(r"(?<![\w.])\d+(?![\w.])")


@dataclass(frozen=True)
class Fault:
    """A change of one place. `statement` is the line on which the statement begins that is executed
    last before the place is, or None if the place is in no function."""

    path: str
    line: int
    start: int
    end: int
    replacement: str
    statement: str | None
    before: str
    after: str

    @property
    def change(self) -> tuple[str, str, str]:
        """What the fault is, wherever its line is by now."""
        return self.path, self.before, self.after

    def put_into(self, text: str) -> str:
        return text[:self.start] + self.replacement + text[self.end:]

    def __str__(self) -> str:
        return f"{self.path}:{self.line}\n  - {self.before}\n  + {self.after}"


def faults_of(source: Source) -> list[Fault]:
    """Every fault, in the order of the source."""
    found = []
    for start, end, replacement, token in sorted(_changes(source), key=lambda change: change[:3]):
        line = source.line(start)
        first = source.text.rfind("\n", 0, start) + 1
        rest = "" if "\n" in source.text[start:end] else source.text[end:].partition("\n")[0]
        before = source.text[first:].partition("\n")[0]
        after = (source.text[first:start] + replacement + rest).partition("\n")[0]
        place = token.probe if token else None
        found.append(Fault(source.path, line, start, end, replacement,
                           None if place is None else source.statement(place),
                           before.strip(), after.strip()))
    return found


Change = tuple[int, int, str, "Token | None"]


def _changes(source: Source) -> Iterator[Change]:
    end_of_trace = -1
    for index, token in enumerate(source.tokens):
        if token.function and token.text == "trace" and source.text_at(index + 1) == "(":
            end_of_trace = source.tokens[index + 1].match
        if index <= end_of_trace:
            continue
        if token.kind == "mark":
            yield from _of_mark(source, index, token)
        elif token.kind == "word":
            yield from _of_word(source, index, token)
        else:
            yield from _of_constant(source, token)
    for directive in source.directives:
        defined = DEFINED.fullmatch(directive.text)
        if defined:
            for number in NUMBER.finditer(directive.text, defined.start("value")):
                start = directive.start + number.start()
                yield start, start + len(number.group()), str(int(number.group()) + 1), None


def _of_mark(source: Source, index: int, token: Token) -> Iterator[Change]:
    if not token.function:
        return
    previous = source.tokens[index - 1]
    binary = previous.kind in ("number", "char", "string") or previous.text in (")", "]") or (
        previous.kind == "word" and previous.text not in ("return", "case"))
    if token.text in TURNED:
        yield token.start, token.end, TURNED[token.text], token
    elif token.text in TURNED_IF_BINARY and binary and not _is_cast(source, index):
        yield token.start, token.end, TURNED_IF_BINARY[token.text], token
    elif token.text == "!":
        yield token.start, token.end, "", token
    elif token.text == "(" and previous.text in ("if", "while"):
        end = source.tokens[token.match]
        condition = source.text[token.end:end.start]
        if not TURNED_ALREADY.fullmatch(condition):
            yield token.end, end.start, f"!({condition})", token


def _is_cast(source: Source, index: int) -> bool:
    """Whether what precedes is a type in parentheses, or this is a pointer of a declaration."""
    previous = source.tokens[index - 1]
    if previous.text != ")":
        return False
    inside = source.tokens[previous.match + 1:index - 1]
    return bool(inside) and all(token.kind == "word" or token.text == "*" for token in inside) and (
        inside[-1].text == "*" or inside[0].text in ("struct", "unsigned", "int", "char", "void",
                                                     "size_t", "int64_t", "const"))


def _of_word(source: Source, index: int, token: Token) -> Iterator[Change]:
    if token.text in TURNED_WORDS:
        yield token.start, token.end, TURNED_WORDS[token.text], token
    if not token.function or not token.begins:
        return
    if token.text == "return" and token.returns_bool:
        last = _end_of_statement(source, index)
        value = source.text[token.end:source.tokens[last].start].strip()
        if value not in TURNED_WORDS and not TURNED_ALREADY.fullmatch(value):
            yield (token.end, source.tokens[last].start, f" !({value})", token)
    elif token.text == "case":
        colon = next(other for other in range(index, len(source.tokens))
                     if source.text_at(other) == ":")
        yield token.start, source.tokens[colon].end, "", token
    elif source.text_at(index + 1) == "(" and not KEPT_CALLS.fullmatch(token.text):
        closing = source.tokens[index + 1].match
        if source.text_at(closing + 1) == ";" and token.text not in ("if", "while", "for"):
            yield token.start, source.tokens[closing].end, "", token


def _of_constant(source: Source, token: Token) -> Iterator[Change]:
    if token.kind == "number" and token.text.isdigit() and not token.brackets.endswith("["):
        yield token.start, token.end, str(int(token.text) + 1), token
    elif token.kind == "char" and len(token.text) == 3:
        yield token.start, token.end, _next(token.text), token
    elif token.kind == "string" and not token.function and token.brackets.startswith("{") \
            and VALUE.fullmatch(token.text):
        # At its beginning, since getopt_long takes an option's name without its end.
        yield token.start, token.end, f'"~{token.text[1:]}', token


def _end_of_statement(source: Source, index: int) -> int:
    depth = source.tokens[index].brackets
    return next(other for other in range(index, len(source.tokens))
                if source.text_at(other) == ";" and source.tokens[other].brackets == depth)


def in_fixed_order(faults: Iterable[Fault]) -> list[Fault]:
    """The order in which faults of one file are tried: by a hash of what they change, so that an
    edit elsewhere in the file does not change it; the second fault of a line comes after the first
    of all others."""
    def rank(fault: Fault, again: int = 0) -> str:
        changed = f"{SEED}\0{fault.path}\0{fault.before}\0{fault.after}\0{again}"
        return hashlib.sha256(changed.encode()).hexdigest()

    seen: dict[str, int] = {}
    ranked = []
    for fault in sorted(faults, key=rank):
        seen[fault.before] = seen.get(fault.before, 0) + 1
        ranked.append((seen[fault.before], rank(fault), fault))
    return [fault for _, _, fault in sorted(ranked, key=lambda entry: entry[:2])]


def shares(lines: dict[str, int], count: int) -> dict[str, int]:
    """How many faults of the count each file gets, by its lines: the largest remainders, and at
    least one."""
    total = sum(lines.values())
    exact = {path: count * length / total for path, length in lines.items()}
    given = {path: max(1, int(share)) for path, share in exact.items()}
    missing = count - sum(given.values())
    for path in sorted(exact, key=lambda path: (int(exact[path]) - exact[path], path)):
        if missing <= 0:
            break
        given[path] += 1
        missing -= 1
    return given


def _next(character: str) -> str:
    """The character after this one, as a constant; one further if it would have to be escaped."""
    code = ord(character[1]) + 1
    return f"'{chr(code + 1 if chr(code) in chr(39) + chr(92) else code)}'"
