# SPDX-License-Identifier: MIT
"""The demonstration, and the picture that it draws of its terminal."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DEMO = Path(__file__).parents[1] / "demo"
sys.path.append(str(DEMO))

from picture import COLUMNS, Picture, screen_text, words  # noqa: E402


def timeless(lines: list[str]) -> list[str]:
    """A slow machine may leave a token a minute less."""
    return [re.sub(r"\bin \d+ min\b", "in N min", line) for line in lines]


@pytest.mark.xdist_group("demo")
def test_the_picture_shows_what_the_demo_prints(programs, tmp_path):
    if shutil.which("kubectl") is None:
        pytest.skip("there is no kubectl")
    drawn = tmp_path / "demo.svg"
    done = subprocess.run([sys.executable, DEMO / "demo.py", "--programs", programs, "--picture", drawn],
                          capture_output=True, text=True, timeout=300,
                          env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"})
    assert done.returncode == 0, done.stdout + done.stderr
    kept = (DEMO / "demo.svg").read_text()
    assert timeless(words(kept)) == timeless(words(drawn.read_text())), \
        "draw it anew: make demo PICTURE=tests/demo/demo.svg"


def test_a_line_that_is_written_over_is_gone():
    assert screen_text("10%\r\x1b[K20%\rdone\x1b[K\nnext\n") == "done\nnext"


def test_a_long_line_wraps():
    assert screen_text("x" * (COLUMNS + 1)) == "x" * COLUMNS + "\nx"


def test_a_picture_has_the_words_and_not_the_control_sequences():
    picture = Picture("title")
    picture.command("printf '<&>'")
    picture.output("\x1b[1m<&>\x1b[0m and  more\n")
    assert words(picture.svg()) == ["$ printf '<&>'", "<&> and more"]
    assert "\x1b" not in picture.svg()
