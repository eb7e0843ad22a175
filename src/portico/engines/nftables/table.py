"""Our table in the kernel: kept equal to what the plan's units stand for."""

import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from portico.engines.nftables import filling, forwarding, kernel, render
from portico.engines.nftables.adoption import known_numbers
from portico.engines.nftables.elements import PLACES, TABLE, Change, Elements, change, nothing
from portico.engines.nftables.forgetting import Forgetting
from portico.engines.nftables.generation import Generations, Structure
from portico.engines.nftables.layout import Layout
from portico.engines.nftables.ledger import Ledger, Turn
from portico.engines.nftables.libnftables import Libnftables, NftablesError
from portico.engines.nftables.netlink import Netlink
from portico.engines.nftables.numbers import NOTHING_KNOWN
from portico.engines.nftables.options import Options
from portico.plan.key import Key
from portico.plan.machine import THIS, Machine
from portico.plan.plan import Plan
from portico.plan.transport import Family

READING_SHARE: Final = 20
"""Elements are read back so seldom that it takes a twentieth of the time, once a second at most."""

UNCOUNTED: Final = ("pods4", "pods6")
"""Linux counts ends of intervals and halves: all addresses, an interval without an end, are 0."""

UNKNOWN: Final = -1
"""No generation."""


@dataclass(slots=True)
class Work:
    """What was done so far."""

    transactions: int = 0
    elements_sent: int = 0
    repairs: int = 0
    readings: int = 0
    flows_deleted: int = 0
    last_apply_ms: float = 0.0
    elements: dict[str, int] = field(default_factory=dict)


class Table:
    """Not to be used by two threads at the same time. Raises NftablesError and OSError."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._netlink = Netlink()
        self._generations = Generations(self._netlink)
        self._forgetting = Forgetting(self._netlink)
        try:
            self._generations.current()  # complains where netfilter may not be told anything
            self._nft = Libnftables()
        except BaseException:
            self._netlink.close()
            raise
        self._layout = Layout(options)
        self._ledger: Ledger | None = None
        self._structure: Structure | None = None
        self._generation = UNKNOWN
        self._is_known = False
        self._is_doubtful = False
        self._next_reading = 0.0
        self._elsewhere: set[Family] = set()
        self.work = Work()

    def is_as_left(self) -> bool:
        """Whether nobody has edited any table since the last look. Cheap: one short question."""
        if not self._is_known or self._is_doubtful or self.owes_flows:
            return False
        return self._generations.current() == self._generation

    def converge(self, plan: Plan, keys: Iterable[Key] | None) -> None:
        """Make the table equal to the plan, looking at these units only; None: at everything."""
        started, done = time.monotonic(), self.work.transactions
        ledger, places = self._ledger, PLACES if keys is None else self._suspicious_places()
        if ledger is None or keys is None or places is not None:
            self._compare_or_make_anew(plan, PLACES if places is None else places)
        else:
            try:
                self._follow(ledger, plan, keys)
            except NftablesError:
                # The table is not what it was a moment ago: look again, and say what differs.
                self._compare_or_make_anew(plan, PLACES)
        is_busy = self.work.transactions > done
        if is_busy:
            self.work.last_apply_ms = (time.monotonic() - started) * 1000
        if self._ledger is not None:
            deleted = self._forgetting.work(self._ledger.units, is_busy=is_busy)
            self.work.flows_deleted += deleted

    def note(self) -> str:
        """What keeps traffic from flowing although the table is as it should be."""
        return forwarding.note(self._elsewhere)

    @property
    def owes_flows(self) -> bool:
        """Whether flows are still to be looked at."""
        return self._forgetting.is_owed

    @property
    def services(self) -> int:
        return self._ledger.services if self._ledger else 0

    def counts(self) -> dict[str, int]:
        """Elements by place: as the kernel counts them, or as we do."""
        return self._generations.counts() or self.work.elements

    def remove(self) -> None:
        """Take the table out of the kernel."""
        self._is_known = False
        self._nft.run(f"add table inet {TABLE}\ndelete table inet {TABLE}\n")

    def close(self) -> None:
        self._netlink.close()
        self._nft.close()

    def _suspicious_places(self) -> Sequence[str] | None:
        """Where elements must be read, after an edit by somebody; None: nothing is to be done."""
        if not self._is_known or self._structure is None:
            return PLACES
        generation = self._generations.current()
        if generation != self._generation:
            self._is_doubtful = True  # numbers of elements do not tell of changed values
            self._generation = generation
            structure = self._generations.structure()
            if structure is None or structure.table != self._structure.table:
                return PLACES
            places = self._uneven_places()
            if places or structure != self._structure:
                return places
        return PLACES if self._is_doubtful and time.monotonic() >= self._next_reading else None

    def _uneven_places(self) -> Sequence[str]:
        """Where the kernel has more or fewer elements than we left there."""
        told = self._generations.counts()
        if told is None:
            return PLACES
        counted = self.work.elements
        return [p for p in PLACES if p not in UNCOUNTED and told.get(p) != counted[p]]

    def _follow(self, ledger: Ledger, plan: Plan, keys: Iterable[Key]) -> None:
        """Change what these units change; costs nothing for all others."""
        turns = ledger.turns(plan, keys)
        if not turns:
            return
        self._is_known = False  # until it has gone well
        done = self.work.transactions
        self._forgetting.note(turns)
        difference = ledger.turn(turns)
        self._elsewhere |= forwarding.elsewhere(
            (new for _, new in turns if new is not None), _here(ledger)
        )
        structure = None
        if difference.size:
            classes = _missing_classes(difference, self._structure)
            self._commit(classes + render.changes(difference), difference)
            self._count(difference)
            structure = self._generations.structure() if classes else None
        self._expect(self._generation + self.work.transactions - done, structure)

    def _count(self, difference: Change) -> None:
        for place, gone in difference.deletes.items():
            self.work.elements[place] -= len(gone)
        for place, added in difference.adds.items():
            self.work.elements[place] += len(added)

    def _compare_or_make_anew(self, plan: Plan, places: Sequence[str]) -> None:
        try:
            self._compare(plan, places, anew=False)
        except NftablesError:
            # Somebody has changed what a set or a chain is, and that cannot be changed back.
            self._compare(plan, PLACES, anew=True)

    def _compare(self, plan: Plan, places: Sequence[str], *, anew: bool) -> None:
        """Read these places, and change whatever differs from the plan."""
        was_known, self._is_known = self._is_known, False
        done = self.work.transactions
        generation, structure = self._generations.current(), self._generations.structure()
        if structure is None:
            ledger, turns = self._fill(plan)
        else:
            ledger, turns = self._mend(plan, structure, places, anew=anew)
        self._ledger = ledger
        if self.work.transactions > done:
            self.work.repairs += was_known
            turns += [(None, unit) for unit in ledger.units.values()]
        self._forgetting.note(turns)
        self._elsewhere = forwarding.elsewhere(ledger.units.values(), _here(ledger))
        self._is_doubtful &= places is not PLACES
        self._expect(generation + self.work.transactions - done, self._generations.structure())

    def _mend(
        self, plan: Plan, structure: Structure, places: Sequence[str], *, anew: bool
    ) -> tuple[Ledger, list[Turn]]:
        """What differs, in one transaction."""
        anew = anew or not self._layout.is_ours(structure)
        found, mending = self._read(structure, places, anew=anew)
        ledger = self._ledger or self._adopting(plan, found)
        left = {} if len(found) == len(PLACES) else ledger.all()
        turns = ledger.turns(plan, {**ledger.units, **plan})
        ledger.follow(turns)
        wanted = ledger.all()
        difference = change(left | found, wanted)
        mending += _missing_classes(difference, None if anew else structure)
        if mending or difference.size:
            self._commit(mending + render.changes(difference), difference)
        self.work.elements = {place: len(wanted[place]) for place in PLACES}
        return ledger, turns

    def _fill(self, plan: Plan) -> tuple[Ledger, list[Turn]]:
        """There is no table. The next part is written while libnftables is busy with the last."""
        left = self._ledger.turns(plan, self._ledger.units) if self._ledger else []
        ledger = Ledger(NOTHING_KNOWN, relay=bool(self._options.relay_port))
        self.work.elements = dict.fromkeys(PLACES, 0)
        with ThreadPoolExecutor(1, "nftables-fill") as busy:
            last = busy.submit(self._commit, self._layout.anew(None), Change())
            for text, part in filling.parts(ledger, plan):
                self._count(part)
                last.result()
                last = busy.submit(self._commit, text, part)
            last.result()
        return ledger, left

    def _read(
        self, structure: Structure, places: Sequence[str], *, anew: bool
    ) -> tuple[Elements, str]:
        """The elements in the kernel, and the text that mends what is around them."""
        if anew:
            return nothing(), self._layout.anew(structure)
        started = time.monotonic()
        counts = self._generations.counts() or {}
        found: Elements = {place: {} for place in places}
        for place in places:
            if place in structure.sets and (place in UNCOUNTED or counts.get(place, 1)):
                found[place] = kernel.read(self._nft, place)
        if places is PLACES:
            now = time.monotonic()
            self._next_reading = now + max(1.0, READING_SHARE * (now - started))
            self.work.readings += 1
        as_left = self._structure and structure == self._structure
        if as_left or (self._structure is None and self._layout.is_intact(structure)):
            return found, ""
        return found, self._layout.mending(structure)

    def _adopting(self, plan: Plan, found: Elements) -> Ledger:
        last = kernel.last_remembered(self._nft) if found["slots"] else 0
        known = known_numbers(plan, found, last)
        return Ledger(known, relay=bool(self._options.relay_port))

    def _commit(self, text: str, difference: Change) -> None:
        self._nft.run(text)
        self.work.transactions += 1
        self.work.elements_sent += difference.size

    def _expect(self, generation: int, structure: Structure | None = None) -> None:
        """All went well, if nobody else has edited meanwhile: else that is to be looked at."""
        is_alone = self._generations.current() == generation
        self._generation = generation if is_alone else UNKNOWN
        self._is_doubtful |= not is_alone
        if structure is not None:  # just read, perhaps with somebody's edit in it
            self._structure = structure if is_alone else None
        self._is_known = True


def _missing_classes(difference: Change, structure: Structure | None) -> str:
    """The class chains that these elements lead to and that are not there yet."""
    there = structure.chains.keys() if structure is not None else render.EVERYDAY
    missing = sorted(render.classes(difference) - there)
    return "".join(map(render.class_chain, missing))


def _here(ledger: Ledger) -> frozenset[str]:
    machine = ledger.units.get(THIS)
    return frozenset(machine.addresses if isinstance(machine, Machine) else ())
