"""Others edit the ruleset too. What they do to our table is undone; theirs is left alone."""

import pytest

from engines_nftables.reading import elements_of, ways_in_kernel, ways_in_plan
from engines_nftables.spaces import needs_namespaces
from engines_nftables.test_contract import NOTHING, SHOP
from engines_nftables.units import plan_of, pool
from portico.plan.plan import diff

pytestmark = needs_namespaces


def assert_serves(live, plan):
    table = elements_of(live.space.nft("list", "table", "inet", "portico"))
    assert ways_in_kernel(table) == ways_in_plan(plan)


def rules(live) -> str:
    listing = live.space.nft("list", "table", "inet", "portico")
    return listing[listing.index("\tchain") :]


@pytest.mark.parametrize(
    ("edit", "sent"),
    [
        ("flush ruleset", None),
        ("delete table inet portico", None),
        ("delete table inet portico; add table inet portico", None),
        ("flush chain inet portico dispatch", 0),
        ("flush chain inet portico random-tcp4-3", 0),
        ("flush table inet portico", 0),
        ("insert rule inet portico dispatch drop", 0),
        ("add chain inet portico mine; add rule inet portico mine accept", 0),
        ("delete element inet portico frontends4 { 10.96.0.1 . 6 . 80 }", 1),
        ("flush map inet portico tcpendpoints4", 3),
        ("flush set inet portico nodeaddresses4", 1),
        ("add element inet portico frontends4 { 10.96.0.99 . 6 . 80 : 5000:1 }", 1),
        ("add element inet portico hairpins4 { 1.1.1.1 . 1.1.1.1 }", 1),
    ],
)
def test_an_edit_is_undone_at_the_next_look(live, edit, sent):
    before = live.serve(SHOP)
    made = rules(live)
    live.space.nft(edit)
    after = live.serve(SHOP, NOTHING)
    assert_serves(live, SHOP)
    assert rules(live) == made
    assert after["repairs"] == 1
    expected = before["elements"] if sent is None else sent
    assert after["elements_sent"] - before["elements_sent"] == expected
    assert live.serve(SHOP, NOTHING)["repairs"] == 1


def test_a_changed_value_is_undone_as_well(live):
    """The numbers of elements do not tell of it, so it takes the next reading."""
    live.serve(SHOP)
    element = "inet portico pools { 5000:1 }"
    live.space.nft(f"delete element {element}; add element inet portico pools {{ 5000:1 : drop }}")
    live.serve(SHOP, None)
    assert_serves(live, SHOP)


def test_an_edit_just_before_a_change(live):
    """The change finds the table gone, and everything is said again at once."""
    live.serve(SHOP)
    live.space.nft("flush ruleset")
    changed = plan_of(*SHOP.values(), pool("web", ["10.2.0.7"]))
    live.serve(changed, diff(SHOP, changed))
    assert_serves(live, changed)


def test_what_cannot_be_mended_is_made_anew(live):
    live.serve(SHOP)
    live.space.nft(
        "delete table inet portico; add table inet portico; "
        "add set inet portico pools { type ipv4_addr; }"
    )
    live.serve(SHOP, NOTHING)
    assert_serves(live, SHOP)


def test_other_tables_are_left_alone(live):
    live.space.nft(
        "add table ip other; add chain ip other c { type filter hook input priority 0; }"
    )
    theirs = live.space.nft("--handle", "list", "table", "ip", "other")
    live.serve(SHOP)
    live.space.nft("delete table inet portico")
    live.serve(SHOP, NOTHING)
    live.serve({}, None)
    assert live.space.nft("--handle", "list", "table", "ip", "other") == theirs


def test_edits_of_others_elsewhere_cost_no_reading(live):
    figures = live.serve(SHOP)
    for number in range(3):
        live.space.nft(f"add table ip other{number}")
        figures = live.serve(SHOP, NOTHING)
    assert figures["repairs"] == 0
    assert figures["readings"] <= 1
