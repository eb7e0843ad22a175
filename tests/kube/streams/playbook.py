"""Conversations as text: what a peer sends, and what has to be understood.

# why it is worth telling
< DATA 3 hello          the peer's frame, in the words of the protocol; hex for what has none
= Data 3 hello          what comes out of `receive`
! a control frame has   or how the error begins that comes instead, which is the last line
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

CONVERSATIONS = Path(__file__).parent / "conversations"


@dataclass
class Conversation:
    sent: list[str] = field(default_factory=list)
    understood: list[str] = field(default_factory=list)
    error: str = ""


def read(path: Path) -> Conversation:
    told = Conversation()
    for line in path.read_text().splitlines():
        sign, _, rest = line.split(" #")[0].rstrip().partition(" ")
        match sign:
            case "<":
                told.sent.append(rest)
            case "=":
                told.understood.append(rest)
            case "!":
                told.error = rest
            case "" | "#":
                pass
            case _:
                raise ValueError(line)
    return told


def paths(kind: str) -> list[Path]:
    return sorted((CONVERSATIONS / kind).glob("*.txt"))


def slices(content: bytes, size: int) -> Iterator[bytes]:
    for at in range(0, len(content), size):
        yield content[at : at + size]


def pieces_of(content: bytes) -> Iterator[list[bytes]]:
    """The same bytes as they may come: whole, one by one, and cut in odd places."""
    for size in (len(content) or 1, 1, 3, 7):
        yield list(slices(content, size))
