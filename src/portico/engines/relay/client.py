"""The engine's mouth: asks a relay on its unix socket."""

from pathlib import Path
from typing import Final

from portico.engines.companion import client
from portico.engines.relay import wire

PATIENCE: Final = 10.0


async def ask(path: Path, request: wire.Request) -> wire.State:
    """Raises CompanionError where nobody answers, or not as expected."""
    return await client.ask(path, request, wire.decode_state, "relay", PATIENCE)
