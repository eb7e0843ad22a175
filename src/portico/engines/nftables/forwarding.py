"""Whether this machine passes on what it is sent: the kernel's switches, read and never set."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from portico.engines.nftables.elements import L4Unit
from portico.plan.pool import Pool
from portico.plan.transport import Family

_SWITCHES: Final = {
    Family.IPV4: ("IPv4", "net.ipv4.ip_forward"),
    Family.IPV6: ("IPv6", "net.ipv6.conf.all.forwarding"),
}


def elsewhere(units: Iterable[L4Unit], here: frozenset[str]) -> set[Family]:
    """The families of pools that have endpoints on other machines."""
    return {
        unit.family
        for unit in units
        if isinstance(unit, Pool)
        and any(endpoint.address not in here for endpoint in unit.endpoints)
    }


def note(families: Iterable[Family]) -> str:
    """What is switched off although it is needed, and how it is switched on; else nothing."""
    off = [_SWITCHES[family] for family in sorted(families) if not _is_on(family)]
    return "; ".join(
        f"{name} forwarding is off: only connections of this machine itself reach endpoints on "
        f"other machines, until `sysctl -w {switch}=1`"
        for name, switch in off
    )


def _is_on(family: Family) -> bool:
    _, switch = _SWITCHES[family]
    try:
        return Path("/proc/sys", *switch.split(".")).read_text().strip() != "0"
    except OSError:
        return True  # not to be known, so nothing to complain about
