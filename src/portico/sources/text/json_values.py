"""JSON text -> plain values, by the rules that hold for YAML too."""

import json
import re
from typing import Final

import msgspec

from portico.sources.text.scalars import whole

_SURROGATE: Final = re.compile(rb"\\u[dD]")


def looks_like_json(text: bytes) -> bool:
    return text[:64].lstrip()[:1] in (b"{", b"[")


def read_json(text: bytes) -> object:
    """Raises ValueError for whatever the YAML reader, who knows lines, had better judge."""
    try:
        if _SURROGATE.search(text):
            msgspec.json.decode(text)  # refuses half a character, which json lets pass
        return json.loads(
            text, object_pairs_hook=_mapping, parse_float=_float, parse_constant=_not_finite
        )
    except RecursionError:
        raise ValueError("is nested too deeply") from None


def _mapping(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("a key stands twice")
    if None in values.values():
        return {key: value for key, value in pairs if value is not None}
    return values


def _float(text: str) -> object:
    return whole(float(text), text)


def _not_finite(text: str) -> object:
    raise ValueError(f"{text} is no JSON")
