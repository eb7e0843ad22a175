"""Certificates looked after for as long as the webhook runs: made, shown, and told to the cluster.

Everything is compared with what should be, again and again: a restart, a lost write, or somebody
who applies the configuration without its authority are mended in the same way.
"""

import asyncio
import logging
from dataclasses import dataclass
from typing import Final

from portico.kube.config.errors import KubeError
from portico.kube.http.errors import ConflictError
from portico.lib import clock
from portico.webhook.announcing import Announcing
from portico.webhook.keeping import Keeping
from portico.webhook.shown import Shown

log = logging.getLogger("portico")

PACE: Final = 10.0
"""Seconds between two looks."""


@dataclass(slots=True)
class Tending:
    """Without `keeping`, the files are somebody else's; without `announcing`, the telling is."""

    shown: Shown
    keeping: Keeping | None = None
    announcing: Announcing | None = None
    pace: float = PACE
    _trouble: str = ""

    async def run(self) -> None:
        """For ever."""
        while True:
            await self.look()
            await asyncio.sleep(self.pace)

    async def look(self) -> None:
        """Once; what fails is tried again the next time."""
        try:
            await asyncio.to_thread(self._renew)
            await self._announce()
        except ConflictError:
            return  # another replica was writing
        except (OSError, KubeError) as error:
            self._complain(str(error))
        else:
            self._trouble = ""

    def _renew(self) -> None:
        if self.keeping is not None and self.keeping.renew(clock.now()):
            log.info("a new certificate is in %s", self.keeping.files.certificate)
        if self.shown.refresh():
            log.info("showing the certificate in its files")

    async def _announce(self) -> None:
        if self.keeping is None or self.announcing is None:
            return
        ours = self.keeping.authorities()
        if await self.announcing.tell(ours, clock.now()):
            log.info("our authority is in the webhook configuration now")

    def _complain(self, reason: str) -> None:
        if reason != self._trouble:
            self._trouble = reason
            log.error("certificates: %s", reason)
