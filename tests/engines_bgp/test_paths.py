"""BFD decides over sessions: a dead path takes a session down at once, a live one lets it start."""

import pytest

from engines_bgp.town import ROUTER, bird, frr, peer, route
from live.until import until
from portico.engines.bgp.wire import Bfd
from support.netns import needs_namespaces
from support.routers import needs_bird, needs_frr

pytestmark = needs_namespaces

WEB = "198.51.100.1/32"
QUICK = Bfd(transmit=100, receive=100)


def has(router, prefix):
    return prefix.removesuffix("/32") in router.kernel()


@pytest.fixture
def watcher(speaker):
    speaker.start_bfd()
    return speaker


def watched(speaker):
    return speaker.ask().watched[ROUTER].state


@needs_frr
def test_a_dead_path_takes_the_session_down_long_before_the_hold_time(town, watcher):
    router = frr(town, "neighbor {ours} bfd", "neighbor {ours} bfd check-control-plane-failure")
    watcher.push(peer(hold=90, bfd=QUICK), routes={ROUTER: (route(WEB),)})
    until(lambda: has(router, WEB), "the route")
    until(lambda: watched(watcher) == "up", "BFD")
    town.switch.unplug(town.machine)
    until(lambda: not has(router, WEB), "the router to give the route up")
    until(lambda: watcher.session(ROUTER).state == "held", "our end to give the session up")
    town.switch.plug_in_again(town.machine)
    until(lambda: has(router, WEB), "the route again")
    assert watcher.session(ROUTER).state == "up"


@needs_bird
def test_the_same_with_bird(town, tmp_path, watcher):
    more = "bfd { min rx interval 100 ms; min tx interval 100 ms; };"
    router = bird(town, tmp_path, more)
    config = (tmp_path / "bird" / "bird.conf").read_text()
    router.configure(config + "protocol bfd {}\n")
    watcher.push(peer(hold=90, bfd=QUICK), routes={ROUTER: (route(WEB),)})
    until(lambda: has(router, WEB), "the route")
    until(lambda: watched(watcher) == "up", "BFD")
    town.switch.unplug(town.machine)
    until(lambda: not has(router, WEB), "the router to give the route up")
    until(lambda: watcher.session(ROUTER).state == "held", "our end to give the session up")
    town.switch.plug_in_again(town.machine)
    until(lambda: has(router, WEB), "the route again")


@needs_frr
def test_a_router_without_bfd_gets_its_session_all_the_same(town, watcher):
    router = frr(town)
    watcher.push(peer(bfd=QUICK), routes={ROUTER: (route(WEB),)})
    until(lambda: has(router, WEB), "the route")
    assert watched(watcher) == "down"


@needs_frr
def test_bfd_that_people_switch_off_at_the_router_is_no_dead_path(town, watcher):
    router = frr(town, "neighbor {ours} bfd")
    watcher.push(peer(bfd=QUICK), routes={ROUTER: (route(WEB),)})
    until(lambda: has(router, WEB) and watched(watcher) == "up", "the route and BFD")
    router.configure("bfd", "peer 192.0.2.1", "shutdown")
    until(lambda: watched(watcher) == "down", "our end to hear of it")
    assert watcher.session(ROUTER).state == "up"
    assert watcher.session(ROUTER).downs == 0


@needs_frr
def test_bfd_may_begin_without_harm_to_the_session(town, watcher):
    router = frr(town, "neighbor {ours} bfd")
    routes = {ROUTER: (route(WEB),)}
    watcher.push(peer(), routes=routes)
    until(lambda: has(router, WEB), "the route")
    watcher.push(peer(bfd=QUICK), routes=routes)
    until(lambda: watched(watcher) == "up", "BFD")
    assert watcher.session(ROUTER).downs == 0
    assert router.show("bgp neighbors 192.0.2.1")["192.0.2.1"]["connectionsDropped"] == 0
    # What its end means is for the router to judge: FRR starts the session anew.
    watcher.push(peer(), routes=routes)
    assert watcher.ask().watched == {}
    until(lambda: has(router, WEB) and watcher.is_up(ROUTER), "the route, still or again")


@needs_frr
def test_the_speaker_may_end_while_bfd_goes_on(town, watcher):
    router = frr(town, "neighbor {ours} bfd")
    watcher.push(peer(bfd=QUICK), routes={ROUTER: (route(WEB),)})
    until(lambda: has(router, WEB) and watched(watcher) == "up", "the route and BFD")
    before = watcher.ask().watched[ROUTER]
    watcher.kill()
    watcher.start()
    watcher.push(peer(bfd=QUICK), routes={ROUTER: (route(WEB),)})
    until(lambda: watched(watcher) == "up", "the new speaker to hear of BFD")
    assert watcher.ask().watched[ROUTER].downs == before.downs
    assert watcher.session(ROUTER).state == "up"


@needs_frr
def test_a_planned_stop_ends_bfd_without_alarm(town, watcher):
    router = frr(town, "neighbor {ours} bfd")
    watcher.push(peer(bfd=QUICK), routes={ROUTER: (route(WEB),)})
    until(lambda: has(router, WEB) and watched(watcher) == "up", "the route and BFD")
    watcher.leave(withdraw=True)
    until(lambda: watcher.bfd.pid() is None, "the BFD process to end")
    assert not has(router, WEB)


def test_without_a_bfd_process_it_is_told_and_no_harm_done(speaker):
    speaker.push(peer(bfd=QUICK))
    until(lambda: "no BFD process" in speaker.ask().watched[ROUTER].trouble, "the trouble")
    speaker.start_bfd()
    until(lambda: speaker.ask().watched[ROUTER].trouble == "", "the trouble to be over")
