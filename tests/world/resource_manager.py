# SPDX-License-Identifier: MIT
"""Azure Resource Manager, as far as the Azure CLI needs it: one subscription with a resource group."""

from __future__ import annotations

from flask import Flask, Response, jsonify

from authority import contoso
from world.web_api import WebApi

SUBSCRIPTION = "4a7c1e90-2b6d-4f38-9e15-8c0d3b5a7f21"
GROUP = "rg-of-ada"


class ResourceManager(WebApi):
    """Answers whoever has a token for it."""

    def add_paths(self, app: Flask) -> None:
        app.add_url_rule("/subscriptions", "subscriptions", self._subscriptions)
        app.add_url_rule(f"/subscriptions/{SUBSCRIPTION}/resourcegroups", "groups", self._groups)

    @staticmethod
    def _subscriptions() -> Response:
        return jsonify(value=[{
            "id": f"/subscriptions/{SUBSCRIPTION}", "subscriptionId": SUBSCRIPTION,
            "displayName": "Contoso", "state": "Enabled", "tenantId": contoso.TENANT.guid,
            "managedByTenants": []}])

    @staticmethod
    def _groups() -> Response:
        return jsonify(value=[{
            "id": f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}", "name": GROUP,
            "type": "Microsoft.Resources/resourceGroups", "location": "westeurope",
            "properties": {"provisioningState": "Succeeded"}}])
