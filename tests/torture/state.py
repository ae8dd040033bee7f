# SPDX-License-Identifier: MIT
"""Everything that a user of the programs has: the items of a keyring, and files."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from world import kernel_keyring
from world.world import World

# What processes leave for each other, and can do without: locks, failures, claims, tenants.
SHARED = re.compile(r"(run|home/\.local/state)/entra/[0-9a-f]{16}\."
                    r"(flight|setup|refresh|accounts|sign-in|sign-in-failure|sign-in-silence"
                    r"|sign-in-refusal|signed-out|client-refusal|failure|renewal|throttle"
                    r"|not-stored|silent|dismissed|claims|refusals|tenant|broker-failure"
                    r"|broker-refusal|broker-refused|broker-lift)")
# What is not a user's: the keyring's own files, sockets, the simulated browser.
FOREIGN = re.compile(r"(log|tmp/injector|broker|browser|repositories|run/(bus|keyring)|home/\.cache"
                     r"|home/\.local/share/keyrings|home/asked)(/|$)")


# The mode of a symbolic link, whose content is where it leads.
LINK = -1


@dataclass
class State:
    """Attributes (as JSON) and record of each item; mode and content of each file. A record that
    cannot be read is None."""

    items: dict[str, bytes | None]
    files: dict[str, tuple[int, bytes]]


def _attributes(attributes: dict[str, str]) -> str:
    return json.dumps(attributes, sort_keys=True)


class Runtime:
    """The items are files, which are restored with the others."""

    name = "runtime"

    def __init__(self, world: World) -> None:
        self._folder = world.session.runtime / "entra"

    def items(self) -> dict[str, bytes | None]:
        found = {}
        for file in self._folder.glob("*.token") if self._folder.exists() else ():
            head, _, record = file.read_bytes().partition(b"\n")
            try:
                found[_attributes(json.loads(head)["attributes"])] = record
            except (ValueError, KeyError):
                found[file.name] = None
        return found

    def restore(self, items: dict[str, bytes | None]) -> None:
        """See State."""


class Kernel:
    name = "kernel"

    def __init__(self, world: World) -> None:
        """The keyring is this process's."""

    def items(self) -> dict[str, bytes | None]:
        return {_attributes(attributes): self._read(serial)
                for serial, attributes in kernel_keyring.keys().items()}

    @staticmethod
    def _read(serial: int) -> bytes | None:
        try:
            return kernel_keyring.read(serial)
        except OSError:
            return None

    def restore(self, items: dict[str, bytes | None]) -> None:
        kernel_keyring.clear()
        for name, record in items.items():
            self._add(json.loads(name), record)

    @staticmethod
    def _add(attributes: dict[str, str], record: bytes) -> None:
        """In the order in which the programs have them, which is part of the name of a key."""
        order = ("kind", "scheme", "host", "path", "authority", "tenant", "client_id", "account",
                 "username", "scope")
        kernel_keyring.add({name: attributes[name] for name in order if name in attributes}, record)


class SecretService:
    name = "secret-service"

    def __init__(self, world: World) -> None:
        self._world = world

    def items(self) -> dict[str, bytes | None]:
        return {_attributes(item.attributes): item.secret
                for item in self._world.session.keyring.items(with_secrets=True)}

    def restore(self, items: dict[str, bytes | None]) -> None:
        present = self.items()
        for name in present.keys() - items.keys():
            self._tool("clear", *self._words(name))
        for name, record in items.items():
            if present.get(name) != record:
                self._tool("store", "--label", "restored", *self._words(name),
                           input=record.decode())

    @staticmethod
    def _words(name: str) -> list[str]:
        return [word for pair in json.loads(name).items() for word in pair]

    def _tool(self, *words: str, input: str | None = None) -> None:
        outcome = self._world.run("secret-tool", *words, input=input)
        assert outcome.code == 0, outcome


KEYRINGS: dict[str, Callable[[World], Runtime | Kernel | SecretService]] = {
    kind.name: kind for kind in (Runtime, Kernel, SecretService)}
KEYRINGS["auto"] = SecretService


class Belongings:
    """Reads the state of a world, and restores it."""

    def __init__(self, world: World, keyring: str) -> None:
        self._root = world.session.root
        self._keyring = KEYRINGS[keyring](world)

    def read(self) -> State:
        return State(self._keyring.items(), {
            name: self._file(path) for name, path in self._paths()
            if path.is_symlink() or path.is_file()})

    @staticmethod
    def _file(path: Path) -> tuple[int, bytes]:
        if path.is_symlink():
            return LINK, bytes(path.readlink())
        return path.stat().st_mode & 0o7777, path.read_bytes()

    def restore(self, state: State) -> None:
        for name, path in self._paths():
            if path.is_symlink() or name not in state.files and not path.is_dir():
                path.unlink()
        for name, file in state.files.items():
            self._restore(self._root / name, *file)
        self._keyring.restore(state.items)

    @staticmethod
    def _restore(path: Path, mode: int, content: bytes) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if mode == LINK:
            path.symlink_to(content.decode())
            return
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)
        path.chmod(mode)

    def _paths(self) -> list[tuple[str, Path]]:
        named = [(str(path.relative_to(self._root)), path) for path in self._root.rglob("*")]
        return [(name, path) for name, path in named
                if not FOREIGN.match(name) and not path.is_socket()]
