# SPDX-License-Identifier: MIT
"""entra run: what its endpoint answers to the programs that the command runs."""

from __future__ import annotations

import json
import shlex
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from authority import contoso, faults
from integration.run_asking import Endpoint
from integration.users import claims, login
from world.interruption import Interruption
from world.sanitized import skip_if_sanitized
from world.waiting import wait_until

API = contoso.MY_WEB_API
DEVOPS = contoso.AZURE_DEVOPS


@pytest.fixture
def serve():
    endpoints = []

    def start(world, *options, **how):
        endpoints.append(Endpoint(world, *options, **how))
        return endpoints[-1]

    yield start
    for endpoint in endpoints:
        endpoint.close()


# ---- the answer ----


def curl(world, **how):
    """Spelled as Azure's documentation has it."""
    return world.run("entra", "run", "--", "sh", "-c", 'curl -s -H "X-IDENTITY-HEADER: '
                     '$IDENTITY_HEADER" "$IDENTITY_ENDPOINT?resource=' + API +
                     '&api-version=2019-08-01"', **how)


def test_curl_gets_a_token(world):
    outcome = curl(world)
    assert (outcome.code, outcome.err) == (0, "")
    assert claims(world, json.loads(outcome.out)["access_token"])["appid"] == \
        contoso.DAEMON.client_id


def test_a_signal_to_all_does_not_end_it_however_early(world, programs, tmp_path):
    skip_if_sanitized(programs, "the sanitizers replace the calls themselves")
    env = Interruption(tmp_path).at(f"pdeathsig-{signal.SIGCONT:d}", 1, signal.SIGTERM)
    assert curl(world, env=env).err == ""


def test_the_answer_has_the_members_types_and_order_that_sdks_want(world, serve):
    answer = serve(world).ask()
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    members = answer.json
    assert list(members) == ["access_token", "client_id", "resource", "token_type", "expires_in",
                             "expires_on"]
    assert all(isinstance(value, str) for value in members.values())
    assert members["client_id"] == contoso.DAEMON.client_id
    assert (members["resource"], members["token_type"]) == (API, "Bearer")
    assert claims(world, members["access_token"])["exp"] == pytest.approx(
        int(members["expires_on"]), abs=5)
    assert int(members["expires_in"]) == pytest.approx(int(members["expires_on"]) - time.time(),
                                                       abs=60)


def test_the_token_is_the_one_in_the_keyring(world, serve):
    known = world.run("entra", "token", "--api", "MyWebApi").out.strip()
    assert serve(world).ask().json["access_token"] == known
    assert len(world.authority.token_requests) == 1


@pytest.mark.parametrize("resource, audience", [(API, API), (f"{API}/.default", API),
                                                (f"{API}/", f"{API}/")])
def test_a_resource_may_be_spelled_in_several_ways(world, serve, resource, audience):
    """With a slash at the end, it is the same API, and another audience for Entra."""
    answer = serve(world).ask(resource)
    assert answer.status == 200 and claims(world, answer.json["access_token"], audience)


@pytest.mark.parametrize("query, headers", [
    ({"xms_cc": "cp1", "token_sha256_to_refresh": "ab" * 32}, {}),
    ({}, {"Metadata": "true", "Content-Type": "application/x-www-form-urlencoded"}),
    ({"api-version": "2018-02-01"}, {"X-IDENTITY-HEADER": None, "x-ms-identity": "SECRET",
                                     "Metadata": "true"}),
])
def test_what_sdks_and_terraform_add_is_taken(world, serve, query, headers):
    endpoint = serve(world)
    headers = {name: endpoint.secret if value == "SECRET" else value
               for name, value in headers.items()}
    assert endpoint.ask(query=query, headers=headers).status == 200


def test_a_connection_serves_several_requests(world, serve):
    endpoint = serve(world)
    client = endpoint.client()
    client.connect()
    own = client.sock.getsockname()
    for _ in range(3):
        assert endpoint.ask(client=client).status == 200
        assert client.sock.getsockname() == own
    client.close()


def test_nothing_is_said_on_the_terminal(world, serve):
    endpoint = serve(world)
    assert endpoint.ask().status == 200
    assert endpoint.ask("https://unknown.example").status >= 400
    assert endpoint.finish() == ""


# ---- whose token ----


def test_a_users_token_is_the_signed_in_users(desk, serve):
    login(desk)
    answer = serve(desk).ask()
    assert claims(desk, answer.json["access_token"])["upn"] == contoso.ADA.username
    assert answer.json["client_id"] == contoso.DESKTOP.client_id


def test_the_account_can_be_chosen(desk, serve):
    login(desk)
    login(desk, user=contoso.GRACE)
    for user in (contoso.ADA, contoso.GRACE):
        answer = serve(desk, "--account", user.username).ask()
        assert claims(desk, answer.json["access_token"])["upn"] == user.username


def test_a_resource_of_an_api_gets_what_the_configuration_says_of_it(world, serve):
    settings = world.appsettings()
    settings["Graph"] = {"Scopes": [f"{contoso.GRAPH}/.default"], "RequestAppToken": False}
    settings["AzureAd"]["ClientId"] = contoso.DAEMON.client_id
    world.write_appsettings(settings)
    endpoint = serve(world)
    assert endpoint.ask().status == 200
    answer = endpoint.ask(contoso.GRAPH)
    assert answer.status == 401 and "signed in" in answer.message


def test_an_api_of_narrower_scopes_is_found_by_their_resource(desk, serve):
    settings = desk.appsettings()
    settings["AzureAd"]["ClientId"] = contoso.DESKTOP.client_id
    settings["MyWebApi"] |= {"Scopes": [f"{API}/Todo.Read", f"{API}/Todo.Write"],
                             "RequestAppToken": False}
    desk.write_appsettings(settings)
    endpoint = serve(desk)
    answer = endpoint.ask()
    assert answer.status == 401 and "signed in" in answer.message
    login(desk, "--api", "MyWebApi")
    members = claims(desk, endpoint.ask(f"{API}/").json["access_token"])
    assert members["upn"] == contoso.ADA.username
    assert members["scp"].split() == ["Todo.Read", "Todo.Write"]


def test_apis_with_one_resource_must_have_one_identity(world, serve):
    settings = world.appsettings()
    settings["Other"] = settings["MyWebApi"] | {"BaseUrl": "https://other.example/"}
    world.write_appsettings(settings)
    assert serve(world).ask().status == 200
    settings["Other"] |= {"Scopes": [f"{API}/Todo.Read"], "RequestAppToken": False}
    world.write_appsettings(settings)
    before = len(world.authority.token_requests)
    answer = serve(world).ask()
    assert answer.status == 400, answer
    assert all(word in answer.message for word in ("MyWebApi", "Other", "--only MyWebApi"))
    assert len(world.authority.token_requests) == before
    assert serve(world, "--only", "MyWebApi").ask().status == 200


def test_a_managed_identity_is_passed_on(world, serve):
    service = world.identity_service
    world.write_appsettings({"Logging": {}})
    env = {"IDENTITY_ENDPOINT": f"{service.url}/msi", "IDENTITY_HEADER": "platform"}
    answer = serve(world, "--managed-identity", env=env).ask()
    assert answer.status == 200 and answer.json["access_token"] == service.token
    assert service.requests[-1].headers["X-IDENTITY-HEADER"] == "platform"


def test_a_request_may_name_the_identity_that_answers(world, serve):
    answer = serve(world).ask(query={"client_id": contoso.DAEMON.client_id.upper()})
    assert answer.status == 200


@pytest.mark.parametrize("name, value", [
    ("client_id", contoso.DESKTOP.client_id),
    ("object_id", contoso.DAEMON.client_id),
    ("principal_id", contoso.DAEMON.client_id),
    ("mi_res_id", "/subscriptions/s/resourceGroups/g/providers/x/userAssignedIdentities/i"),
])
def test_a_request_that_names_another_identity_gets_no_token(world, serve, name, value):
    answer = serve(world).ask(query={name: value})
    assert answer.status == 400
    assert value in answer.message and "AZURE_CLIENT_ID" in answer.message
    assert "--any-identity" in answer.message
    assert "access_token" not in answer.text and world.authority.token_requests == []
    answer = serve(world, "--any-identity").ask(query={name: value})
    assert answer.status == 200 and answer.json["client_id"] == contoso.DAEMON.client_id


def test_an_id_of_the_managed_identity_may_be_named(world, serve):
    service = world.identity_service
    resource_id = "/subscriptions/s/resourceGroups/g/userAssignedIdentities/i"
    settings = world.appsettings()
    settings["MyWebApi"]["AcquireTokenOptions"] = {
        "ManagedIdentity": {"UserAssignedResourceId": resource_id}}
    world.write_appsettings(settings)
    env = {"IDENTITY_ENDPOINT": f"{service.url}/msi", "IDENTITY_HEADER": "platform"}
    endpoint = serve(world, env=env)
    assert endpoint.ask(query={"mi_res_id": resource_id}).json["access_token"] == service.token
    assert endpoint.ask(query={"client_id": contoso.DAEMON.client_id}).status == 400


def test_only_leaves_nothing_else(world, serve):
    endpoint = serve(world, "--only", "MyWebApi")
    assert endpoint.ask().status == 200
    assert endpoint.ask(f"{API}/").status == 200
    answer = endpoint.ask(DEVOPS)
    assert answer.status == 403 and "--only" in answer.message
    assert all("my-web-api" in request.form["scope"] for request in world.authority.token_requests)


def test_only_with_a_scope_asks_for_that_scope_alone(desk, serve):
    login(desk)
    scope = f"{API}/Todo.Read"
    endpoint = serve(desk, "--only", scope)
    before = len(desk.authority.token_requests)
    assert endpoint.ask().status == endpoint.ask(f"{API}/").status == 200
    assert endpoint.ask(headers={"Cache-Control": "no-cache"}).status == 200
    asked = [request.form["scope"].split() for request in desk.authority.token_requests]
    assert len(asked) == before and scope in asked[-1] and f"{API}/.default" not in asked[-1]


@pytest.mark.parametrize("other", ["https://management.core.windows.net/",
                                   "https://management.core.windows.net"])
def test_only_azure_is_for_az_too(world, serve, other):
    """az requests the resource of the classic API."""
    own = "https://management.azure.com"
    world.authority.directory.resources.append(own)
    endpoint = serve(world, "--only", "Azure")
    for resource in (other, own):
        assert claims(world, endpoint.ask(resource).json["access_token"], own)
    assert endpoint.ask("https://management.core.chinacloudapi.cn/").status == 403


def test_only_has_one_answer_for_a_resource(world):
    for other in (f"{API}/.default", f"{API}//.default"):
        outcome = world.run("entra", "run", "--only", "MyWebApi", "--only", other, "--", "true")
        assert outcome.code == 2 and "are for one resource" in outcome.err, outcome
    outcome = world.run("entra", "run", "--only", "MyWebApi", "--only", "MyWebApi", "--", "true")
    assert outcome.code == 0, outcome


# ---- without a token ----


def test_a_user_who_must_sign_in_is_told_how(desk, serve):
    answer = serve(desk).ask()
    assert answer.status == 401
    assert "nobody is signed in" in answer.message and "'entra login" in answer.message


def test_a_sign_in_while_the_command_runs_helps(desk, serve):
    endpoint = serve(desk)
    assert endpoint.ask().status == 401
    login(desk)
    assert endpoint.ask().status == 200


def test_a_refusal_has_the_authoritys_words(world, serve):
    world.authority.faults.inject(faults.refused("no", "invalid_client", 7000215, "Invalid secret."))
    answer = serve(world).ask()
    assert answer.status == 403
    assert "AADSTS7000215" in answer.message and answer.json["correlationId"]


def test_what_may_pass_is_worth_another_try(world, serve):
    endpoint = serve(world, "--timeout", "5")
    world.authority.faults.inject(faults.throttled("60"))
    answer = endpoint.ask()
    assert answer.status == 429 and int(answer.headers["Retry-After"]) > 0
    world.authority.faults.clear()
    world.authority.close()
    assert endpoint.ask(DEVOPS).status in (429, 503)


@pytest.mark.parametrize("how, status", [
    ({"resource": None}, 400),
    ({"resource": ""}, 400),
    ({"resource": "a b"}, 400),
    ({"resource": 'https://x"y'}, 400),
    ({"resource": "x" * 4000}, 400),
    ({"resource": "x\0y"}, 400),
    ({"query": {"resource": [API, API]}}, 400),
    ({"query": {"api-version": None}}, 400),
    ({"query": {"api-version": "2017-09-01"}}, 400),
    ({"query": {"client_id": ["a", "b"]}}, 400),
    ({"query": {"client_id": "a", "object_id": "b"}}, 400),
    ({"query": {"client_id": ""}}, 400),
    ({"method": "POST"}, 405),
    ({"method": "HEAD"}, 405),
    ({"method": "OPTIONS"}, 405),
    ({"path": "/"}, 404),
    ({"path": "/msi/token/"}, 404),
    ({"path": "/msi//token"}, 404),
    ({"body": b"x=y"}, 400),
])
def test_what_is_not_a_request_is_said(world, serve, how, status):
    answer = serve(world).ask(**how)
    assert answer.status == status
    if how.get("method") != "HEAD":
        assert answer.message
    assert world.authority.token_requests == []


# ---- several at once ----


def test_a_slow_authority_keeps_nobody_else_waiting(world, serve):
    endpoint = serve(world)
    assert endpoint.ask().status == 200
    release = threading.Event()
    world.authority.faults.inject(faults.held(release), times=1)
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(endpoint.ask, DEVOPS)
        wait_until(lambda: len(world.authority.token_requests) == 2, "the slow request")
        assert endpoint.ask().status == 200
        assert not slow.done()
        release.set()
        assert slow.result().status == 200


def test_many_requests_are_one_for_the_authority(world, serve):
    endpoint = serve(world)
    with ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(lambda _: endpoint.ask(), range(24)))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.json["access_token"] for answer in answers}) == 1
    assert len(world.authority.token_requests) == 1


def test_more_than_the_limit_at_once_wait(world, serve):
    endpoint = serve(world)
    release = threading.Event()
    world.authority.faults.inject(faults.held(release))
    with ThreadPoolExecutor(80) as pool:
        asked = [pool.submit(endpoint.ask) for _ in range(80)]
        wait_until(lambda: len(world.authority.token_requests) == 1, "the first request")
        release.set()
        assert {one.result().status for one in asked} == {200}


def test_requests_that_are_given_up_keep_no_place(world, serve):
    endpoint = serve(world)
    world.authority.faults.inject(faults.held(threading.Event()))
    request = f"GET {endpoint.path}?api-version=2019-08-01&resource={API} HTTP/1.1\r\n" \
              f"Host: {endpoint.host}\r\nX-IDENTITY-HEADER: {endpoint.secret}\r\n\r\n"
    held = [endpoint.connect() for _ in range(80)]
    for one in held:
        one.sendall(request.encode())
    wait_until(lambda: len(world.authority.token_requests) == 1, "the first request")
    world.authority.faults.clear()
    for one in held:
        one.close()
    assert endpoint.ask().status == 200


def test_a_command_in_it_uses_it_as_a_managed_identity(world):
    """Ours knows it as Azure's: this is a client that does not know that it is ours."""
    inner = f"entra token --managed-identity --resource {shlex.quote(API)} --keyring none"
    outcome = world.run("entra", "run", "--", "sh", "-c", inner)
    assert claims(world, outcome.out)["appid"] == contoso.DAEMON.client_id


def test_the_request_in_progress_ends_with_the_command(world, serve):
    endpoint = serve(world)
    release = threading.Event()
    world.authority.faults.inject(faults.held(release))
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(endpoint.ask)
        wait_until(lambda: len(world.authority.token_requests) == 1, "the request")
        endpoint.finish()
        with pytest.raises(OSError):
            asked.result()
        release.set()


# ---- other addresses ----


def own_address():
    """One of this machine that is not loopback; none is asked."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no network")
        return probe.getsockname()[0]


def test_another_address_of_the_machine_has_to_be_allowed(world, serve):
    address = own_address()
    outcome = world.run("entra", "run", "--listen", address, "--", "true")
    assert outcome.code == 2 and "--allow-containers" in outcome.err
    endpoint = serve(world, "--listen", address, "--allow-containers")
    assert endpoint.address[0] == address
    answer = endpoint.ask()
    assert answer.status == 200 and claims(world, answer.json["access_token"])
    assert endpoint.ask(headers={"Host": f"127.0.0.1:{endpoint.address[1]}"}).status == 403
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", endpoint.address[1]))


@pytest.mark.parametrize("given, address", [("127.0.0.2", "127.0.0.2"), ("::1", "::1"),
                                            ("0:0:0:0:0:0:0:1", "::1")])
def test_other_addresses_of_loopback_need_no_permission(world, serve, given, address):
    """Clients send the usual form of an address as Host, whichever they were given."""
    endpoint = serve(world, "--listen", given)
    assert endpoint.address[0] == address and endpoint.ask().status == 200
    outcome = world.run("entra", "run", "--listen", given, "--", "sh", "-c", "echo $NO_PROXY")
    assert outcome.out == f"{address}\n"


@pytest.mark.parametrize("address, says", [
    ("0.0.0.0", "is not one address of this machine"), ("::", "is not one address"),
    ("255.255.255.255", "is not one address"), ("224.0.0.1", "is not one address"),
    ("::ffff:127.0.0.1", "is not one address"), ("localhost", "is not one address"),
    ("127.0.0.1:80", "is not one address"), ("127.1", "is not one address"),
    ("192.0.2.1", "is not an address of this machine"),
    ("2001:db8::1", "is not an address of this machine"),
])
def test_what_is_not_one_address_of_the_machine_is_refused(world, address, says):
    outcome = world.run("entra", "run", "--listen", address, "--allow-containers", "--", "true")
    assert outcome.code == 2 and says in outcome.err, outcome


@pytest.mark.parametrize("address", ["localhost", "127.1", "127.0.0.1:80", "0.0.0.0", "::"])
def test_what_is_not_one_address_is_not_a_matter_of_permission(world, address):
    """It would be refused with --allow-containers too, so that is not the advice."""
    outcome = world.run("entra", "run", "--listen", address, "--", "true")
    assert outcome.code == 2 and f"'{address}' is not one address of this machine" in outcome.err
    assert "Give --listen an address, such as 127.0.0.1." in outcome.err
    assert "--allow-containers" not in outcome.err
    assert world.run("entra", "run", "--listen", "127.0.0.1", "--", "true").code == 0


def run_in_network(world, script):
    """In a network namespace, where we are root."""
    outcome = world.run("unshare", "--user", "--map-root-user", "--net", "sh", "-ec", script)
    if "Operation not permitted" in outcome.err or "not found" in outcome.err:
        pytest.skip(f"namespaces are forbidden here: {outcome.err}")
    return outcome


def test_a_broadcast_address_is_not_one_address(world):
    outcome = run_in_network(world, "ip link set lo up; ip link add bridge0 type bridge; "
                                    "ip address add 10.88.0.1/16 broadcast + dev bridge0; "
                                    "ip link set bridge0 up; "
                                    "entra run --listen 10.88.255.255 --allow-containers -- true")
    assert outcome.code == 2 and "'10.88.255.255' is not one address" in outcome.err


@pytest.mark.parametrize("address, prefix", [("10.88.0.1", 16), ("fd00::1", 64)])
def test_a_bridge_may_be_made_by_the_command(world, address, prefix):
    """As podman's is, by the first container, and its address is not there before."""
    ask = 'curl -s -g --max-time 5 "$IDENTITY_ENDPOINT?api-version=2019-08-01" ' \
          '-H "X-IDENTITY-HEADER: $IDENTITY_HEADER"; echo'
    bridge = "ip link add bridge0 type bridge; ip link set bridge0 up; " \
             f"ip address add {address}/{prefix} dev bridge0 {'nodad' if ':' in address else ''}"
    outcome = run_in_network(world, f"ip link set lo up; exec entra run --listen {address} "
                                    f"--allow-containers -- sh -ec '{bridge}; {ask}'")
    assert outcome.code == 0 and "the request has no resource" in outcome.out, outcome
    assert outcome.err == f"{address} is not an address of this machine yet: the endpoint can be " \
                          "reached once it is\n"
    without = run_in_network(world, f"ip link set lo up; entra run --listen {address} -- true")
    assert without.code == 2 and "--allow-containers" in without.err


def test_a_container_reaches_the_bridge_and_nothing_else(world):
    """A network namespace with an end of a bridge, as docker and podman make it."""
    outcome = run_in_network(world, CONTAINER)
    assert outcome.code == 0, outcome
    by_bridge, by_loopback = outcome.out.splitlines()
    assert "the request has no resource" in by_bridge
    assert by_loopback == "refused"


CONTAINER = """
ip link set lo up
ip link add bridge0 type bridge
ip address add 10.88.0.1/16 dev bridge0
ip link set bridge0 up
exec entra run --timeout 5 --listen 10.88.0.1 --allow-containers -- unshare --net sh -ec '
    ip link set lo up
    nsenter --target $PPID --net sh -ec "
        ip link add outer type veth peer name inner netns $$
        ip link set outer master bridge0 up"
    ip address add 10.88.0.2/16 dev inner
    ip link set inner up
    curl -s -H "X-IDENTITY-HEADER: $IDENTITY_HEADER" "$IDENTITY_ENDPOINT?api-version=2019-08-01"
    echo
    port=${IDENTITY_ENDPOINT##*:}
    curl -s "http://127.0.0.1:${port%%/*}/" || echo refused'
"""
