"""Which texts can be the host of a rule."""

import re
from typing import Final

LONGEST: Final = 253

_LABEL: Final = "[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?"
_HOST: Final = re.compile(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})*")


def is_host(text: str) -> bool:
    """A DNS name in lower case, or `*.` in front of one; not an address (API: IngressRule.host)."""
    return len(text) <= LONGEST and bool(_HOST.fullmatch(text)) and not _is_address(text)


def _is_address(text: str) -> bool:
    # The API server takes leading zeros for an address too, which `ipaddress` does not.
    labels = text.split(".")
    return len(labels) == 4 and all(label.isdigit() and int(label) <= 255 for label in labels)
