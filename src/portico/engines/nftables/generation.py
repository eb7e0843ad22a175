"""Whether anybody has edited the ruleset since we last looked, without reading it."""

import struct
from collections.abc import Mapping
from typing import Final, NamedTuple

from portico.engines.nftables.elements import TABLE
from portico.engines.nftables.netlink import Netlink, Request, attribute, attributes

# linux/netfilter/nfnetlink.h, linux/netfilter/nf_tables.h
_NFTABLES: Final = 10 << 8
_GET_TABLE: Final = _NFTABLES | 1
_GET_CHAIN: Final = _NFTABLES | 4
_GET_RULE: Final = _NFTABLES | 7
_GET_SET: Final = _NFTABLES | 10
_GET_GENERATION: Final = _NFTABLES | 16

_TABLE_NAME, _TABLE_FLAGS, _TABLE_HANDLE = 1, 2, 4
_CHAIN_TABLE, _CHAIN_HANDLE, _CHAIN_NAME, _CHAIN_HOOK, _CHAIN_POLICY = 1, 2, 3, 4, 5
_RULE_TABLE, _RULE_CHAIN = 1, 2
_SET_TABLE, _SET_NAME, _SET_FLAGS, _SET_HANDLE, _SET_COUNT = 1, 2, 3, 16, 20
_GENERATION_ID = 1
_ANONYMOUS: Final = 1

_INET: Final = 1
_GENERIC: Final = 4
"""Bytes of an nfgenmsg. Its last two change with every generation."""


class Structure(NamedTuple):
    """All of our table but its elements. Equal if and only if nobody has touched it."""

    table: bytes
    chains: Mapping[str, tuple[bytes, ...]]
    rules: tuple[bytes, ...]
    sets: Mapping[str, bytes]
    rules_by_chain: Mapping[str, int]


class Generations:
    """Asks the kernel. Raises OSError; PermissionError without CAP_NET_ADMIN."""

    def __init__(self, netlink: Netlink) -> None:
        self._netlink = netlink

    def current(self) -> int:
        """Goes up by one with each transaction, whoever makes it, in whichever table."""
        told = self._netlink.get(Request(_GET_GENERATION, 0))
        return _number(attributes(told, _GENERIC)[_GENERATION_ID])

    def structure(self) -> Structure | None:
        """None: there is no table of ours."""
        try:
            told = self._netlink.get(Request(_GET_TABLE, _INET, _named(_TABLE_NAME)))
        except FileNotFoundError:
            return None
        table = attributes(told, _GENERIC)
        chains, rules = self._dump(_GET_CHAIN, _CHAIN_TABLE), self._dump(_GET_RULE, _RULE_TABLE)
        sets = [attributes(body) for body in self._dump(_GET_SET, _SET_TABLE)]
        counts: dict[str, int] = {}
        for rule in rules:
            chain = _text(attributes(rule)[_RULE_CHAIN])
            counts[chain] = counts.get(chain, 0) + 1
        return Structure(
            table[_TABLE_HANDLE] + table.get(_TABLE_FLAGS, b""),
            dict(_chain(attributes(body)) for body in chains),
            tuple(rules),
            {_text(found[_SET_NAME]): found[_SET_HANDLE] for found in sets if _is_named(found)},
            counts,
        )

    def counts(self) -> dict[str, int] | None:
        """Elements by set and map; None where the kernel does not count them (before 6.16)."""
        found = {}
        for body in self._dump(_GET_SET, _SET_TABLE):
            told = attributes(body)
            if _SET_COUNT not in told:
                return None
            if _is_named(told):
                found[_text(told[_SET_NAME])] = _number(told[_SET_COUNT])
        return found

    def _dump(self, kind: int, table: int) -> list[bytes]:
        found = self._netlink.dump(Request(kind, _INET, _named(table)))
        return [body[_GENERIC:] for body in found]


def _chain(told: Mapping[int, bytes]) -> tuple[str, tuple[bytes, ...]]:
    kept = (_CHAIN_HANDLE, _CHAIN_HOOK, _CHAIN_POLICY)
    return _text(told[_CHAIN_NAME]), tuple(told.get(kind, b"") for kind in kept)


def _is_named(told: Mapping[int, bytes]) -> bool:
    return not _number(told.get(_SET_FLAGS, bytes(4))) & _ANONYMOUS


def _named(kind: int) -> bytes:
    return attribute(kind, TABLE.encode() + b"\0")


def _text(value: bytes) -> str:
    return value.rstrip(b"\0").decode()


def _number(value: bytes) -> int:
    (number,) = struct.unpack("!I", value)
    return int(number)
