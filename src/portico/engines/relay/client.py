"""The engine's mouth: asks a relay on its unix socket."""

from pathlib import Path
from typing import Final

import msgspec

from portico.engines.companion.client import CompanionError, exchange
from portico.engines.relay import wire

PATIENCE: Final = 10.0


async def ask(path: Path, request: wire.Request) -> wire.State:
    """Raises CompanionError where nobody answers, or not as expected."""
    try:
        state = wire.decode_state(await exchange(path, wire.encode_line(request), PATIENCE))
    except (OSError, TimeoutError, ValueError, msgspec.DecodeError) as error:
        reason = str(error) or "no answer"
        raise CompanionError(f"the control socket of the relay: {reason}") from None
    if state.error:
        raise CompanionError(f"the relay did not understand: {state.error}")
    return state
