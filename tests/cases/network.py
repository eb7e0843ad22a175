"""The one little network that all stories of layer 4 are told of; packet_case.py draws it."""

from collections.abc import Mapping
from typing import Final

from portico.model.local import machine
from portico.plan.transport import Family

THIS_MACHINE: Final = "this-machine"

HOSTS: Final[Mapping[str, Mapping[Family, str]]] = {
    name: {Family.IPV4: ipv4, Family.IPV6: ipv6}
    for name, ipv4, ipv6 in (
        ("outside",    "192.0.2.10", "2001:db8:1::10"),
        ("outside-2",  "192.0.2.11", "2001:db8:1::11"),
        (THIS_MACHINE, "192.0.2.1",  "2001:db8:1::1"),
        ("pod-a",      "10.2.0.11",  "2001:db8:2::11"),
        ("pod-b",      "10.2.0.12",  "2001:db8:2::12"),
        ("pod-c",      "10.2.0.13",  "2001:db8:2::13"),
        ("pod-d",      "10.2.0.14",  "2001:db8:2::14"),
    )
}  # fmt: skip

TOWARDS_PODS: Final[Mapping[Family, str]] = {
    Family.IPV4: "10.2.0.1",
    Family.IPV6: "2001:db8:2::1",
}
"""What endpoints see of a connection that is masqueraded."""

MACHINE: Final = machine(
    addresses=(*HOSTS[THIS_MACHINE].values(), *TOWARDS_PODS.values()),
    primary=tuple(HOSTS[THIS_MACHINE].values()),
)
