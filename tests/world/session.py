# SPDX-License-Identifier: MIT
"""A private desktop session: a user's folders, a message bus, a keyring, and nothing else."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Sequence

from world import kernel_keyring, program, shared_folders
from world.bus import MessageBus
from world.keyring import Keyring
from world.program import Outcome
from world.waiting import PATIENCE

SANITIZERS = ("ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS")

GIT_IDENTITY = "[user]\n\tname = Ada Example\n\temail = ada@contoso.example\n" \
               "[init]\n\tdefaultBranch = main\n"


class Session:
    """Folders, environment and daemons of an imaginary user; removed by close().

    With bus=False it is only a shell, as over ssh or in a container; with keyring=False it is a
    desktop without a secret service. `programs` is a folder that comes before the system's in PATH.
    The kernel keyring and the shared folders are those of the process, and emptied by close().

    Nothing of the caller's environment is passed on, except the options of sanitizers. `env` is a
    plain dict that can be changed at will.
    """

    def __init__(self, *, programs: Path | None = None, bus: bool = True,
                 keyring: bool = True) -> None:
        kernel_keyring.require_own()
        self._cleanup = ExitStack()
        self._cleanup.callback(kernel_keyring.clear)
        self._cleanup.callback(shared_folders.clear)
        # A short name: the path of a Unix socket has 107 bytes at most.
        self.root = Path(tempfile.mkdtemp(prefix="entra-world-"))
        self._cleanup.callback(shutil.rmtree, self.root, ignore_errors=True)
        atexit.register(self.close)
        try:
            self._make_folders()
            self.env = self._environment(programs)
            self.bus = self._start_bus() if bus else None
            self.keyring = self._start_keyring() if bus and keyring else None
        except BaseException:
            self.close()
            raise

    def _make_folders(self) -> None:
        self.home = self.root / "home"
        self.config = self.home / ".config"
        self.data = self.home / ".local" / "share"
        self.cache = self.home / ".cache"
        self.runtime = self.root / "run"
        self.temporary = self.root / "tmp"
        self.logs = self.root / "log"
        for folder in (self.config, self.data, self.cache, self.temporary, self.logs):
            folder.mkdir(parents=True)
        self.runtime.mkdir(mode=0o700)
        (self.home / ".gitconfig").write_text(GIT_IDENTITY)

    def _environment(self, programs: Path | None) -> dict[str, str]:
        path = "/usr/local/bin:/usr/bin:/bin"
        return {
            "PATH": f"{programs}:{path}" if programs else path,
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "TMPDIR": str(self.temporary),
            "XDG_RUNTIME_DIR": str(self.runtime),
            "XDG_CONFIG_HOME": str(self.config),
            "XDG_DATA_HOME": str(self.data),
            "XDG_CACHE_HOME": str(self.cache),
            "GIT_CONFIG_NOSYSTEM": "1",
            **{name: os.environ[name] for name in SANITIZERS if name in os.environ},
        }

    def trust(self, certificate_authority: Path) -> None:
        """Makes programs trust this authority instead of the system's: those that use OpenSSL or
        Go, git, whose libcurl may use GnuTLS, and the curl tool."""
        for name in ("SSL_CERT_FILE", "GIT_SSL_CAINFO", "CURL_CA_BUNDLE"):
            self.env[name] = str(certificate_authority)

    def _start_bus(self) -> MessageBus:
        bus = MessageBus(self.runtime, self.logs, self.env)
        self._cleanup.callback(bus.stop)
        self.env["DBUS_SESSION_BUS_ADDRESS"] = bus.address
        return bus

    def _start_keyring(self) -> Keyring:
        keyring = Keyring(self.bus.address, self.logs, self.env)
        self._cleanup.callback(keyring.stop)
        return keyring

    def run(self, *command: str | Path, input: str | bytes | None = None,
            env: dict[str, str | None] | None = None, cwd: Path | None = None,
            timeout: float = PATIENCE) -> Outcome:
        """Runs a program in the session. `env` adds variables; one set to None is left out."""
        merged = {**self.env, **(env or {})}
        given = {name: value for name, value in merged.items() if value is not None}
        return program.run(command, given, input=input, cwd=cwd or self.home, timeout=timeout)

    def is_running(self, name: str) -> bool:
        """Whether a program with this name runs in the session, started by any process, or is a
        zombie that this process started."""
        return bool(self.processes(name))

    def processes(self, name: str) -> list[Path]:
        """Their folders in /proc."""
        return [process for process in Path("/proc").glob("[0-9]*") if self._is_ours(process, name)]

    def _is_ours(self, process: Path, name: str) -> bool:
        try:
            status = (process / "status").read_text()
            if not status.startswith(f"Name:\t{name[:15]}\n"):
                return False
            if "State:\tZ" in status:
                return f"PPid:\t{os.getpid()}\n" in status
            return f"HOME={self.home}\0".encode() in (process / "environ").read_bytes()
        except PermissionError:
            # Our programs hide theirs, except from root of the user namespace where they started;
            # others are those of tests in another one.
            return os.geteuid() != 0
        except OSError:  # it has just ended
            return False

    def files_holding(self, needle: bytes) -> list[Path]:
        """The files of the session that contain these bytes."""
        return [path for path in sorted(self.root.rglob("*"))
                if path.is_file() and needle in path.read_bytes()]

    def close(self) -> None:
        """Ends all programs and removes all folders. It can be called more than once."""
        self._cleanup.close()
        atexit.unregister(self.close)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
