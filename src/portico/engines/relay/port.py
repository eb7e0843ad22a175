"""The relay's port: chosen once, then always the same, so that rules can name it beforehand."""

import contextlib
import random
from pathlib import Path
from typing import Final

from portico.engines.relay.listening import listeners
from portico.lib.atomic_file import write_atomic

FIRST: Final = 61_000
LAST: Final = 65_535
"""Above the ports that Linux gives to outgoing connections, and above all node ports."""


def relay_port(state_dir: Path, fixed: int = 0) -> int:
    """The port of the relay of this state directory (Portico's own), or the one that is fixed.

    Raises OSError where no port is free, or the choice cannot be kept.
    """
    if fixed:
        return fixed
    file = state_dir / "relay" / "port"
    with contextlib.suppress(OSError, ValueError):
        kept = int(file.read_text())
        if 0 < kept <= LAST:
            return kept
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    chosen = next((port for port in _shuffled() if is_free(port)), None)
    if chosen is None:
        raise OSError(f"no port from {FIRST} to {LAST} is free")
    write_atomic(file, f"{chosen}\n".encode())
    return chosen


def _shuffled() -> list[int]:
    return random.sample(range(FIRST, LAST + 1), LAST + 1 - FIRST)


def is_free(port: int) -> bool:
    """Whether nobody listens there."""
    try:
        opened = listeners(port, backlog=1)
    except OSError:
        return False
    for listener in opened:
        listener.close()
    return True
