"""How much work a run is worth."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """`seconds` is the length of one round of load; `samples` the changes timed in each series."""

    hosts: int = 10_000
    rounds: int = 5
    seconds: int = 3
    samples: int = 200
