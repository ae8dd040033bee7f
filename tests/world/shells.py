# SPDX-License-Identifier: MIT
"""Interactive shells that complete command lines, as installed: bash, zsh and fish."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from world.commands import PROGRAMS
from world.terminal import Terminal
from world.waiting import wait_until
from world.world import World

NAMES = ("bash", "zsh", "fish")
SHARE = Path("share")

# In each, `entra` shows its arguments in place of running: the completion asks the program itself.
# A shell completes with Tab, and Ctrl-X Ctrl-A inserts all that it would offer.
_BASH = r"""
PS1='ready> '
. /usr/share/bash-completion/bash_completion
bind 'set enable-bracketed-paste off'
bind 'set completion-query-items 0'
bind '"\C-x\C-a": insert-completions'
for name in PROGRAMS; do
    eval "$name() { printf ARGUMENTS; printf '<%s>' \"\$@\"; echo END; }"
done
"""
_ZSH = r"""
PS1='ready> '
unsetopt zle_bracketed_paste beep 2>/dev/null
unset zle_bracketed_paste
fpath=(SHARE/zsh/site-functions $fpath)
autoload -Uz compinit
compinit -u
zle -C all-matches complete-word _generic
bindkey '^X^A' all-matches
zstyle ':completion:all-matches::::' completer _all_matches _complete
zstyle ':completion:all-matches:*' insert true
for name in PROGRAMS; do
    eval "$name() { printf ARGUMENTS; printf '<%s>' \"\$@\"; echo END; }"
done
"""
_FISH = r"""
function fish_prompt; echo -n 'ready> '; end
function fish_greeting; end
for name in PROGRAMS
    eval "function $name; printf ARGUMENTS; printf '<%s>' \$argv; echo END; end"
end
"""


class Shell:
    """An interactive shell of the session, on a terminal of 80 columns."""

    def __init__(self, world: World, name: str, programs: Path, cwd: Path | None = None) -> None:
        if shutil.which(name) is None:
            pytest.skip(f"{name} is not installed")
        home = world.session.home
        share = programs.parent / SHARE
        if name == "bash":
            (home / ".rc").write_text(_BASH.replace("PROGRAMS", " ".join(PROGRAMS)))
            command = ["bash", "--noprofile", "--rcfile", str(home / ".rc"), "-i"]
        elif name == "zsh":
            (home / ".zshrc").write_text(_ZSH.replace("SHARE", str(share)).replace("PROGRAMS", " ".join(PROGRAMS)))
            command = ["zsh", "-d", "-i"]
        else:
            folder = world.session.config / "fish"
            folder.mkdir(exist_ok=True)
            (folder / "config.fish").write_text(_FISH.replace("PROGRAMS", " ".join(PROGRAMS)))
            command = ["fish", "-i"]
        self.name = name
        self._terminal: Terminal = world.at_terminal(
            *command, whole=True, columns=80, cwd=cwd,
            env={"XDG_DATA_DIRS": f"{share}:/usr/local/share:/usr/share"})
        self._terminal.wait_for("ready> ")

    def _after(self, keys: str) -> list[str]:
        begin = len(self._terminal.screen)
        self._terminal.type(f"{keys}\r")
        wait_until(lambda: "END\n" in self._terminal.screen[begin:], f"{self.name} after {keys!r}")
        return re.findall("ARGUMENTS<(.*)>END\n", self._terminal.screen[begin:])[-1].split("><")

    def complete(self, line: str) -> list[str]:
        """The arguments of the command line after Tab and Enter."""
        return self._after(f"{line}\t")

    def complete_all(self, line: str) -> list[str]:
        """The arguments of the command line with all that is offered; not in fish."""
        return self._after(f"{line}\x18\x01")

    @property
    def screen(self) -> str:
        return self._terminal.screen


def offered_by_fish(world: World, line: str, programs: Path) -> dict[str, str]:
    """What fish offers at the end of a command line, each with its description."""
    if shutil.which("fish") is None:
        pytest.skip("fish is not installed")
    share = programs.parent / SHARE
    outcome = world.run("fish", "--no-config", "-c",
                        f"for file in {share}/fish/vendor_completions.d/entra.fish; "
                        "source $file; end; complete -C $argv[1]", line)
    assert (outcome.code, outcome.err) == (0, ""), outcome
    return dict((entry + "\t").split("\t")[:2] for entry in outcome.out.splitlines())
