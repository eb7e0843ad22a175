"""At which addresses a Service is to be reached."""

from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from typing import Final, NamedTuple

from portico.compiler.address import dialable
from portico.compiler.known_pools import known_pools
from portico.compiler.look import Look
from portico.compiler.lower.petition import Petition
from portico.compiler.lower.service_families import cluster_addresses, families_of
from portico.compiler.lower.service_ports import TRANSPORTS
from portico.compiler.lower.service_request import Asked, ask, give_back
from portico.compiler.machine_addresses import load_balancer_addresses, machine_of
from portico.model.core import Service
from portico.plan.frontend import frontend_key
from portico.plan.transport import Family, family_of
from portico.plan.verdict import Because
from portico.settings import Entry, Via

NONE: Final = "None"
"""The cluster IP of a headless Service."""

OWN: Final = "spec.type"
"""The field that asks for an address of this machine."""


class Entrance(NamedTuple):
    """One address of a Service, and the field that names it.

    Its family is assumed where nobody but this machine has chosen the address.
    """

    entry: Entry
    address: str
    family: Family
    field: str
    is_assumed: bool = False


def is_headless(fact: Service) -> bool:
    return fact.spec.cluster_ip == NONE or NONE in fact.spec.cluster_ips


def entrances(fact: Service, look: Look, petition: Petition) -> list[Entrance]:
    """All that are served here, each once: the load balancer's first, as only they can be fenced.

    In front of nodes there are no cluster IPs: those are what the nodes serve.
    """
    wanted = look.settings.entries
    if look.settings.via is Via.NODE_PORT:
        wanted -= {Entry.CLUSTER_IP}
    spec = fact.spec
    named: list[tuple[Entry, str, str]] = []
    if Entry.LOAD_BALANCER in wanted and spec.type != "LoadBalancer":
        give_back(fact, petition)
    elif Entry.LOAD_BALANCER in wanted:
        named += ((Entry.LOAD_BALANCER, *one) for one in _of_load_balancer(fact, look, petition))
    if Entry.CLUSTER_IP in wanted:
        named += ((Entry.CLUSTER_IP, *one) for one in cluster_addresses(fact))
    if Entry.EXTERNAL_IP in wanted:
        texts = enumerate(spec.external_ips)
        named += ((Entry.EXTERNAL_IP, text, f"spec.externalIPs[{n}]") for n, text in texts)
    return list(_valid(named, fact, petition))


def _of_load_balancer(fact: Service, look: Look, petition: Petition) -> Iterator[tuple[str, str]]:
    """What the pools gave it; else what somebody else did; and where there are no pools, what it
    asks for, or what this machine has for it.
    """
    asked = ask(fact, look, petition)
    if asked and asked.lease and asked.lease.is_record:
        yield from ((address, asked.field) for address in asked.lease.addresses)
        _mention_lost(asked, fact, petition)
        return
    if fact.status.load_balancer.ingress:
        yield from _of_status(fact, petition)
        return
    if asked:
        if not (asked.is_refused or (asked.lease and asked.lease.because)):
            petition.refuse(OWN, Because.LOAD_BALANCER_PENDING)
        _mention_lost(asked, fact, petition)
    elif known_pools(look).products and _is_of_our_class(fact, look):
        petition.refuse(OWN, Because.NO_POOL_FITS)
    else:
        yield from _without_pools(fact, look, petition)


def _mention_lost(asked: Asked, fact: Service, petition: Petition) -> None:
    """Who asks about an address that is wanted, and not had, is told why."""
    had = asked.lease.addresses if asked.lease else ()
    for address in asked.wanted:
        if address not in had:
            _mention(address, fact, petition)


def _without_pools(fact: Service, look: Look, petition: Petition) -> Iterator[tuple[str, str]]:
    found = _asked_or_given(fact, look)
    if not _is_of_our_class(fact, look):
        because = Because.CLASS_ELSEWHERE
        petition.refuse("spec.loadBalancerClass", because, repr(fact.spec.load_balancer_class))
        for text, _ in found:
            _mention(text, fact, petition)
        return
    if not found:
        petition.refuse(OWN, Because.LOAD_BALANCER_PENDING)
    yield from found


def _is_of_our_class(fact: Service, look: Look) -> bool:
    return fact.spec.load_balancer_class == look.settings.load_balancer_class


def _asked_or_given(fact: Service, look: Look) -> list[tuple[str, str]]:
    if fact.spec.load_balancer_ip:
        return [(fact.spec.load_balancer_ip, "spec.loadBalancerIP")]
    machine = machine_of(look)
    given = load_balancer_addresses(machine.primary if machine else (), look.settings)
    families, _ = families_of(fact)
    return [(address, OWN) for address in given if family_of(address) in families]


def _of_status(fact: Service, petition: Petition) -> Iterator[tuple[str, str]]:
    for index, given in enumerate(fact.status.load_balancer.ingress):
        field = f"status.loadBalancer.ingress[{index}]"
        if given.ip and given.ip_mode == "VIP":
            yield given.ip, f"{field}.ip"
        else:
            name = given.ip or given.hostname
            petition.refuse(field, Because.LOAD_BALANCER_ELSEWHERE, repr(name))
            _mention(given.ip, fact, petition)


def _valid(
    named: Iterable[tuple[Entry, str, str]], fact: Service, petition: Petition
) -> Iterator[Entrance]:
    seen: set[str] = set()
    for entry, text, field in named:
        address = dialable(text, accepts_loopback=False)
        if address is None:
            petition.refuse(field, Because.FRONTEND_INVALID, repr(text))
            _mention(text, fact, petition)
        elif address not in seen:
            seen.add(address)
            is_assumed = field == OWN and families_of(fact).is_assumed
            yield Entrance(entry, address, family_of(address), field, is_assumed)


def _mention(text: str, fact: Service, petition: Petition) -> None:
    """The address is not served: who asks about one of its ports is told why."""
    try:
        address = str(ip_address(text))
    except ValueError:
        return
    for port in fact.spec.ports:
        if transport := TRANSPORTS.get(port.protocol):
            petition.mention(frontend_key(transport, address, port.port))
