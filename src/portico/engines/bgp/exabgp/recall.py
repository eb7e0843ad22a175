"""What an ExaBGP has that was there before us, or that has talked while nobody listened."""

from typing import NamedTuple

from portico.engines.bgp.exabgp import commands, config, events
from portico.engines.bgp.exabgp.pipe import Pipe


class Recalled(NamedTuple):
    """`blocks` is empty where the written configuration is not the one that it has loaded."""

    generation: int
    blocks: dict[str, str]
    prefixes: dict[str, set[str]]
    up: set[str]


async def recall(pipe: Pipe, written: str) -> Recalled:
    """Ask. `written` is the configuration on disk. Raises DaemonError."""
    loaded, routes, neighbors = await pipe.ask(
        commands.CONFIGURATION, commands.ROUTES, commands.NEIGHBORS
    )
    blocks = config.blocks_of(written)
    on_disk = config.generation_of(written)
    in_use = config.generation_of("\n".join(loaded.lines))
    if neighbors.is_done:
        counted = events.counters("".join(neighbors.lines))
        up = {address for address, found in counted.items() if found.is_up}
    else:  # as it is where a peer may be in any AS
        up = {address for address in blocks if await _is_up(pipe, address)}
    return Recalled(
        generation=max(on_disk or 0, in_use or 0),
        blocks=blocks if on_disk == in_use else {},
        prefixes=events.routes(routes.lines),
        up=up,
    )


async def _is_up(pipe: Pipe, address: str) -> bool:
    """To have all routes sent again does no harm, and only a session that is up lets us."""
    (answer,) = await pipe.ask(commands.resend(address))
    return answer.is_done
