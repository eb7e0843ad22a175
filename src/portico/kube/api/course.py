"""What a reflector does next, and how soon, after what has happened. No I/O."""

from random import Random
from typing import Final, Generic

from portico.kube.api.known import Known
from portico.kube.api.pace import Pace, Pauses
from portico.kube.api.told import Recovered, Synced, T, Told, Trouble
from portico.kube.api.wanted import PAGE
from portico.kube.config.errors import KubeError
from portico.kube.http.errors import (
    AnswerError,
    GarbledError,
    GoneError,
    NotFoundError,
    UnreachableError,
)

REFUSED: Final = frozenset({400, 422})
"""How servers answer that do not know streamed lists."""

BUSY: Final = frozenset({410, 429, 504})
"""What says nothing about whether a server can stream a list, even within the stream."""


class EarlyEndError(KubeError):
    """The server has ended a watch that it had just begun. Nothing is lost but time."""


class OlderStateError(KubeError):
    """The server has gone back in time, and all it has is to be listed again."""


class DisorderError(GarbledError):
    """A watch does not tell its story in order."""


USUAL: Final = (GoneError, OlderStateError, EarlyEndError)
"""What happens in a healthy cluster, too. It is no trouble, and the first time not even a pause."""


class Course(Generic[T]):
    """Of one reflector."""

    def __init__(self, known: Known[T], pace: Pace, chance: Random) -> None:
        self._known, self._pace = known, pace
        self._pauses = Pauses(pace, chance)
        self._row: set[type[KubeError]] = set()
        """What has failed since it last went well for a while."""
        self._has_answer = False
        self._trouble = ""
        self._absences = 0
        self._is_absent = False
        self.must_list = True
        self.must_compare = False
        """Whether the server may be another one than before, with an older state."""
        self.streams_lists = True
        self.page_size = PAGE

    def start_round(self) -> None:
        self._has_answer = False

    def answered(self) -> list[Told[T]]:
        """The server has begun to tell."""
        self._has_answer = True
        self._absences, self._is_absent = 0, False
        return self._recovered()

    def listed(self) -> None:
        self.must_list, self.page_size = False, PAGE

    def ended(self, lasted: float) -> None:
        """A watch did, well or not, after so many seconds."""
        if lasted >= self._pace.healthy_after:
            self._pauses.reset()
            self._row.clear()

    def ended_well(self, lasted: float, asked: float) -> None:
        """Raises EarlyEndError. A server that stops ends its watches before their time."""
        self.must_compare |= lasted < asked
        if lasted < self._pace.at_once:
            raise EarlyEndError("a watch ended at once")

    def after(self, error: KubeError) -> tuple[list[Told[T]], float]:
        """What there is to tell, and the pause before the next round, in seconds."""
        if isinstance(error, NotFoundError):
            return self._without_kind()
        if self._refuses_stream(error):
            self.streams_lists = False
            return [], 0.0
        is_repeated = type(error) in self._row
        self._row.add(type(error))
        self._learn(error, is_repeated=is_repeated)
        is_usual = isinstance(error, USUAL)
        asked = (error.retry_after or 0.0) if isinstance(error, AnswerError) else 0.0
        is_passing = is_usual or (self._has_answer and not isinstance(error, GarbledError))
        if is_passing and not is_repeated and not asked:
            return [], 0.0
        told = [] if is_usual else self._in_trouble(str(error))
        return told, self._pauses.take(asked)

    def _learn(self, error: KubeError, *, is_repeated: bool) -> None:
        match error:
            case GoneError():
                # The history is shorter than a list in pages takes, so the next one has no pages.
                if self._known.is_listing and not self.streams_lists:
                    self.page_size = 0
                self.must_list = True
            case OlderStateError() | GarbledError():
                self.must_list = True
            case AnswerError():
                # Within a watch: it may not get past this version, which a list does.
                self.must_list |= self._has_answer and is_repeated
                self.must_compare |= error.code == 504
            case UnreachableError():
                self.must_compare |= not self.must_list
                if self.must_list and self._has_answer and is_repeated:
                    self.streams_lists = False
            case _:
                pass

    def _refuses_stream(self, error: KubeError) -> bool:
        if not (self.must_list and self.streams_lists and isinstance(error, AnswerError)):
            return False
        return error.code not in BUSY if self._has_answer else error.code in REFUSED

    def _without_kind(self) -> tuple[list[Told[T]], float]:
        """No such kind; but a server that is starting may say so too, so it has to say it twice."""
        self._absences += 1
        if self._absences == 1 and not self._known.is_empty:
            return [], self._pauses.take()
        self.must_list = True
        told = self._recovered() + self._known.drop_all()
        if not self._is_absent:
            told.append(Synced(is_served=False))
        self._is_absent = True
        return told, self._pauses.spread(self._pace.absent)

    def _recovered(self) -> list[Told[T]]:
        was_in_trouble, self._trouble = bool(self._trouble), ""
        return [Recovered()] if was_in_trouble else []

    def _in_trouble(self, reason: str) -> list[Told[T]]:
        is_news = reason != self._trouble
        self._trouble = reason
        return [Trouble(reason)] if is_news else []
