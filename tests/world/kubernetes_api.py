# SPDX-License-Identifier: MIT
"""As much of a Kubernetes API server as `kubectl get pods` needs."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, jsonify, request

from world.api_server import ApiServer
from world.gate import Rejected

POD_NAMES = ("web-7d4b9c6f5-2xkqp", "web-7d4b9c6f5-9hjwm")
COLUMNS = ("Name", "Ready", "Status", "Restarts", "Age")


def _metadata(name: str) -> dict[str, Any]:
    return {"name": name, "namespace": "default", "uid": name,
            "creationTimestamp": "2026-01-02T15:04:05Z"}


def _pod(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": _metadata(name),
            "spec": {"containers": [{"name": "web", "image": "web:1"}]},
            "status": {"phase": "Running"}}


def _pod_list() -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "PodList", "metadata": {"resourceVersion": "1"},
            "items": [_pod(name) for name in POD_NAMES]}


def _pod_table() -> dict[str, Any]:
    """The form in which kubectl prefers lists: rows that are ready for printing."""
    columns = [{"name": name, "type": "string", "format": "name" if name == "Name" else "",
                "description": name, "priority": 0} for name in COLUMNS]
    rows = [{"cells": [name, "1/1", "Running", "0", "5d"],
             "object": {"apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata",
                        "metadata": _metadata(name)}} for name in POD_NAMES]
    return {"apiVersion": "meta.k8s.io/v1", "kind": "Table", "metadata": {"resourceVersion": "1"},
            "columnDefinitions": columns, "rows": rows}


# The discovery documents: one API version, one kind of resource.
DISCOVERY: dict[str, dict[str, Any]] = {
    "/api": {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []},
    "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
    "/api/v1": {
        "kind": "APIResourceList", "groupVersion": "v1",
        "resources": [{"name": "pods", "singularName": "pod", "namespaced": True, "kind": "Pod",
                       "verbs": ["get", "list"], "shortNames": ["po"]}]},
    "/version": {"major": "1", "minor": "32", "gitVersion": "v1.32.0", "platform": "linux/amd64"},
}


class KubernetesApi(ApiServer):
    """A cluster with two pods in the namespace `default`."""

    def add_paths(self, app: Flask) -> None:
        for path, answer in DISCOVERY.items():
            app.add_url_rule(path, path, lambda answer=answer: jsonify(answer))
        app.add_url_rule("/api/v1/namespaces/default/pods", "pods", self._pods)

    @staticmethod
    def _pods() -> Response:
        wants_table = "as=Table" in request.headers.get("Accept", "")
        return jsonify(_pod_table() if wants_table else _pod_list())

    def reject(self, rejected: Rejected) -> Response:
        """A Status object, like every error in Kubernetes."""
        reason = "Unauthorized" if rejected.status == 401 else "Forbidden"
        response = jsonify(kind="Status", apiVersion="v1", metadata={}, status="Failure",
                           message=reason, reason=reason, code=rejected.status)
        response.status_code = rejected.status
        return response
