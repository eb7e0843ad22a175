"""The configuration of ExaBGP: addresses and numbers, made of typed values only.

A password is written in base64, so that no character of it can mean anything to a parser. The
description of each neighbour is a number: it tells which file ExaBGP has loaded.
"""

import base64
import ipaddress
import re
from collections.abc import Mapping
from typing import Final

from portico.engines.bgp.wire import Peer

LONGEST_PASSWORD: Final = 80
"""Octets (TCP_MD5SIG_MAXKEYLEN)."""

FAR: Final = 255
NEAR: Final = 1

_DEVICE: Final = re.compile(r"[A-Za-z0-9_.\-]{1,15}")
_FAMILIES: Final = {"ipv4": "ipv4 unicast;", "ipv6": "ipv6 unicast;"}
_GENERATION: Final = re.compile(r'description "(\d+)";')
_BLOCK: Final = re.compile(r"neighbor (\S+) \{")


class ConfigError(ValueError):
    """A value that has no place in a configuration; the text says which."""


def render(blocks: Mapping[str, str], generation: int, program: tuple[str, ...]) -> str:
    """Blocks by address, as `block` makes them. `program` is our end of the pipe, with arguments.

    The same for every order of the blocks. Raises ConfigError.
    """
    words = " ".join(f'"{_word(each)}"' for each in program)
    parts = [
        "# Written by portico, and read again by ExaBGP after each change: edits are lost.",
        f"process pipe {{\n    run {words};\n    encoder json;\n}}",
    ]
    parts += [_numbered(blocks[address], generation) for address in sorted(blocks)]
    return "\n\n".join(parts) + "\n"


def blocks_of(text: str) -> dict[str, str]:
    """The blocks of a configuration that was rendered, whatever its generation."""
    found = {}
    for part in text.rstrip("\n").split("\n\n"):
        begin = _BLOCK.match(part)
        if begin is not None:
            found[begin[1]] = _numbered(part, 0)
    return found


def generation_of(text: str) -> int | None:
    """The generation of a configuration, or of what ExaBGP says it has; None: no neighbour in it.

    Raises ConfigError where there are several.
    """
    found = {int(each) for each in _GENERATION.findall(text)}
    if len(found) > 1:
        raise ConfigError(f"generations {sorted(found)} in one configuration")
    return found.pop() if found else None


def block(peer: Peer) -> str:
    """One neighbour, of generation 0. Raises ConfigError."""
    lines = [
        'description "0";',
        f"router-id {ipaddress.IPv4Address(peer.router_id)};",
        f"local-address {ipaddress.ip_address(peer.source) if peer.source else 'auto'};",
        f"local-as {peer.local:d};",
        f"peer-as {_remote(peer)};",
        f"connect {peer.port:d};",
        f"hold-time {peer.hold:d};",
        f"outgoing-ttl {NEAR if peer.is_external and not peer.multihop else FAR};",
        "adj-rib-out true;",
        f"manual-eor {'true' if peer.graceful else 'false'};",
        *_password(peer),
        *_listening(peer),
        *_device(peer),
        "capability {",
        "    route-refresh enable;",
        f"    graceful-restart {peer.graceful or 'disable'};",
        "}",
        "family {",
        *(f"    {_FAMILIES[family]}" for family in sorted(peer.families)),
        "}",
        "api {",
        "    processes [ pipe ];",
        "    neighbor-changes;",
        "}",
    ]
    inner = "\n".join(f"    {line}" for line in lines)
    return f"neighbor {ipaddress.ip_address(peer.address)} {{\n{inner}\n}}"


def _numbered(text: str, generation: int) -> str:
    return _GENERATION.sub(f'description "{generation:d}";', text)


def _remote(peer: Peer) -> str:
    if peer.remote == "internal":
        return f"{peer.local:d}"
    return "auto" if peer.remote == "external" else f"{int(peer.remote):d}"


def _password(peer: Peer) -> list[str]:
    octets = peer.password.encode()
    if not octets:
        return []
    if len(octets) > LONGEST_PASSWORD:
        raise ConfigError(f"the password for {peer.address} is longer than 80 octets")
    return ["md5-base64 true;", f'md5-password "{base64.b64encode(octets).decode()}";']


def _listening(peer: Peer) -> list[str]:
    lines = [f"passive {'true' if peer.passive else 'false'};"]
    return [*lines, f"listen {peer.listen:d};"] if peer.listen else lines


def _device(peer: Peer) -> list[str]:
    if not peer.device:
        return []
    if not _DEVICE.fullmatch(peer.device):
        raise ConfigError(f"no interface can have the name that is given for {peer.address}")
    return [f'source-interface "{peer.device}";']


def _word(text: str) -> str:
    """A path of this installation, between quotation marks."""
    if re.search(r'["\\\n\r]', text):
        raise ConfigError(f"ExaBGP cannot start a program whose path has such characters: {text!r}")
    return text
