"""Which texts can be a path, and what they are compared as."""

import re
from collections.abc import Mapping
from typing import Final

from portico.plan.site import PathMatch

PATH_TYPES: Final[Mapping[str, PathMatch]] = {
    "Exact": PathMatch.EXACT,
    "Prefix": PathMatch.PREFIX,
    "ImplementationSpecific": PathMatch.PREFIX,  # as the retired controller did without regex
}

LIMIT: Final = 4096
"""Bytes. A longer request line is refused by nginx anyway (large_client_header_buffers)."""

# nginx resolves these before anything is matched, so a path that holds them can never be met;
# the API server refuses the same ones. NUL and lone surrogates cannot be in a request at all.
_NEVER: Final = re.compile(r"//|/\.\.?(?:/|\Z)|%2[fF]|[\0\ud800-\udfff]")


def compared(path: str, match: PathMatch) -> str | None:
    """The path as it is compared with decoded request paths; None if nothing can match it.

    Prefixes compare path elements, so a trailing slash says nothing (API: PathTypePrefix).
    """
    if path in ("", "/"):
        return "/"
    if not path.startswith("/") or _NEVER.search(path) or len(path.encode()) > LIMIT:
        return None
    return path.removesuffix("/") if match is PathMatch.PREFIX else path
