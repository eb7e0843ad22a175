"""An empty table is filled in parts, each a transaction: entrances are the last to come."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from portico.engines.nftables import render
from portico.engines.nftables.elements import Change, L4Unit
from portico.engines.nftables.ledger import Ledger, only_l4
from portico.plan.frontend import Frontend, NodePort
from portico.plan.plan import Plan

MOST_IN_A_PART: Final = 20_000
"""Elements in a transaction, about: libnftables needs a kilobyte for each."""


def parts(ledger: Ledger, plan: Plan, most: int = MOST_IN_A_PART) -> Iterator[tuple[str, Change]]:
    """Statements, and the elements in them; the ledger, which is empty, takes the units in.

    The table is there, with the chains of every day.
    """
    classes = set(render.EVERYDAY)
    for elements in ledger.fill(_in_order(only_l4(plan).values()), most):
        part = Change(adds=elements)
        missing = render.classes(part) - classes
        classes |= missing
        yield "".join(map(render.class_chain, sorted(missing))) + render.changes(part), part


def _in_order(units: Iterable[L4Unit]) -> Iterable[L4Unit]:
    """Nothing leads to what is not there yet."""
    first: list[L4Unit] = []
    last: list[L4Unit] = []
    for unit in units:
        (last if isinstance(unit, Frontend | NodePort) else first).append(unit)
    return chain(first, last)
