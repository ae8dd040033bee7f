# SPDX-License-Identifier: MIT
"""A proxy that connects well-known names to servers of the tests, so that unmodified programs can
talk to https://dev.azure.com."""

from __future__ import annotations

import socket
import threading
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Mapping
from urllib.parse import urlsplit


class _Handler(BaseRequestHandler):
    """One CONNECT (RFC 9110, 9.3.6), then bytes both ways."""

    def handle(self) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            chunk = self.request.recv(4096)
            if not chunk or len(head) > 65536:
                return
            head += chunk
        method, target, _ = head.decode("latin-1").split("\r\n")[0].split(" ")
        self.server.proxy.asked.append(target)
        port = self.server.proxy.routes.get(target)
        if method != "CONNECT" or port is None:
            refusal = self.server.proxy.refusal
            self.request.sendall(f"HTTP/1.1 {refusal}\r\nContent-Length: 0\r\n\r\n".encode())
            return
        with socket.create_connection(("127.0.0.1", port)) as server:
            self.request.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_pump, args=(server, self.request), daemon=True)
            back.start()
            _pump(self.request, server)
            back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # one of the two hung up


class _Server(ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False


class Proxy:
    """`routes` maps "host:port" to the URL of a server on this machine; everything else gets the
    `refusal`.
    `asked` lists all that was requested, refused or not."""

    def __init__(self, routes: Mapping[str, str]) -> None:
        self.routes = {target: urlsplit(url).port for target, url in routes.items()}
        self.asked: list[str] = []
        self.refusal = "502 Bad Gateway"
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.proxy = self
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def add(self, host: str, url: str) -> None:
        """Connects this host to the server too."""
        self.routes[f"{host}:443"] = urlsplit(url).port

    @property
    def environment(self) -> dict[str, str]:
        """The variables that make programs use the proxy for everything not on this machine."""
        return {"https_proxy": f"http://127.0.0.1:{self._server.server_address[1]}",
                "no_proxy": "localhost,127.0.0.1"}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
