"""A real engine in a namespace, driven step by step."""

import asyncio
import contextlib
from collections.abc import Coroutine, Iterator

from engines_nftables.spaces import Space
from live.until import until
from portico.engines.contract import Figures, Report
from portico.engines.nftables import Nftables, Options
from portico.plan.plan import Diff, Plan

NOTHING = Diff({}, set())


class Live:
    """The engine, and the namespace whose table it owns."""

    def __init__(self, space: Space, options: Options) -> None:
        self.space = space
        self._options = options
        self._loop = asyncio.new_event_loop()
        self.engine = Nftables(options)

    def converge(self, plan: Plan, hint: Diff | None = None) -> Report:
        with self.space.inside():
            return self._loop.run_until_complete(self.engine.converge(plan, hint))

    def run(self, story: Coroutine[object, object, None]) -> None:
        """Something of its own, on the loop and in the namespace of the engine."""
        with self.space.inside():
            self._loop.run_until_complete(story)

    def serve(self, plan: Plan, hint: Diff | None = None) -> Figures:
        """Converge, which must go well; the figures afterwards."""
        report = self.converge(plan, hint)
        assert report.in_sync, report.detail
        return report.figures

    def settle(self, plan: Plan, hint: Diff | None = None) -> Figures:
        """Converge, and again as the daemon would, until UDP flows were looked at as well."""
        figures = self.serve(plan, hint)
        until(lambda: not self.serve(plan, NOTHING)["flows_owed"], "a look at the flows")
        return figures

    def restart(self) -> None:
        """As after kill -9: the table stays as it is, and nothing is remembered."""
        self.leave()
        self.engine = Nftables(self._options)

    def leave(self, *, keep: bool = False) -> None:
        with self.space.inside():
            self._loop.run_until_complete(self.engine.close(keep=keep))

    def end(self) -> None:
        self.leave()
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()


@contextlib.contextmanager
def running(space: Space, options: Options | None = None) -> Iterator[Live]:
    live = Live(space, options or Options())
    try:
        yield live
    finally:
        live.end()
