"""ExaBGP behind the contract of a daemon.

Two things that it has are compared with what is wanted: its configuration (who its peers are) and
the routes that it was told for each peer. It keeps those and tells a router again by itself, so a
route is told once; and only while the session is up, because ExaBGP loads no configuration while
it has something to say to somebody who is not there.
"""

import asyncio
import os
import pwd
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from portico.engines.bgp.bfd.talk import Standing
from portico.engines.bgp.exabgp import commands, config, events
from portico.engines.bgp.exabgp.link import Hops, Known, Link
from portico.engines.bgp.exabgp.loading import Loading
from portico.engines.bgp.exabgp.pipe import Pipe
from portico.engines.bgp.exabgp.recall import recall
from portico.engines.bgp.speaker.child import Child
from portico.engines.bgp.speaker.contract import DaemonError
from portico.engines.bgp.speaker.next_hop import local_address, partner
from portico.engines.bgp.speaker.wanted import Wanted
from portico.engines.bgp.wire import Session

PROGRAM: Final = (sys.executable, "-I", "-S", str(Path(__file__).with_name("pipe_end.py")))
PATIENCE: Final = 10.0
PAUSE: Final = 0.1
LOOKS: Final = 5.0
"""Seconds between two looks at whether events have told the truth."""

SHORT_LIFE: Final = 1.0
"""Seconds; an ExaBGP that ends sooner is not started again at once."""


class ExaBgp:
    """One ExaBGP in `home`, which is ours alone. `changed`: something happened, settle again."""

    does_bfd = False

    def __init__(self, home: Path, changed: Callable[[], None]) -> None:
        self.starts = 0
        self._changed = changed
        self._clock = asyncio.get_running_loop().time
        file = home / "exabgp.conf"
        self._child = Child(home, "exabgp", str(file), changed)
        self._pipe = Pipe(home / "pipe.sock", self._hear)
        self._loading = Loading(file, self._child, self._pipe, PROGRAM)
        self._recalled = 0  # the attachment of the pipe since which we know what it has
        self._started_at = -SHORT_LIFE
        self._looked_at = -LOOKS
        self._links: dict[str, Link] = {}
        self._held: frozenset[str] = frozenset()

    async def settle(self, wanted: Wanted) -> None:
        self._held = wanted.held
        spoken_to = wanted.spoken_to()
        blocks = {address: config.block(peer) for address, peer in spoken_to.items()}
        await self._run(blocks)
        await self._leave(wanted)
        for address, peer in spoken_to.items():
            link = self._links.setdefault(address, Link(address, self._clock()))
            if link.peer != peer:
                link.peer = peer
                link.forget()  # a session with other parameters may begin with no routes
        late = self._late()
        if late:
            await self._loading.load({each: blocks[each] for each in blocks.keys() - late})
        await self._loading.load(blocks)
        await self._tell(wanted)
        self._child.cut_log()
        if self._clock() - self._looked_at >= LOOKS:
            await self.look()

    def sessions(self) -> Mapping[str, Session]:
        known = {
            address: link.session("up" if link.is_up else "down")
            for address, link in self._links.items()
        }
        return known | {each: Session("held") for each in self._held}

    def watched(self) -> Mapping[str, Standing]:
        return {}

    async def look(self) -> None:
        if not self._pipe.is_attached:
            return
        self._looked_at = self._clock()
        (answer,) = await self._pipe.ask(commands.NEIGHBORS)
        if answer.is_done:  # it is not, where a peer may be in any AS
            for address, found in events.counters("".join(answer.lines)).items():
                link = self._links.get(address)
                if link is not None and link.count(found, self._clock()):
                    self._changed()

    async def withdraw(self) -> None:
        await self._take_back(link for link in self._links.values() if link.is_up)
        await self._loading.load(self._loading.blocks, again=True)

    async def stop(self) -> None:
        await self._child.end()
        self._pipe.close()
        self._loading.file.unlink(missing_ok=True)

    def let_go(self) -> None:
        self._child.let_go()
        self._pipe.close()

    async def _run(self, blocks: Mapping[str, str]) -> None:
        """Have it running and listening to us, and know what it has."""
        self._pipe.listen()
        if self._child.pid() is None:
            self._start(blocks)
        self._child.watch()
        await self._attach()
        if self._recalled != self._pipe.attachments:
            attachment = self._pipe.attachments
            await self._recall()
            self._recalled = attachment

    async def _attach(self) -> None:
        """Wait for its end of the pipe, as long as it lives."""
        deadline = self._clock() + PATIENCE
        while not await self._pipe.attached(PAUSE):
            if self._child.pid() is None:
                raise DaemonError(f"ExaBGP ends as soon as it is started, see {self._child.log}")
            if self._clock() > deadline:
                await self._child.end()
                raise DaemonError(f"ExaBGP does not use its pipe, see {self._child.log}")

    def _start(self, blocks: Mapping[str, str]) -> None:
        lived = self._clock() - self._started_at
        self._started_at = self._clock()
        if lived < SHORT_LIFE:
            raise DaemonError(f"ExaBGP ended as soon as it was started, see {self._child.log}")
        self._pipe.detach()
        for link in self._links.values():
            link.go_down("ExaBGP has ended", self._clock())
            link.known = {}
        self._loading.write(blocks)
        # -P: what lies in the working directory is not to be imported.
        command = [sys.executable, "-P", "-m", "exabgp", "server", str(self._loading.file)]
        self._child.start(command, self._environment())
        self.starts += 1

    def _environment(self) -> dict[str, str]:
        """Its own settings file is of no interest: whoever has one uses ExaBGP otherwise."""
        found = {"PYTHONPATH": os.environ["PYTHONPATH"]} if "PYTHONPATH" in os.environ else {}
        return found | {
            "PATH": os.defpath,
            "PORTICO_PIPE": str(self._pipe.path),
            "EXABGP_ENVFILE": os.devnull,
            "exabgp.api.cli": "false",
            # It stays who we are, who have given up what we could: see companion/privileges.py.
            "exabgp.daemon.user": _user(),
            "exabgp.daemon.umask": "0o077",
            "exabgp.log.destination": "stderr",
            "exabgp.log.level": "ERROR",
        }

    async def _recall(self) -> None:
        found = await recall(self._pipe, self._loading.file.read_text())
        self._loading.generation = max(self._loading.generation, found.generation)
        self._loading.blocks = found.blocks
        for address in (found.blocks.keys() | found.prefixes.keys()) - self._links.keys():
            self._links[address] = Link(address, self._clock())
        for address, link in self._links.items():
            link.known = dict.fromkeys(found.prefixes.get(address, ()), Known(None, None))
            if address in found.up and not link.is_up:
                link.go_up("")
            elif address not in found.up and link.is_up:
                link.go_down("", self._clock())

    async def _leave(self, wanted: Wanted) -> None:
        """Take back what those were told who are not spoken to any more.

        Not from those who are held: their path is dead, and to wait for them would be in vain.
        """
        staying = wanted.spoken_to().keys()
        gone = [link for address, link in self._links.items() if address not in staying]
        reached = (each for each in gone if each.is_up and each.address not in self._held)
        await self._take_back(reached)
        for link in gone:
            del self._links[link.address]

    async def _take_back(self, links: Iterable[Link]) -> None:
        told = [link for link in links if link.known]
        await self._say(
            [each for link in told for each in commands.withdrawals(link.address, link.known)]
        )
        for link in told:
            link.known = {}

    def _late(self) -> set[str]:
        """Those who ought to have been tried again by now: ExaBGP waits up to a minute.

        One that is taken out of the configuration and put in again is tried at once.
        """
        late = {
            link.address
            for link in self._links.values()
            if link.peer is not None
            and not (link.is_up or link.peer.passive)
            and self._clock() - link.tried_at >= link.peer.connect
        }
        for address in late:
            self._links[address].tried_at = self._clock()
        return late

    async def _tell(self, wanted: Wanted) -> None:
        """Tell every router that is there what it does not know yet; the troubles at the end."""
        homeless: list[str] = []
        for link in self._links.values():
            if not link.is_up or link.peer is None:
                continue
            peer = link.peer
            found = peer.source or local_address(peer.address, peer.port, peer.device)
            link.local = link.local or found
            news = link.news(wanted.routes_of(peer), _hops(link.local, peer.families))
            lines = [*commands.withdrawals(peer.address, news.withdrawn)]
            told = {prefix: each.told for prefix, each in news.announced.items() if each.told}
            lines += commands.announcements(peer.address, told.items())
            try:
                await self._say(lines)
            except DaemonError:
                link.forget()
                raise
            for prefix in news.withdrawn:
                del link.known[prefix]
            link.known |= news.announced
            homeless += [f"{prefix} at {peer.address}" for prefix in news.homeless]
            if peer.graceful and not link.was_told_all:
                await self._say([*commands.end_of_rib(peer.address, peer.families)])
            link.was_told_all = True
        if homeless:
            some = ", ".join(sorted(homeless)[:3])
            raise DaemonError(f"no address of ours to be the next hop of {some}")

    async def _say(self, lines: list[str]) -> None:
        """Commands that change something; all are tried. Raises DaemonError."""
        if not lines:
            return
        answers = await self._pipe.ask(*lines)
        refused = [line for line, answer in zip(lines, answers, strict=True) if not answer.is_done]
        if refused:
            raise DaemonError(f"ExaBGP refuses: {refused[0][:200]}")

    def _hear(self, event: events.Event) -> None:
        link = self._links.get(event.peer)
        if link is None:
            return
        if event.state == events.UP:
            link.go_up(event.local)
        else:
            link.go_down(event.reason, self._clock())
        self._changed()


def _hops(local: str, families: tuple[str, ...]) -> Hops:
    """Our addresses of both families, where the session carries both."""
    other = partner(local) if len(families) > 1 and local else ""
    return Hops(other, local) if ":" in local else Hops(local, other)


def _user() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # as in a container that is given any number: there is nothing to change to
        return "nobody"
