"""One HTTP/1.1 connection: a question and its answer, and then the next."""

import ssl
from collections.abc import Sequence
from typing import TypeGuard

import h11

from portico.kube.http.errors import GarbledError, SilentError, TlsError, UnreachableError
from portico.kube.http.pipe import Pipe
from portico.kube.http.tls_errors import explained

LONGEST_HEAD = 1 << 16
"""Bytes of the status line and the headers."""

MOST_INTERIM = 16
"""Answers of the kind of 100 and 103 before the one that counts. Each renews the patience."""

Head = h11.Response | h11.InformationalResponse


class StaleError(UnreachableError):
    """The connection was kept from an earlier question, and ended before a byte of an answer."""


class Connection:
    """Not for two questions at a time."""

    def __init__(self, pipe: Pipe, peer: str, context: ssl.SSLContext | None) -> None:
        self.pipe = pipe
        self.context = context
        self._peer = peer
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=LONGEST_HEAD)
        self._is_fresh = True
        self._has_heard = False
        self._has_ended = False

    @property
    def is_usable(self) -> bool:
        """Whether it may be kept for another question."""
        is_idle = self._http.our_state is h11.IDLE and self._http.their_state is h11.IDLE
        # Bytes that belong to no answer would be taken for the beginning of the next.
        return is_idle and self.pipe.is_quiet and not self._http.trailing_data[0]

    async def ask(self, head: h11.Request, body: bytes, patience: float) -> Head:
        """The head of the answer, 101 included. Raises UnreachableError and its like."""
        self._has_heard = False
        self.pipe.write(self._sent(head, body))
        for _ in range(1 + MOST_INTERIM):
            event = await self._event(patience)
            if isinstance(event, h11.Response) or _is_switch(event):
                return event
            if not isinstance(event, h11.InformationalResponse):
                break
        raise GarbledError(f"{self._peer} sent no head of an answer")

    async def part(self, patience: float) -> bytes:
        """More of the body; nothing at its end, and then the connection may be usable again."""
        event = await self._event(patience)
        if isinstance(event, h11.Data):
            return bytes(event.data)
        self._recycle()
        return b""

    def switched(self) -> bytes:
        """What came after a 101, and is no longer HTTP."""
        return self._http.trailing_data[0]

    def abort(self) -> None:
        self.pipe.abort()

    def _recycle(self) -> None:
        self._is_fresh = False
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()

    def _sent(self, head: h11.Request, body: bytes) -> bytes:
        events: Sequence[h11.Event] = [head, h11.EndOfMessage()]
        if body:
            events = [head, h11.Data(data=body), h11.EndOfMessage()]
        try:
            return b"".join(self._http.send(event) or b"" for event in events)
        except h11.LocalProtocolError as error:
            raise GarbledError(f"{self._peer} cannot be asked like this: {error}") from None

    async def _event(self, patience: float) -> h11.Event:
        try:
            while (event := self._http.next_event()) is h11.NEED_DATA:
                self._http.receive_data(await self._received(patience))
        except h11.RemoteProtocolError as error:
            if self._has_ended:
                raise self._lost("in the middle of an answer") from None
            raise GarbledError(f"{self._peer} does not speak HTTP as we do: {error}") from None
        if isinstance(event, h11.Event) and not isinstance(event, h11.ConnectionClosed):
            return event
        raise self._lost("")

    async def _received(self, patience: float) -> bytes:
        """Nothing at the end, which h11 judges: some answers go on until then."""
        try:
            received = await self.pipe.receive(patience)
        except TimeoutError as error:
            if error.errno is not None:  # the kernel's patience, and not ours
                raise self._lost(str(error)) from None
            raise SilentError(f"{self._peer} has been silent for {patience:.0f} s") from None
        except ssl.SSLError as error:
            raise TlsError(*explained(self._peer, "", error)) from None
        except OSError as error:
            raise self._lost(error.strerror or str(error)) from None
        self._has_ended = not received
        self._has_heard = self._has_heard or bool(received)
        return received

    def _lost(self, why: str) -> UnreachableError:
        told = f"{self._peer} ended the connection" + (f": {why}" if why else "")
        is_stale = not (self._is_fresh or self._has_heard)
        return StaleError(told) if is_stale else UnreachableError(told)


def _is_switch(event: h11.Event) -> TypeGuard[h11.InformationalResponse]:
    return isinstance(event, h11.InformationalResponse) and event.status_code == 101
