"""What the responder knows -> who announces what, in the words of the plan."""

from portico.engines.arp import wire
from portico.plan.announced import Announced, Count, Neighbour, OnLink, Sight


def sight_of(state: wire.State) -> Sight:
    """Of a state that was asked for as a whole."""
    owners: dict[str, dict[str, str]] = {}
    kept_by: dict[str, dict[str, str]] = {}
    for link in state.links:
        for address, node in link.elsewhere.items():
            owners.setdefault(address, {})[link.name] = node
        for address in link.held:
            owners.setdefault(address, {})[link.name] = state.node
        for address, node in link.lost.items():
            kept_by.setdefault(address, {})[link.name] = node
    every = owners.keys() | kept_by.keys() | state.counts.keys()
    return Sight(
        state.node,
        {link.name: _link(link) for link in state.links},
        {
            address: Announced(
                owners.get(address, {}), kept_by.get(address, {}), _count(state, address)
            )
            for address in sorted(every)
        },
        state.unusable,
    )


def _link(link: wire.Link) -> OnLink:
    neighbours = (
        Neighbour(each.node, each.silent, each.takes_part, each.is_deaf) for each in link.neighbours
    )
    return OnLink(link.stage, tuple(neighbours), link.names[1:])


def _count(state: wire.State, address: str) -> Count:
    found = state.counts.get(address)
    return Count(found.requests, found.responses, found.gratuitous) if found else Count()
