"""One Portico as far as writing is concerned: it compiles what it is given, and writes.

As a program of its own it can be killed:  python -m live.cluster_status.replica < JSON
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from kube.api.follower import until
from portico.compiler.compiler import Compiler
from portico.daemon.writing import Writing
from portico.daemon.writing_addresses import Place
from portico.daemon.writing_pace import Pace
from portico.daemon.writing_shift import Errand
from portico.kube.api.lease_record import Terms
from portico.kube.config.access import Access
from portico.kube.config.choose import access
from portico.kube.config.wish import Wish
from portico.kube.http.client import Client
from portico.lib import clock
from portico.model.decode import decode
from portico.model.fact import Fact
from portico.model.ref import Ref
from portico.settings import Settings
from portico.status.contest import Patience
from portico.status.publish import Publish, address_of
from portico.store import Store

QUICK = Pace(
    terms=Terms(duration=2.0, renew_within=1.0, retry=0.1),
    patience=Patience(pauses=(0.05, 600.0)),
    addresses_settle=0.05,
    refusals_settle=0.1,
)


class Replica:
    """Knows what it was given, and nothing else."""

    def __init__(self, client: Client, errand: Errand, pace: Pace = QUICK) -> None:
        self._store = Store()
        self._compiler = Compiler(self._store, Settings())
        self.writing = Writing(client, errand, pace)

    def apply(self, *documents: dict[str, Any], namespace: str) -> None:
        changed = set()
        for document in documents:
            metadata = {"namespace": namespace, **document["metadata"]}
            if document["kind"] == "IngressClass":
                del metadata["namespace"]
            fact = decode({**document, "metadata": metadata})
            assert isinstance(fact, Fact), fact
            changed |= self._store.put(fact)
        self._follow(changed)

    def drop(self, kind: str, namespace: str, name: str) -> None:
        self._follow(self._store.drop(Ref(kind, namespace, name)))

    async def until_written(self, count: int) -> None:
        """So many statuses, and the server's answers read."""
        report = self.writing.report
        await until(lambda: report().statuses_written >= count, f"{count} statuses to be written")
        assert report().statuses_written == count

    def _follow(self, changed: Any) -> None:
        hint = self._compiler.recompile(changed)
        self.writing.follow(self._compiler.plan, hint)


@asynccontextmanager
async def running(
    reach: Access, errand: Errand, *documents: dict[str, Any], pace: Pace = QUICK
) -> AsyncIterator[Replica]:
    """Ends as a process does that is told to."""
    async with Client(reach) as client, asyncio.TaskGroup() as group:
        replica = Replica(client, errand, pace)
        replica.apply(*documents, namespace=next(iter(errand.namespaces)))
        task = group.create_task(replica.writing.run())
        yield replica
        task.cancel()


def errand_of(namespace: str, *addresses: str, pod: str = "", **more: Any) -> Errand:
    publish = Publish(addresses=tuple(map(address_of, addresses)))
    return Errand(replace(publish, **more), Place(namespace, pod), (namespace,))


async def _main() -> None:
    told = json.loads(sys.stdin.readline())
    _set_ahead(told["ahead"])
    reach = access(Wish(kubeconfig=told["kubeconfig"]))
    errand = errand_of(told["namespace"], told["address"])
    async with running(reach, errand, *told["documents"]) as replica:
        sys.stdout.write(f"{replica.writing.identity}\n")
        sys.stdout.flush()
        while line := await asyncio.to_thread(sys.stdin.readline):
            replica.apply(json.loads(line), namespace=told["namespace"])


def _set_ahead(seconds: float) -> None:
    """As if the clock of this machine were wrong by so much."""
    right = clock.now
    clock.now = lambda: right() + seconds


if __name__ == "__main__":
    asyncio.run(_main())
