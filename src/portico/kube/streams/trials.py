"""Finds the form that a server speaks, as kubectl does, and stays with it."""

from contextlib import AsyncExitStack
from typing import Final

from portico.kube.config.errors import KubeError
from portico.kube.http.errors import AnswerError, GarbledError
from portico.kube.streams.dial import Dialling, dial_channels, dial_session
from portico.kube.streams.forms import Form, order
from portico.kube.streams.session import Session
from portico.kube.streams.settings import Settings
from portico.kube.streams.stream import Buffer, End

FINAL: Final = (401, 403, 404)
"""Answers that would be the same in any form: there is no asking in a third one after these."""


class Trials:
    """Of one pod. `form` is what the last dial went through with."""

    def __init__(self, dialling: Dialling, settings: Settings) -> None:
        self.form: Form | None = None
        self._dialling = dialling
        self._forced = settings.form
        self._remembered = settings.remembered
        self._server = str(dialling.client.access.server)
        self._probe_port = settings.probe_port

    async def dial(self, stack: AsyncExitStack) -> Session | None:
        """A session for as long as `stack` is open; none where there are only channels.

        Raises KubeError: of several the last, as kubectl does. Every answer that is no 101 leads to
        the next form; to be unreachable does not.
        """
        if self._forced is Form.CHANNELS:
            await self._probe()
            return None
        known = self.form or self._remembered.form(self._server)
        refused: AnswerError | GarbledError | None = None
        misses_ports = False
        for form in order(self._forced, known):
            try:
                session = await stack.enter_async_context(dial_session(self._dialling, form))
            except (AnswerError, GarbledError) as error:
                refused = error
                misses_ports = misses_ports or _misses_ports(error)
            else:
                self._found(form)
                return session
        assert refused
        is_final = isinstance(refused, AnswerError) and refused.code in FINAL
        if self._forced or is_final or not (self._probe_port or misses_ports):
            raise refused
        try:
            await self._probe()
        except KubeError:
            raise refused from None  # what the forms said that should work
        return None

    async def _probe(self) -> None:
        """Whether there are channels can be seen only by connecting to a port."""
        if self._probe_port:
            async with dial_channels(self._dialling, self._probe_port, _Nobody()):
                pass
        self._found(Form.CHANNELS)

    def _found(self, form: Form) -> None:
        if form is not self.form and not self._forced and form is not Form.CHANNELS:
            self._remembered.remember(self._server, form)
        self.form = form


def _misses_ports(error: AnswerError | GarbledError) -> bool:
    """A server that takes the wish for a tunnel for one for channels, which has to name ports."""
    is_complaint = isinstance(error, AnswerError) and error.code == 400
    return is_complaint and 'query parameter "port" is required' in error.reason


class _Nobody:
    """A receiver of a connection that nobody asked for."""

    def data_received(self, data: Buffer) -> None:
        pass

    def eof_received(self) -> None:
        pass

    def stream_ended(self, end: End) -> None:
        pass

    def pause_writing(self) -> None:
        pass

    def resume_writing(self) -> None:
        pass
