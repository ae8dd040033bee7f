# SPDX-License-Identifier: MIT
"""The kubeconfig of a user whose credentials come from a program."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

V1 = "client.authentication.k8s.io/v1"
V1BETA1 = "client.authentication.k8s.io/v1beta1"


@dataclass
class ExecPlugin:
    """The `exec` section of a kubeconfig's user, with the names of its documentation.

    With provide_cluster_info, `cluster_config` is passed to the program as spec.cluster.config.
    """

    command: str | Path
    args: list[str] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)
    api_version: str = V1
    interactive_mode: str | None = "Never"
    provide_cluster_info: bool = False
    install_hint: str = ""
    cluster_config: dict[str, Any] | None = None

    def section(self) -> dict[str, Any]:
        section: dict[str, Any] = {
            "apiVersion": self.api_version,
            "command": str(self.command),
            "args": self.args,
            "env": [{"name": name, "value": value} for name, value in self.env.items()],
            "provideClusterInfo": self.provide_cluster_info,
        }
        # v1 requires it; clients from before v1 do not know it.
        if self.interactive_mode is not None:
            section["interactiveMode"] = self.interactive_mode
        if self.install_hint:
            section["installHint"] = self.install_hint
        return section


def write_kubeconfig(path: Path, server_url: str, certificate_authority: Path,
                     plugin: ExecPlugin) -> Path:
    """Writes it as JSON, which is YAML too."""
    cluster: dict[str, Any] = {
        "server": server_url, "certificate-authority": str(certificate_authority)}
    if plugin.cluster_config is not None:
        cluster["extensions"] = [{"name": "client.authentication.k8s.io/exec",
                                  "extension": plugin.cluster_config}]
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "test", "cluster": cluster}],
        "users": [{"name": "app", "user": {"exec": plugin.section()}}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "app"}}],
        "current-context": "test",
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2))
    path.chmod(0o600)
    return path
