# SPDX-License-Identifier: MIT
"""A collection of GNOME Keyring's that has no password, so that its file can be read and written:
thousands of items at once, and as old as a test wants them.

The format is GKeyFile's (gnome-keyring, pkcs11/secret-store/gkm-secret-textual.c).
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from world.session import Session

NAME = "plain"
HEAD = f"[keyring]\ndisplay-name={NAME}\nctime=0\nmtime=0\nlock-on-idle=false\nlock-after=false\n"


@dataclass(frozen=True)
class Entry:
    label: str
    attributes: dict[str, str] = field(hash=False)
    secret: str

    def text(self, number: int, when: int) -> str:
        lines = [f"\n[{number}]", "item-type=0", f"display-name={self.label}",
                 f"secret={self.secret}", f"mtime={when}", f"ctime={when}"]
        for index, (name, value) in enumerate(self.attributes.items()):
            lines += [f"\n[{number}:attribute{index}]", f"name={name}", "type=string",
                      f"value={value}"]
        return "\n".join(lines) + "\n"


class PlainKeyring:
    """Takes the place of the session's default collection."""

    def __init__(self, session: Session, entries: Iterable[Entry] = ()) -> None:
        self._keyring = session.keyring
        self._folder = session.data / "keyrings"
        self._file = self._folder / f"{NAME}.keyring"
        now = int(time.time())
        self._keyring.stop()
        self._file.write_text(HEAD + "".join(
            entry.text(number, now) for number, entry in enumerate(entries, 1)))
        (self._folder / "default").write_text(NAME)
        self._start()

    def _start(self) -> None:
        self._keyring.start(unlocked=False)
        self._keyring.unlock("")

    def encipher(self) -> None:
        """Gives it a password after all, so that the daemon does the work that it usually does."""
        self._keyring.change_password("")

    def age(self, seconds: int) -> None:
        """Makes all items this much older."""
        self._keyring.stop()
        self._file.write_text(re.sub(
            r"^([mc]time)=(\d+)$", lambda time: f"{time[1]}={max(0, int(time[2]) - seconds)}",
            self._file.read_text(), flags=re.MULTILINE))
        self._start()
