"""A session while it is being read from an object: what both products' objects have in common."""

import ipaddress
import re
from collections.abc import Callable
from typing import Final

from portico.compiler.address import dialable
from portico.compiler.flaws import Flaw
from portico.lib.duration import parse_duration
from portico.lib.shorten import shown
from portico.model.ref import Ref
from portico.plan.bgp import Password
from portico.plan.transport import Family, family_of
from portico.plan.verdict import Because
from portico.settings import BgpEngine

LONGEST_PASSWORD: Final = 80
LONGEST_TIME: Final = 65535
SHORTEST_HOLD: Final = 3
DEFAULT_HOLD: Final = 90

_DEVICE: Final = re.compile(r"[A-Za-z0-9_.\-]{1,15}", re.ASCII)


class Draft:
    """Values as they are understood, and flaws; a session with a fatal flaw is none."""

    def __init__(self, ref: Ref, engine: BgpEngine) -> None:
        self.ref = ref
        self.flaws: list[Flaw] = []
        self.is_fatal = False
        self._engine = engine

    def refuse(self, field: str, because: Because, detail: str = "") -> None:
        """There is no session with such a field."""
        self.flaws.append(Flaw(field, because, detail))
        self.is_fatal = True

    def remark(self, field: str, because: Because, detail: str = "") -> None:
        """There is a session all the same."""
        self.flaws.append(Flaw(field, because, detail))

    def address(self, field: str, text: str) -> str:
        found = dialable(text, accepts_loopback=False)
        if found is None:
            self.refuse(field, Because.PEER_ADDRESS_INVALID, shown(text))
        return found or ""

    def source(self, field: str, text: str, peer: str) -> str:
        found = dialable(text, accepts_loopback=False) if text else ""
        if found is None or (found and peer and family_of(found) is not family_of(peer)):
            self.refuse(field, Because.SOURCE_ADDRESS_INVALID, shown(text))
        return found or ""

    def router_id(self, field: str, text: str) -> str:
        try:
            return str(ipaddress.IPv4Address(text)) if text else ""
        except ValueError:
            self.refuse(field, Because.ROUTER_ID_INVALID, shown(text))
            return ""

    def vrf(self, field: str, text: str) -> str:
        if text and not _DEVICE.fullmatch(text):
            self.refuse(field, Because.VRF_INVALID, shown(text))
        return text

    def password(self, field: str, text: str) -> Password | None:
        if not text:
            return None
        if len(text.encode()) > LONGEST_PASSWORD:
            self.refuse(field, Because.PASSWORD_INVALID, "is longer than 80 octets")
        elif not text.isprintable():
            self.refuse(field, Because.PASSWORD_INVALID, "has characters that cannot be printed")
        elif self._engine is BgpEngine.BIRD and '"' in text:
            self.refuse(field, Because.PASSWORD_INVALID, "has a quotation mark, unknown to BIRD")
        return Password(text)

    def times(self, fields: tuple[str, str], hold: str, keepalive: str) -> tuple[int, int]:
        """Hold and keepalive time in seconds; a keepalive of 0 is a third of the hold time."""
        hold_field, keepalive_field = fields
        kept = self._seconds(keepalive_field, keepalive, lambda found: found <= LONGEST_TIME)
        held = self._seconds(
            hold_field, hold, lambda found: found == 0 or SHORTEST_HOLD <= found <= LONGEST_TIME
        )
        if not hold:
            held = 3 * kept if keepalive else DEFAULT_HOLD
        if held < kept:
            detail = f"the keepalive time {keepalive} is longer than the hold time {held}s"
            self.refuse(keepalive_field, Because.BGP_TIME_INVALID, detail)
        elif kept and kept != held // 3 and self._engine is BgpEngine.EXABGP:
            self.remark(keepalive_field, Because.KEEPALIVE_APPROXIMATED, shown(keepalive))
        return held, kept

    def connect(self, field: str, text: str) -> int:
        return self._seconds(field, text, lambda found: 1 <= found <= LONGEST_TIME)

    def _seconds(self, field: str, text: str, fits: Callable[[float], bool]) -> int:
        if not text:
            return 0
        try:
            found = float(text) if text.isascii() and text.isdecimal() else parse_duration(text)
        except ValueError:
            self.refuse(field, Because.BGP_TIME_INVALID, f"{shown(text)} is not a duration")
            return 0
        if found < 0 or found % 1 or not fits(found):
            self.refuse(field, Because.BGP_TIME_INVALID, f"{shown(text)} cannot be meant")
            return 0
        return int(found)


def families_of(address: str, *, both: bool) -> tuple[Family, ...]:
    """What a session carries: the family of the peer, or both."""
    if both or not address:
        return tuple(Family)
    return (family_of(address),)
