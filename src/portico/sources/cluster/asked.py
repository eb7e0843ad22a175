"""Which cluster somebody has asked for."""

from typing import NamedTuple

from portico.kube.config.access import Access


class Asked(NamedTuple):
    """Without namespaces, all of them."""

    access: Access
    namespaces: tuple[str, ...] = ()
