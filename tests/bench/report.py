# SPDX-License-Identifier: MIT
"""The results: a table in Markdown, the goals, a plot."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from contestant import Contestant, Section

PLOT = """\
set terminal svg size 900,{height} font 'sans,13' background '#ffffff'
set output '{svg}'
set title 'Whole processes, medians'
set logscale x
set xrange [{least}:{most}]
set yrange [{last}.6:-0.6]
set xlabel 'milliseconds'
set grid xtics
set lmargin 44
unset key
set style fill solid 0.9 noborder
plot '-' using 2:0:({least}):2:($0-0.35):($0+0.35):3:yticlabels(1) with boxxyerror lc rgb variable, \\
     '-' using 2:0:3 with labels left offset 0.6,0
"""
OURS, OTHERS = 0x1F77B4, 0xB8C4CE
LEAST = 0.1  # the start of the scale


@dataclass
class Goal:
    """A figure to reach; `limit` says what prevents it if it is missed."""

    what: str
    value: float
    most: float
    unit: str
    limit: str = ""

    def __str__(self) -> str:
        reached = self.value <= self.most
        line = (f"{'reached' if reached else 'MISSED '}  {self.what}: "
                f"{self.value:.2f}{self.unit}, at most {self.most:g}{self.unit}")
        return line if reached or not self.limit else f"{line}\n         {self.limit}"


def _time(milliseconds: float) -> str:
    return f"{milliseconds:.0f} ms" if milliseconds >= 100 else \
        f"{milliseconds:.1f} ms" if milliseconds >= 10 else f"{milliseconds:.2f} ms"


def _row(one: Contestant, ours: Contestant) -> list[str]:
    name = f"**{one.name}**" if one.ours else one.name
    memory = f"{one.memory:.1f} MB" if one.memory else ""
    return [name, _time(one.median * 1000), f"{one.median / ours.median:.2f}", memory]


def table(sections: list[Section]) -> str:
    rows: list[list[str]] = [["", "median", "vs. ours", "peak memory"]]
    for section in sections:
        rows.append([f"*{section.title}*", "", "", ""])
        rows += [_row(one, section.ours) for one in section.contestants]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])] + [row[i].rjust(widths[i]) for i in (1, 2, 3)]
        lines.append("| " + " | ".join(cells) + " |")
    rule = ["-" * widths[0]] + ["-" * (width - 1) + ":" for width in widths[1:]]
    return "\n".join([lines[0], "| " + " | ".join(rule) + " |", *lines[1:]])


def plot(sections: list[Section], svg: Path) -> None:
    """Draws the medians with gnuplot, on a logarithmic scale since they span three decades."""
    bars = []
    for section in sections:
        bars.append((f"{{/:Bold {section.title}}}", LEAST, OTHERS, ""))
        for one in section.contestants:
            time = one.median * 1000
            bars.append((one.name, max(time, LEAST), OURS if one.ours else OTHERS, _time(time)))
    script = PLOT.format(height=100 + 26 * len(bars), svg=svg, last=len(bars) - 1, least=LEAST,
                         most=20 * max(time for _, time, _, _ in bars))
    script += "".join(f'"{name}" {time} {colour}\n' for name, time, colour, _ in bars) + "e\n"
    script += "".join(f'"" {time} "{label}"\n' for _, time, _, label in bars) + "e\n"
    subprocess.run(["gnuplot"], input=script, text=True, check=True)
