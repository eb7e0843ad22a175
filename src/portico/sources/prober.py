"""The health of nodes: asked again and again, told when it changes."""

from asyncio import Queue
from collections.abc import AsyncIterator, Mapping, Sequence

from portico.model.fact import Metadata
from portico.model.local import Health
from portico.model.ref import Ref
from portico.plan.probe import Probe
from portico.sources.contract import Drop, Event, Put, Synced
from portico.sources.health.patient import Patient


class Prober:
    """One check serves all Services that ask the same of a node.

    Nothing is told of what has always been healthy: a start is no news for thousands of pools.
    """

    name = "health"

    def __init__(self) -> None:
        self._wanted: Mapping[str, Probe] = {}
        self._patients: dict[str, Patient] = {}
        self._told: set[str] = set()
        self._events: Queue[Event] = Queue()
        self._is_open = False

    def want(self, probes: Mapping[str, Probe]) -> None:
        """Replace what is checked, by name; what is known of the others is forgotten."""
        self._wanted = probes
        if self._is_open:
            self._follow()

    @property
    def checks(self) -> int:
        """How many checks were made of what is checked now."""
        return sum(patient.checks for patient in self._patients.values())

    async def events(self) -> AsyncIterator[Sequence[Event]]:
        """Nothing is known before it is asked for, so this source is synced from the start."""
        self._told, self._events, self._is_open = set(), Queue(), True
        try:
            yield [Synced(self.name)]
            self._follow()
            while True:
                events = [await self._events.get()]
                while not self._events.empty():
                    events.append(self._events.get_nowait())
                yield events
        finally:
            self._is_open = False
            for name in list(self._patients):
                self._patients.pop(name).close()

    def _follow(self) -> None:
        for name in self._patients.keys() - self._wanted.keys():
            self._patients.pop(name).close()
            if name in self._told:
                self._told.discard(name)
                self._events.put_nowait(Drop(Ref(Health.KIND, "", name)))
        for name, probe in self._wanted.items():
            patient = self._patients.get(name)
            if patient is None:
                self._patients[name] = Patient(probe, self._take)
            elif not patient.accepts(probe):
                # Another address is another machine: nothing is known of it yet.
                patient.close()
                self._patients[name] = Patient(probe, self._take)
                if name in self._told:
                    self._take(Health(metadata=Metadata(name=name)))

    def _take(self, health: Health) -> None:
        self._told.add(health.metadata.name)
        self._events.put_nowait(Put(health))
