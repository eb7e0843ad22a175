"""Sources that are told by the plan what to find out: the DNS, checks, leases, this machine.

What they find out comes back as facts, so the compiler never waits for anybody.
"""

from collections.abc import Mapping
from typing import Protocol

from portico.ipam.address_demand import AddressDemand, AddressDemands
from portico.ipam.demand import Demand, Demands
from portico.plan.backend import Backend
from portico.plan.frontend import Frontend, NodePort
from portico.plan.gathered import Gathered
from portico.plan.health_port import HealthPort
from portico.plan.key import Key
from portico.plan.plan import Diff, Plan, Unit
from portico.plan.probe import Probe
from portico.plan.transport import Transport
from portico.settings import Entry
from portico.sources.network.holders import EVERYWHERE
from portico.sources.network.listeners import Listener


class Follower(Protocol):
    """Hears of every plan before engines do."""

    def follow(self, plan: Plan, hint: Diff) -> None:
        """This is the plan now; the hint says what differs from the last one."""
        ...


class Resolver(Protocol):
    """Resolves the names it is asked for, until it is asked for others."""

    def want(self, names: frozenset[str]) -> None: ...


class Names:
    """Tells the resolver which DNS names the plan needs."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._names = Gathered(_name)

    def follow(self, plan: Plan, hint: Diff) -> None:
        if self._names.follow(hint):
            self._resolver.want(frozenset(self._names.by_key.values()))


class Prober(Protocol):
    """Checks what it is told to check, until it is told others."""

    def want(self, probes: Mapping[str, Probe]) -> None: ...


class Checks:
    """Tells the prober which checks the plan needs."""

    def __init__(self, prober: Prober) -> None:
        self._prober = prober
        self._probes = Gathered(_probe)

    def follow(self, plan: Plan, hint: Diff) -> None:
        if self._probes.follow(hint):
            self._prober.want({key.name: probe for key, probe in self._probes.by_key.items()})


class Landlord(Protocol):
    """Finds node ports for whoever asks."""

    def want(self, demand: Demand) -> None: ...


class Requests:
    """Tells who asks for a node port, and which ones are taken."""

    def __init__(self, landlord: Landlord) -> None:
        self._landlord = landlord
        self._demands = Demands()
        self._is_first = True

    def follow(self, plan: Plan, hint: Diff) -> None:
        if self._is_first:
            # Listeners are there from the start and in no hint; and that nobody asks is news, too.
            self._is_first = False
            self._demands.follow(Diff(dict(plan), set()))
        elif not self._demands.follow(hint):
            return
        self._landlord.want(self._demands.now)


class AddressLandlord(Protocol):
    """Finds addresses of pools for whoever asks."""

    def want(self, demand: AddressDemand) -> None: ...


class AddressRequests:
    """Tells who asks for addresses, and which pools there are."""

    def __init__(self, landlord: AddressLandlord) -> None:
        self._landlord = landlord
        self._demands = AddressDemands()
        self._is_first = True

    def follow(self, plan: Plan, hint: Diff) -> None:
        is_news = self._demands.follow(hint)
        if is_news or self._is_first:  # that nobody asks is news, too
            self._is_first = False
            self._landlord.want(self._demands.now)


class Watchman(Protocol):
    """Looks who listens on this machine, and knows what we serve there."""

    def serve(self, served: Mapping[Key, Listener]) -> None: ...


class Served:
    """Tells which ports of this machine we serve."""

    def __init__(self, watchman: Watchman) -> None:
        self._watchman = watchman
        self._places = Gathered(_place)

    def follow(self, plan: Plan, hint: Diff) -> None:
        if self._places.follow(hint):
            self._watchman.serve(self._places.by_key)


def _name(unit: Unit) -> str | None:
    return unit.resolves or None if isinstance(unit, Backend) else None


def _probe(unit: Unit) -> Probe | None:
    # A Node without an address cannot be asked anything; the compiler has told why.
    return unit if isinstance(unit, Probe) and unit.address else None


def _place(unit: Unit) -> Listener | None:
    """Where a unit is served on this machine; cluster IPs are none of its addresses."""
    match unit:
        case NodePort() if unit.forwardings:
            return Listener(unit.transport, unit.port, EVERYWHERE)
        case Frontend() if unit.forwardings and unit.entry is not Entry.CLUSTER_IP:
            return Listener(unit.transport, unit.port, unit.address)
        case HealthPort():
            return Listener(Transport.TCP, unit.port, EVERYWHERE)
        case _:
            return None
