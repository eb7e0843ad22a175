"""How one target gets through what happens to its pods. No I/O, no clock: what happened and when
goes in, what to do comes out.

    Resolving ──> Connected <──> Waiting        the listener stays through all of it
                    │  ▲
                    ▼  │
                  Draining   connections to a pod that was left go on until they end

New connections go to the chosen pods; while there is none they wait, each for as long as there is
patience, and then they are refused. A pod that runs without being ready is left for one that is;
it is chosen itself where there was none better at the start, or when patience has run out.
"""

from collections.abc import Sequence
from math import inf
from typing import Final

from portico.forward.candidates import Candidate
from portico.forward.effects import Carry, Close, Effect, Open, Refuse, Tell
from portico.forward.lines import Key, Line, State, key_of, pick
from portico.forward.rules import Failure, Phase, Rules
from portico.forward.told import PodChanged, Trouble, Waiting

SECOND_CHANCE: Final = 3.0
"""Seconds more for connections whose patience is over, when a pod that is not ready is tried."""


class _Waiter:
    def __init__(self, since: float, until: float) -> None:
        self.since, self.until = since, until
        self.had_second_chance = False


class Course:
    """Of one target. All methods give what is to be done, in order."""

    def __init__(self, target: str, rules: Rules) -> None:
        self._target, self._rules = target, rules
        self._candidates: Sequence[Candidate] | None = None
        self._lines: dict[Key, Line] = {}
        self._chosen: tuple[Key, ...] = ()
        self._waiters: dict[int, _Waiter] = {}
        self._takes_unready = False
        self._uses = 0
        self._told_waiting = ""

    @property
    def phase(self) -> Phase:
        if self._candidates is None:
            return Phase.RESOLVING
        if not any(self._lines[key].state is State.OPEN for key in self._chosen):
            return Phase.WAITING
        is_draining = any(key not in self._chosen for key in self._lines)
        return Phase.DRAINING if is_draining else Phase.CONNECTED

    @property
    def pods(self) -> tuple[str, ...]:
        """Where new connections go."""
        return tuple(key.name for key in self._chosen)

    @property
    def chosen(self) -> tuple[Candidate, ...]:
        return tuple(self._lines[key].candidate for key in self._chosen)

    def candidate(self, key: Key) -> Candidate:
        return self._lines[key].candidate

    @property
    def due(self) -> float | None:
        """When `tick` is to be called, if nothing happens before."""
        times = [waiter.until for waiter in self._waiters.values()]
        is_wanted = bool(self._waiters)
        times += (self._lines[key].next_try(is_wanted=is_wanted) for key in self._chosen[:1])
        if is_wanted and (line := self._pick()):
            times.append(line.next_try(is_wanted=True))
        soonest = min(times, default=inf)
        return None if soonest == inf else soonest

    def seen(self, candidates: Sequence[Candidate], now: float) -> list[Effect]:
        """All pods there are, best first."""
        if self._candidates is None and not self._rules.only_ready:
            self._takes_unready = not any(each.is_ready for each in candidates)
        self._candidates = candidates
        if any(each.is_ready for each in candidates):
            self._takes_unready = False
        return self._settle(now)

    def asked(self, connection: int, now: float) -> list[Effect]:
        """A new connection has come."""
        self._waiters[connection] = _Waiter(now, now + self._rules.patience)
        return self._serve(now)

    def opened(self, key: Key, now: float) -> list[Effect]:
        """A carriage is ready to carry."""
        line = self._lines.get(key)
        if line is None:
            return [Close(key)]
        line.opened(now)
        return self._serve(now)

    def failed(self, key: Key, failure: Failure, now: float) -> list[Effect]:
        """A carriage could not be opened."""
        line = self._lines.get(key)
        if line is None:
            return []
        effects: list[Effect] = []
        if line.reason != failure.reason:
            effects.append(Tell(Trouble(self._target, failure.reason, failure.hint)))
        line.broke(now, failure.reason, is_forbidden=failure.is_forbidden)
        return effects + self._serve(now)

    def lost(self, key: Key, reason: str, now: float) -> list[Effect]:
        """A carriage has ended, and all it carried with it."""
        line = self._lines.get(key)
        if line is None:
            return []
        line.broke(now, reason)
        effects: list[Effect] = [Close(key)]
        if key not in self._chosen and not line.connections:
            del self._lines[key]
        return effects + self._serve(now)

    def ended(self, connection: int, key: Key, now: float) -> list[Effect]:
        """A connection that was carried."""
        line = self._lines.get(key)
        if line is None:
            return []
        line.connections.discard(connection)
        return self._drained(key) + self._serve(now)

    def tick(self, now: float) -> list[Effect]:
        """The time of `due` has come."""
        late = [each for each, waiter in self._waiters.items() if waiter.until <= now]
        effects: list[Effect] = []
        if late and self._has_last_resort():
            self._takes_unready = True
            for each in late:
                waiter = self._waiters[each]
                if not waiter.had_second_chance:
                    waiter.until, waiter.had_second_chance = now + SECOND_CHANCE, True
            effects += self._settle(now)
        for each in late:
            if each in self._waiters and self._waiters[each].until <= now:
                del self._waiters[each]
                effects.append(Refuse(each, self.why_not))
        return effects + self._serve(now)

    def _settle(self, now: float) -> list[Effect]:
        """Choose anew; the lines to those that were left go on for what they carry."""
        candidates = self._candidates or ()
        by_key = {key_of(each): each for each in candidates}
        for key, line in self._lines.items():
            line.candidate = by_key.get(key, line.candidate)
        before, self._chosen = self._chosen, self._choice(candidates)
        for key in self._chosen:
            self._lines.setdefault(key, Line(by_key[key]))
        effects: list[Effect] = []
        for key in before:
            if key not in self._chosen:
                effects += self._drained(key)
        if self._chosen and self._chosen != before:
            told = PodChanged(self._target, self.pods, tuple(key.name for key in before))
            effects.append(Tell(told))
        return effects + self._serve(now)

    def _choice(self, candidates: Sequence[Candidate]) -> tuple[Key, ...]:
        """Those that were chosen stay, as long as none is better than they are."""
        fit = [key_of(each) for each in candidates if each.is_ready]
        usable = [key_of(each) for each in candidates if each.is_usable]
        if not fit and self._takes_unready:
            fit = usable
        most = self._rules.most or len(fit)
        kept = [key for key in self._chosen if key in fit]
        others = [key for key in fit if key not in kept]
        return tuple((kept + others)[:most])

    def _drained(self, key: Key) -> list[Effect]:
        """Closes a line that nobody needs any more."""
        line = self._lines[key]
        if key in self._chosen or line.connections:
            return []
        del self._lines[key]
        is_there = line.state in (State.OPEN, State.OPENING)
        return [Close(key)] if is_there else []

    def _serve(self, now: float) -> list[Effect]:
        """Whoever waits goes where there is a way; ways that are needed are opened."""
        effects: list[Effect] = []
        for connection in list(self._waiters):
            line = self._pick()
            if line is None or line.state is not State.OPEN:
                break
            self._uses += 1
            line.last_use = self._uses
            line.connections.add(connection)
            del self._waiters[connection]
            effects.append(Carry(connection, key_of(line.candidate)))
        effects += self._open(now)
        effects += self._forbidden()
        return effects + self._waiting()

    def _pick(self) -> Line | None:
        return pick((self._lines[key] for key in self._chosen), self._rules.spread)

    def _open(self, now: float) -> list[Effect]:
        """The first one is kept open; the others are opened when their turn comes."""
        wanted = [self._lines[key] for key in self._chosen[:1]]
        if self._waiters and (line := self._pick()) and line not in wanted:
            wanted.append(line)
        effects: list[Effect] = []
        for line in wanted:
            if now >= line.next_try(is_wanted=bool(self._waiters)):
                line.opening(now)
                effects.append(Open(line.candidate))
        return effects

    def _forbidden(self) -> list[Effect]:
        """Nobody waits for a permission longer than it takes to ask for it."""
        lines = [self._lines[key] for key in self._chosen]
        if not lines or not all(line.is_forbidden for line in lines):
            return []
        if not all(line.state is State.BROKEN for line in lines):
            return []
        tried_at = max(line.tried_at for line in lines)
        refused = [each for each, waiter in self._waiters.items() if waiter.since <= tried_at]
        for each in refused:
            del self._waiters[each]
        return [Refuse(each, self.why_not) for each in refused]

    def _waiting(self) -> list[Effect]:
        """Once for each reason."""
        is_on_its_way = any(self._lines[key].state is State.OPENING for key in self._chosen)
        if self.phase is not Phase.WAITING or is_on_its_way:
            if self.phase is not Phase.WAITING:
                self._told_waiting = ""
            return []
        reason = self.why_not
        if reason == self._told_waiting:
            return []
        self._told_waiting = reason
        return [Tell(Waiting(self._target, reason))]

    @property
    def why_not(self) -> str:
        """Why there is no way for a connection."""
        for key in self._chosen:
            if self._lines[key].reason:
                return f"pod {key.name}: {self._lines[key].reason}"
        candidates = self._candidates or ()
        if not candidates:
            return "there is no pod"
        first = candidates[0]
        if not first.is_usable:
            is_leaving = first.pod is None or first.pod.is_terminating
            phase = first.pod.status.phase if first.pod else ""
            how = "being deleted" if is_leaving else f"not running ({phase or 'Unknown'})"
        else:
            how = "not ready"
        more = f", and of {len(candidates) - 1} more none is ready" if len(candidates) > 1 else ""
        return f"pod {first.name} is {how}{more}"

    def _has_last_resort(self) -> bool:
        if self._takes_unready or self._rules.only_ready:
            return False
        candidates = self._candidates or ()
        is_bare = not any(each.is_ready for each in candidates)
        return is_bare and any(each.is_usable for each in candidates)
