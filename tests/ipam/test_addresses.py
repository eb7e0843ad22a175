"""What holds of addresses whatever happens; and how long it takes."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from ipam.estate import BOTH, PREFER, REQUIRE, SINGLE, V4, V6, World, eip, pool, service, want
from portico.ipam.address_pools import Pools
from portico.ipam.addresses import Estate, Lease, settle
from portico.model.address_range import number_of
from portico.plan.address_pool import Pin, Product
from portico.plan.transport import Family

NAMES = ["a", "b", "c", "d", "bank/e", "bank/f"]
WANTED = ["192.0.2.0", "192.0.2.1", "192.0.2.2", "2001:db8::1", "198.51.100.1", "203.0.113.9"]

pins = st.sampled_from([None, None, Pin(), Pin(frozenset({"shop"})), Pin(service_selectors=())])
RANGES = ["192.0.2.0/31", "192.0.2.2/32", "192.0.2.255/32", "2001:db8::1/128", "2001:db8::8/127",
          "198.51.100.0/30"]  # fmt: skip
flags = st.booleans()


@st.composite
def some_pools(draw):
    """Each range is in one pool at most, as the compiler sees to it."""
    owners = draw(st.lists(st.sampled_from("pqr-"), min_size=len(RANGES), max_size=len(RANGES)))
    names = draw(st.lists(st.sampled_from("pqr"), unique=True, max_size=3))
    return [
        _drawn(draw, name, [r for r, owner in zip(RANGES, owners, strict=True) if owner == name])
        for name in names
    ]


def _drawn(draw, name, found):
    if draw(flags):
        more = {"auto": draw(flags), "avoids_buggy": draw(flags), "pin": draw(pins)}
        return pool(name, *found, priority=draw(st.integers(0, 2)), **more)
    return eip(name, *found, is_default=draw(flags), is_closed=draw(flags), pin=draw(pins))


wants = st.builds(
    want,
    st.tuples(st.sampled_from(NAMES), st.sampled_from(["", "@2020", "@2021"])).map("".join),
    key=st.sampled_from(["", "k", "k", "j"]),
    backend=st.sampled_from(["", "", "app=x"]),
    ports=st.sampled_from([(80,), (81,), (80, 81), (443,)]),
    product=st.sampled_from([Product.METALLB, Product.METALLB, Product.OPENELB]),
    families=st.sampled_from([(V4,), (V6,), BOTH, (V6, V4)]),
    stack=st.sampled_from([SINGLE, SINGLE, PREFER, REQUIRE]),
    pool=st.sampled_from(["", "", "", "p", "q"]),
    addresses=st.lists(st.sampled_from(WANTED), max_size=2, unique=True).map(tuple),
)
events = st.lists(
    st.one_of(some_pools(), wants, wants, wants, st.sampled_from(NAMES)), min_size=1, max_size=12
)


@given(events)
def test_whatever_happens(found):
    """World compares with settling anew, in any order, and with a restart. What that means:"""
    world = World()
    for event in found:
        if isinstance(event, str) and service(event) not in world.wants:
            continue
        before, wants_before = dict(world.leases), dict(world.wants)
        settled = world.happen(event)
        assert_nothing_clashes(world, settled.leases)
        assert settled.leases.keys().isdisjoint(settled.refused)
        assert settled.leases.keys() | settled.refused.keys() == world.wants.keys()
        assert_of_one_pool(world, settled.leases)
        if not isinstance(event, list):
            for ref, lease in before.items():
                if world.wants.get(ref) == wants_before[ref]:
                    now = settled.leases[ref].addresses
                    assert set(lease.addresses) <= set(now)  # it may get a second one


def assert_nothing_clashes(world, leases):
    for one, other in combinations(leases, 2):
        if set(leases[one].addresses) & set(leases[other].addresses):
            terms, others = world.wants[one].terms, world.wants[other].terms
            assert not terms.ports & others.ports
            assert terms.product is others.product
            if terms.product is Product.METALLB:
                assert terms.sharing == others.sharing != ""
                assert terms.backend == others.backend


def assert_of_one_pool(world, leases):
    known = Pools(world.pools)
    for ref, lease in leases.items():
        found = [known.of(number_of(address)) for address in lease.addresses]
        assert None not in found
        assert len({each.key for each in found}) == 1
        assert world.wants[ref].terms.product is found[0].product
        families = [Family.IPV6 if ":" in each else Family.IPV4 for each in lease.addresses]
        assert len(set(families)) == len(families)
        assert set(families) <= set(world.wants[ref].families)


leases = st.dictionaries(
    st.sampled_from(NAMES).map(service),
    st.lists(st.sampled_from([*WANTED, "x", "127.0.0.1"]), max_size=3).map(
        lambda found: Lease(tuple(found))
    ),
)


@given(some_pools(), st.lists(wants, max_size=6), leases, st.randoms())
def test_whatever_a_record_says(pools, found, held, chance):
    """It may be written by somebody else, or by hand; once settled it is settled."""
    by_ref = {each.service: each for each in found}
    settled = settle(pools, by_ref.values(), held)
    shuffled = list(by_ref.values())
    chance.shuffle(shuffled)
    assert settle(pools, shuffled, held) == settled
    assert settle(pools, shuffled, settled.leases) == settled
    for ref, lease in settled.leases.items():
        if ref not in held and ref in by_ref:
            assert lease.addresses


def test_a_million_addresses_are_not_walked_through():
    """The work is counted, as time depends on the machine: every address is asked for once."""
    estate = Estate([pool("edge", "10.0.0.0/12", "2001:db8::/64")])
    wants = [want(f"s{n}", stack=PREFER, families=BOTH) for n in range(2000)]
    estate.change({each.service: each for each in wants})
    found = estate.settlement
    assert not found.refused
    assert found.leases[service("s0")].addresses == ("10.0.0.0", "2001:db8::")
    addresses = {address for lease in found.leases.values() for address in lease.addresses}
    assert len(addresses) == 4000


def test_who_is_refused_hears_who_has_it_now():
    """Also where that has changed since, and nothing was given back."""
    world = World()
    world.happen([pool("edge", "192.0.2.1/32")])
    world.happen(want("m", key="k", ports=[80]))
    refused = world.happen(want("z", addresses=("192.0.2.1",), ports=[443])).refused
    assert refused[service("z")].detail == "192.0.2.1 is held by Service shop/m"
    refused = world.happen(want("c", key="k", ports=[81])).refused
    assert refused[service("z")].detail == "192.0.2.1 is held by Service shop/c"
    refused = world.happen("c").refused
    assert refused[service("z")].detail == "192.0.2.1 is held by Service shop/m"


def test_who_has_nothing_gives_nothing_back():
    """OE-IPAM-18: nobody known, nothing held, a pool that has gone."""
    estate = Estate([pool("edge", "192.0.2.1/32")])
    assert estate.change({service("a"): None}) == {service("a")}
    estate.change({service("b"): want("b", pool="gone")})
    estate.change({service("b"): None})
    assert estate.settlement == settle([], [], {})
