# SPDX-License-Identifier: MIT
"""A private message bus, like that of a desktop session."""

from __future__ import annotations

from pathlib import Path
from typing import Mapping

from world.program import Daemon
from world.waiting import wait_until

# Only what a test wants is started by activation: the only secret service on this bus is the one that
# the session starts, and no prompter appears.
CONFIGURATION = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>{listen}</listen>
  <auth>{auth}</auth>
  {services}
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
    <allow user="*"/>
    {policy}
  </policy>
{limits}</busconfig>
"""


# Those of a session bus, which has many clients (dbus-daemon's session.conf).
LIMITS = {"max_completed_connections": 100000, "max_incomplete_connections": 10000,
          "max_connections_per_user": 100000, "max_replies_per_connection": 50000,
          "max_match_rules_per_connection": 50000, "auth_timeout": 240000}


class MessageBus:
    """A dbus-daemon that listens at `address`: where systemd puts a user's bus, or `elsewhere`.
    With `uid`, it is another user's, and takes everybody's messages. On a TCP port it takes
    everybody's too, since that does not tell who connects. `limits` are those of dbus-daemon(1)
    that differ from a session's, `policy` is a further rule, and `services` a folder of services that
    can be started."""

    def __init__(self, runtime_folder: Path, log_folder: Path, env: Mapping[str, str], *,
                 elsewhere: str | None = None, uid: int | None = None,
                 limits: Mapping[str, int] | None = None, policy: str = "",
                 services: Path | None = None) -> None:
        self.address = elsewhere or f"unix:path={runtime_folder / 'bus'}"
        name = "bus" if elsewhere is None else f"bus-{uid or 'elsewhere'}"
        auth = "EXTERNAL"
        if self.address.startswith("tcp:"):
            auth = "ANONYMOUS</auth><allow_anonymous/><auth>EXTERNAL"
        configuration = log_folder / f"{name}.conf"
        elements = "".join(f'  <limit name="{name}">{value}</limit>\n'
                           for name, value in (LIMITS | dict(limits or {})).items())
        folder = f"<servicedir>{services}</servicedir>" if services else ""
        configuration.write_text(CONFIGURATION.format(
            listen=self.address, auth=auth, limits=elements, policy=policy, services=folder))
        user = [] if uid is None else ["setpriv", f"--reuid={uid}", "--clear-groups"]
        self._daemon = Daemon(
            [*user, "dbus-daemon", f"--config-file={configuration}", "--nofork",
             "--print-address"],
            env, log_folder / f"{name}.log")
        wait_until(self._is_ready, "the message bus")
        if self.address.startswith("tcp:"):  # then the daemon has chosen the port
            words = self._daemon.log.read_text().split()
            self.address = next(word for word in words if word.startswith("tcp:"))

    def _is_ready(self) -> bool:
        """The bus prints its address once it listens."""
        self._daemon.check_alive()
        return "guid=" in self._daemon.log.read_text(errors="replace")

    def stop(self) -> None:
        self._daemon.stop()
