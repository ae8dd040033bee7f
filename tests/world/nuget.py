# SPDX-License-Identifier: MIT
"""NuGet's side of the conversation with a plugin, as strict as NuGet's own.

Source: NuGet.Client, src/NuGet.Core/NuGet.Protocol/Plugins: MessageDispatcher, SymmetricHandshake,
PluginManager (what is said first), and NuGet.Credentials' SecurePluginCredentialProvider.
"""

from __future__ import annotations

import json
import os
import subprocess
import uuid
from typing import Any, Callable

from world.waiting import PATIENCE, wait_until

PLUGIN = "nuget-plugin-entra"
METHODS = {"None", "Close", "GetOperationClaims", "Handshake", "Initialize", "Log",
           "MonitorNuGetProcessExit", "SetCredentials", "SetLogLevel", "GetAuthenticationCredentials"}
LEVELS = {"Debug", "Verbose", "Information", "Minimal", "Warning", "Error"}


class NuGet:
    """Starts the plugin and shakes hands with it. `log` has what it had shown, and `progress` how
    often it said that it is at work. `on_log` is called with each message to show."""

    def __init__(self, world, env: dict[str, str | None] | None = None, *,
                 versions: tuple[str, str] = ("2.0.0", "1.0.0"),
                 accepts: bool = True) -> None:
        merged = world.session.env | (env or {})
        given = {name: value for name, value in merged.items() if value is not None}
        self.process = subprocess.Popen([PLUGIN, "-Plugin"], env=given, cwd=world.session.home,
                                        executable=self._found(given["PATH"]),
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, encoding="utf-8",
                                        start_new_session=True)
        self.log: list[tuple[str, str]] = []
        self.progress = 0
        self.on_log: Callable[[str], None] = lambda text: None
        self.claims: list[str] = []
        self._accepts = accepts
        self._theirs_is_done = False
        self.handshake = self.ask("Handshake", ProtocolVersion=versions[0],
                                  MinimumProtocolVersion=versions[1])

    @staticmethod
    def _found(path: str) -> str:
        """As NuGet finds it: by its name, of which it must have the beginning."""
        return next(f"{folder}/{PLUGIN}" for folder in path.split(":")
                    if os.access(f"{folder}/{PLUGIN}", os.X_OK))

    # ---- what NuGet says ----

    def begin(self) -> NuGet:
        """All that comes before the first credential."""
        while not self._theirs_is_done:
            self._take(self._read(), None)
        self.ask("MonitorNuGetProcessExit", ProcessId=os.getpid())
        self.ask("Initialize", ClientVersion="6.13.1", Culture="en-US", RequestTimeout="00:00:30")
        self.claims = self.ask("GetOperationClaims")["Claims"]
        self.ask("SetLogLevel", LogLevel="Minimal")
        return self

    def credentials(self, uri: str, *, retry: bool = False, interactive: bool = False,
                    dialog: bool = True) -> dict[str, Any]:
        return self.ask("GetAuthenticationCredentials", Uri=uri, IsRetry=retry,
                        IsNonInteractive=not interactive, CanShowDialog=dialog)

    def ask(self, method: str, **payload: Any) -> dict[str, Any]:
        """The payload of the answer."""
        request_id = str(uuid.uuid4())
        self.send(request_id, "Request", method, payload)
        while True:
            answer = self._take(self._read(), (request_id, method))
            if answer is not None:
                return answer

    def send(self, request_id: str, kind: str, method: str, payload: Any = None) -> None:
        message = {"RequestId": request_id, "Type": kind, "Method": method}
        if payload is not None:
            message["Payload"] = payload
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    # ---- what it hears ----

    def _read(self) -> dict[str, Any]:
        line = self.process.stdout.readline()
        assert line.endswith("\n"), f"the plugin is gone: {line!r} {self.process.stderr.read()}"
        message = json.loads(line)
        assert set(message) <= {"RequestId", "Type", "Method", "Payload"}, message
        assert message["RequestId"] and message["Method"]
        return message

    def _take(self, message: dict[str, Any], asked: tuple[str, str] | None) -> dict[str, Any] | None:
        """The payload of the answer to what was asked. Whatever else NuGet would not know what to do
        with is an error, such as progress of a request that is answered."""
        kind, payload = message["Type"], message.get("Payload")
        if asked is not None and message["RequestId"] == asked[0]:
            assert message["Method"] == asked[1]
            if kind == "Progress":
                self.progress += 1
                return None
            assert kind == "Response", message
            return payload
        assert kind == "Request" and message["Method"] in METHODS, message
        if message["Method"] == "Handshake":
            assert payload["ProtocolVersion"] == payload["MinimumProtocolVersion"] == "2.0.0"
            answer = {"ResponseCode": "Success", "ProtocolVersion": "2.0.0"}
            self._theirs_is_done = True
            self.send(message["RequestId"], "Response", "Handshake",
                      answer if self._accepts else {"ResponseCode": "Error"})
        else:
            assert message["Method"] == "Log" and payload["LogLevel"] in LEVELS and payload["Message"]
            self.log.append((payload["LogLevel"], payload["Message"]))
            self.send(message["RequestId"], "Response", "Log", {"ResponseCode": "Success"})
            self.on_log(payload["Message"])
        return None

    # ---- the end ----

    def close(self) -> tuple[int, str]:
        """Says Close, which has no answer. Returns the exit code and stderr."""
        self.send(str(uuid.uuid4()), "Request", "Close")
        return self.wait()

    def wait(self) -> tuple[int, str]:
        wait_until(lambda: self.process.poll() is not None, "the plugin's end")
        rest, err = self.process.stdout.read(), self.process.stderr.read()
        assert rest == "", rest
        return self.process.returncode, err

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()
