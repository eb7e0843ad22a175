"""Random plans of layer 4, service by service, for hypothesis."""

from dataclasses import replace

from hypothesis import strategies as st

from engines_nftables.units import (
    endpoints,
    forwarding,
    frontend,
    machine,
    node_port,
    pool,
)
from portico.plan.frontend import Masquerade
from portico.plan.key import Key
from portico.plan.plan import Plan, Unit
from portico.plan.pool import Scope, Void
from portico.plan.transport import Family, Transport
from portico.settings import Entry, Pick

SOURCES = (
    "0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/9", "10.128.0.0/9", "10.1.0.0/24", "10.1.1.0/24",
    "10.1.2.0/24", "192.0.2.7/32", "::/0", "2001:db8::/32", "2001:db8:1::/48", "fd00::1/128",
)  # fmt: skip

addresses4 = st.lists(
    st.sampled_from([f"10.2.0.{number}" for number in range(1, 9)]), max_size=6, unique=True
)
addresses6 = st.lists(
    st.sampled_from([f"fd02::{number:x}" for number in range(1, 9)]), max_size=6, unique=True
)


@st.composite
def services(draw: st.DrawFn, number: int) -> list[Unit]:
    """The units of one Service: a pool or two, and some ways in."""
    transport = draw(st.sampled_from(Transport))
    family = draw(st.sampled_from(Family))
    found = addresses6 if family is Family.IPV6 else addresses4
    main = pool(
        f"s{number}",
        draw(found),
        transport=transport,
        family=family,
        pick=draw(st.sampled_from([Pick.RANDOM, Pick.RANDOM, Pick.SOURCE_HASH])),
        affinity=draw(st.sampled_from([0, 0, 0, 30, 10800])),
        void=draw(st.sampled_from(Void)),
        proxy=draw(st.sampled_from([0, 0, 0, 0, 2])) if transport is Transport.TCP else 0,
    )
    local = replace(
        main,
        key=Key("pool", main.key.name.replace("cluster", "local")),
        scope=Scope.LOCAL,
        endpoints=endpoints(draw(found), draw(st.sampled_from([8080, 8081]))),
    )
    base = "2001:db8:96::" if family is Family.IPV6 else "10.96.0."
    ways: list[Unit] = [
        frontend(
            f"{base}{number * 4 + place}",
            draw(st.sampled_from([main.key, local.key])),
            port=draw(st.sampled_from([80, 443])),
            transport=transport,
            entry=draw(st.sampled_from([Entry.CLUSTER_IP, Entry.LOAD_BALANCER])),
            **draw(_how(main.key)),
        )
        for place in draw(st.sets(st.integers(1, 3), max_size=3))
    ]
    if draw(st.booleans()):
        how = draw(_how(main.key))
        to = forwarding(draw(st.sampled_from([main.key, local.key])), family=family, **how)
        ways.append(node_port(30000 + number, to, transport=transport))
    # As the compiler does: there is no pool that nobody is sent to.
    used = {key for way in ways for to in way.forwardings for key in (to.pool, to.inside)}
    return [unit for unit in (main, local) if unit.key in used] + ways


def _how(inside: Key) -> st.SearchStrategy[dict]:
    return st.fixed_dictionaries(
        {
            "masquerade": st.sampled_from(Masquerade),
            "inside": st.sampled_from([None, inside]),
            "sources": st.none() | st.lists(st.sampled_from(SOURCES), max_size=4),
        }
    )


machines = st.builds(
    lambda nodes, pods: machine("10.1.0.1", "fd01::1", nodes=nodes, pods=pods),
    st.lists(st.sampled_from(["10.1.0.1", "10.1.0.9", "fd01::1"]), unique=True),
    st.lists(st.sampled_from(SOURCES[1:]), max_size=3),
)


@st.composite
def stories(draw: st.DrawFn, services_at_most: int = 5, steps: int = 6) -> list[Plan]:
    """Plans that follow each other: each differs from the one before in a few Services."""
    found: list[Plan] = []
    parts: dict[int, list[Unit]] = {}
    here = draw(machines)
    for _ in range(draw(st.integers(1, steps))):
        for number in draw(st.sets(st.integers(0, services_at_most - 1), min_size=1, max_size=3)):
            parts[number] = draw(st.just([]) | services(number))
        here = draw(st.just(here) | machines)
        units = [here, *(unit for part in parts.values() for unit in part)]
        found.append({unit.key: unit for unit in units})
    return found
