"""All nodes of a cluster, as far as ports are forwarded: pods, sessions, what happens to them."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from support.kubelet.course import Course
from support.kubelet.sandbox import Address, Sandbox
from support.kubelet.terms import Terms
from support.kubelet.wires import Wire

DEAD = ("Failed", "Succeeded")
"""Phases of pods whose sandbox is gone."""


class Seen(NamedTuple):
    """One session that was opened, as an audit log has it."""

    pod: str
    form: str
    """`spdy`, `tunnel` or `channels`."""
    user: str


class Nodes:
    """Belongs to the server's loop."""

    def __init__(self) -> None:
        self.terms = Terms()
        self.seen: list[Seen] = []
        self.dials: list[tuple[str, int]] = []
        """Of every connection so far the pod and the port."""
        self._ports: dict[tuple[str, str], dict[int, Address]] = defaultdict(dict)
        self._lost: set[str] = set()
        self._gone: set[str] = set()
        self._courses: dict[str, set[Course]] = defaultdict(set)
        self._wires: dict[Wire, Sandbox] = {}

    def run(self, namespace: str, pod: str, ports: Mapping[int, Address]) -> None:
        """From now on connections to these ports of the pod go there; others are refused."""
        # In place, as the sessions that there are look it up, too.
        found = self._ports[namespace, pod]
        found.clear()
        found.update(ports)

    def sandbox(self, document: Any) -> Sandbox:
        metadata, node = document["metadata"], document["spec"].get("nodeName", "")
        key = (metadata["namespace"], metadata["name"])
        return Sandbox(*key, metadata["uid"], node, self._ports[key])

    def stop(self) -> None:
        """As all machines at once that lose their power."""
        for course in [each for courses in self._courses.values() for each in courses]:
            course.abort()

    def is_lost(self, node: str) -> bool:
        return node in self._lost

    def lose(self, node: str) -> None:
        """The machine has no power any more. Nobody is told; not even that connections ended."""
        self._lost.add(node)
        for wire, sandbox in list(self._wires.items()):
            if sandbox.node == node:
                wire.silence()

    def noted(self, pod: Any, *, is_deleted: bool) -> None:
        """What the API says of a pod, as soon as it says it."""
        uid = pod["metadata"]["uid"]
        is_dead = is_deleted or (pod.get("status") or {}).get("phase") in DEAD
        if is_dead and uid not in self._gone:
            self._gone.add(uid)
            self._end(uid)

    def each(self, deed: Callable[[Wire], None], pod: str = "") -> int:
        """Do something to every session, or to those of one pod; tells to how many."""
        found = [wire for wire, sandbox in self._wires.items() if pod in ("", sandbox.name)]
        for wire in found:
            deed(wire)
        return len(found)

    def sessions(self, pod: str = "") -> int:
        return sum(pod in ("", sandbox.name) for sandbox in self._wires.values())

    def connections(self) -> int:
        """How many to applications are open."""
        return sum(map(len, self._courses.values()))

    def joined(self, sandbox: Sandbox, wire: Wire, seen: Seen) -> None:
        self.seen.append(seen)
        self._wires[wire] = sandbox
        wire.on_end = partial(self._wires.pop, wire, None)

    def dialled(self, pod: str) -> Callable[[int], None]:
        return lambda port: self.dials.append((pod, port))

    # The books of connections; see Courses.

    def add(self, sandbox: Sandbox, course: Course) -> None:
        self._courses[sandbox.uid].add(course)

    def discard(self, sandbox: Sandbox, course: Course) -> None:
        self._courses[sandbox.uid].discard(course)

    def is_gone(self, sandbox: Sandbox) -> bool:
        return sandbox.uid in self._gone

    def _end(self, uid: str) -> None:
        for course in list(self._courses[uid]):
            course.kill()
        if self.terms.ends_sessions:
            for wire, sandbox in list(self._wires.items()):
                if sandbox.uid == uid:
                    wire.end()
