"""One fact -> its claims. One file per kind of fact."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from portico.compiler.claim import Claim
from portico.compiler.look import Look
from portico.compiler.lower.ingress import lower_ingress

Lower = Callable[[Any, Look], Iterator[Claim]]

LOWER: Final[Mapping[str, Lower]] = {"Ingress": lower_ingress}
