"""Which texts can be the host of a rule."""

import re

_LABEL = "[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})*")
_ADDRESS = re.compile(r"[0-9.]+")


def is_host(text: str) -> bool:
    """A DNS name in lower case, or `*.` in front of one; not an address (API: IngressRule.host)."""
    return len(text) <= 253 and bool(_HOST.fullmatch(text)) and not _ADDRESS.fullmatch(text)
