"""The engine's mouth: asks a speaker on its unix socket."""

from pathlib import Path
from typing import Final

import msgspec

from portico.engines.bgp import wire
from portico.engines.companion.client import CompanionError, exchange

PATIENCE: Final = 20.0


async def ask(path: Path, request: wire.Request) -> wire.State:
    """Raises CompanionError where nobody answers, or not as expected."""
    try:
        line = await exchange(path, wire.encode_line(request), PATIENCE)
        state = wire.decode_state(line)
    except (OSError, TimeoutError, ValueError, msgspec.DecodeError) as error:
        reason = str(error) or "no answer"
        raise CompanionError(f"the control socket of the BGP speaker: {reason}") from None
    if state.error:
        raise CompanionError(f"the BGP speaker did not understand: {state.error}")
    return state
