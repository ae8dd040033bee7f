# SPDX-License-Identifier: MIT
"""A package feed like those of Azure Artifacts: Python packages over HTTPS that require a token."""

from __future__ import annotations

import base64
import hashlib
import io
import ssl
import zipfile

from flask import Flask, Response, abort, redirect, request

from world.api_server import ApiServer
from world.gate import Gate, Rejected

FEED = "/contoso/_packaging/app/pypi"


def wheel(name: str, version: str = "1.0") -> tuple[str, bytes]:
    """The file name and the bytes of a package with one module, which has its version."""
    info = f"{name}-{version}.dist-info"
    files = {f"{name}.py": f'version = "{version}"\n',
             f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
             f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\n"
                              "Tag: py3-none-any\n"}
    record = "".join(f"{path},sha256={_digest(text)},{len(text)}\n" for path, text in files.items())
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, text in files.items():
            archive.writestr(zipfile.ZipInfo(path), text)
    return f"{name}-{version}-py3-none-any.whl", packed.getvalue()


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


class PackageFeed(ApiServer):
    """Serves the wheels in `files` at FEED, and adds what is uploaded.

    Rejected requests get the headers of Azure Artifacts: the challenges, with the authority's address
    in `authorization_uri` (None: without it); the tenant's GUID in X-VSS-ResourceTenant (`tenant`;
    None: no such header); and those of its older ways to sign in. With `redirects_to`, each request
    is redirected there instead.
    """

    def __init__(self, tls: ssl.SSLContext | None, gate: Gate, *, authorization_uri: str | None,
                 tenant: str | None) -> None:
        self.authorization_uri = authorization_uri
        self.tenant = tenant
        self.redirects_to: str | None = None
        self.files: dict[str, bytes] = {}
        gate.basic_too = True
        super().__init__(tls, gate)

    def add(self, name: str, version: str = "1.0") -> None:
        file, content = wheel(name, version)
        self.files[file] = content

    def add_paths(self, app: Flask) -> None:
        app.add_url_rule(f"{FEED}/simple/", "index", self._index)
        app.add_url_rule(f"{FEED}/simple/<name>/", "package", self._package)
        app.add_url_rule(f"{FEED}/download/<file>", "file", self._file)
        app.add_url_rule(f"{FEED}/upload", "upload", self._upload, methods=["POST"],
                         strict_slashes=False)

    def _index(self) -> str:
        names = sorted({file.partition("-")[0] for file in self.files})
        return "".join(f'<a href="{name}/">{name}</a>\n' for name in names)

    def _package(self, name: str) -> str:
        found = [file for file in self.files if file.partition("-")[0] == name.replace("-", "_")]
        if not found:
            abort(404)
        return "".join(f'<a href="../../download/{file}#sha256='
                       f'{hashlib.sha256(self.files[file]).hexdigest()}">{file}</a>\n'
                       for file in found)

    def _file(self, file: str) -> Response:
        if file not in self.files:
            abort(404)
        return Response(self.files[file], mimetype="application/octet-stream")

    def _upload(self) -> str:
        """PyPI's legacy upload API."""
        assert request.form[":action"] == "file_upload"
        content = request.files["content"]
        self.files[content.filename] = content.read()
        return "OK"

    def reject(self, rejected: Rejected) -> Response:
        if self.redirects_to is not None:
            return redirect(self.redirects_to)
        response = Response(rejected.why, rejected.status, mimetype="text/plain")
        bearer = "Bearer" if self.authorization_uri is None else \
            f"Bearer authorization_uri={self.authorization_uri}"
        for challenge in (bearer, 'Basic realm="https://pkgs.dev.azure.com/"', "TFS-Federated"):
            response.headers.add("WWW-Authenticate", challenge)
        if self.tenant is not None:
            response.headers["X-VSS-ResourceTenant"] = self.tenant
        response.headers["X-TFS-FedAuthRealm"] = "https://pkgsprodweu1.app.pkgs.visualstudio.com/"
        response.headers["X-TFS-FedAuthIssuer"] = "https://pkgs.dev.azure.com/contoso/"
        response.headers["X-VSS-AuthorizationEndpoint"] = "https://vssps.dev.azure.com/contoso/"
        return response
