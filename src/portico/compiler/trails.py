"""Which step has read which topic."""

from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from portico.model.ref import Ref, Topic
from portico.plan.key import Key

Step = Ref | Key
"""A lower step is named by its fact, a merge step by its unit."""


class Trails:
    """Two-way index: what a step read last time, and who reads a topic."""

    def __init__(self) -> None:
        self._trails: dict[Step, AbstractSet[Topic]] = {}
        self._readers: dict[Topic, set[Step]] = defaultdict(set)

    def readers(self, topics: Iterable[Topic]) -> set[Step]:
        """The steps to run again when these topics change."""
        return {step for topic in topics for step in self._readers.get(topic, ())}

    def remember(self, step: Step, trail: AbstractSet[Topic]) -> None:
        """Replace what a step is known to read."""
        old = self._trails.pop(step, frozenset())
        if trail:
            self._trails[step] = trail
        for topic in old - trail:
            self._readers[topic].discard(step)
            if not self._readers[topic]:
                del self._readers[topic]
        for topic in trail - old:
            self._readers[topic].add(step)
