# SPDX-License-Identifier: MIT
"""The desktop keyring: a real gnome-keyring-daemon, and what tests do to it."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Mapping

from world.program import Daemon
from world.secret_service import Item, SecretService
from world.waiting import wait_until

PASSWORD = "the password of the login keyring"


class Keyring:
    """The secret service of one session. It starts unlocked, with an empty `login` collection."""

    def __init__(self, bus_address: str, log_folder: Path, env: Mapping[str, str]) -> None:
        self._bus_address = bus_address
        self._log = log_folder / "keyring.log"
        self._env = env
        self._daemon: Daemon | None = None
        self._service: SecretService | None = None
        self.start()

    def start(self, unlocked: bool = True) -> None:
        """Starts the daemon (again); earlier items are still there, as after a new login. Without
        the password, as after a login that types none (a fingerprint, ssh), the keyring is locked,
        and the daemon knows no more of its items than the file says in the clear."""
        self._daemon = Daemon(
            ["gnome-keyring-daemon", "--foreground", "--components=secrets",
             f"--control-directory={self._env['XDG_RUNTIME_DIR']}/keyring",
             *(["--unlock"] if unlocked else [])],
            self._env, self._log, input=PASSWORD.encode() if unlocked else None)
        self._service = SecretService(self._bus_address)
        wait_until(lambda: self._is_running() and (not unlocked or not self.is_locked()),
                   "the keyring")

    def _is_running(self) -> bool:
        self._daemon.check_alive()
        return self._service.is_running()

    def stop(self) -> None:
        """Stops the daemon; there is no secret service on the bus any more."""
        if self._daemon is not None:
            self._service.close()
            self._daemon.stop()
            self._daemon = self._service = None

    def restart_locked(self) -> None:
        """The keyring is then locked since its start."""
        self.stop()
        self.start(unlocked=False)

    def lock(self) -> None:
        self._service.lock()

    def unlock(self, password: str = PASSWORD) -> None:
        """Unlocks the default collection."""
        self._service.unlock(password)

    def change_password(self, before: str) -> None:
        """The default collection gets the usual password."""
        self._service.change_password(before, PASSWORD)

    def add_default_collection(self) -> None:
        """Makes a new collection the default one; the earlier one stays, with its items."""
        self._service.make_default(self._service.add_collection("another", PASSWORD))

    def delete(self) -> None:
        """Deletes the default collection."""
        self._service.delete_default_collection()

    def is_locked(self) -> bool:
        return self._service.is_locked()

    def freeze(self) -> None:
        """The daemon stays on the bus, but does not answer until thaw()."""
        self._daemon.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._daemon.signal(signal.SIGCONT)

    def items(self, with_secrets: bool = False) -> list[Item]:
        return self._service.items(with_secrets)

    def add(self, label: str, attributes: dict[str, str], secret: bytes) -> None:
        self._service.add(label, attributes, secret)
