"""One engine on one machine of a town."""

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
from pathlib import Path

from portico.engines.bgp import Bgp, Options
from support.netns import Space


class EngineStage:
    """Everything ends with the test."""

    def __init__(self, space: Space, node: str = "a", daemon: str = "exabgp") -> None:
        self._space = space
        self._top = Path(tempfile.mkdtemp(prefix="portico-bgp-"))
        self._top.chmod(0o711)  # the processes are nobody's
        self.options = Options(state_dir=self._top, node=node, daemon=daemon)
        self._runner = asyncio.Runner()
        self.engine = Bgp(self.options)

    def serve(self, plan, hint=None):
        return self.run(self.engine.converge(plan, hint))

    def take_over(self) -> None:
        """Portico was killed, and starts again."""
        self.engine = Bgp(self.options)

    def figures(self):
        return self.run(self.engine.inspect())

    def state(self):
        return self.run(self.engine.look())

    def is_up(self, address) -> bool:
        state = self.state()
        return state is not None and state.sessions[address].state == "up"

    def stop(self, *, keep: bool) -> None:
        self.run(self.engine.close(keep=keep))

    def pids(self) -> set[int]:
        """Of all processes that run for this engine."""
        return {pid for file in self._top.glob("*/*.pid") if (pid := _running(file, self._top))}

    def kill_all(self) -> None:
        """The machine dies, as far as others can tell."""
        for pid in self.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def run(self, story):
        with self._space.entered():
            return self._runner.run(story)

    def close(self) -> None:
        self.kill_all()
        self._runner.close()
        shutil.rmtree(self._top)


def _running(file: Path, top: Path) -> int:
    try:
        pid = int(file.read_text())
        ours = str(top).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return 0
    return pid if ours else 0
