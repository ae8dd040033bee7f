# SPDX-License-Identifier: MIT
"""A picture of a terminal, as SVG: commands, and what they printed on it.

    picture = Picture()
    picture.command("entra login")
    picture.output(terminal.screen)
    path.write_text(picture.svg())

It has the words and colours of the terminal, and nothing that changes from run to run: no fonts to
load, no times, no random identifiers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

COLUMNS = 80
CHARACTER, LINE = 8.4, 19  # the size of a cell
MARGIN, BAR = 16, 32
FONT = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"

BACKGROUND, FRAME, TEXT, PROMPT = "#12161c", "#2b323c", "#d8dee6", "#7fd17f"
BUTTONS = ("#e0665c", "#e0b13f", "#63b55f")
# What "ESC [ NUMBER m" does to the style of the text after it.
COLOURS = {"31": "#f0837a", "32": PROMPT, "33": "#e3c15c", "34": "#7aa9f0", "36": "#6cc7cf"}
BOLD, DIM = "bold", "dim"


@dataclass(frozen=True)
class Style:
    colour: str = TEXT
    weight: str = ""

    def after(self, numbers: str) -> Style:
        style = self
        for number in numbers.split(";"):
            if number in ("", "0"):
                style = Style()
            elif number in ("1", "2"):
                style = Style(style.colour, BOLD if number == "1" else DIM)
            elif number in COLOURS:
                style = Style(COLOURS[number], style.weight)
        return style


Cell = tuple[str, Style]


def screen_lines(shown: str) -> list[list[Cell]]:
    """The lines that a terminal shows: lines that were written over are gone, long ones wrap."""
    lines: list[list[Cell]] = [[]]
    style, column = Style(), 0
    for part in re.findall(r"\x1b\[[\d;?]*[A-Za-z]|.", shown, re.S):
        if part == "\n":
            lines.append([])
            column = 0
        elif part == "\r":
            column = 0
        elif part.startswith("\x1b"):
            if part[-1] == "m":
                style = style.after(part[2:-1])
            elif part[-1] == "K":
                del lines[-1][column:]
        else:
            if column == COLUMNS:
                lines.append([])
                column = 0
            lines[-1][column:column + 1] = [(part, style)]
            column += 1
    while lines and not lines[-1]:
        lines.pop()
    return lines


def screen_text(shown: str) -> str:
    """The same without styles."""
    return "\n".join("".join(character for character, _ in line) for line in screen_lines(shown))


class Picture:
    def __init__(self, title: str) -> None:
        self._title = title
        self._lines: list[list[Cell]] = []

    def command(self, line: str) -> None:
        """A command at the prompt. A long one goes on below, as the user would have typed it."""
        if self._lines:
            self._lines.append([])
        self._lines += screen_lines(f"\x1b[32m$\x1b[0m \x1b[1m{line}\x1b[0m")

    def output(self, shown: str) -> None:
        self._lines += screen_lines(shown)

    def svg(self) -> str:
        width = round(COLUMNS * CHARACTER) + 2 * MARGIN
        height = BAR + len(self._lines) * LINE + 2 * MARGIN
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" role="img">',
            "<!-- SPDX-License-Identifier: MIT -->",
            f"<title>{escape(self._title)}</title>",
            f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="9" '
            f'fill="{BACKGROUND}" stroke="{FRAME}"/>',
            *(f'<circle cx="{MARGIN + 5 + 20 * number}" cy="{BAR / 2 + 2:g}" r="6" fill="{colour}"/>'
              for number, colour in enumerate(BUTTONS)),
            f'<g font-family={quoteattr(FONT)} font-size="14" fill="{TEXT}">',
        ]
        for number, line in enumerate(self._lines):
            parts += _texts(line, BAR + MARGIN + number * LINE + 14)
        return "\n".join([*parts, "</g>", "</svg>", ""])


def _texts(line: list[Cell], y: int) -> list[str]:
    """One element for each run of a style. Its length is given, so that the columns of a table stay
    below each other in any font."""
    texts, start = [], 0
    for end in range(1, len(line) + 1):
        if end < len(line) and (line[end][0] == " " or line[end][1] == line[start][1]):
            continue  # blanks have the style of what is before them
        text, style = "".join(character for character, _ in line[start:end]), line[start][1]
        if text.strip():
            texts.append(
                f'<text x="{MARGIN + start * CHARACTER:g}" y="{y}" xml:space="preserve" '
                f'textLength="{len(text) * CHARACTER:g}"{_attributes(style)}>{escape(text)}</text>')
        start = end
    return texts


def _attributes(style: Style) -> str:
    colour = f' fill="{style.colour}"' if style.colour != TEXT else ""
    weight = {BOLD: ' font-weight="bold"', DIM: ' fill-opacity="0.65"'}.get(style.weight, "")
    return colour + weight


def words(svg: str) -> list[str]:
    """The words of each line in such a picture."""
    lines: dict[str, str] = {}
    for text in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):
        lines[text.get("y", "")] = lines.get(text.get("y", ""), "") + (text.text or "")
    return [" ".join(line.split()) for line in lines.values()]
