"""How the addresses of a pool are to be announced by BGP: what its advertisements say, together.

Advertisements come in the order of their age. One with a flaw that would change what routers do
with a route (an unknown community, another local preference) announces nothing: rather no route
than one that goes where it must not. The others are not touched by that.
"""

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from portico.compiler.advertisements import bgp_advertisements, is_at_home
from portico.compiler.chosen_nodes import chosen_nodes
from portico.compiler.communities import Numbers, aliases_of, resolve
from portico.compiler.flaws import Flaw
from portico.compiler.known_peers import known_peers, sessions
from portico.compiler.known_pools import PoolFact, known_pools
from portico.compiler.look import Look
from portico.compiler.wants_lb import AnnouncedWant
from portico.lib.shorten import shown
from portico.model.address_range import AddressRange, text_of
from portico.model.metallb import BGPAdvertisement, BGPPeer, IPAddressPool
from portico.model.openelb import BgpPeer, Eip
from portico.model.ref import Ref
from portico.model.selector import Selectors, selected
from portico.plan.bgp import Nodes
from portico.plan.key import Key
from portico.plan.verdict import Because

WHOLE_IPV4: Final = 32
WHOLE_IPV6: Final = 128

MOST_COMMUNITIES: Final = 63
"""As with MetalLB. Five advertisements of large ones still fit into one UPDATE of 4096 octets; what
does not fit, ExaBGP leaves out without a word.
"""


class BgpTerms(NamedTuple):
    """What one advertisement (or Eip) says of a pool."""

    ref: Ref
    nodes: Nodes
    selectors: Selectors
    """Of nodes."""

    peers: tuple[Key, ...]
    services: Selectors = ()
    local_pref: int = 0
    communities: tuple[str, ...] = ()
    large: tuple[str, ...] = ()
    length: int = WHOLE_IPV4
    length_v6: int = WHOLE_IPV6

    def is_about(self, want: AnnouncedWant) -> bool:
        return not self.services or selected(self.services, want.labels)

    def allows(self, labels: Mapping[str, str]) -> bool:
        return not self.selectors or selected(self.selectors, labels)

    def prefix(self, address: str) -> str:
        length = self.length_v6 if ":" in address else self.length
        return str(ipaddress.ip_network((address, length), strict=False))


class PoolTerms(NamedTuple):
    """Those that hold, and by advertisement what keeps others from being about this pool."""

    terms: tuple[BgpTerms, ...]
    flaws: Mapping[Ref, Flaw]


def bgp_terms(look: Look, pool: PoolFact) -> PoolTerms:
    """Worked out once for all that ask in one pass."""
    return look.shared(_of_pool, pool.ref)


def advertisement_flaws(look: Look, fact: BGPAdvertisement) -> Iterator[Flaw]:
    """What is wrong with it whatever the pool; what is fatal is said by `_is_usable`."""
    spec, namespace = fact.spec, fact.ref.namespace
    if not is_at_home(namespace, look):
        home = look.settings.metallb_namespace
        yield Flaw("metadata.namespace", Because.NAMESPACE_ELSEWHERE, home)
        return
    for index, name in enumerate(spec.ip_address_pools):
        if Ref(IPAddressPool.KIND, namespace, name) not in known_pools(look).by_ref:
            field = f"spec.ipAddressPools[{index}]"
            yield Flaw(field, Because.ADVERTISED_POOL_MISSING, repr(name))
    for index, name in enumerate(spec.peers):
        if Ref(BGPPeer.KIND, namespace, name) not in known_peers(look):
            yield Flaw(f"spec.peers[{index}]", Because.ADVERTISED_PEER_MISSING, shown(name))
    yield from _fatal_flaws(look, fact)


def _fatal_flaws(look: Look, fact: BGPAdvertisement) -> Iterator[Flaw]:
    spec = fact.spec
    aliases = aliases_of(look, fact.ref.namespace)
    if len(spec.communities) > MOST_COMMUNITIES:
        yield Flaw("spec.communities", Because.COMMUNITIES_TOO_MANY, str(len(spec.communities)))
    for index, text in enumerate(spec.communities):
        if resolve(text, aliases) is None:
            yield Flaw(f"spec.communities[{index}]", Because.COMMUNITY_INVALID, shown(text))
    if spec.service_selectors:
        for field, length, whole in (
            ("spec.aggregationLength", spec.aggregation_length, WHOLE_IPV4),
            ("spec.aggregationLengthV6", spec.aggregation_length_v6, WHOLE_IPV6),
        ):
            if length != whole:
                yield Flaw(field, Because.AGGREGATION_SELECTIVE, str(length))


def _of_pool(look: Look, ref: Ref) -> PoolTerms:
    known = known_pools(look).by_ref[ref]
    if isinstance(known.fact, Eip):
        return PoolTerms(_of_eip(look, known.fact), {})
    terms: list[BgpTerms] = []
    flaws: dict[Ref, Flaw] = {}
    for fact in bgp_advertisements(look, known.fact):
        if any(_fatal_flaws(look, fact)):
            continue
        one = _terms(look, fact)
        flaw = _too_wide(one, known.fact, known.ranges) or _conflict(one, terms)
        if flaw is None:
            terms.append(one)
        else:
            flaws[fact.ref] = flaw
    return PoolTerms(tuple(terms), flaws)


def _of_eip(look: Look, eip: Eip) -> tuple[BgpTerms, ...]:
    """To all of OpenELB's peers, from all nodes."""
    if eip.spec.protocol not in ("", "bgp"):
        return ()
    peers = tuple(one.key for one in sessions(look, BgpPeer.KIND, ""))
    return (BgpTerms(eip.ref, chosen_nodes(look, (), "").nodes, (), peers),)


def _terms(look: Look, fact: BGPAdvertisement) -> BgpTerms:
    spec, namespace = fact.spec, fact.ref.namespace
    aliases = aliases_of(look, namespace)
    found: list[Numbers] = [each for text in spec.communities if (each := resolve(text, aliases))]
    return BgpTerms(
        ref=fact.ref,
        nodes=chosen_nodes(look, spec.node_selectors, str(fact.ref)).nodes,
        selectors=spec.node_selectors,
        peers=tuple(
            one.key
            for one in sessions(look, BGPPeer.KIND, namespace)
            if not spec.peers or one.peer.name in spec.peers
        ),
        services=spec.service_selectors,
        local_pref=spec.local_pref,
        communities=tuple(sorted({each.ordinary for each in found if each.ordinary})),
        large=tuple(sorted({each.large for each in found if each.large})),
        length=spec.aggregation_length,
        length_v6=spec.aggregation_length_v6,
    )


def _too_wide(one: BgpTerms, pool: PoolFact, ranges: Sequence[AddressRange]) -> Flaw | None:
    """A prefix that has more than an entry of the pool would attract what is not ours."""
    for entry in ranges:
        length, field = (
            (one.length_v6, "spec.aggregationLengthV6")
            if entry.is_v6
            else (one.length, "spec.aggregationLength")
        )
        if length < _widest(entry):
            detail = f"/{length} would be announced for {entry} of {pool.ref}"
            return Flaw(field, Because.AGGREGATION_TOO_WIDE, detail)
    return None


def _widest(entry: AddressRange) -> int:
    """The length of the largest network that a range is made of, as MetalLB compares it."""
    ends = (ipaddress.ip_address(text_of(number)) for number in (entry.first, entry.last))
    networks: Iterator[ipaddress.IPv4Network | ipaddress.IPv6Network]
    networks = ipaddress.summarize_address_range(*ends)
    return min(network.prefixlen for network in networks)


def _conflict(one: BgpTerms, older: Sequence[BgpTerms]) -> Flaw | None:
    """Two local preferences for one route, from one node to one peer. None told is none at all.

    Where only some Services are selected, both may be right: each Service is looked at by itself.
    """
    for other in older:
        if (
            one.local_pref
            and other.local_pref not in (0, one.local_pref)
            and not (one.services or other.services)
            and (one.length, one.length_v6) == (other.length, other.length_v6)
            and one.nodes.meets(other.nodes)
            and not set(one.peers).isdisjoint(other.peers)
        ):
            return Flaw("spec.localPref", Because.LOCAL_PREF_CONFLICT, str(other.ref))
    return None
