"""Who gets which node port, and keeps it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.ipam.node_ports import Range, Slot, Tenant, settle
from portico.model.ref import Ref
from portico.plan.transport import Transport

TCP, UDP = Transport.TCP, Transport.UDP
PORTS = Range(30000, 32767)
SMALL = Range(30000, 30031)  # 16 ports in each band


def tenant(name: str, port: int = 80, transport: Transport = TCP) -> Tenant:
    return Tenant(Ref("Service", "shop", name), port, transport)


def tenants(count: int) -> list[Tenant]:
    return [tenant(f"service-{number}") for number in range(count)]


@pytest.mark.parametrize(
    ("first", "last", "kept"),
    [
        # KEP-3668: min(max(16, size / 32), 128), nothing where that would be all
        (30000, 32767, 86),
        (30000, 30015, 0),
        (30000, 30016, 16),
        (30000, 30127, 16),
        (30000, 30607, 19),
        (20000, 32767, 128),
        (1, 65535, 128),
        (30000, 30000, 0),
    ],
)
def test_the_lower_band_is_as_large_as_the_api_servers(first, last, kept):
    upper, lower = Range(first, last).bands
    assert len(lower) == kept
    assert [*lower, *upper] == list(range(first, last + 1))


def test_what_is_chosen_lies_in_the_upper_band_while_that_has_room():
    settled = settle(tenants(2768 - 86), {}, {}, PORTS)
    assert sorted(settled.leases.values()) == list(range(30086, 32768))
    more = settle(tenants(2768), settled.leases, {}, PORTS)
    assert sorted(more.leases.values()) == list(range(30000, 32768))
    assert not more.refused


def test_a_full_range_refuses_and_moves_nobody():
    before = settle(tenants(32), {}, {}, SMALL)
    after = settle(tenants(40), before.leases, {}, SMALL)
    assert after.leases == before.leases
    assert sorted(after.refused) == sorted(set(tenants(40)) - set(tenants(32)))


def test_another_transport_has_ports_of_its_own():
    full = settle(tenants(32), {}, {}, SMALL).leases
    settled = settle([*tenants(32), tenant("dns", 53, UDP)], full, {}, SMALL)
    assert settled.leases[tenant("dns", 53, UDP)] in SMALL


def test_the_choice_comes_from_the_name_not_from_the_others():
    alone = settle([tenant("web")], {}, {}, PORTS).leases[tenant("web")]
    among = settle([tenant("web"), tenant("cart"), tenant("api")], {}, {}, PORTS).leases
    assert among[tenant("web")] == alone


def test_one_port_number_of_two_transports_gets_one_node_port():
    both = [tenant("dns", 53, TCP), tenant("dns", 53, UDP)]
    tcp, udp = settle(both, {}, {}, PORTS).leases.values()
    assert tcp == udp


def test_a_node_port_named_for_the_other_transport_is_taken_over():
    named = {Slot(UDP, 30053): tenant("dns", 53, UDP)}
    assert settle([tenant("dns", 53, TCP)], {}, named, PORTS).leases == {tenant("dns", 53): 30053}


@pytest.mark.parametrize("holder", [tenant("other"), None], ids=["named", "in use by a program"])
def test_what_is_taken_is_avoided(holder):
    first = settle([tenant("web")], {}, {}, PORTS).leases[tenant("web")]
    second = settle([tenant("web")], {}, {Slot(TCP, first): holder}, PORTS).leases[tenant("web")]
    assert second == first + 1


def test_whoever_has_a_port_keeps_it_when_another_names_it():
    held = {tenant("web"): 30500}
    assert settle(held, held, {Slot(TCP, 30500): tenant("late")}, PORTS).leases == held


def test_a_service_that_comes_back_finds_its_port():
    held = {tenant("web"): 30500, tenant("api"): 30600}
    without = settle([tenant("api")], held, {}, PORTS)
    assert without.leases == held
    assert settle(held, without.leases, {}, PORTS).leases == held


def test_the_port_of_one_that_has_gone_is_free_for_whoever_names_it():
    taken = {Slot(TCP, 30500): tenant("late")}
    assert settle([], {tenant("web"): 30500}, taken, PORTS).leases == {}


def test_when_the_band_is_full_those_gone_longest_lose_their_ports():
    full = settle(tenants(16), {}, {}, SMALL).leases
    first, second, *rest = tenants(16)
    leases = settle([second, *rest], full, {}, SMALL).leases  # the first goes
    leases = settle(rest, leases, {}, SMALL).leases  # then the second
    settled = settle([*rest, tenant("new")], leases, {}, SMALL).leases
    assert settled[tenant("new")] == full[first]
    assert first not in settled
    assert settled[second] == full[second]


def test_a_lease_outside_a_new_range_is_another_one_then():
    settled = settle([tenant("web")], {tenant("web"): 20000}, {}, PORTS)
    assert settled.leases[tenant("web")] in PORTS


def test_a_slot_that_is_held_twice_stays_with_the_one_in_use():
    held = {tenant("gone"): 30500, tenant("web"): 30500}
    assert settle([tenant("web")], held, {}, PORTS).leases == {tenant("web"): 30500}


TENANTS = st.builds(
    tenant, st.sampled_from("abcdefgh"), st.sampled_from([53, 80]), st.sampled_from([TCP, UDP])
)
NUMBERS = st.integers(29990, 30050)
TAKEN = st.dictionaries(
    st.builds(Slot, st.sampled_from([TCP, UDP]), NUMBERS), st.none() | TENANTS, max_size=20
)
RANGES = st.integers(0, 40).map(lambda size: Range(30000, 30000 + size))


@given(st.frozensets(TENANTS), st.dictionaries(TENANTS, NUMBERS), TAKEN, RANGES)
def test_always(asking, held, taken, ports):
    leases, refused = settle(asking, held, taken, ports)
    slots = [(who.transport, number) for who, number in leases.items()]
    assert len(slots) == len(set(slots)), "a port is held twice"
    assert all(number in ports for number in leases.values())
    assert asking == (asking & leases.keys()) | set(refused)
    assert not set(refused) & leases.keys()
    assert all(Slot(who.transport, leases[who]) not in taken for who in leases.keys() - held.keys())
    again = settle(asking, leases, taken, ports)
    assert (list(again.leases.items()), again.refused) == (list(leases.items()), refused)


@given(st.lists(st.frozensets(TENANTS), max_size=8), RANGES)
def test_nobody_who_has_a_port_and_asks_for_it_is_moved(story, ports):
    leases: dict[Tenant, int] = {}
    for asking in story:
        settled = settle(asking, leases, {}, ports).leases
        assert {who: settled[who] for who in asking & leases.keys()} == {
            who: leases[who] for who in asking & leases.keys()
        }
        leases = settled


@given(st.frozensets(TENANTS), st.data())
def test_the_order_of_asking_does_not_matter(asking, data):
    shuffled = data.draw(st.permutations(sorted(asking)))
    assert settle(shuffled, {}, {}, PORTS) == settle(sorted(asking), {}, {}, PORTS)
