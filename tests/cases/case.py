"""One story: what a user applied, and what then happens to requests."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from portico.compiler.compiler import compile_all
from portico.plan.backend import Backend
from portico.plan.document import unit_document
from portico.plan.key import BACKEND, Key
from portico.plan.plan import Plan
from portico.settings import Settings
from portico.store import Store
from support.manifests import documents, problems_of, store_of

FOLDER = Path(__file__).parent

_URL = re.compile(r"(https?)://([^/?#]*)(.*)", re.DOTALL)


class Ends(NamedTuple):
    """How a request ends: at a backend, or with an answer of Portico's own."""

    reaches: str = ""
    answers: int = 0
    location: str = ""


@dataclass(frozen=True)
class Question:
    """One entry of requests.yaml."""

    url: str
    ends: Ends
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    endpoints: tuple[str, ...] = ()
    """The addresses that answer in turn; empty where the case does not care."""

    shows: str = ""
    """The Secret whose certificate is shown, or `(default)`; empty where it does not matter."""

    def __str__(self) -> str:
        return " ".join((self.method, self.url, *(f"{k}: {v}" for k, v in self.headers)))

    @property
    def scheme(self) -> str:
        return self._parts[1]

    @property
    def authority(self) -> str:
        return self._parts[2]

    @property
    def target(self) -> str:
        """As a client sends it: nothing is normalised."""
        rest = self._parts[3]
        return rest if rest.startswith("/") else f"/{rest}"

    @property
    def _parts(self) -> re.Match[str]:
        found = _URL.fullmatch(self.url)
        assert found, self.url
        return found


class Case:
    """A folder, read with the ports that the endpoints of this run have."""

    def __init__(self, folder: Path, ports: Mapping[str, int], settings: Settings) -> None:
        shared = folder.parent / "services.yaml"
        texts = [file.read_text() for file in (shared, folder / "in.yaml") if file.exists()]
        self.folder = folder
        self.settings = settings
        self._literals = {port: int(literal) for literal, port in ports.items()}
        self.documents = [document for text in texts for document in documents(text, ports)]
        self.store: Store = store_of(self.documents)
        self.plan: Plan = compile_all(self.store, settings)

    @cached_property
    def questions(self) -> list[Question]:
        return [_question(entry) for entry in yaml.safe_load(_text(self.folder, "requests.yaml"))]

    @property
    def problems(self) -> list[dict[str, str]]:
        return [
            {"because": told.because, "object": told.owner, "field": told.field}
            for told in problems_of(self.store, self.plan)
        ]

    def endpoints(self, backend: str) -> set[str]:
        """The addresses that may answer for a backend."""
        unit = self.plan[Key(BACKEND, backend)]
        assert isinstance(unit, Backend)
        return {endpoint.address for endpoint in unit.endpoints}

    def units(self, wanted: Mapping[str, list[Mapping[str, Any]]]) -> dict[str, list[Any]]:
        """The units that an expected plan speaks of, as they are."""
        found: dict[str, list[Any]] = {}
        for kinds, listed in wanted.items():
            names = [entry.get("name", entry.get("host")) for entry in listed]
            keys = [Key(kinds.removesuffix("s"), "" if n == "(any other)" else n) for n in names]
            units = [unit_document(self.plan[key]) for key in keys if key in self.plan]
            found[kinds] = [self._with_literals(unit) for unit in units]
        return found

    def _with_literals(self, value: Any) -> Any:
        """The real ports of this run are not worth keeping."""
        if isinstance(value, Mapping):
            return {name: self._with_literals(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self._with_literals(item) for item in value]
        return self._literals.get(value, value) if isinstance(value, int) else value


def load(folder: Path, ports: Mapping[str, int], http_port: int, https_port: int) -> Case:
    """The case in a folder; its settings.yaml says what differs from the defaults."""
    told = yaml.safe_load(_text(folder, "settings.yaml") or "{}")
    if "ingress_classes" in told:
        told["ingress_classes"] = tuple(told["ingress_classes"])
    if "trusted_proxies" in told:
        told["trusted_proxies"] = tuple(ip_network(text) for text in told["trusted_proxies"])
    base = {"http_port": http_port, "https_port": https_port, "bind": ("127.0.0.1",)}
    return Case(folder, ports, Settings(**{**base, **told}))


def _question(entry: Mapping[str, Any]) -> Question:
    ends = Ends(entry.get("reaches", ""), entry.get("answers", 0), entry.get("location", ""))
    assert bool(ends.reaches) != bool(ends.answers), f"{entry}: says not how it ends"
    return Question(
        url=entry["get"],
        ends=ends,
        method=entry.get("method", "GET"),
        headers=tuple(entry.get("headers", {}).items()),
        endpoints=tuple(entry.get("endpoints", ())),
        shows=entry.get("shows", ""),
    )


def _text(folder: Path, name: str) -> str:
    file = folder / name
    return file.read_text() if file.exists() else ""
