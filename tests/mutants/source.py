# SPDX-License-Identifier: MIT
"""A C source as tokens, with what a fault needs to know of the place of each.

This reads the C of this repository, not all of C: no labels but `case` and `default`, no functions
in the style of K&R, and no macro that opens a bracket without closing it.
"""

from __future__ import annotations

import re
from bisect import bisect
from dataclasses import dataclass, field

TOKEN = re.compile(r"""
    (?P<blank>\s+ | //[^\n]* | /\*.*?\*/)
  | (?P<directive>^[ \t]*\#(?:\\\n|[^\n])*)
  | (?P<string>"(?:\\.|[^"\\])*")
  | (?P<char>'(?:\\.|[^'\\])+')
  | (?P<number>\d[\w.]*)
  | (?P<word>[A-Za-z_]\w*)
  | (?P<mark><<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[^\s\w])
""", re.DOTALL | re.MULTILINE | re.VERBOSE)

CONDITION_WORDS = ("if", "while", "for", "switch")


@dataclass
class Token:
    kind: str
    text: str
    start: int
    match: int = -1            # the index of the other bracket
    function: bool = False     # whether it is in the body of a function
    returns_bool: bool = False  # whether that function does
    inside: int = -1           # the index of the innermost bracket around it
    brackets: str = ""         # all that are open around it, outermost first
    block: bool = False        # whether this is the { of a function, or of a block in one
    begins: bool = False       # whether a statement begins here
    probe: int | None = None   # the index of the token before which the last probe may be

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass
class Source:
    path: str
    text: str
    tokens: list[Token] = field(default_factory=list)
    directives: list[Token] = field(default_factory=list)
    probes: list[int] = field(default_factory=list)  # indices of the tokens that follow one

    def __post_init__(self) -> None:
        for match in TOKEN.finditer(self.text):
            kind = match.lastgroup or ""
            token = Token(kind, match.group(), match.start())
            if kind == "directive":
                self.directives.append(token)
            elif kind != "blank":
                self.tokens.append(token)
        self._line_starts = [0] + [match.end() for match in re.finditer("\n", self.text)]
        self._lines = self.text.splitlines()
        self._match_brackets()
        self._find_places()

    def line(self, offset: int) -> int:
        """The number of the line, from 1."""
        return bisect(self._line_starts, offset)

    def line_text(self, number: int) -> str:
        return self._lines[number - 1].strip()

    def statement(self, index: int) -> str:
        """The line on which the statement of a probe begins, as it is known by."""
        return self.line_text(self.line(self.tokens[index].start))

    def text_at(self, index: int) -> str:
        """The text of a token; empty outside of the source."""
        return self.tokens[index].text if 0 <= index < len(self.tokens) else ""

    def _match_brackets(self) -> None:
        opened: list[int] = []
        for index, token in enumerate(self.tokens):
            if token.kind == "mark" and token.text in ")]}":
                token.match = opened.pop()
                self.tokens[token.match].match = index
            token.brackets = "".join(self.tokens[other].text for other in opened)
            token.inside = opened[-1] if opened else -1
            if token.kind == "mark" and token.text in "([{":
                opened.append(index)

    def _in_block(self, index: int) -> bool:
        """Whether this is part of a statement, and of no parentheses or values in it."""
        inside = self.tokens[index].inside
        return inside >= 0 and self.tokens[inside].block

    def _find_places(self) -> None:
        """Goes through the blocks of all functions, with the last place for a probe in each."""
        body = Token("", "", 0)
        places: list[int | None] = []
        label = bare_do = False
        after = ""  # what begins at this token: a statement, or one that a probe can precede
        for index, token in enumerate(self.tokens):
            token.function, token.returns_bool = index < body.match, body.returns_bool
            if token.function and self._in_block(index):
                if token.text in ("case", "default"):
                    # What is before a label need not have been executed.
                    label, places[-1], token.begins = True, None, True
                elif after:
                    token.begins = True
                    if after == "probe" and token.text not in ("else", "}"):
                        places[-1] = index
                        self.probes.append(index)
            token.probe = next((place for place in reversed(places) if place is not None), None)
            after = ""
            if self._is_block(index):
                token.block = True
                if not token.function:
                    body = token
                    token.returns_bool = self._returns_bool(index)
                places.append(None)
                after = "probe"
            elif token.text == "}" and self.tokens[token.match].block:
                places.pop()
                after = "" if self.text_at(token.match - 1) == "do" else "probe"
            elif self._in_block(index):
                if token.text == ";":
                    after, bare_do = "" if bare_do else "probe", False
                elif token.text == ":" and label:
                    label, after = False, "probe"
                elif token.text in ("else", "do") or (
                        token.text == ")" and self.text_at(token.match - 1) in CONDITION_WORDS):
                    after = "statement"
                    bare_do = token.text == "do" and self.text_at(index + 1) != "{"

    def _is_block(self, index: int) -> bool:
        """Whether this { begins a block, rather than values or the members of a type."""
        token = self.tokens[index]
        if token.text != "{" or token.kind != "mark":
            return False
        before = self.text_at(index - 1)
        if before == ")":
            word = self.tokens[self.tokens[index - 1].match - 1]
            return (self._in_block(index) or token.inside < 0) and word.kind == "word" and \
                word.text not in ("return", "sizeof")
        return self._in_block(index) and before in ("else", "do", ";", "{", "}", ":")

    def _returns_bool(self, index: int) -> bool:
        name = self.tokens[index - 1].match - 1
        words = []
        while name > 0 and self.text_at(name - 1) not in (";", "}"):
            name -= 1
            words.append(self.text_at(name))
        return "bool" in words and "*" not in words
