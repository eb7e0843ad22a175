"""Paths of fields as messages write them: `spec.rules[0].host`, `metadata.annotations["a/b"]`."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Final

from portico.lib.shorten import shortened
from portico.sources.text.containers import Step

_BARE: Final = re.compile(r"[A-Za-z_][-\w]*")
_STEP: Final = re.compile(
    r'\[(?P<index>[0-9]{1,9})\]|\[(?P<quoted>"(?:[^"\\]|\\.)*")\]|(?:\A|\.)(?P<bare>[^.\[\]]+)',
    re.DOTALL,
)


def field_of(path: Iterable[Step]) -> str:
    """A path as text."""
    return "".join(_written(step) for step in path).removeprefix(".")


def _written(step: Step) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if _BARE.fullmatch(step) else f"[{json.dumps(shortened(step))}]"


def steps_of(field: str) -> Iterator[Step]:
    """A text as a path, as far as it can be read as one."""
    position = 0
    while found := _STEP.match(field, position):
        position = found.end()
        if found["index"]:
            yield int(found["index"])
        elif found["bare"]:
            yield found["bare"]
        else:
            try:
                yield str(json.loads(found["quoted"]))
            except ValueError:
                return
