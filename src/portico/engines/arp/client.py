"""The engine's mouth: asks a responder on its unix socket."""

from pathlib import Path
from typing import Final

import msgspec

from portico.engines.arp import wire
from portico.engines.companion.client import CompanionError, exchange

PATIENCE: Final = 10.0


async def ask(path: Path, request: wire.Request) -> wire.State:
    """Raises CompanionError where nobody answers, or not as expected."""
    try:
        state = wire.decode_state(await exchange(path, wire.encode_line(request), PATIENCE))
    except (OSError, TimeoutError, ValueError, msgspec.DecodeError) as error:
        reason = str(error) or "no answer"
        raise CompanionError(f"the control socket of the ARP responder: {reason}") from None
    if state.error:
        raise CompanionError(f"the ARP responder did not understand: {state.error}")
    return state
