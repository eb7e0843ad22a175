"""`portico status --lb`: address pools, and who has which address."""

from collections.abc import Iterator, Mapping
from typing import Any

from portico.cli.output import paint, printable


def load_balancing_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """One line a pool, then one a Service."""
    if not found["pools"]:
        yield "no address pools"
    for pool in found["pools"]:
        yield printable(_pool(pool))
    for lease in found["leases"]:
        of = f"  of {lease['pool']}" if lease["pool"] else ""
        yield printable(f"{lease['service']}: {' '.join(lease['addresses'])}{of}")
    for service in found["waiting"]:
        yield paint(printable(f"{service}: waits for an address"), "warning")


def _pool(pool: Mapping[str, Any]) -> str:
    used = [
        f"{family} {pool['assigned'][family]} of {pool['assigned'][family] + free}"
        for family, free in pool["available"].items()
        if free or pool["assigned"][family]
    ]
    ranges = " ".join(pool["ranges"]) or "no range that could be used"
    manual = "" if pool["autoAssign"] else ", for those that name it"
    return f"{pool['pool']}: {ranges}; {', '.join(used) or 'empty'}{manual}"
