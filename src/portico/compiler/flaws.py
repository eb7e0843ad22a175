"""What is wrong with an object, found out by those who look at several of them together."""

from typing import NamedTuple

from portico.plan.verdict import Because


class Flaw(NamedTuple):
    """What is wrong with one field."""

    field: str
    because: Because
    detail: str = ""
