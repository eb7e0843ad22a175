"""Which endpoint has which slot of a pool, so that a change moves only what it must."""

import hashlib
import struct
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from portico.plan.backend import Endpoint


class Seat(NamedTuple):
    """Where an endpoint is dialled."""

    address: str
    port: int


# Endpoints up to which a source hash has so many slots. More slots spread more evenly; another
# number of slots moves most clients, so there are few steps.
HASH_SLOTS: Final = ((32, 256), (256, 2048), (2048, 16384))
MOST_HASH_SLOTS: Final = 65536


def seats_of(endpoints: Iterable[Endpoint]) -> dict[Seat, None]:
    """Each once, in the plan's order."""
    return {Seat(endpoint.address, endpoint.port): None for endpoint in endpoints}


def seated(before: Sequence[Seat | None], wanted: Iterable[Seat]) -> tuple[Seat, ...]:
    """Slots 0, 1, 2 ... without a gap: who can keep a slot keeps it, others fill the holes."""
    missing = dict.fromkeys(wanted)
    if not before:
        return tuple(missing)
    slots: list[Seat | None] = [None] * len(missing)
    for slot, seat in enumerate(before[: len(slots)]):
        if seat in missing:
            slots[slot] = seat
            del missing[seat]
    rest = iter(missing)
    return tuple(next(rest) if seat is None else seat for seat in slots)


def hash_slots(endpoints: int) -> int:
    """How many slots the source hash of a pool has."""
    for limit, slots in HASH_SLOTS:
        if endpoints <= limit:
            return slots
    return MOST_HASH_SLOTS


def rendezvous(seats: Sequence[Seat]) -> list[Seat]:
    """Slot by slot the endpoint that scores highest there (rendezvous hashing).

    It depends on nothing but the endpoints themselves: other machines, and this one after a
    restart, come to the same. Who leaves gives up its slots, who comes takes some of each.
    """
    size = hash_slots(len(seats))
    ordered = sorted(seats)
    best = list(_scores(ordered[0], size))
    owners = [ordered[0]] * size
    for seat in ordered[1:]:
        for slot, score in enumerate(_scores(seat, size)):
            if score > best[slot]:
                best[slot], owners[slot] = score, seat
    return owners


@lru_cache(maxsize=8192)
def _scores(seat: Seat, size: int) -> tuple[int, ...]:
    stream = hashlib.shake_128(f"{seat.address} {seat.port}".encode()).digest(4 * size)
    return struct.unpack(f">{size}I", stream)
