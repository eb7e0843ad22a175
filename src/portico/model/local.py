"""What Portico itself finds out and remembers. Sources report it; no manifest can say it."""

from typing import ClassVar, Final

from msgspec import Struct

from portico.model.fact import Fact, Metadata
from portico.model.ref import Group, Ref


class Machine(Fact, frozen=True, gc=False, kw_only=True):
    """The machine Portico runs on: its addresses, and the primary one of each family."""

    KIND: ClassVar[str] = "Machine"
    NAMESPACED: ClassVar[bool] = False

    addresses: tuple[str, ...] = ()
    """Every address of every interface that is up, loopback and link-local ones left out."""

    primary: tuple[str, ...] = ()
    """At most one address a family: the source of packets on the default route, else the first."""


THIS_MACHINE: Final = Ref(Machine.KIND, "", "this")


def machine(addresses: tuple[str, ...], primary: tuple[str, ...]) -> Machine:
    """The one fact about this machine."""
    name = THIS_MACHINE.name
    return Machine(metadata=Metadata(name=name), addresses=addresses, primary=primary)


class Listening(Fact, frozen=True, gc=False, kw_only=True):
    """Another program of this machine has this port. Addresses may be 0.0.0.0 and ::."""

    KIND: ClassVar[str] = "Listening"
    NAMESPACED: ClassVar[bool] = False

    addresses: tuple[str, ...] = ()


def listening_name(transport: str, port: int) -> str:
    """How the fact of one port is named, e.g. `tcp-80`."""
    return f"{transport}-{port}"


class NodePortLease(Fact, frozen=True, gc=False, kw_only=True):
    """The node port that was chosen for one port of one Service, remembered over restarts.

    Namespace and name are the Service's; the name goes on with the port, `web.80-tcp`.
    """

    KIND: ClassVar[str] = "NodePortLease"

    node_port: int


def lease_name(service: str, port: int, transport: str) -> str:
    """How the lease of one Service port is named; names of Services hold no dot."""
    return f"{service}.{port}-{transport}"


class Failed(Struct, frozen=True, gc=False):
    """A port of a node that does not answer, and how that was noticed."""

    port: int
    reason: str


class Health(Fact, frozen=True, gc=False, kw_only=True):
    """What the prober last found out about one thing it was told to probe (plan/probe.py)."""

    KIND: ClassVar[str] = "Health"
    NAMESPACED: ClassVar[bool] = False

    healthy: bool = True
    reason: str = ""
    """E.g. `2 failed checks: connection timed out`; empty where healthy."""

    failed_ports: tuple[Failed, ...] = ()
    """Where a node has no health port, its node ports are tried one by one."""

    def groups(self) -> frozenset[Group]:
        return frozenset({healths_at(int(self.metadata.name.rpartition("/")[2]))})


def healths_at(port: int) -> Group:
    """The group of what is known of all nodes that are asked at this port."""
    return Group(Health.KIND, "port", str(port))


class AddressLease(Fact, frozen=True, gc=False, kw_only=True):
    """The addresses of pools that one Service has been given, or why it has none.

    Namespace and name are the Service's. Where a cluster keeps the record, in the status of the
    Service, this only says what is going to stand there.
    """

    KIND: ClassVar[str] = "AddressLease"

    addresses: tuple[str, ...] = ()
    pool: str = ""
    """Its name, as far as that is known already."""

    because: str = ""
    """The name of the cause, where there are none."""

    detail: str = ""
    is_record: bool = True
