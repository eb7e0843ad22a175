"""A BFD process in a space, as the engine starts it, and what it says."""

import asyncio
import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from portico.engines.bgp.bfd.client import connect
from portico.engines.bgp.bfd.talk import Orders, Turn, Wish
from portico.engines.bgp.users import USERS
from portico.engines.companion.privileges import make_home
from portico.engines.companion.process import Companion
from support.netns import Space


class BfdProcess:
    """Ends with the test."""

    def __init__(self, space: Space) -> None:
        self._space = space
        self._top = Path(tempfile.mkdtemp(prefix="portico-bfd-"))
        self._top.chmod(0o711)  # the process is nobody's
        self.state = self._top / "bgp"
        make_home(self.state, USERS)
        self.process = Companion("bfd", "portico.engines.bgp.bfd", self.state)
        self._runner = asyncio.Runner()
        self._run(self.process.start(Orders(str(self.state), "x")))
        self.turns: list[Turn] = []
        self._line = self._run(connect(self.process.socket, self.turns.append, lambda: None))

    def follow(self, *wishes: Wish):
        return self._run(self._line.follow(wishes))

    def state_of(self, peer: str) -> str:
        return self.standing(peer).state

    def standing(self, peer: str):
        return self._run(self._line.state()).sessions[peer]

    def figures(self):
        return self._run(self._line.state())

    def listen_again(self) -> None:
        """As a speaker that was started anew."""
        self._hang_up()
        self._line = self._run(connect(self.process.socket, self.turns.append, lambda: None))

    def leave(self) -> None:
        self._run(self._line.leave())
        self._run(self.process.end(5))

    def close(self) -> None:
        pid = self.process.pid()
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, 9)
        self._hang_up()
        self._runner.close()
        shutil.rmtree(self._top)

    def _hang_up(self) -> None:
        self._line.close()
        self._run(asyncio.sleep(0))  # transports close in the next turn

    def _run(self, story):
        with self._space.entered():
            return self._runner.run(story)
