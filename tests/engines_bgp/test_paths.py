"""BFD decides over sessions: a dead path takes a session down at once, a live one lets it start."""

import pytest

from engines_bgp.town import ROUTER, ROUTER_6, bird, frr, peer, route
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
def test_what_bfd_may_do_to_a_session(town, watcher):
    """One story against FRR, whose IPv4 neighbour has BFD, and the IPv6 one has none."""
    router = frr(town)
    router.configure("router bgp 64513", "neighbor 192.0.2.1 bfd")
    routes = {ROUTER: (route(WEB),), ROUTER_6: (route("2001:db8:99::1/128"),)}
    watcher.push(peer(hold=90), peer(ROUTER_6), routes=routes)
    until(lambda: has(router, WEB), "the route")

    # It begins, and that harms nobody; who has none gets its session all the same.
    near, far = peer(hold=90, bfd=QUICK), peer(ROUTER_6, bfd=QUICK)
    watcher.push(near, far, routes=routes)
    until(lambda: watched(watcher) == "up", "BFD")
    until(lambda: "2001:db8:99::1" in router.kernel("-6"), "the route of who has no BFD")
    assert watcher.ask().watched[ROUTER_6].state == "down"
    assert watcher.session(ROUTER).downs == 0

    # The speaker ends, and BFD goes on.
    before = watcher.ask().watched[ROUTER]
    watcher.kill()
    watcher.start()
    watcher.push(near, far, routes=routes)
    until(lambda: watched(watcher) == "up", "the new speaker to hear of BFD")
    assert watcher.ask().watched[ROUTER].downs == before.downs

    # The path dies: both ends know it long before the hold time.
    town.switch.unplug(town.machine)
    until(lambda: not has(router, WEB), "the router to give the route up")
    until(lambda: watcher.session(ROUTER).state == "held", "our end to give the session up")
    town.switch.plug_in_again(town.machine)
    until(lambda: has(router, WEB), "the route again")
    until(lambda: watched(watcher) == "up", "BFD again")

    # People switch it off at the router: that is no dead path.
    downs = watcher.session(ROUTER).downs
    router.configure("bfd", "peer 192.0.2.1", "shutdown")
    until(lambda: watched(watcher) == "down", "our end to hear of it")
    assert watcher.session(ROUTER).state == "up"
    assert watcher.session(ROUTER).downs == downs

    # It ends at our side, and then everything does.
    watcher.push(peer(hold=90), far, routes=routes)
    assert ROUTER not in watcher.ask().watched
    until(lambda: has(router, WEB) and watcher.is_up(ROUTER), "the route, still or again")
    watcher.leave(withdraw=True)
    until(lambda: watcher.bfd.pid() is None, "the BFD process to end")
    assert not has(router, WEB)


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


def test_without_a_bfd_process_it_is_told_and_no_harm_done(speaker):
    speaker.push(peer(bfd=QUICK))
    until(lambda: "no BFD process" in speaker.ask().watched[ROUTER].trouble, "the trouble")
    speaker.start_bfd()
    until(lambda: speaker.ask().watched[ROUTER].trouble == "", "the trouble to be over")
