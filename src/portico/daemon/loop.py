"""The whole story on one page: changed facts -> plan -> engines."""

import logging

from portico.compiler.compiler import Compiler
from portico.daemon.engines import Engines
from portico.daemon.intake import Intake
from portico.daemon.names import Names

log = logging.getLogger("portico")


async def run(intake: Intake, compiler: Compiler, engines: Engines, names: Names) -> None:
    """Until the sources end; what was wanted last stays wanted."""
    async for changed in intake.batches():
        hint = compiler.recompile(changed)
        names.follow(hint)
        engines.want(compiler.plan, hint)
        for bug in compiler.bugs:
            log.error("step %s failed\n%s", bug.step, bug.trace, extra={"bug": True})
        compiler.bugs.clear()
