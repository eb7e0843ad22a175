"""What the health ports engine is told when it is made; nothing here comes from an object."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """`node_health` is where `/healthz` and `/livez` of the node answer; address "": everywhere.

    `patience` is how many seconds the node may be behind the plan before it says so.
    """

    node_health: tuple[str, int] | None = None
    patience: float = 60.0
