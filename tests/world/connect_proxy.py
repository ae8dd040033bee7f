# SPDX-License-Identifier: MIT
"""An HTTP proxy on the loopback that accepts or refuses CONNECT (RFC 9110, 9.3.6)."""

from __future__ import annotations

import socket
import ssl
import threading


class ConnectProxy:
    """`refusal` is the status that answers every request; if None, all are accepted. `connects`
    lists the hosts that were requested, `credentials` what came in Proxy-Authorization. With `tls`,
    the proxy is reached by https."""

    def __init__(self, refusal: int | None = None, tls: ssl.SSLContext | None = None) -> None:
        self.refusal = refusal
        self.connects: list[str] = []
        self.credentials: list[str] = []
        self._tls = tls
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        if self._tls is not None:
            try:
                client = self._tls.wrap_socket(client, server_side=True)
            except OSError:  # it does not trust us
                client.close()
                return
        with client:
            head = b""
            while b"\r\n\r\n" not in head and (data := client.recv(4096)):
                head += data
            host = head.split()[1].decode()
            self.connects.append(host)
            self.credentials += [line.split(" ", 1)[1] for line in head.decode().split("\r\n")
                                 if line.lower().startswith("proxy-authorization:")]
            if self.refusal is not None:
                client.sendall(f"HTTP/1.1 {self.refusal} No\r\nContent-Length: 0\r\n\r\n".encode())
                return
            name, _, port = host.rpartition(":")
            with socket.create_connection((name, int(port))) as server:
                client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                back = threading.Thread(target=_pump, args=(server, client), daemon=True)
                back.start()
                _pump(client, server)
                back.join(5)

    def close(self) -> None:
        # Closing alone would leave the thread in accept(), and it would take connections from the
        # next socket that gets the number of this one.
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def __enter__(self) -> ConnectProxy:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        """One of the two has hung up."""
