"""What a course goes by, and what it says of itself."""

from enum import Enum

from msgspec import Struct

from portico.forward.lines import Spread


class Phase(Enum):
    """Of a target as a whole."""

    RESOLVING = "resolving"
    CONNECTED = "connected"
    DRAINING = "draining"
    WAITING = "waiting"


class Rules(Struct, frozen=True):
    """Seconds; `most` pods at a time, 0 for all there are."""

    patience: float = 10.0
    most: int = 1
    spread: Spread = Spread.LEAST_CONNECTIONS
    only_ready: bool = False


class Failure(Struct, frozen=True):
    """Why a carriage could not be opened."""

    reason: str
    hint: str = ""
    is_forbidden: bool = False
