# SPDX-License-Identifier: MIT
"""Answers a request with a CGI program (RFC 3875)."""

from __future__ import annotations

import shutil
import subprocess
import threading
from email.parser import BytesHeaderParser
from typing import IO, Iterator, Mapping

from flask import Request, Response

CHUNK = 64 * 1024


def environment(request: Request) -> dict[str, str]:
    """The meta-variables of a request (RFC 3875, 4.1), including its headers."""
    variables = {f"HTTP_{name.upper().replace('-', '_')}": value
                 for name, value in request.headers.items()}
    variables |= {
        "GATEWAY_INTERFACE": "CGI/1.1",
        "REQUEST_METHOD": request.method,
        "PATH_INFO": request.path,
        "QUERY_STRING": request.query_string.decode("latin-1"),
        "CONTENT_TYPE": request.headers.get("Content-Type", ""),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": request.remote_addr or "",
    }
    # A chunked body has no length: the program then reads until its end.
    if request.content_length is not None:
        variables["CONTENT_LENGTH"] = str(request.content_length)
    return variables


def respond(command: list[str], env: Mapping[str, str], body: IO[bytes]) -> Response:
    """Runs the program, which reads the body and writes the response, both of any size."""
    process = subprocess.Popen(command, env=dict(env), stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    # A program may begin to answer before it has read all; in one thread the two would wait for
    # each other.
    feeder = threading.Thread(target=_feed, args=(process.stdin, body), daemon=True)
    feeder.start()
    headers = _read_headers(process.stdout)
    status = headers.pop("Status", "200 OK")
    return Response(_rest(process, feeder), status, headers)


def _feed(stdin: IO[bytes], body: IO[bytes]) -> None:
    try:
        shutil.copyfileobj(body, stdin, CHUNK)
        stdin.close()
    except OSError:
        pass  # The program stopped reading, or the client hung up.


def _read_headers(stdout: IO[bytes]) -> dict[str, str]:
    lines = bytearray()
    while line := stdout.readline():
        if not line.strip():
            break
        lines += line
    return dict(BytesHeaderParser().parsebytes(bytes(lines)).items())


def _rest(process: subprocess.Popen[bytes], feeder: threading.Thread) -> Iterator[bytes]:
    """The body. If the client hangs up midway, this still finishes, and ends the program."""
    try:
        while chunk := process.stdout.read(CHUNK):
            yield chunk
    finally:
        process.kill()
        process.stdout.close()
        process.wait()
        feeder.join(5)
