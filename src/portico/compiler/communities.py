"""BGP communities as MetalLB's objects write them: as numbers, or by a name."""

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from portico.compiler.claim import rank_of
from portico.compiler.look import Look
from portico.model.metallb import COMMUNITIES, Community
from portico.model.ref import Ref

MOST: Final = 0xFFFF
MOST_LARGE: Final = 0xFFFFFFFF

_ORDINARY: Final = re.compile(r"\d{1,5}:\d{1,5}", re.ASCII)
_LARGE: Final = re.compile(r"large(:\d{1,10}){3}", re.ASCII)


class Numbers(NamedTuple):
    """What a text stands for: one of both is empty."""

    ordinary: str = ""
    large: str = ""


class Alias(NamedTuple):
    """A name, its value as it is written, and who gave it."""

    value: str
    by: Ref


def numbers(text: str) -> Numbers | None:
    """None: no community (RFC 1997: two numbers of 16 bits; RFC 8092: three of 32)."""
    if _ORDINARY.fullmatch(text):
        found = [int(each) for each in text.split(":")]
        return Numbers(ordinary=_joined(found)) if max(found) <= MOST else None
    if _LARGE.fullmatch(text):
        found = [int(each) for each in text.split(":")[1:]]
        return Numbers(large=_joined(found)) if max(found) <= MOST_LARGE else None
    return None


def resolve(text: str, aliases: Mapping[str, Alias]) -> Numbers | None:
    """A community, or the name of one; None: neither."""
    alias = aliases.get(text)
    return numbers(alias.value if alias else text)


def aliases_of(look: Look, namespace: str) -> Mapping[str, Alias]:
    """All names that are given in a namespace; who gave one first, has given it."""
    return look.shared(_aliases, namespace)


def _aliases(look: Look, namespace: str) -> Mapping[str, Alias]:
    every = (one for one in look.group(Community, COMMUNITIES) if one.ref.namespace == namespace)
    found: dict[str, Alias] = {}
    for one in sorted(every, key=lambda one: rank_of(one.metadata.creation_timestamp, one.ref)):
        for alias in one.spec.communities:
            found.setdefault(alias.name, Alias(alias.value, one.ref))
    return found


def _joined(found: Iterable[int]) -> str:
    return ":".join(map(str, found))
