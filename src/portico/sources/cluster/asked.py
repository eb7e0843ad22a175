"""Which cluster somebody has asked for, and what of it."""

from typing import NamedTuple

from portico.kube.config.access import Access


class Scope(NamedTuple):
    """The namespaces that are named, or those with certain labels; of neither, all of them."""

    namespaces: tuple[str, ...] = ()
    selector: str = ""


ALL = Scope()


class Asked(NamedTuple):
    """How to reach it, and what to read there."""

    access: Access
    scope: Scope = ALL
