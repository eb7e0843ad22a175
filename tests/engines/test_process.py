"""Starts, reloads, ports and files: what happens to nginx itself."""

import socket
import stat
import threading
from itertools import pairwise

import pytest

from portico.engines.nginx import snapshot
from portico.plan.plan import Diff, diff
from support.asking import ask, reached, told
from support.client import Client
from support.nginx import running_nginx
from support.plans import addresses, backend, plan_of, site
from support.ports import free_port

pytestmark = pytest.mark.nginx

NOTHING = Diff({}, set())


def test_changed_options_are_one_graceful_reload(own_nginx, shop):
    own_nginx.serve(shop)
    pids = own_nginx.pids()
    own_nginx.take_over(workers=1, log_format="json")
    figures = own_nginx.serve(shop, NOTHING)
    assert (figures["starts"], figures["pushes"]) == (0, 0)
    assert own_nginx.inspect()["reloads"] == 1
    assert own_nginx.inspect()["master"] in pids
    assert reached(own_nginx) == "127.0.10.1"
    own_nginx.serve(shop, NOTHING)
    assert own_nginx.inspect()["reloads"] == 1


def test_a_reload_cuts_nothing(own_nginx, shop, endpoints):
    """A slow answer and an upgraded connection stay open across it, and go on afterwards."""
    arrived, go_on = threading.Event(), threading.Event()

    def slow(exchange):
        exchange.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst")
        arrived.set()
        go_on.wait(20)
        exchange.connection.sendall(b"-then")

    endpoints.on |= {"/slow": slow, "/ws": mirror}
    own_nginx.serve(shop)
    with Client(own_nginx.http_port) as waiting, Client(own_nginx.http_port) as upgraded:
        waiting.send(b"GET /slow HTTP/1.1\r\nHost: shop.example\r\n\r\n")
        assert waiting.head()[0] == 200
        assert waiting.exactly(5) == b"first"
        upgrade(upgraded)
        upgraded.send(b"before")
        assert upgraded.exactly(6) == b"before"

        own_nginx.take_over(workers=1)
        own_nginx.serve(shop)
        assert own_nginx.inspect()["reloads"] == 1

        go_on.set()
        assert waiting.exactly(5) == b"-then"
        upgraded.send(b"after")
        assert upgraded.exactly(5) == b"after"
        assert reached(own_nginx) == "127.0.10.1"


def mirror(exchange):
    """Switches protocols, and then sends back what comes."""
    head = b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: raw\r\n\r\n"
    exchange.connection.sendall(head)
    while data := exchange.connection.recv(4096):
        exchange.connection.sendall(data)


def upgrade(client):
    client.send(
        b"GET /ws HTTP/1.1\r\nHost: shop.example\r\nConnection: upgrade\r\nUpgrade: raw\r\n\r\n"
    )
    assert client.head()[0] == 101


def test_a_taken_port_is_reported_and_recovered_from(shop):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with running_nginx(http_port=port) as live:
            report = live.converge(shop)
            assert not report.in_sync
            assert str(port) in report.detail
            assert "see --http-port" in report.detail
            holder.close()
            live.serve(shop)
            assert reached(live) == "127.0.10.1"


def test_a_port_taken_when_the_options_change_is_reported_and_recovered_from(own_nginx, shop):
    own_nginx.serve(shop)
    before = own_nginx.http_port
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        own_nginx.take_over(http_port=port)
        report = own_nginx.converge(shop)
        assert not report.in_sync
        assert str(port) in report.detail
        assert "see --http-port" in report.detail
        with Client(before) as client:  # what ran goes on
            assert client.ask("/", "shop.example").status == 200
    own_nginx.serve(shop)
    assert reached(own_nginx) == "127.0.10.1"


@pytest.mark.parametrize(("options", "says"), [
    ({"bind": ("192.0.2.1",)},  "see --bind"),
    ({"modules": "/nowhere"},   "install libnginx-mod-http-lua"),
])  # fmt: skip
def test_what_cannot_start_says_what_to_do(shop, options, says):
    with running_nginx(**options) as live:
        report = live.converge(shop)
        assert not report.in_sync
        assert says in report.detail


def test_a_path_that_nginx_cannot_be_told_is_refused(own_nginx, shop):
    own_nginx.take_over(state=own_nginx.state / 'a "b; c')
    report = own_nginx.converge(shop)
    assert (report.in_sync, "needs a path" in report.detail) == (False, True)


def test_a_path_too_long_for_a_socket_is_refused(own_nginx, shop):
    own_nginx.take_over(state=own_nginx.state / ("x" * 100))
    report = own_nginx.converge(shop)
    assert (report.in_sync, "shorten --state-dir" in report.detail) == (False, True)


def test_nobody_else_can_read_what_is_secret(own_nginx, shop):
    own_nginx.serve(shop)
    modes = {
        path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in own_nginx.folder.iterdir()
    }
    secret = ("plan.frames", "default.key", "default.crt", "nginx.conf", "private.sock")
    assert {name: modes[name] for name in secret} == dict.fromkeys(secret, "0o600")
    assert {modes["access.log"], modes["error.log"]} == {"0o600"}
    assert oct(stat.S_IMODE(own_nginx.folder.stat().st_mode)) == "0o711"


def test_the_file_is_written_anew_when_it_has_outgrown_itself(
    own_nginx, shop, endpoints, monkeypatch
):
    monkeypatch.setattr(snapshot, "SLACK", 512)
    own_nginx.serve(shop)
    file, sizes, plan = own_nginx.folder / "plan.frames", [], shop
    for number in range(20):
        new = plan_of(*plan.values(), backend("front", *addresses(endpoints.port, 1 + number)))
        own_nginx.serve(new, diff(plan, new))
        plan = new
        sizes.append(file.stat().st_size)
    assert any(after < before for before, after in pairwise(sizes))
    assert max(sizes) < 3 * min(sizes) + 1024
    assert oct(stat.S_IMODE(file.stat().st_mode)) == "0o600"
    own_nginx.restart()
    assert reached(own_nginx) == "127.0.10.20"


def test_it_listens_on_both_families(shop):
    with running_nginx(bind=("127.0.0.1", "::1")) as live:
        live.serve(shop)
        for address in ("127.0.0.1", "::1"):
            with Client(live.http_port, address=address) as client:
                answer = told(client.ask("/", "shop.example"))
            assert dict(answer["headers"])["X-Real-IP"] == address


@pytest.mark.parametrize("off", ["http_port", "https_port"])
def test_a_port_can_be_switched_off(shop, off):
    with running_nginx(**{off: 0}) as live:
        live.serve(shop)
        tls = off == "http_port"
        with Client(live.https_port or live.http_port, tls=tls, sni="shop.example") as client:
            assert client.ask("/", "shop.example").status == 200


def test_another_port_can_be_taken_without_a_restart(own_nginx, shop):
    own_nginx.serve(shop)
    own_nginx.take_over(http_port=free_port())
    assert own_nginx.serve(shop)["starts"] == 0
    assert reached(own_nginx) == "127.0.10.1"


def test_full_memory_is_reported_and_what_worked_goes_on(endpoints, shop):
    with running_nginx(plan_memory=1) as live:
        live.serve(shop)
        big = [backend(f"big{n}", *addresses(endpoints.port, *range(1, 250))) for n in range(200)]
        report = live.converge(plan_of(*shop.values(), *big))
        assert not report.in_sync
        assert "the shared memory of nginx is full" in report.detail
        assert reached(live) == "127.0.10.1"
        live.serve(shop)
        assert ask(live, "/cart").status == 200


def test_nearly_full_memory_loses_nothing(endpoints):
    """What nginx keeps beside the units must never push one of them out."""
    front = backend("front", *addresses(endpoints.port, 1))
    sites = [site(f"{'x' * 60}-{n}.example", {"/": "front"}) for n in range(8000)]
    with running_nginx(plan_memory=1, workers=1) as live:
        fits, too_many = 0, len(sites)
        while too_many - fits > 1:
            size = (fits + too_many) // 2
            ok = live.converge(plan_of(front, *sites[:size])).in_sync
            fits, too_many = (size, too_many) if ok else (fits, size)
        assert 0 < fits < len(sites) - 1
        plan = plan_of(front, *sites[:fits])
        live.serve(plan)
        for number in range(100):
            new = plan_of(*plan.values(), backend("front", *addresses(endpoints.port, 1, number)))
            live.converge(new, diff(plan, new))
            plan = new
        with Client(live.http_port) as client:
            lost = [s.host for s in sites[:fits] if client.ask("/", s.host).status != 200]
        assert lost == []
