# SPDX-License-Identifier: MIT
"""Serves a WSGI application from a thread, on a port of the loopback."""

from __future__ import annotations

import ssl
import threading
from typing import Any, Callable

from werkzeug.serving import WSGIRequestHandler, make_server

WsgiApplication = Callable[..., Any]


class _TlsSocket(ssl.SSLSocket):
    """Reports a client that hung up, or rejected our certificate, as plain sockets do; the server
    treats that as normal, and any other error as its own fault."""

    def send(self, *arguments: Any) -> int:
        try:
            return super().send(*arguments)
        except ssl.SSLError as error:
            raise ConnectionResetError(str(error)) from error

    def recv_into(self, *arguments: Any) -> int:
        try:
            return super().recv_into(*arguments)
        except ssl.SSLError as error:
            raise ConnectionResetError(str(error)) from error


class _SilentHandler(WSGIRequestHandler):
    """Does not log requests to the test's stderr."""

    def log(self, type: str, message: str, *args: Any) -> None:
        pass

    def send_response(self, code: int, message: str | None = None) -> None:
        """Leaves Server and Date to werkzeug, which adds them if the response has none."""
        self.send_response_only(code, message)


class _OnDemand:
    """An application that is made at its first request. A map of URLs is much of the work of making
    one, and most tests have servers that they never ask."""

    def __init__(self, make: Callable[[], WsgiApplication]) -> None:
        self._make = make
        self._made: WsgiApplication | None = None
        self._lock = threading.Lock()

    def __call__(self, environ: Any, start_response: Any) -> Any:
        with self._lock:
            self._made = self._made or self._make()
        return self._made(environ, start_response)


class WebServer:
    """Serves what is made, from its creation until close(): https with a TLS context, http with None.
    Port 0 is any that is free."""

    def __init__(self, make: Callable[[], WsgiApplication], tls: ssl.SSLContext | None,
                 port: int = 0) -> None:
        if tls is not None:
            tls.sslsocket_class = _TlsSocket
        self._application = _OnDemand(make)
        self._tls = tls
        self.port = port
        self.start()
        self.url = f"{'https' if tls else 'http'}://localhost:{self.port}"

    def start(self) -> None:
        """Starts serving again after close(), on the same port."""
        self._server = make_server("127.0.0.1", self.port, self._application, threaded=True,
                                   request_handler=_SilentHandler, ssl_context=self._tls)
        if self._tls is not None:
            # A client that connects and then says nothing must not stop the others: the handshake
            # happens in the connection's own thread, at its first read.
            self._server.socket.do_handshake_on_connect = False
        self.port: int = self._server.port
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.005},
            name=f"web server {self.port}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stops listening. Open connections end with the process."""
        self._server.shutdown()
        self._thread.join()
