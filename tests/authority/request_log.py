# SPDX-License-Identifier: MIT
"""A log of the requests that a server received."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from flask import Flask, Response, g, request
from werkzeug.datastructures import Headers


@dataclass
class LoggedRequest:
    """One request. `time` is in Unix seconds; `status` is None while it is being answered."""

    method: str
    path: str
    query: str
    headers: Headers
    form: dict[str, str]
    time: float = field(default_factory=time.time)
    status: int | None = None

    @property
    def authorization(self) -> str:
        """The Authorization header, or an empty string."""
        return self.headers.get("Authorization", "")


class RequestLog:
    """The requests to one application, in order of arrival; can be read at any time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: list[LoggedRequest] = []

    def attach(self, app: Flask) -> None:
        """From now on, its requests are logged."""
        app.before_request(self._note_request)
        app.after_request(self._note_response)

    def all(self) -> list[LoggedRequest]:
        with self._lock:
            return list(self._requests)

    def clear(self) -> None:
        with self._lock:
            self._requests.clear()

    def _note_request(self) -> None:
        """Only forms are read; the body of a git push, which may be large, is left alone."""
        g.logged = LoggedRequest(
            method=request.method,
            path=request.path,
            query=request.query_string.decode("latin-1"),
            headers=Headers(request.headers),
            form=request.form.to_dict(flat=True),
        )
        with self._lock:
            self._requests.append(g.logged)

    @staticmethod
    def _note_response(response: Response) -> Response:
        g.logged.status = response.status_code
        return response
