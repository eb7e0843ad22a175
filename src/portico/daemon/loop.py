"""The whole story on one page: changed facts -> plan -> engines."""

import logging
from collections.abc import Sequence

from portico.compiler.compiler import Compiler
from portico.daemon.engines import Engines
from portico.daemon.followers import Follower
from portico.daemon.intake import Intake

log = logging.getLogger("portico")


async def run(
    intake: Intake, compiler: Compiler, engines: Engines, followers: Sequence[Follower]
) -> None:
    """Until the sources end; what was wanted last stays wanted."""
    async for changed in intake.batches():
        hint = compiler.recompile(changed)
        for follower in followers:
            follower.follow(compiler.plan, hint)
        engines.want(compiler.plan, hint)
        for bug in compiler.bugs:
            log.error("step %s failed\n%s", bug.step, bug.trace, extra={"bug": True})
        compiler.bugs.clear()
