"""The engine's mouth: asks a speaker on its unix socket."""

from pathlib import Path
from typing import Final

from portico.engines.bgp import wire
from portico.engines.companion import client

PATIENCE: Final = 20.0


async def ask(path: Path, request: wire.Request) -> wire.State:
    """Raises CompanionError where nobody answers, or not as expected."""
    return await client.ask(path, request, wire.decode_state, "BGP speaker", PATIENCE)
