"""Endpoints that fail, and more clients than there is room for."""

import pytest

from engines_relay.plans import frontend, plan_of, pool
from engines_relay.stage import Stage, read
from portico.plan.plan import diff
from portico.settings import Pick
from support.netns import needs_namespaces

pytestmark = needs_namespaces

VIP = "198.51.100.1"
REFUSES = ("10.2.0.12", 9)
SILENT = ("10.2.0.99", 80)  # nobody has the address


def test_another_endpoint_is_tried(stage):
    server = stage.receiver()
    web = pool(server.place, REFUSES)
    stage.serve(plan_of(web, frontend(VIP, web)))
    for _ in range(20):
        stage.connect(VIP)
        assert server.take()
    figures = stage.figures()
    assert figures["lost"] == 0
    # It is asked again only after a while.
    assert figures["connects_failed"] <= 1


@pytest.mark.parametrize("pick", list(Pick))
def test_an_endpoint_that_is_silent_delays_only_those_who_try_it(world, tmp_path, pick):
    stage = Stage(world, tmp_path, connect_timeout=0.2)
    try:
        server = stage.receiver()
        web = pool(server.place, SILENT, pick=pick)
        stage.serve(plan_of(web, frontend(VIP, web)))
        for _ in range(10):
            stage.connect(VIP)
            assert server.take()
    finally:
        stage.close()


def test_if_nobody_takes_the_client_it_is_reset(stage):
    web = pool(REFUSES)
    stage.serve(plan_of(web, frontend(VIP, web)))
    assert stage.is_turned_away(VIP)
    assert stage.figures()["lost"] == 1


def test_without_endpoints_the_client_is_reset(stage):
    web = pool()
    stage.serve(plan_of(web, frontend(VIP, web)))
    assert stage.is_turned_away(VIP)


def test_by_source_a_client_stays_with_its_endpoint_while_that_is_there(stage):
    servers = {each.place: each for each in (stage.receiver(), stage.receiver("10.2.0.12"))}
    web = pool(*servers, pick=Pick.SOURCE_HASH)
    plan = plan_of(web, frontend(VIP, web))
    stage.serve(plan)
    stage.connect(VIP)
    mine = next(each for each in servers.values() if each.has_callers())
    for _ in range(5):
        stage.connect(VIP)
        assert mine.take()
    left = next(each for each in servers.values() if each is not mine)
    without = pool(left.place, pick=Pick.SOURCE_HASH)
    changed = plan_of(without, frontend(VIP, without))
    stage.serve(changed, diff(plan, changed))
    stage.connect(VIP)
    assert left.take()


def test_who_comes_when_all_places_are_taken_waits_for_one(world, tmp_path):
    stage = Stage(world, tmp_path, connections=2)
    try:
        server = stage.receiver()
        web = pool(server.place)
        stage.serve(plan_of(web, frontend(VIP, web)))
        first, second = [(stage.connect(VIP), server.take()[1]) for _ in range(2)]
        third = stage.connect(VIP)
        assert not server.has_callers()
        for each in first:
            each.close()
        _, taken = server.take()
        taken.sendall(b"your turn")
        assert read(third, 9) == b"your turn"
        second[0].sendall(b"x")
        assert read(second[1], 1) == b"x"
    finally:
        stage.close()


def test_vanished_peers_are_noticed(stage):
    """Keepalive is on, at both ends of the relay."""
    server = stage.receiver()
    web = pool(server.place)
    stage.serve(plan_of(web, frontend(VIP, web)))
    stage.connect(VIP)
    server.take()
    shown = stage.world.machine.run("ss", "-tnoH", "state", "established")
    assert shown.count("timer:(keepalive") == 2, shown
