"""Addresses of pools for many Services of type LoadBalancer: settled anew, and one more.

All of it is work of this one thread, so what is measured is its time on a CPU.
"""

import time
from collections.abc import Callable, Iterable
from statistics import median
from typing import Final

from bench.effort import Effort
from bench.figures import spread, table, verdict
from bench.say import say
from portico.compiler.compiler import Compiler
from portico.ipam.address_demand import AddressDemands
from portico.ipam.address_leases import AddressBook
from portico.ipam.addresses import Estate, Leases, settle
from portico.model.address_range import parse_range
from portico.model.decode import decode
from portico.model.fact import Fact
from portico.model.ref import Ref, Topic
from portico.plan.address_pool import AddressPool, Product, address_pool_key
from portico.plan.address_request import AddressWant, Stack, Terms
from portico.plan.key import Origin
from portico.plan.plan import Diff
from portico.plan.transport import Family, Transport
from portico.settings import Room, Settings
from portico.sources.addresses import lease_of
from portico.store import Store

MOST_ANEW: Final = 1.0
MOST_ONE: Final = 0.005
POOLS: Final = 16
"""Of 65,536 IPv4 addresses and of a /64 each."""

HTTP: Final = frozenset({(Transport.TCP, 80)})


def run(effort: Effort) -> str:
    rounds = range(effort.rounds)
    wants = [_want(f"s{number}") for number in range(effort.hosts)]
    held = settle(_pools(), wants, {}).leases
    found: dict[str, list[float]] = {
        "settle, all of them new": [_timed(lambda: settle(_pools(), wants, {})) for _ in rounds],
        "settle, all of them hold theirs": [
            _timed(lambda: settle(_pools(), wants, held)) for _ in rounds
        ],
        "settle, no address left for any": [
            _timed(lambda: settle(_pools("192.0.2.0/32"), wants, {})) for _ in rounds
        ],
    }
    found |= _one_more(wants, held, effort.samples)
    found["a manifest more: compiled, settled, compiled again"] = _through(effort)
    rows = [(what, len(took), spread([s * 1000 for s in took], 2)) for what, took in found.items()]
    head = f"{effort.hosts:,} Services, {POOLS} pools of 65,536 IPv4 addresses and a /64 each:\n\n"
    text = head + table(("what", "n", "ms on a CPU"), rows)
    anew, one = found["settle, all of them new"], found["one more Service"]
    text += f"\n{verdict('settle', median(anew), MOST_ANEW, ' s')}"
    return text + verdict("one more", median(one), MOST_ONE, " s")


def _one_more(wants: list[AddressWant], held: Leases, samples: int) -> dict[str, list[float]]:
    estate = Estate(_pools())
    estate.change({want.service: want for want in wants}, held)
    more, less, shared = [], [], []
    for number in range(samples):
        one = _want(f"more-{number}")
        more.append(_timed(lambda one=one: estate.change({one.service: one})))
        other = _want(f"shared-{number}", "key", number + 1)
        shared.append(_timed(lambda other=other: estate.change({other.service: other})))
        less.append(_timed(lambda one=one: estate.change({one.service: None})))
    return {"one more Service": more, "one more that shares": shared, "one less": less}


def _through(effort: Effort) -> list[float]:
    """Nothing is written to a disk, and no engine is told."""
    store = Store()
    compiler = Compiler(store, Settings(rooms=frozenset({Room.L4})))
    demands, book = AddressDemands(), AddressBook({})

    def follow(facts: Iterable[Fact]) -> None:
        topics: set[Topic] = set()
        for fact in facts:
            topics |= store.put(fact)
        hint: Diff = compiler.recompile(topics)
        demands.follow(hint)
        leases: set[Topic] = set()
        for ref, answer in book.follow(demands.now).items():
            if answer:
                leases |= store.put(lease_of(ref, answer, is_record=True))
        demands.follow(compiler.recompile(leases))

    say("compiling manifests")
    follow([_pool_fact(), *(_service_fact(f"s{number}") for number in range(effort.hosts))])
    later = [_service_fact(f"more-{number}") for number in range(effort.samples)]
    return [_timed(lambda one=one: follow([one])) for one in later]


def _timed(work: Callable[[], object]) -> float:
    begun = time.thread_time()
    work()
    return time.thread_time() - begun


def _pools(*ranges: str) -> list[AddressPool]:
    if ranges:
        return [_pool("one", ranges)]
    return [
        _pool(f"pool-{number}", (f"10.{number}.0.0/16", f"2001:db8:{number:x}::/64"))
        for number in range(POOLS)
    ]


def _pool(name: str, ranges: Iterable[str]) -> AddressPool:
    ref = Ref("IPAddressPool", "metallb-system", name)
    found = tuple(map(parse_range, ranges))
    return AddressPool(address_pool_key(ref), ref, Product.METALLB, found, Origin(ref, "spec"))


def _want(name: str, key: str = "", port: int = 80) -> AddressWant:
    terms = Terms(Product.METALLB, key, "", frozenset({(Transport.TCP, port)}) if key else HTTP)
    ref = Ref("Service", "shop", name)
    return AddressWant(ref, "~", terms, tuple(Family), Stack.PREFER_DUAL)


def _pool_fact() -> Fact:
    document = {
        "apiVersion": "metallb.io/v1beta1",
        "kind": "IPAddressPool",
        "metadata": {"name": "edge", "namespace": "metallb-system"},
        "spec": {"addresses": ["10.0.0.0/12", "2001:db8::/64"]},
    }
    return _fact(document)


def _service_fact(name: str) -> Fact:
    document = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]},
    }
    return _fact(document)


def _fact(document: dict[str, object]) -> Fact:
    found = decode(document)
    assert isinstance(found, Fact), found
    return found
