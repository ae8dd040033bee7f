# SPDX-License-Identifier: MIT
"""KDE's keyring: a real KWallet, whose dialogs nobody sees."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path
from typing import Mapping

import pytest
from gi.repository import Gio, GLib

from world.program import Daemon
from world.secret_service import NAME, TIMEOUT_MS
from world.waiting import wait_until

# The programs that have been the secret service, newest first. kwalletd has an interface of its own,
# at this path.
SECRET_DAEMON = "ksecretd"  # of KDE Frameworks 6, since 2025
WALLET_DAEMONS = {"kwalletd6": "/modules/kwalletd6", "kwalletd5": "/modules/kwalletd5"}
WALLET = "kdewallet"
PASSWORD_HASH = bytes(range(56))  # what pam_kwallet makes of a password at login


class KWallet:
    """The secret service of a session. It starts without a wallet."""

    @staticmethod
    def require() -> None:
        """Skips the test if KWallet is not installed."""
        if not any(shutil.which(program) for program in (SECRET_DAEMON, *WALLET_DAEMONS)):
            pytest.skip("KWallet is not installed")

    def __init__(self, bus_address: str, log_folder: Path, env: Mapping[str, str]) -> None:
        self._program = next(program for program in (SECRET_DAEMON, *WALLET_DAEMONS)
                             if shutil.which(program))
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
        if self._program != SECRET_DAEMON:
            self._kwallet("close", "(sb)", wallet, True)
        self.stop()
        self.start()

    def open(self, wallet: str = WALLET) -> None:
        """Opens the wallet as PAM does at login. Its secret service does not notice."""
        if self._program == SECRET_DAEMON:
            self.stop()
            self._start_by_pam(wallet)
        else:
            self._kwallet("pamOpen", "(sayi)", wallet, PASSWORD_HASH, 0)

    def _start_by_pam(self, wallet: str) -> None:
        """As pam_kwallet starts it: it reads the hash from a pipe, and the variables of the session
        from a socket. It opens the default wallet, which it creates if there is none."""
        configuration = Path(self._env["XDG_CONFIG_HOME"]) / "kwalletrc"
        configuration.write_text(f"[Wallet]\nDefault Wallet={wallet}\nFirst Use=false\n")
        hashes, writer = os.pipe()
        with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as session:
            path = Path(self._env["XDG_RUNTIME_DIR"]) / "kwallet.socket"
            path.unlink(missing_ok=True)
            server.bind(str(path))
            server.listen()
            self._daemon = Daemon(
                [self._program, "--pam-login", str(hashes), str(server.fileno())],
                {**self._env, "PAM_KWALLET5_LOGIN": str(path)}, self._log,
                descriptors=(hashes, server.fileno()))
            os.close(hashes)
            os.write(writer, PASSWORD_HASH)
            os.close(writer)
            session.connect(str(path))
            session.sendall(b"KWALLET_TEST=1\n")
        wait_until(self._is_ready, "KWallet")

    def _kwallet(self, method: str, signature: str, *arguments: object) -> tuple:
        return self._call(f"org.kde.{self._program}", WALLET_DAEMONS[self._program],
                          "org.kde.KWallet", method, signature, *arguments)

    def _call(self, name: str, path: str, interface: str, method: str, signature: str,
              *arguments: object) -> tuple:
        return self._bus.call_sync(name, path, interface, method, GLib.Variant(signature, arguments),
                                   None, Gio.DBusCallFlags.NO_AUTO_START, TIMEOUT_MS, None).unpack()

    def stop(self) -> None:
        """ksecretd saves its wallets when it ends by itself."""
        if self._program == SECRET_DAEMON:
            self._call("org.kde.ksecretd", "/MainApplication", "org.qtproject.Qt.QCoreApplication",
                       "quit", "()")
            self._daemon.wait()
        self._daemon.stop()

    def close(self) -> None:
        self.stop()
        self._bus.close_sync(None)
