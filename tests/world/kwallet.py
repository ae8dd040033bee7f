# SPDX-License-Identifier: MIT
"""KDE's keyring: a real kwalletd, whose dialogs nobody sees."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Mapping

import pytest
from gi.repository import Gio, GLib

from world.program import Daemon
from world.secret_service import NAME, TIMEOUT_MS
from world.waiting import wait_until

# Of KDE Frameworks 6 and 5: the program, and the bus name and path of its own interface.
DAEMONS = {"kwalletd6": ("org.kde.kwalletd6", "/modules/kwalletd6"),
           "kwalletd5": ("org.kde.kwalletd5", "/modules/kwalletd5")}
WALLET = "kdewallet"
PASSWORD_HASH = bytes(range(56))  # what pam_kwallet makes of a password at login


class KWallet:
    """The secret service of a session. It starts without a wallet."""

    @staticmethod
    def require() -> None:
        """Skips the test if KWallet is not installed."""
        if not any(shutil.which(program) for program in DAEMONS):
            pytest.skip("KWallet is not installed")

    def __init__(self, bus_address: str, log_folder: Path, env: Mapping[str, str]) -> None:
        self._program = next(program for program in DAEMONS if shutil.which(program))
        self._bus = Gio.DBusConnection.new_for_address_sync(
            bus_address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
            | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        self._env = {**env, "QT_QPA_PLATFORM": "offscreen"}
        self._log = log_folder / "kwallet.log"
        self.start()

    def start(self) -> None:
        self._daemon = Daemon([self._program], self._env, self._log)
        wait_until(self._is_ready, "KWallet")

    def _is_ready(self) -> bool:
        self._daemon.check_alive()
        return self._call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                          "NameHasOwner", "(s)", NAME)[0]

    def create(self, wallet: str = WALLET) -> None:
        """Creates the wallet, and closes it."""
        self.open(wallet)
        self.restart(wallet)  # its secret service shows only wallets that were there at the start

    def restart(self, wallet: str = WALLET) -> None:
        """Closes the wallet, which saves it, and starts anew, as at the next login."""
        self._kwallet("close", "(sb)", wallet, True)
        self.stop()
        self.start()

    def open(self, wallet: str = WALLET) -> None:
        """Opens the wallet as PAM does at login. Its secret service does not notice."""
        self._kwallet("pamOpen", "(sayi)", wallet, PASSWORD_HASH, 0)

    def _kwallet(self, method: str, signature: str, *arguments: object) -> tuple:
        name, path = DAEMONS[self._program]
        return self._call(name, path, "org.kde.KWallet", method, signature, *arguments)

    def _call(self, name: str, path: str, interface: str, method: str, signature: str,
              *arguments: object) -> tuple:
        return self._bus.call_sync(name, path, interface, method, GLib.Variant(signature, arguments),
                                   None, Gio.DBusCallFlags.NO_AUTO_START, TIMEOUT_MS, None).unpack()

    def stop(self) -> None:
        self._daemon.stop()

    def close(self) -> None:
        self.stop()
        self._bus.close_sync(None)
