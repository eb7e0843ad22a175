"""Which nodes may announce an address: the table that the engine pushes, made ready for use."""

from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from typing import NamedTuple

from portico.engines.arp import wire
from portico.engines.arp.election import Candidate


class Duty(NamedTuple):
    """One address. Equal duties are decided alike."""

    address: bytes
    first_address: str
    rules: wire.Rules

    def candidate(self, node: str, names: Iterable[str]) -> Candidate | None:
        """A node with an interface of these names here; None if it may not announce."""
        rule = self.rules.nodes.get(node, self.rules.others)
        if rule is None or (rule.interfaces and not set(rule.interfaces).intersection(names)):
            return None
        return Candidate(node, rule.weight)


Duties = Mapping[bytes, Duty]


def duties_of(table: wire.Table) -> Duties:
    """Raises ValueError for what is no address, or names rules that are not there."""
    found = {}
    for one in table.addresses:
        if not 0 <= one.rules < len(table.rules):
            raise ValueError(f"rules {one.rules} of {one.address} are missing")
        packed = ip_address(one.address).packed
        found[packed] = Duty(packed, one.first_address or one.address, table.rules[one.rules])
    return found


def named_interfaces(table: wire.Table) -> frozenset[str]:
    """All that a rule names."""
    rules = (rule for each in table.rules for rule in (*each.nodes.values(), each.others))
    return frozenset(name for rule in rules if rule is not None for name in rule.interfaces)
