"""`portico forward --socks`: the proxy, listening."""

from collections.abc import Iterator
from contextlib import contextmanager

from portico.cli.forward.tellers import Teller
from portico.cli.forward.wanted import Wanted
from portico.forward.listen import close_all, listen
from portico.forward.one import World
from portico.forward.socks.lookup import Lookup
from portico.forward.socks.reached import Reached
from portico.forward.socks.server import SocksServer
from portico.kube.http.client import Client


@contextmanager
def socks_server(
    wanted: Wanted, world: World, client: Client, tell: Teller
) -> Iterator[SocksServer]:
    """Its sockets are closed at the end. Raises ForwardError for a port that cannot be had."""
    assert wanted.socks
    places, port = wanted.socks
    bound = listen(port, places, wanted.options.on_conflict)
    try:
        namespace = wanted.wish.namespace or client.access.namespace
        reached = Reached(world, wanted.options, tell, wanted.pods)
        yield SocksServer(bound, Lookup(client, namespace), reached, tell)
    finally:
        close_all(bound)
