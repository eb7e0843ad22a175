"""Which endpoints a connection tries, and in what order."""

import hashlib
import heapq
import random
from collections.abc import Collection, Sequence
from typing import Final

from portico.engines.relay.original import Place

TRIES: Final = 3
"""Endpoints that one connection is tried on."""


def any_of(endpoints: Sequence[Place], avoided: Collection[Place]) -> list[Place]:
    """Some at random; those who failed of late come in only where there is nobody else."""
    trusted = [each for each in endpoints if each not in avoided] if avoided else endpoints
    return random.sample(trusted or endpoints, min(TRIES, len(trusted or endpoints)))


def for_client(client: str, endpoints: Sequence[Place], avoided: Collection[Place]) -> list[Place]:
    """The same ones for the same client (rendezvous hashing, RFC 2991 section 3).

    An endpoint that comes or goes moves only the clients that it gets or had.
    """
    return heapq.nsmallest(
        TRIES, endpoints, key=lambda each: (each in avoided, _weight(client, each))
    )


def _weight(client: str, endpoint: Place) -> bytes:
    text = f"{client} {endpoint.address} {endpoint.port}"
    return hashlib.blake2b(text.encode(), digest_size=8).digest()
