"""Which texts can be a path, and what they are compared as."""

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

# nginx resolves these before anything is matched, so a path that holds them can never be met.
# The API server refuses the same ones.
_NEVER: Final = ("//", "/./", "/../", "%2f", "%2F", "\0")
_NEVER_LAST: Final = ("/.", "/..")


def path_of(text: str) -> str | None:
    """The path as it is compared with decoded request paths; None if nothing can match it."""
    if not text:
        return "/"
    if not text.startswith("/") or len(text.encode(errors="surrogatepass")) > LIMIT:
        return None
    if any(part in text for part in _NEVER) or text.endswith(_NEVER_LAST):
        return None
    return text


def prefix_of(path: str) -> str:
    """Prefixes compare path elements, so a trailing slash says nothing (API: PathTypePrefix)."""
    return path.rstrip("/") or "/"
