"""The router id of a node that nobody gave one: chosen once, and kept."""

import hashlib
import socket
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

from portico.lib.atomic_file import write_atomic

FAR: Final = ("240.0.0.1", 9)
"""Where the default route leads; nothing is sent there."""


def router_id(file: Path, node: str) -> str:
    """An address of this node, else one made of its name; the same after every restart.

    Another one would end all sessions. Raises OSError.
    """
    try:
        return str(IPv4Address(file.read_text().strip()))
    except (FileNotFoundError, ValueError):
        found = _address() or _of_name(node)
    write_atomic(file, found.encode() + b"\n")
    return found


def _address() -> str:
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(FAR)
            return str(probe.getsockname()[0])
    except OSError:  # no IPv4 beyond this machine
        return ""


def _of_name(node: str) -> str:
    """Never 0.0.0.0, which is no router id (RFC 6286)."""
    number = int.from_bytes(hashlib.blake2b(node.encode(), digest_size=4).digest())
    return str(IPv4Address(number | 1))
