"""`portico forward … -- COMMAND`: runs it while the forwards are up, and ends as it does."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence

import msgspec

from portico.cli.forward.ending import Ending
from portico.forward.errors import ForwardError
from portico.forward.one import Forward
from portico.forward.told import Listening

NOT_FOUND = 127
NOT_ALLOWED = 126


async def run_child(command: Sequence[str], forwards: Sequence[Forward], ending: Ending) -> int:
    """Its exit code; 128 and the signal's number, if that ended it. Raises ForwardError."""
    listening = [each for forward in forwards for each in forward.listening]
    try:
        process = await asyncio.create_subprocess_exec(
            *command, env={**os.environ, **variables(listening)}, restore_signals=True
        )
    except OSError as error:
        code = NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_ALLOWED
        raise ForwardError(f"{command[0]}: {error.strerror}", code=code) from None

    def pass_on(number: signal.Signals) -> None:
        # What is typed at a terminal has reached it already.
        if not (number is signal.SIGINT and _has_terminal()):
            process.send_signal(number)

    ending.passed_on = pass_on
    try:
        code = await process.wait()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    finally:
        ending.passed_on = None
    return 128 - code if code < 0 else code


def variables(listening: Sequence[Listening]) -> dict[str, str]:
    """One of each port: where it listens on several addresses, the first."""
    first: dict[tuple[str, int, str], Listening] = {}
    for each in listening:
        path = each.address if each.address.startswith("unix:") else ""
        first.setdefault((each.target, each.local_port, path), each)
    found = {"PORTICO_FORWARDS": json.dumps([msgspec.to_builtins(each) for each in listening])}
    for number, each in enumerate(first.values(), 1):
        suffix = f"_{number}" if number > 1 else ""
        host, _, port = each.address.rpartition(":")
        is_unix = each.address.startswith("unix:")
        found |= {
            f"PORTICO_ADDRESS{suffix}": each.address.removeprefix("unix:"),
            f"PORTICO_HOST{suffix}": (
                each.address.removeprefix("unix:") if is_unix else host.strip("[]")
            ),
            f"PORTICO_PORT{suffix}": "" if is_unix else port,
        }
    return found


def _has_terminal() -> bool:
    """Whether we are in the foreground of one, so that it sends its signals to the command, too."""
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError):
        return False
