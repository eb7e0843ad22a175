"""The relay process: what is special about it is the port, which its successor needs."""

import asyncio
import contextlib
import signal
from pathlib import Path
from typing import Final

from portico.engines.companion.client import CompanionError
from portico.engines.companion.process import LAST_PATIENCE, Companion, has_ended, send
from portico.engines.relay.orders import Orders
from portico.engines.relay.port import is_free

MODULE: Final = "portico.engines.relay"
PAUSE: Final = 0.02


def companion(state: Path) -> Companion:
    """The one that runs in this directory, if one does."""
    return Companion("relay", MODULE, state)


async def start(relay: Companion, orders: Orders) -> None:
    """Returns once clients are taken; one that ran before finishes what it has begun.

    Raises CompanionError where it does not come up.
    """
    try:
        await relay.start(orders)
    except CompanionError as error:
        if "Address already in use" not in str(error):
            raise
        raise CompanionError(
            f"port {orders.port} of the relay is taken by another program: end that, "
            f"or remove {relay.state / 'port'} and restart, so that another port is chosen"
        ) from None


async def make_way(relay: Companion, port: int) -> None:
    """Have one that cannot be spoken to leave its port; it may finish what it has begun."""
    pid = relay.pid()
    send(pid, signal.SIGTERM)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LAST_PATIENCE):
            while not is_free(port):  # noqa: ASYNC110  # no event tells
                await asyncio.sleep(PAUSE)
            return
    send(pid, signal.SIGKILL)  # it hangs, and with it all that it has begun
    if pid is not None:
        await has_ended(pid, LAST_PATIENCE)
