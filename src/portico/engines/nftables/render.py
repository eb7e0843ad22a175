"""The text of the table's fixed part, of class chains, and of changes to elements."""

import hashlib
import itertools
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from portico.engines.nftables.elements import PLACES, SETS, TABLE, Change
from portico.engines.nftables.options import Options

FOLDER: Final = Path(__file__).parent

TRANSPORTS: Final = ("tcp", "udp", "sctp")
SEED: Final = 0x706F7274
"""Of the source hash: the same everywhere, so that two machines pick the same endpoint."""

FIRST_SLOT: Final = "numgen random mod 1"
"""0, as something that nft takes for a slot."""

_SLOT = re.compile(r"<<(\w+)>>")
_CLASS = re.compile(
    r"(?P<kind>random|source)-(?P<transport>tcp|udp|sctp)(?P<family>[46])-(?P<size>\d+)"
    r"|sticky-(?P<sticky>[46])-(?P<slots>\d+)-(?P<timeout>\d+)"
)
_CHAIN = re.compile(r"^    chain (\S+) \{\n(.*?)^    \}$", re.MULTILINE | re.DOTALL)
_WORDS: Final = {"4": "ip", "6": "ip6"}
_CLIENTS: Final = {"4": "ip saddr", "6": f"jhash ip6 saddr mod {0xFFFFFFFF} seed {SEED:#x}"}


def table(options: Options) -> str:
    """The fixed part; a chain without rules is named for what is in it."""
    slots = {
        "clients": str(options.clients),
        "relay": _indent(_relay(options.relay_port)),
        "origins": _origins(),
        "dialled": _indent(_dialled()),
    }
    template = (FOLDER / "templates" / "table.nft").read_text()
    classes = "".join(
        class_chain(name) for name in ("random-tcp4-1", "source-tcp4-1", "sticky-4-1-1")
    )
    layout = hashlib.sha256((_fill(template, slots | {"layout": ""}) + classes).encode())
    return _fill(template, slots | {"layout": layout.hexdigest()[:12]})


EVERYDAY: Final = frozenset(
    f"random-{transport}{family}-{size}"
    for transport in ("tcp", "udp")
    for family in _WORDS
    for size in range(1, 11)
)
"""Class chains that a new table gets at once: the kernel looks at every endpoint when a chain comes
that leads to one, which takes 20 ms where there are 50,000.
"""


def is_class(chain: str) -> bool:
    """Whether a chain of this name is one that is made when its size is first needed."""
    return _CLASS.fullmatch(chain) is not None


def classes(change: Change) -> set[str]:
    """The class chains that new elements lead to."""
    verdicts = set(change.adds.get("pools", {}).values())
    return set(filter(is_class, (verdict.removeprefix("goto ") for verdict in verdicts)))


def class_chain(name: str) -> str:
    """One way to pick, for all pools of one size: `random-tcp4-5`, `sticky-4-5-10800`."""
    found = _CLASS.fullmatch(name)
    assert found is not None, name
    rules = _sticky(found) if found["sticky"] else _pick(found)
    return f"table inet {TABLE} {{\n    chain {name} {{\n{_indent(rules)}\n    }}\n}}\n"


def changes(change: Change) -> str:
    """Statements for what differs: deletions first, for a changed value is one and an addition."""
    lines = [_statement("delete", place, keys) for place, keys in change.deletes.items() if keys]
    lines += [
        _statement("add", place, _pairs(place, values))
        for place in PLACES
        if (values := change.adds.get(place))
    ]
    return "".join(lines)


def rule_counts(text: str) -> dict[str, int]:
    """How many rules each chain has in a text of ours."""
    counts: dict[str, int] = {}
    for name, body in re.findall(
        r"^    chain (\S+) \{\n(.*?)^    \}$", text, re.MULTILINE | re.DOTALL
    ):
        rules = [line for line in body.splitlines() if line.strip()]
        counts[name] = sum(not line.strip().startswith("type ") for line in rules)
    return counts


def _fill(template: str, slots: Mapping[str, str]) -> str:
    return _SLOT.sub(lambda slot: slots[slot[1]], template)


def _relay(port: int) -> list[str]:
    if not port:
        return ["goto refuse"]
    return [f"meta l4proto tcp redirect to :{port}", "goto refuse"]


def _origins() -> str:
    return "\n\n".join(
        f"    chain dialled-{transport}{family} {{\n{_indent(_origin(transport, family))}\n    }}"
        for family, transport in itertools.product(_WORDS, TRANSPORTS)
    )


def _origin(transport: str, family: str) -> list[str]:
    dialled, port = f"ct original {_WORDS[family]} daddr", "meta l4proto . ct original proto-dst"
    known = f"meta nfproto ipv{family} meta l4proto {transport}"
    nodes = f"{dialled} @nodeaddresses{family}"
    return [
        # A frontend at a node's address comes before a node port, as in `dispatch`.
        f"{known} {nodes} meta priority set {port} map @nodeorigins{family}",
        f"{known} meta priority set {dialled} . {port} map @origins{family}",
        "goto masquerade-dialled",
    ]


def _dialled() -> list[str]:
    return [
        f"meta nfproto ipv{family} meta l4proto {transport} goto dialled-{transport}{family}"
        for family, transport in itertools.product(_WORDS, TRANSPORTS)
    ]


def _pick(found: re.Match[str]) -> list[str]:
    _, transport, family, size, *_ = found.groups()
    word = _WORDS[family]
    slot = f"numgen random mod {size}"
    if found["kind"] == "source":
        slot = f"jhash {word} saddr mod {size} seed {SEED:#x}"
    return [
        f"meta l4proto {transport} dnat {word} to meta priority . {picked} "
        f"map @{transport}endpoints{family}"
        # A slot may go between two looks of one packet. The first one is there as long as any is;
        # if none is, the client will try again, and be told by the next look.
        for picked in (slot, FIRST_SLOT)
    ] + ["goto discard"]


def _sticky(found: re.Match[str]) -> list[str]:
    family, size, timeout = found["sticky"], found["slots"], found["timeout"]
    client = f"meta priority . {_CLIENTS[family]}"
    affinity = f"affinity{family}"
    remember = f"update @{affinity} {{ {client} timeout {timeout}s : meta mark }}"
    go = ["meta priority set meta mark map @alive", "meta priority 6000:0-6fff:ffff goto stuck"]
    return [
        "meta mark set 0",
        f"meta mark set {client} map @{affinity}",
        f"meta mark != 0 {remember}",
        *go,
        # Nobody yet, or one that is gone. Whoever is remembered by now counts: another packet of
        # this client may have been quicker. Where nobody can be remembered, chance decides.
        f"meta mark != 0 delete @{affinity} {{ {client} : meta mark }}",
        f"meta mark set meta priority . numgen random mod {size} map @slots",
        remember,
        f"meta mark set {client} map @{affinity}",
        *go,
        "meta mark set 0",
        "goto discard",
    ]


def _pairs(place: str, values: Mapping[str, str]) -> Iterable[str]:
    if place in SETS:
        return values
    return [f"{key} : {value}" for key, value in values.items()]


def _statement(verb: str, place: str, elements: Iterable[str]) -> str:
    return f"{verb} element inet {TABLE} {place} {{ {', '.join(elements)} }}\n"


def _indent(lines: Iterable[str]) -> str:
    return "\n".join(" " * 8 + line for line in lines)
