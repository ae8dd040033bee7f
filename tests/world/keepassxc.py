# SPDX-License-Identifier: MIT
"""A real KeePassXC, whose windows nobody sees."""

from __future__ import annotations

import base64
import shutil
import uuid
from pathlib import Path
from typing import Mapping

import pytest

from world import program
from world.program import Daemon
from world.secret_service import SecretService
from world.waiting import wait_until

PASSWORD = "the password of the database"
GROUP = uuid.UUID("7d9f4c1e-6a1b-4c55-9f0e-2f3a4b5c6d7e")  # whose entries are the secret service's

DATABASE = f"""\
<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<KeePassFile>
  <Meta>
    <Generator>KeePassXC</Generator><DatabaseName>Passwords</DatabaseName>
    <RecycleBinEnabled>False</RecycleBinEnabled>
    <CustomData>
      <Item><Key>FDO_SECRETS_EXPOSED_GROUP</Key><Value>{{{GROUP}}}</Value></Item>
    </CustomData>
  </Meta>
  <Root><Group><UUID>{base64.b64encode(GROUP.bytes).decode()}</UUID><Name>Root</Name></Group></Root>
</KeePassFile>
"""

# 2.7.4 may crash if an entry is deleted while another thread of it saves the database.
CONFIGURATION = """\
[General]
ConfigVersion=2
UpdateCheckMessageShown=true
AutoSaveAfterEveryChange=false
[GUI]
CheckForUpdates=false
[FdoSecrets]
Enabled=true
ShowNotification=false
UnlockBeforeSearch=false
ConfirmDeleteItem={confirm}
ConfirmAccessItem={confirm}
"""


class KeePassXC:
    """The secret service of a session, with a database that is open. If `confirms`, it asks the user
    before it lets a program read or delete an entry, as it does by default."""

    @staticmethod
    def require() -> None:
        """Skips the test if KeePassXC is not installed."""
        if shutil.which("keepassxc") is None:
            pytest.skip("KeePassXC is not installed")

    def __init__(self, bus_address: str, folder: Path, log_folder: Path, env: Mapping[str, str], *,
                 confirms: bool = False) -> None:
        self._env = {**env, "QT_QPA_PLATFORM": "offscreen"}
        folder.mkdir()
        database = folder / "passwords.kdbx"
        (folder / "passwords.xml").write_text(DATABASE)
        made = program.run(["keepassxc-cli", "import", "--set-password", folder / "passwords.xml",
                            database], self._env, input=f"{PASSWORD}\n{PASSWORD}\n")
        assert made.code == 0, made
        configuration = folder / "keepassxc.ini"
        configuration.write_text(CONFIGURATION.format(confirm=str(confirms).lower()))
        self._daemon = Daemon(["keepassxc", "--config", configuration, "--localconfig",
                               folder / "local.ini"], self._env, log_folder / "keepassxc.log")
        self._service = SecretService(bus_address)
        wait_until(self._is_running, "KeePassXC")
        # 2.7.10 crashes if the password comes from stdin (keepassxc#13521).
        wait_until(lambda: self._service.call_other(
            "org.keepassxc.KeePassXC.MainWindow", "/keepassxc", "openDatabase", str(database),
            PASSWORD), "KeePassXC's window")
        wait_until(lambda: self._is_running() and not self._service.is_locked(), "the database")

    def _is_running(self) -> bool:
        self._daemon.check_alive()
        return self._service.is_running()

    def items(self):
        return self._service.items()

    def lock(self) -> None:
        """What has changed is saved."""
        self._daemon.check_alive()
        self._service.lock()
        wait_until(self._service.is_locked, "the lock")

    def close(self) -> None:
        self._service.close()
        self._daemon.stop()
