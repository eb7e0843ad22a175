"""What a change of units changes in the table is what lies between the two wholes."""

from hypothesis import given, settings

from engines_nftables.plans import stories
from engines_nftables.units import frontend, key_of, plan_of, pool
from portico.engines.nftables.elements import Elements
from portico.engines.nftables.filling import parts
from portico.engines.nftables.ledger import Ledger
from portico.engines.nftables.numbers import NOTHING_KNOWN
from portico.plan.plan import diff

SMALL = settings(max_examples=60, deadline=None)


def after(before: Elements, change) -> Elements:
    """The table, once the kernel has made this change: it would refuse one that does not fit."""
    table = {place: dict(values) for place, values in before.items()}
    for place, keys in change.deletes.items():
        for key in keys:
            del table[place][key]
    for place, values in change.adds.items():
        assert not values.keys() & table[place].keys()
        table[place] |= values
    return table


@given(story=stories())
@SMALL
def test_step_by_step_is_the_whole(story):
    ledger = Ledger(NOTHING_KNOWN, relay=False)
    table, before = ledger.all(), {}
    for plan in story:
        hint = diff(before, plan)
        change = ledger.turn(ledger.turns(plan, [*hint.changed, *hint.removed]))
        table, before = after(table, change), plan
        assert table == ledger.all()


@given(story=stories())
@SMALL
def test_taken_in_at_once_it_is_the_same(story):
    """With other numbers perhaps, but as many elements in each place."""
    ledger, fresh = (Ledger(NOTHING_KNOWN, relay=False) for _ in range(2))
    for plan in story:
        ledger.follow(ledger.turns(plan, {**ledger.units, **plan}))
    fresh.follow(fresh.turns(story[-1], story[-1]))
    assert sizes(ledger.all()) == sizes(fresh.all())


@given(story=stories())
@SMALL
def test_filled_in_parts_it_is_the_whole(story):
    """And nothing leads to what is not there yet."""
    assert_filled(story[-1])


def test_filled_in_many_parts():
    pools = [pool(f"s{n}", [f"10.2.{n % 7}.1", f"10.3.{n >> 8}.{n & 255}"]) for n in range(450)]
    ways = [frontend(f"10.96.{n >> 8}.{n & 255}", one.key) for n, one in enumerate(pools)]
    assert assert_filled(plan_of(*ways, *pools)) > 5


def assert_filled(plan) -> int:
    """How many parts there were."""
    ledger = Ledger(NOTHING_KNOWN, relay=False)
    table, count = ledger.all(), 0
    for _, part in parts(ledger, plan, most=3):
        count += 1
        assert not part.deletes
        table = after(table, part)
        places = ("frontends4", "frontends6", "nodeports4", "nodeports6", "ways", "shortcuts")
        led = [number for place in places for number in table[place].values()]
        assert {number for number in led if number.startswith("50")} <= table["pools"].keys()
    assert table == ledger.all()
    return count


def test_a_pool_keeps_its_number_as_long_as_somebody_refers_to_it():
    """Whatever the order in which hints tell of them."""
    ledger = Ledger(NOTHING_KNOWN, relay=False)
    both = plan_of(pool("web", ["10.2.0.1"]), frontend("10.96.0.1", key_of("web")))
    ledger.follow(ledger.turns(both, both))
    alone = {key: unit for key, unit in both.items() if key != key_of("web")}
    ledger.follow(ledger.turns(alone, both))
    other = {**alone, **plan_of(pool("other", ["10.2.0.9"]))}
    ledger.follow(ledger.turns(other, other))
    table = ledger.all()
    assert table["frontends4"]["10.96.0.1 . 6 . 80"] not in table["pools"]


def sizes(table: Elements) -> dict[str, int]:
    return {place: len(values) for place, values in table.items()}
