"""What can go wrong, made to go wrong."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from support.api_server.access import Asked
from support.api_server.refusals import Refused

REASONS = {
    401: "Unauthorized", 403: "Forbidden", 404: "NotFound", 409: "Conflict", 410: "Expired",
    429: "TooManyRequests", 500: "InternalError", 503: "ServiceUnavailable", 504: "Timeout",
}  # fmt: skip


WITNESS = "witness"
"""The User-Agent of a test that looks how things are; it is spared."""


@dataclass
class Failure:
    """The next `times` requests that match are answered with a code."""

    code: int
    times: int = 1
    retry_after: int | None = None
    verb: str = ""
    resource: str = ""

    def matches(self, asked: Asked) -> bool:
        return (
            self.times > 0
            and asked.user_agent != WITNESS
            and self.verb in ("", asked.verb)
            and self.resource in ("", asked.resource)
        )


@dataclass
class Faults:
    failures: list[Failure] = field(default_factory=list)
    cut_next_event: bool = False
    """The next event of a watch ends in its middle, and so does the connection."""
    is_silent: bool = False
    """Watches stay open and say nothing more."""
    is_mute: bool = False
    """Requests are read and never answered."""
    doubles: bool = False
    """Every event comes twice."""
    swaps: bool = False
    """Of two events that come together, the later one comes first."""
    garbles: bool = False
    """The next event is not JSON."""
    piece: int = 0
    """Bytes that are sent at once, with a pause between; 0 for as many as there are."""
    pause: float = 0.0

    def clear(self) -> None:
        self.__dict__.update(Faults().__dict__)

    def refuse(self, asked: Asked) -> None:
        """Raises Refused where a failure is due."""
        due = next((failure for failure in self.failures if failure.matches(asked)), None)
        if due is None:
            return
        due.times -= 1
        reason = REASONS.get(due.code, "InternalError")
        no = Refused(due.code, reason, f"a failure that was asked for: {due.code}")
        if due.retry_after is not None:
            no.details = {"retryAfterSeconds": due.retry_after}
        raise no

    def disturbed(self, lines: Sequence[bytes]) -> list[bytes]:
        """The events of a watch, as they are really sent."""
        lines = [line for line in lines if line]
        if self.doubles:
            lines = [line for line in lines for _ in range(2)]
        if self.swaps:
            for first in range(0, len(lines) - 1, 2):
                lines[first], lines[first + 1] = lines[first + 1], lines[first]
        if self.garbles and lines:
            self.garbles = False
            lines[0] = b'{"type":"MODIFIED","object":{]}}\n'
        return lines

    async def until_heard(self) -> None:
        """Hold back what a watch would say."""
        while self.is_silent:  # noqa: ASYNC110  # is set from another thread
            await asyncio.sleep(0.01)
