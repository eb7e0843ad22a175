"""What clients and endpoints notice of a relay between them."""

import os
import random
import socket
import struct
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engines_relay.plans import frontend, machine, node_port, plan_of, pool
from engines_relay.stage import Sending, read, read_all
from live.until import until
from portico.plan.pool import Scope
from support.netns import needs_namespaces

pytestmark = needs_namespaces

VIP = "198.51.100.1"
MUCH = 100 << 20


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize(
    ("vip", "endpoint", "client"),
    [
        (VIP, "10.2.0.11", "192.0.2.10"),
        ("2001:db8:96::1", "2001:db8:2::11", "2001:db8:1::10"),
    ],
    ids=["ipv4", "ipv6"],
)
def test_the_endpoint_learns_who_the_client_is(stage, vip, endpoint, client, version):
    server = stage.receiver(endpoint)
    web = pool(server.place, proxy=version)
    report = stage.serve(plan_of(web, frontend(vip, web, 80)))
    assert report.in_sync, report.detail
    caller = stage.connect(vip, 80)
    ends, taken = server.take()
    assert ends == (client, caller.getsockname()[1], vip, 80)
    caller.sendall(b"question")
    assert read(taken, 8) == b"question"
    taken.sendall(b"answer")
    assert read(caller, 6) == b"answer"


def test_one_side_may_end_before_the_other(stage):
    server = stage.receiver()
    web = pool(server.place)
    stage.serve(plan_of(web, frontend(VIP, web)))
    caller = stage.connect(VIP)
    _, taken = server.take()
    caller.sendall(b"all I have to say")
    caller.shutdown(1)
    assert read_all(taken) == b"all I have to say"
    taken.sendall(b"and here is the answer")
    taken.close()
    assert read_all(caller) == b"and here is the answer"


def test_much_goes_through_both_ways_at_once(stage):
    server = stage.receiver()
    web = pool(server.place)
    stage.serve(plan_of(web, frontend(VIP, web)))
    caller = stage.connect(VIP)
    _, taken = server.take()
    up, down = random.randbytes(MUCH), random.randbytes(MUCH)
    sending = [Sending(caller, up), Sending(taken, down)]
    with ThreadPoolExecutor() as threads:
        got_up, got_down = threads.map(read_all, (taken, caller))
    assert got_up == up
    assert got_down == down
    assert all(each.errors.empty() for each in sending)
    figures = stage.figures()
    assert (figures["bytes_up"], figures["bytes_down"]) == (MUCH, MUCH)


def test_one_who_does_not_read_holds_up_nobody_else(stage):
    server = stage.receiver()
    web = pool(server.place)
    stage.serve(plan_of(web, frontend(VIP, web)))
    slow = stage.connect(VIP)
    _, filling = server.take()
    content = random.randbytes(32 << 20)
    sending = Sending(filling, content)
    until(lambda: stage.figures()["bytes_down"] > 0, "the first bytes")
    for _ in range(20):
        caller = stage.connect(VIP)
        _, taken = server.take()
        taken.sendall(b"quick")
        assert read(caller, 5) == b"quick"
    assert sending.is_alive(), "everything was swallowed, though nobody read it"
    assert read_all(slow) == content


def test_a_reset_is_passed_on(stage):
    server = stage.receiver()
    web = pool(server.place)
    stage.serve(plan_of(web, frontend(VIP, web)))
    for first_to_go in (0, 1):
        caller = stage.connect(VIP)
        _, taken = server.take()
        ends = [caller, taken]
        ends[first_to_go].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        ends[first_to_go].close()
        with pytest.raises(ConnectionResetError):
            ends[1 - first_to_go].recv(1)
    until(lambda: stage.figures()["connections"] == 0, "both to be forgotten")


def test_a_reset_after_half_of_it_was_over_is_passed_on(stage):
    server = stage.receiver()
    web = pool(server.place)
    stage.serve(plan_of(web, frontend(VIP, web)))
    caller = stage.connect(VIP)
    _, taken = server.take()
    caller.shutdown(socket.SHUT_WR)
    assert taken.recv(1) == b""
    caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    caller.close()
    until(lambda: taken.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR), "the reset")


def test_a_client_who_ends_while_much_is_on_its_way_to_a_slow_server(stage):
    """Both ends are closed one way or the other, and still something has to be delivered."""
    server = stage.receiver()
    web = pool(server.place)
    stage.serve(plan_of(web, frontend(VIP, web)))
    caller = stage.connect(VIP)
    _, taken = server.take()
    content = random.randbytes(24 << 20)
    sending = Sending(caller, content)
    taken.shutdown(socket.SHUT_WR)
    assert caller.recv(1) == b""
    before = _processor_time(stage.pid())
    assert read_all(taken) == content
    assert sending.errors.empty()
    assert _processor_time(stage.pid()) - before < 5
    until(lambda: stage.figures()["connections"] == 0, "it to be forgotten")


def test_a_server_who_speaks_first_is_heard(stage):
    server = stage.receiver()
    web = pool(server.place)
    stage.serve(plan_of(web, frontend(VIP, web)))
    caller = stage.connect(VIP)
    _, taken = server.take()
    taken.sendall(b"220 welcome\r\n")
    assert read(caller, 13) == b"220 welcome\r\n"


def test_whoever_was_not_redirected_is_turned_away(stage):
    server = stage.receiver()
    web = pool(server.place)
    stage.serve(plan_of(web, frontend(VIP, web)))
    for address in ("192.0.2.1", "2001:db8:1::1"):
        assert stage.is_turned_away(address, stage.port)
    assert stage.figures()["strangers"] == 2
    assert not server.has_callers()


def test_a_frontend_that_nobody_knows_is_turned_away(stage):
    server = stage.receiver()
    web = pool(server.place)
    stage.serve(plan_of(web, frontend(VIP, web)))
    assert stage.is_turned_away(VIP, 81)
    assert stage.is_turned_away("198.51.100.2")


def test_a_node_port_and_those_inside(stage):
    here, there = stage.receiver("10.2.0.11"), stage.receiver("10.2.0.12")
    local, everybody = pool(here.place, scope=Scope.LOCAL), pool(there.place)
    plan = plan_of(
        machine("192.0.2.1", pods="10.2.0.0/24"),
        *(local, everybody),
        node_port(30080, everybody),
        frontend(VIP, local, inside=everybody),
    )
    stage.serve(plan)
    stage.connect("192.0.2.1", 30080)
    assert there.take()[0].destination_port == 30080
    stage.connect(VIP)
    assert here.take()[0].source == "192.0.2.10"
    stage.connect(VIP, space=stage.world.backends["b1"])
    assert there.take()[0].source == "10.2.0.11"
    stage.connect(VIP, space=stage.world.machine)
    assert there.take()[0].source == "192.0.2.1"


def _processor_time(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
