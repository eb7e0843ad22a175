"""Whoever is measured, and what everybody needs to know to be configured alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.certificate import Certificate
from bench.manifests import SHARED, App


@dataclass(frozen=True, slots=True)
class Task:
    """Serve these apps on these ports. Endpoints are the same five addresses for all."""

    folder: Path
    http_port: int
    https_port: int
    apps: Sequence[App]
    certificate: Certificate
    port: int
    """Of the endpoints."""

    @property
    def endpoints(self) -> list[str]:
        return [f"{address}:{self.port}" for address in SHARED]


@dataclass(frozen=True, slots=True)
class Target:
    """One that runs; `pids` are the processes whose CPU time counts."""

    name: str
    http_port: int
    https_port: int
    pids: Callable[[], Sequence[int]]
