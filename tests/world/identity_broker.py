# SPDX-License-Identifier: MIT
"""A stand-in for the device's identity broker, on the session's bus, in a process of its own.

    broker = IdentityBroker(session, "native", accounts=[account(contoso.ADA)])
    broker.will("acquireTokenSilently", "interaction_required")

It speaks as one of four: "java" is Microsoft's up to 2.0.1, "native" Microsoft's since, "native3"
Microsoft's since 3.0, "himmelblau" Himmelblau's. Requests are taken as strictly as by the real ones,
as far as that is known, and recorded; one that would be refused there is a failure of the test.

Microsoft's has a cache: it gives a token again until that is named as the one to renew (which is how
MSAL.NET gets a new one), claims come, or it expires soon."""

from __future__ import annotations

import ctypes
import json
import os
import re
import signal
import sys
import time
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, Iterator, Sequence

NAME = "com.microsoft.identity.broker1"
PATH = "/com/microsoft/identity/broker1"
INTERFACE = "com.microsoft.identity.Broker1"
METHODS = ("getAccounts", "acquireTokenSilently", "acquireTokenInteractively",
           "acquirePrtSsoCookie", "removeAccount", "generateSignedHttpRequest",
           "cancelInteractiveFlow", "getLinuxBrokerVersion")
VERSIONS = {"java": "2.0.1", "native": "2.5.2", "native3": "3.0.2", "himmelblau": "4.1.0"}
NATIVE_CLIENT = "https://login.microsoftonline.com/common/oauth2/nativeclient"
DBUS_ERROR = "org.freedesktop.DBus.Error"

# ---- the side of the tests ----


def account(user: Any) -> dict[str, Any]:
    """A user of the authority's directory, as a broker describes an account."""
    oid = user.object_ids[user.home]
    return {"environment": "login.windows.net", "familyName": "Example",
            "givenName": user.name.split()[0], "homeAccountId": f"{oid}.{user.home}",
            "localAccountId": oid, "name": user.name, "passwordExpiry": 0,
            "realm": user.home, "username": user.username}


class IdentityBroker:
    """Runs until close(), unless it is `startable`: then the bus starts it, if it is made with the
    folder of `services`. `clients` has the redirect URI of each client that it serves; `bus` is
    the address of another bus than the session's."""

    def __init__(self, session: Any, dialect: str = "native", *,
                 accounts: Sequence[dict[str, Any]] = (), clients: dict[str, str] | None = None,
                 startable: Path | None = None, bus: str | None = None) -> None:
        self._session = session
        self._env = session.env | ({"DBUS_SESSION_BUS_ADDRESS": bus} if bus else {})
        self._folder = session.root / ("other-broker" if bus else "broker")
        self._folder.mkdir(exist_ok=True)
        self._log = self._folder / "requests"
        self._log.touch()
        self._daemon = None
        self._state = {"dialect": dialect, "accounts": list(accounts), "clients": clients,
                       "faults": {}, "lives": 3600, "slow": 0, "user": None, "token": None}
        self._write()
        self._script = self._folder / "broker"
        self._script.write_text(f"#!/bin/sh\nexec {sys.executable} {Path(__file__).resolve()} "
                                f"{self._folder}\n")
        self._script.chmod(0o755)
        if startable is None:
            self.start()
        else:
            startable.mkdir(exist_ok=True)
            (startable / f"{NAME}.service").write_text(
                f"[D-BUS Service]\nName={NAME}\nExec={self._script}\n")

    def start(self) -> None:
        from world.program import Daemon
        from world.waiting import wait_until
        (self._folder / "ready").unlink(missing_ok=True)
        self._daemon = Daemon([self._script], self._env, self._folder / "log")
        wait_until(self.is_running, "the identity broker")

    def is_running(self) -> bool:
        if self._daemon is not None:
            self._daemon.check_alive()
        return (self._folder / "ready").exists()

    @property
    def pid(self) -> int:
        return int((self._folder / "ready").read_text())

    def _write(self) -> None:
        new = self._folder / "state.new"
        new.write_text(json.dumps(self._state))
        new.replace(self._folder / "state")

    def set(self, **state: Any) -> None:
        self._state |= state
        self._write()

    def will(self, method: str, *faults: str | None) -> None:
        """The next calls of the method end so, the last of them for good; None: well."""
        self._state["faults"][method] = list(faults)
        self._write()

    @contextmanager
    def held(self, method: str, fault: str = "") -> Iterator[Callable[[], None]]:
        """The next call of the method waits for what is yielded, and then ends so."""
        mark = self._folder / "held"
        mark.touch()
        self.will(method, f"held {fault}", fault or None)
        try:
            yield lambda: mark.unlink(missing_ok=True)
        finally:
            mark.unlink(missing_ok=True)

    def calls(self, method: str | None = None) -> list[dict[str, Any]]:
        """The requests that came, and what is wrong with them. None may be wrong."""
        calls = [json.loads(line) for line in self._log.read_text().splitlines()]
        wrong = [call for call in calls if call["wrong"]]
        assert not wrong, wrong
        return [call for call in calls if method in (None, call["method"])]

    def methods(self) -> list[str]:
        return [call["method"] for call in self.calls()]

    def parameters(self) -> dict[str, Any]:
        """The authParameters of the last request for a token."""
        return next(call["request"]["authParameters"] for call in reversed(self.calls())
                    if "authParameters" in call["request"])

    def close(self) -> None:
        if self._daemon is not None:
            self._daemon.stop()
        elif self.is_running():
            with_pid = self.pid
            if (Path("/proc") / str(with_pid)).exists():
                os.kill(with_pid, signal.SIGKILL)

    def __enter__(self) -> IdentityBroker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


# ---- the broker itself ----

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
KNOWN = {"account", "accessTokenToRenew", "additionalQueryParametersForAuthorization", "authority",
         "authorizationType", "clientId", "decodedClaims", "popParams", "prompt", "redirectUri",
         "requestedScopes", "username", "uxContextHandle"}
PROMPTS = {"select_account", "consent", "login", "none"}
NEVER_CALLED = {"removeAccount", "acquirePrtSsoCookie", "generateSignedHttpRequest",
                "cancelInteractiveFlow"}

# status, context of the Java broker, OAuth error, suberror
FAILURES = {
    "interaction_required": (2, "AADSTS50078: Presented multi-factor authentication has expired "
                                "due to policies configured by your administrator, you must "
                                "refresh your multi-factor authentication to access '0'.\r\n"
                                "Trace ID: 1\r\nCorrelation ID: 2", "invalid_grant",
                             "basic_action"),
    "no_network": (3, "The network is not reachable", "", ""),
    "unavailable": (5, "The server is busy", "", ""),
    "cancelled": (7, "User cancelled", "", ""),
    "client_refused": (9, "AADSTS50011: The redirect URI specified in the request does not match "
                          "the redirect URIs configured for the application", "invalid_client", ""),
    "not_authorized": (2, "AADSTS65002: Consent between first party application and first party "
                          "resource must be configured via preauthorization", "invalid_grant", ""),
    "not_assigned": (2, "AADSTS50105: Your administrator has configured the application to block "
                        "users unless they are specifically granted access to it",
                     "invalid_grant", ""),
    "untrusted": (11, "The authority is not known", "", ""),
    "declined": (0, "Token response failed because declined scopes are present", "", ""),
}


class Refused(Exception):
    """What the broker answers in place of a token."""


class Broker:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._counts: dict[str, int] = {}
        self._cache: dict[str, tuple[int, str]] = {}  # when it is over, and the answer

    def _read(self) -> None:
        self.state = json.loads((self._folder / "state").read_text())
        self.dialect = self.state["dialect"]
        self.is_himmelblau = self.dialect == "himmelblau"

    def _fault(self, method: str) -> str | None:
        faults = self.state["faults"].get(method, [])
        index = self._counts.get(method, 0)
        self._counts[method] = index + 1
        return faults[min(index, len(faults) - 1)] if faults else None

    # -- checking --

    def _check(self, method: str, version: str, correlation: str, text: str) -> list[str]:
        wrong = [] if version == "0.0" else [f"protocol version {version}"]
        if not GUID.fullmatch(correlation):
            wrong.append(f"correlation id {correlation}")
        try:
            request = json.loads(text)
        except ValueError:
            return wrong + ["not JSON"]
        if method in NEVER_CALLED:
            wrong.append(f"{method} is none of our business")
        if method == "getAccounts":
            wrong += self._check_keys(request, {"clientId", "redirectUri"})
            wrong += [] if GUID.fullmatch(request.get("clientId", "")) else ["clientId"]
        elif method == "getLinuxBrokerVersion":
            wrong += self._check_keys(request, {"msalCppVersion"})
        else:
            wrong += self._check_keys(request, {"authParameters"})
            wrong += self._check_parameters(method, request.get("authParameters", {}))
        return wrong

    @staticmethod
    def _check_keys(request: dict[str, Any], keys: set[str]) -> list[str]:
        return [] if set(request) == keys else [f"members {sorted(request)}"]

    def _check_parameters(self, method: str, sent: dict[str, Any]) -> list[str]:
        silent = method == "acquireTokenSilently"
        wrong = [f"unknown {name}" for name in set(sent) - KNOWN]
        wrong += [name for name in ("clientId", "redirectUri", "authority")
                  if not isinstance(sent.get(name), str)]
        if not GUID.fullmatch(sent.get("clientId", "")):
            wrong.append("clientId")
        if not re.fullmatch(r"https://[^/]+/[\w.-]+", sent.get("authority", "")):
            wrong.append("authority")
        if sent.get("authorizationType") != (1 if silent else 6):
            wrong.append("authorizationType")
        scopes = sent.get("requestedScopes")
        if not isinstance(scopes, list) or len(scopes) != 1 or not isinstance(scopes[0], str) \
                or scopes[0] in ("openid", "profile", "offline_access"):
            wrong.append("requestedScopes")
        if sent.get("prompt", "login") not in PROMPTS or (silent and "prompt" in sent):
            wrong.append("prompt")
        if "account" in sent and sent["account"] not in self.state["accounts"]:
            wrong.append("account is not as it was sent")
        if "account" in sent and sent.get("username") != sent["account"]["username"]:
            wrong.append("username")
        if silent and "account" not in sent:
            wrong.append("no account")
        if "decodedClaims" in sent and not isinstance(json.loads(sent["decodedClaims"]), dict):
            wrong.append("decodedClaims")
        if "popParams" in sent:
            wrong += self._check_keys(sent["popParams"],
                                      {"authenticationScheme", "httpMethod", "kid", "uriHost"})
        return wrong

    # -- answers --

    def _error(self, status: int, context: str, code: str, suberror: str) -> dict[str, Any]:
        if self.is_himmelblau:
            return {"context": context, "status": 0, "subStatus": 0}
        error = {"context": context, "diagnostics": None, "errorCode": 0, "status": status,
                 "subStatus": 0, "tag": 595719680}
        if self.dialect == "java":
            error["diagnostics"] = {"raw_error_code": code, "oauth2_sub_error_code": suberror,
                                    "exception_type": "com.microsoft.identity.common.exception."
                                                      "UiRequiredException"}
        elif code:
            error["context"] = f"Recieved an error from AAD. Code: '{code}' description: " \
                               f"'(pii)' correlation id: '{uuid.uuid4()}' suberror: '{suberror}'"
        return error

    def _refuse(self, method: str, fault: str) -> str:
        status, context, code, suberror = FAILURES[fault]
        if self.is_himmelblau and fault == "interaction_required":
            context = "Failed to authenticate user"
        error = self._error(status, context, code, suberror)
        if not method.startswith("acquireToken"):
            return json.dumps({"error": error})
        response: dict[str, Any] = {"error": error}
        if self.dialect == "java":
            response |= {"accessTokenType": 0, "expiresOn": 0, "subError": ""}
        answer: dict[str, Any] = {"brokerTokenResponse": response}
        if not self.is_himmelblau:
            answer["telemetry"] = {"auth_flow": "PRT", "broker_version": VERSIONS[self.dialect]}
        return json.dumps(answer)

    def _accounts(self) -> str:
        return json.dumps({"accounts": self.state["accounts"]})

    def _account_for(self, sent: dict[str, Any]) -> dict[str, Any]:
        accounts = self.state["accounts"]
        if "account" in sent:
            return sent["account"]
        if self.is_himmelblau:
            raise Refused(json.dumps({"brokerTokenResponse": {"error": self._error(
                0, "Missing account", "", "")}}))
        chosen = self.state["user"] or next(iter(accounts), None)  # by the user
        if chosen is None:
            raise Refused(self._refuse("acquireTokenInteractively", "cancelled"))
        return chosen

    def _token(self, method: str, sent: dict[str, Any], fault: str | None) -> str:
        import jwt
        clients = self.state["clients"]
        if clients is not None and not self.is_himmelblau \
                and clients.get(sent["clientId"]) != sent["redirectUri"]:
            return self._refuse(method, "client_refused")
        account = self._account_for(sent)
        now = int(time.time())
        oid, tid = account["homeAccountId"].split(".")
        tenant = sent["authority"].rsplit("/", 1)[1]
        claims = {"aud": sent["requestedScopes"][0].rsplit("/", 1)[0], "oid": oid,
                  "tid": tenant if GUID.fullmatch(tenant) else tid, "appid": sent["clientId"],
                  "upn": account["username"], "idtyp": "user", "iat": now,
                  "exp": now + self.state["lives"], "uti": uuid.uuid4().hex}
        if "kid" in (sent.get("popParams") or {}):
            claims["cnf"] = {"kid": sent["popParams"]["kid"]}
        claims |= {"other_audience": {"aud": "https://vault.azure.net"},
                   "other_user": {"oid": str(uuid.uuid4())},
                   "other_tenant": {"tid": str(uuid.uuid4())},
                   "home_tenant": {"tid": tid},  # whatever was asked for: Himmelblau's
                   "unbound": {"cnf": {}}}.get(fault or "", {})
        response = {
            "accessToken": jwt.encode(claims, "x" * 32, "HS256"), "accessTokenType": 0,
            "expiresOn": claims["exp"] * 1000, "extendedExpiresOn": claims["exp"] * 1000,
            "grantedScopes": "email openid profile " + sent["requestedScopes"][0],
            "idToken": jwt.encode({"aud": sent["clientId"], "oid": oid, "tid": tid,
                                   "preferred_username": account["username"]}, "x" * 32, "HS256")}
        if fault == "other_id_token":
            response["idToken"] = jwt.encode({"aud": sent["clientId"], "oid": str(uuid.uuid4()),
                                              "tid": tid}, "x" * 32, "HS256")
        if fault in ("opaque", "other_id_token"):
            response["accessToken"] = "opaque-" + uuid.uuid4().hex
        if self.state["token"] is not None:
            response["accessToken"] = self.state["token"]
        if fault == "line_break":
            response["accessToken"] += "\r\nquit: 1"
        if self.dialect != "native3":
            info = json.dumps({"uid": oid, "utid": tid}).encode()
            response["clientInfo"] = jwt.utils.base64url_encode(info).decode()
        if self.is_himmelblau:
            response["extendedExpiresOn"] = claims["exp"]
            if fault == "short_life":  # before May 2026
                response["expiresOn"] = now * 1000 + self.state["lives"]
            return json.dumps({"brokerTokenResponse": response})
        response["refreshToken"] = ""
        if self.dialect != "native3":
            response["account"] = account
        if claims.get("cnf"):
            response["accessTokenType"] = 1
        return json.dumps({"brokerTokenResponse": response,
                           "telemetry": {"broker_version": VERSIONS[self.dialect]}})

    # -- calls --

    def on_call(self, bus, sender, path, interface, method, arguments, invocation) -> None:
        from gi.repository import Gio, GLib
        self._read()
        version, correlation, text = arguments.unpack()
        wrong = self._check(method, version, correlation, text)
        fault = self._fault(method)
        with (self._folder / "requests").open("a") as log:
            log.write(json.dumps({"method": method, "correlation": correlation, "wrong": wrong,
                                  "request": json.loads(text) if not wrong else text}) + "\n")
        if fault == "hang":
            return
        if fault is not None and fault.startswith("held "):
            while (self._folder / "held").exists():
                time.sleep(0.01)
            fault = fault.removeprefix("held ")
        if fault is not None and fault.startswith("slowly "):
            time.sleep(1.5)
            fault = fault.removeprefix("slowly ")
        if fault == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if fault == "unknown_object":
            invocation.return_dbus_error(f"{DBUS_ERROR}.UnknownObject", f"no object at {path}")
            return
        if fault == "wrong_type":  # which the invocation would not send
            reply = invocation.get_message().new_method_reply()
            reply.set_body(GLib.Variant("(u)", (1,)))
            bus.send_message(reply, Gio.DBusSendMessageFlags.NONE)
            return
        if fault == "dbus_error" or wrong:
            invocation.return_dbus_error(f"{DBUS_ERROR}.Failed", "eyJhbGciOi it fails")
            return
        try:
            answer = self._answer(method, json.loads(text), fault)
        except Refused as refused:
            answer = str(refused)
        invocation.return_value(GLib.Variant("(s)", (answer,)))

    def _answer(self, method: str, request: dict[str, Any], fault: str | None) -> str:
        if fault == "garbage":
            return "eyJhbGciOiJub25lIn0.e30. garbage \x1b[2J"
        if fault == "empty":
            return ""
        if fault == "huge":
            return json.dumps({"brokerTokenResponse": {"accessToken": "A" * 10_000_000}})
        if fault in FAILURES:
            return self._refuse(method, fault)
        if method == "getAccounts":
            return self._accounts()
        if method == "getLinuxBrokerVersion":
            return json.dumps({"linuxBrokerVersion": VERSIONS[self.dialect]})
        if method == "acquireTokenSilently" and fault is None and not self.is_himmelblau:
            return self._token_of_cache(request["authParameters"])
        return self._token(method, request["authParameters"], fault)

    def _token_of_cache(self, sent: dict[str, Any]) -> str:
        wanted = json.dumps([sent.get(name) for name in ("account", "authority", "clientId",
                                                         "popParams", "requestedScopes")])
        until, answer = self._cache.get(wanted, (0, ""))
        renewed = sent.get("accessTokenToRenew")
        if time.time() > until or "decodedClaims" in sent \
                or (renewed and renewed in answer):
            answer = self._token("acquireTokenSilently", sent, None)
            self._cache[wanted] = (int(time.time()) + self.state["lives"] - 300, answer)
        return answer


def serve(folder: Path) -> None:
    from gi.repository import Gio, GLib
    broker = Broker(folder)
    broker._read()
    time.sleep(broker.state["slow"])
    if broker.is_himmelblau:  # whose program has this name
        ctypes.CDLL(None).prctl(15, b"himmelblau_brok", 0, 0, 0)
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    methods = "".join(f'<method name="{name}"><arg type="s" direction="in"/>'
                      '<arg type="s" direction="in"/><arg type="s" direction="in"/>'
                      '<arg type="s" direction="out"/></method>' for name in METHODS)
    description = Gio.DBusNodeInfo.new_for_xml(
        f'<node><interface name="{INTERFACE}">{methods}</interface></node>')
    bus.register_object(PATH, description.interfaces[0], broker.on_call, None, None)
    bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                  "RequestName", GLib.Variant("(su)", (NAME, 0)), None, 0, -1)
    (folder / "ready.new").write_text(str(os.getpid()))
    (folder / "ready.new").replace(folder / "ready")
    GLib.MainLoop().run()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
