# SPDX-License-Identifier: MIT
"""A private message bus, like that of a desktop session."""

from __future__ import annotations

from pathlib import Path
from typing import Mapping

from world.program import Daemon
from world.waiting import wait_until

# There are no service directories, so nothing is started by activation: the only secret service on
# this bus is the one that the session starts, and no prompter appears.
CONFIGURATION = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


class MessageBus:
    """A dbus-daemon that listens at `address`, where systemd puts a user's bus."""

    def __init__(self, runtime_folder: Path, log_folder: Path, env: Mapping[str, str]) -> None:
        socket = runtime_folder / "bus"
        self.address = f"unix:path={socket}"
        configuration = log_folder / "bus.conf"
        configuration.write_text(CONFIGURATION.format(socket=socket))
        self._daemon = Daemon(
            ["dbus-daemon", f"--config-file={configuration}", "--nofork", "--print-address"],
            env, log_folder / "bus.log")
        wait_until(self._is_ready, "the message bus")

    def _is_ready(self) -> bool:
        """The bus prints its address once it listens."""
        self._daemon.check_alive()
        return "unix:path=" in self._daemon.log.read_text(errors="replace")

    def stop(self) -> None:
        self._daemon.stop()
