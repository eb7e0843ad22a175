"""The address families of a Service."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from portico.compiler.address import dialable
from portico.model.core import Service
from portico.plan.transport import Family, family_of

FAMILIES: Final = {"IPv4": Family.IPV4, "IPv6": Family.IPV6}


class Families(NamedTuple):
    """Those it names, by `ipFamilies` or by its cluster IPs; if it names none, both are assumed."""

    families: list[Family]
    is_assumed: bool


def families_of(fact: Service) -> Families:
    """Without an API server nobody completes what a user leaves out."""
    named = {FAMILIES[text] for text in fact.spec.ip_families if text in FAMILIES}
    for text, _ in cluster_addresses(fact):
        if address := dialable(text, accepts_loopback=False):
            named.add(family_of(address))
    return Families(sorted(named or Family), not named)


def cluster_addresses(fact: Service) -> Iterator[tuple[str, str]]:
    """Cluster IPs as they are written, and their fields; the singular field repeats the first."""
    spec = fact.spec
    if spec.cluster_ips:
        yield from ((text, f"spec.clusterIPs[{n}]") for n, text in enumerate(spec.cluster_ips))
    elif spec.cluster_ip:
        yield spec.cluster_ip, "spec.clusterIP"
