"""The endpoints that HTTP requests are passed on to."""

from collections.abc import Iterable
from typing import NamedTuple

from portico.compiler.address import dialable
from portico.compiler.look import Look
from portico.compiler.merge.candidates import (
    Candidate,
    Wanted,
    candidates_of,
    unique,
    usable,
)
from portico.plan.backend import Endpoint
from portico.plan.key import Origin
from portico.plan.verdict import Because, Refusal


class Found(NamedTuple):
    """What can be dialled, and the addresses that cannot."""

    endpoints: tuple[Endpoint, ...]
    refused: tuple[Refusal, ...]


def endpoints_of(wanted: Wanted, look: Look) -> Found:
    """Of all families and nodes.

    Folders may name loopback addresses, which an API server would not take: a laptop works.
    """
    read = candidates_of(wanted, look)
    return Found(unique(usable(read.candidates)), read.refused)


def addresses(texts: Iterable[str], port: int, origin: Origin) -> Found:
    """All addresses of one name, which must lead away from this machine."""
    good = []
    refused = []
    for text in texts:
        if address := dialable(text, accepts_loopback=False):
            good.append(Candidate(address, port, origin))
        else:
            refused.append(Refusal(origin, Because.ADDRESS_INVALID, repr(text)))
    return Found(unique(good), tuple(refused))
