"""Who of several on one wire wants the client to wait."""

from support.kubelet.course import Course
from support.kubelet.wires import Wire


class Held:
    """The wire is held from the first who wants it to the last who does."""

    def __init__(self) -> None:
        self._holding: set[Course] = set()

    def hold(self, course: Course, wire: Wire | None) -> None:
        if not self._holding and wire is not None:
            wire.hold()
        self._holding.add(course)

    def release(self, course: Course, wire: Wire | None) -> None:
        if course in self._holding:
            self._holding.discard(course)
            if not self._holding and wire is not None:
                wire.release()
