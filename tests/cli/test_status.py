"""What `portico status` says of layer 4. A real Portico is asked in tests/live."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from click.testing import CliRunner

from portico.cli.status import MOST_LINES, command

LB = {"pools": [], "leases": [], "waiting": []}
EMPTY = {"checks": [], "nodesLeftOut": [], "emptyPools": [], "leasedNodePorts": []}
HEALTHY = {
    "name": "node-a/10256",
    "node": "node-a",
    "healthy": True,
    "reason": "",
    "failedPorts": {},
}


class Answers(BaseHTTPRequestHandler):
    """Answers every question with the server's document."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(self.server.told).encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def status():
    """What the command prints, and its exit code, where a Portico says this."""
    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()

        def run(*arguments, engines=(), sources=(), lb=None, bgp=None, **layer4):
            server.told = {
                "version": "1", "ready": True, "facts": {}, "units": {}, "stepsRun": 0,
                "sources": list(sources), "writing": [], "engines": list(engines),
                "layer4": {**EMPTY, **layer4},
                "loadBalancing": LB if lb is None else lb, "announcing": {},
                "speaking": bgp or {},
                "problemCounts": {}, "problems": [],
            }  # fmt: skip
            address = f"127.0.0.1:{server.server_port}"
            result = CliRunner().invoke(command, ["--admin", address, *arguments])
            return result.output.splitlines(), result.exit_code

        yield run
        server.shutdown()
        thread.join()


def test_nothing_is_said_of_what_is_not_there(status):
    lines, code = status()
    assert [line.split()[0] for line in lines] == ["portico", "facts", "units", "steps", "problems"]
    assert code == 0


def test_every_source_says_how_it_is(status):
    since = "2026-01-31T12:00:00+00:00"
    told = {"name": "folder", "synced": True, "trouble": "", "since": since}
    away = {**told, "name": "cluster", "trouble": "is away"}
    lines, code = status(sources=[away, {**told, "synced": False}])
    first = lines.index(f"sources cluster: synced, in trouble since {since}: is away")
    assert lines[first + 1] == "        folder: not synced yet"
    assert code == 0  # what is served is served


ENGINE = {"name": "nftables", "able": True, "inSync": True, "detail": "", "figures": {}}


def test_an_engine_that_is_out_of_sync_is_a_failure(status):
    lines, code = status(engines=[{**ENGINE, "inSync": False, "detail": "no route"}])
    assert "engine  nftables: not in sync no route" in lines
    assert code == 1


def test_an_engine_that_cannot_work_here_says_why(status):
    lacking = {**ENGINE, "able": False, "inSync": False, "detail": "needs CAP_NET_ADMIN"}
    lines, code = status(engines=[lacking])
    assert "engine  nftables: cannot work here needs CAP_NET_ADMIN" in lines
    assert code == 0


def test_kinds_of_elements_share_a_line(status):
    figures = {"elements": 7, "elements_pools": 3, "elements_slots": 0, "elements_ways": 4}
    lines, _ = status(engines=[{**ENGINE, "figures": {**figures, "elements_sent": 9}}])
    assert lines[5:-1] == [
        "        elements              7",
        "        elements_sent         9",
        "        elements: pools 3, ways 4",
    ]


def test_nodes_pools_and_leases(status):
    lines, _ = status(
        checks=[
            {**HEALTHY, "failedPorts": {"32111": "refused"}},
            {
                **HEALTHY,
                "name": "node-b/10256",
                "node": "node-b",
                "healthy": False,
                "reason": "\x1b",
            },
        ],
        nodesLeftOut=[
            {"node": "node-b", "reason": "\x1b"},  # told above
            {"node": "node-d", "reason": "being deleted"},
        ],
        emptyPools=[{"name": "shop/web/80/tcp/ipv4/local", "connectionsAre": "dropped"}],
        leasedNodePorts=[
            {"nodePort": 30100, "transport": "tcp", "service": "Service a/b", "servicePort": 80}
        ],
    )
    assert lines[4:-1] == [
        "checks  node-a/10256: healthy, but port 32111: refused",
        "        node-b/10256: unhealthy, \\x1b",
        "unused  node-d: being deleted",
        "empty   shop/web/80/tcp/ipv4/local: dropped",
        "leased  tcp 30100 for Service a/b port 80",
    ]


def test_many_are_shortened_for_people_only(status):
    checks = [{**HEALTHY, "name": f"node-{number}/10256"} for number in range(MOST_LINES + 2)]
    lines, _ = status(checks=checks)
    assert "        and 2 more (-o json has all)" in lines
    assert sum("healthy" in line for line in lines) == MOST_LINES
    lines, _ = status("-o", "json", checks=checks)
    assert len(json.loads("\n".join(lines))["layer4"]["checks"]) == MOST_LINES + 2


def test_pools_and_leases(status):
    pool = {
        "pool": "IPAddressPool home/edge", "ranges": ["192.0.2.0-192.0.2.15", "2001:db8::1"],
        "assigned": {"ipv4": 2, "ipv6": 0}, "available": {"ipv4": 14, "ipv6": 1},
        "autoAssign": False, "refused": 0,
    }  # fmt: skip
    lease = {"service": "Service shop/web", "addresses": ["192.0.2.1"], "pool": pool["pool"]}
    found = {"pools": [pool], "leases": [lease], "waiting": ["Service shop/late"]}
    lines, code = status("--lb", lb=found)
    assert lines == [
        "IPAddressPool home/edge: 192.0.2.0-192.0.2.15 2001:db8::1; ipv4 2 of 16, ipv6 0 of 1,"
        " for those that name it",
        "Service shop/web: 192.0.2.1  of IPAddressPool home/edge",
        "Service shop/late: waits for an address",
        "nothing is announced here: --only leaves lb out",
    ]
    assert code == 0
    assert status("--lb")[0][0] == "no address pools"
    told, _ = status("--lb", "-o", "json", lb=found)
    assert json.loads("\n".join(told)) == {
        "loadBalancing": found, "announcing": {}, "speaking": {},
    }  # fmt: skip


def test_sessions_and_routes(status):
    session = {
        "peer": "BGPPeer home/rack", "address": "192.0.2.254", "localAS": 64512, "remoteAS": 64513,
        "state": "down", "reason": "peer reset", "prefixes": 0,
        "bfd": {"state": "up", "trouble": ""},
    }  # fmt: skip
    router = {"peer": "BGPPeer home/rack", "address": "192.0.2.254", "nodes": ["a", "b"]}
    routes = [
        {"prefix": "198.51.100.1/32", "services": ["Service shop/web"], "routers": [router],
         "passedOver": []},
        {"prefix": "198.51.100.2/32", "services": ["Service shop/late"], "routers": [],
         "passedOver": [{"who": "c", "reason": "no endpoint"}]},
    ]  # fmt: skip
    lines, _ = status("--lb", bgp={"node": "a", "sessions": [session], "routes": routes})
    assert lines[-4:] == [
        "session   BGPPeer home/rack 192.0.2.254 AS 64513: down (peer reset), BFD up",
        "198.51.100.1/32    BGPPeer home/rack by a b  for Service shop/web",
        "198.51.100.2/32    nobody is told  for Service shop/late",
        "                c: no endpoint",
    ]
