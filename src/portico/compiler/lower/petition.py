"""All that one fact asks for, while a lower step is writing it down."""

from portico.compiler.claim import Claim, OutcomeWant, Want, rank_of
from portico.model.fact import Fact
from portico.plan.key import Key, Origin
from portico.plan.verdict import Because, Refusal, outcome_key


class Petition:
    """Claims in the order of the fact, and refusals, each told once."""

    def __init__(self, fact: Fact) -> None:
        self.ref = fact.ref
        self._rank = rank_of(fact.metadata.creation_timestamp, self.ref)
        self._claims: list[Claim] = []
        self._asked: dict[Key, None] = {}
        self._mentioned: dict[Key, None] = {}
        self._refused: dict[Refusal, None] = {}

    def claim(self, key: Key, want: Want) -> None:
        self._asked[key] = None
        self._claims.append(Claim(key, self._rank, want))

    def claim_aside(self, key: Key, want: Want) -> None:
        """What others need of the object, and its owner has not asked for."""
        self._claims.append(Claim(key, self._rank, want))

    def mention(self, key: Key) -> None:
        """What the object is about, though it claims nothing of it: for who asks why."""
        self._mentioned[key] = None

    @property
    def about(self) -> list[Key]:
        """All that was asked for or mentioned."""
        return [*self._asked, *self._mentioned]

    def asks(self, key: Key) -> bool:
        return key in self._asked

    def refuse(self, field: str, because: Because, detail: str = "") -> None:
        self._refused[Refusal(self.origin(field), because, detail)] = None

    def origin(self, field: str) -> Origin:
        return Origin(self.ref, field)

    def claims_if_any(self) -> list[Claim]:
        """As `claims`, but nothing is said of an object that asks for nothing."""
        return self.claims() if self._asked or self._refused else self._claims

    def claims(self) -> list[Claim]:
        """Everything asked for, and last what became of it so far."""
        asked, refused, mentioned = self._asked, self._refused, self._mentioned
        outcome = OutcomeWant(self.ref, tuple(asked), tuple(refused), tuple(mentioned))
        return [*self._claims, Claim(outcome_key(self.ref), self._rank, outcome)]
