"""The table, ready to be asked where a client goes who wanted to go there."""

import ipaddress
from typing import NamedTuple

from portico.engines.relay.original import Place
from portico.engines.relay.wire import Door, Table


class Target(NamedTuple):
    """A pool as connections need it."""

    endpoints: tuple[Place, ...]
    proxy: int
    by_source: bool


class Directions:
    """Immutable: a new table makes new ones. Raises ValueError where an address is none."""

    def __init__(self, table: Table) -> None:
        self._targets = {
            name: Target(tuple(Place(*each) for each in pool.endpoints), pool.proxy, pool.by_source)
            for name, pool in table.pools.items()
        }
        self._frontends = {
            Place(str(ipaddress.ip_address(door.address)), door.port): door
            for door in table.doors
            if door.address
        }
        self._node_ports = {
            (door.is_ipv6, door.port): door for door in table.doors if not door.address
        }
        self._near = tuple(ipaddress.ip_network(each) for each in table.near)

    def target(self, wanted: Place, client: str) -> Target | None:
        """None: nobody is there."""
        door = self._frontends.get(wanted)
        if door is None:
            door = self._node_ports.get((":" in wanted.address, wanted.port))
        return None if door is None else self._targets.get(self._pool(door, client))

    def _pool(self, door: Door, client: str) -> str:
        if not door.inside:
            return door.pool
        address = ipaddress.ip_address(client)
        is_near = any(
            address.version == network.version and address in network for network in self._near
        )
        return door.inside if is_near else door.pool
