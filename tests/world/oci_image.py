# SPDX-License-Identifier: MIT
"""The smallest image, as a folder in the layout of the OCI image specification."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def _put(folder: Path, media_type: str, content: bytes) -> dict[str, Any]:
    digest = hashlib.sha256(content).hexdigest()
    (folder / "blobs" / "sha256" / digest).write_bytes(content)
    return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(content)}


def _layer(text: str) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        info = tarfile.TarInfo("hello")
        info.size = len(text)
        tar.addfile(info, io.BytesIO(text.encode()))
    return stream.getvalue()


def make(folder: Path, text: str = "Hello.\n") -> Path:
    """One file, hello, with this text; the image's tag is `latest`."""
    (folder / "blobs" / "sha256").mkdir(parents=True)
    (folder / "oci-layout").write_text(json.dumps({"imageLayoutVersion": "1.0.0"}))
    layer = _layer(text)
    config = {"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {
        "type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]}}
    manifest = {
        "schemaVersion": 2, "mediaType": MANIFEST,
        "config": _put(folder, "application/vnd.oci.image.config.v1+json",
                       json.dumps(config).encode()),
        "layers": [_put(folder, "application/vnd.oci.image.layer.v1.tar+gzip",
                        gzip.compress(layer, mtime=0))]}
    tagged = _put(folder, MANIFEST, json.dumps(manifest).encode()) | {
        "annotations": {"org.opencontainers.image.ref.name": "latest"}}
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [tagged]}))
    return folder
