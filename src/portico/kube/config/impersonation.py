"""Asking as somebody else."""

from collections.abc import Mapping, Sequence
from typing import Final

from portico.kube.config.credentials import Headers

_TOKEN: Final = frozenset(
    b"!#$&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)
"""What a header's name may hold (RFC 9110), but for the percent sign that quotes the others."""


def impersonation(
    user: str, uid: str, groups: Sequence[str], extra: Mapping[str, Sequence[str]]
) -> Headers:
    """Nothing for nobody; the caller has seen to it that there is a user where there is more."""
    if not user:
        return ()
    headers = [("Impersonate-User", user)]
    if uid:
        headers.append(("Impersonate-Uid", uid))
    headers += [("Impersonate-Group", group) for group in groups]
    for key in sorted(extra):
        name = f"Impersonate-Extra-{_quoted(key)}"
        headers += [(name, value) for value in extra[key]]
    return tuple(headers)


def _quoted(key: str) -> str:
    """Keys are lower case for the API server; what a header cannot hold is percent-encoded."""
    return "".join(chr(byte) if byte in _TOKEN else f"%{byte:02X}" for byte in key.encode())
