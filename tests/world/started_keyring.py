# SPDX-License-Identifier: MIT
"""A keyring that runs only once the bus has been asked for a name of its own, as KDE's ksecretd
does: GNOME Keyring, started by a program that then takes that name."""

from __future__ import annotations

from pathlib import Path

from world.keyring import PASSWORD

PROGRAM = f"""\
#!/usr/bin/python3
import subprocess
import sys
import time
from gi.repository import Gio, GLib

bus = Gio.bus_get_sync(Gio.BusType.SESSION)
daemon = subprocess.Popen(["gnome-keyring-daemon", "--foreground", "--components=secrets", "--unlock",
                           "--control-directory=" + sys.argv[2]], stdin=subprocess.PIPE)
daemon.stdin.write({PASSWORD.encode()!r})
daemon.stdin.close()
while not bus.call_sync("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "NameHasOwner",
                        GLib.Variant("(s)", ("org.freedesktop.secrets",)), None, 0, -1).unpack()[0]:
    time.sleep(0.02)
Gio.bus_own_name_on_connection(bus, sys.argv[1], 0)
GLib.MainLoop().run()
"""


def install(folder: Path, name: str, runtime: Path) -> Path:
    """Makes a folder of services, for a bus, with one that has this name."""
    folder.mkdir()
    program = folder / "keyring"
    program.write_text(PROGRAM)
    program.chmod(0o755)
    (folder / f"{name}.service").write_text(
        f"[D-BUS Service]\nName={name}\nExec={program} {name} {runtime / 'keyring'}\n")
    return folder
