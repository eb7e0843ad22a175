"""Values that must never be printed."""

from collections.abc import Iterator, Mapping


class Opaque(Mapping[str, bytes]):
    """The decoded values of a Secret; its repr shows no value, so no log or traceback can."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, bytes]) -> None:
        self._values = dict(values)

    def __getitem__(self, key: str) -> bytes:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return "Secret(…)"


class PrivateKey:
    """A private key in PEM. Comparable and hashable, but its repr shows nothing."""

    __slots__ = ("pem",)

    def __init__(self, pem: bytes) -> None:
        self.pem = pem

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PrivateKey) and other.pem == self.pem

    def __hash__(self) -> int:
        return hash(self.pem)

    def __repr__(self) -> str:
        return "Secret(…)"
