"""What is asked of every engine, asked of nftables: it ends right whatever happened before."""

import asyncio
from dataclasses import replace

import pytest

from engines_nftables.reading import elements_of, ways_in_kernel, ways_in_plan
from engines_nftables.spaces import needs_namespaces
from engines_nftables.units import (
    forwarding,
    frontend,
    key_of,
    machine,
    node_port,
    plan_of,
    pool,
)
from portico.plan.frontend import Masquerade, frontend_key
from portico.plan.plan import Diff, diff
from portico.plan.transport import Transport

pytestmark = needs_namespaces

NOTHING = Diff({}, set())
WEB = pool("web", ["10.2.0.1", "10.2.0.2", "10.2.0.3"])
SHOP = plan_of(
    machine("192.0.2.1"),
    WEB,
    pool("db", ["10.2.0.1"], affinity=60),
    frontend("10.96.0.1", key_of("web")),
    frontend("192.0.2.1", key_of("db"), sources=["10.0.0.0/8"]),
    node_port(30080, forwarding(key_of("web"))),
)


def assert_serves(live, plan):
    table = elements_of(live.space.nft("list", "table", "inet", "portico"))
    assert ways_in_kernel(table) == ways_in_plan(plan)


def test_converges_from_nothing(live):
    live.serve(SHOP)
    assert_serves(live, SHOP)


def test_an_empty_plan_is_a_plan(live):
    assert live.serve({})["elements"] == 0
    assert_serves(live, {})


def test_twice_changes_nothing(live):
    first = live.serve(SHOP)
    for hint in (NOTHING, Diff(dict(SHOP), set()), None):
        again = live.serve(SHOP, hint)
        for figure in ("elements_sent", "transactions", "repairs"):
            assert again[figure] == first[figure]


def test_one_changed_endpoint_is_one_element_and_its_hairpin(live):
    before = live.serve(SHOP)
    changed = plan_of(*SHOP.values(), pool("web", ["10.2.0.1", "10.2.0.9", "10.2.0.3"]))
    after = live.serve(changed, diff(SHOP, changed))
    assert_serves(live, changed)
    # The slot has another endpoint; one address more that may reach itself, one less.
    assert after["elements_sent"] - before["elements_sent"] == 3
    assert after["transactions"] - before["transactions"] == 1


def test_an_endpoint_less_moves_only_who_had_the_last_slot(live):
    before = live.serve(SHOP)
    changed = plan_of(*SHOP.values(), pool("web", ["10.2.0.1", "10.2.0.3"]))
    after = live.serve(changed, diff(SHOP, changed))
    assert_serves(live, changed)
    # The last one takes the free slot, the last slot is gone, two are picked of, one hairpin.
    assert after["elements_sent"] - before["elements_sent"] == 4


def test_removed_units_are_gone(live):
    live.serve(SHOP)
    gone = frontend_key(Transport.TCP, "10.96.0.1", 80)
    less = {key: unit for key, unit in SHOP.items() if key != gone}
    live.serve(less, diff(SHOP, less))
    assert_serves(live, less)
    assert live.serve({}, None)["elements"] == 0


@pytest.mark.parametrize("wrong", ["nothing", "all gone", "strangers", "old values"])
def test_a_wrong_hint_does_no_harm(live, wrong):
    """The plan is the truth: a hint says where to look, never what is there."""
    live.serve(SHOP)
    moved = pool("web", ["10.2.0.8"])
    changed = plan_of(*SHOP.values(), moved)
    stranger = pool("stranger", ["10.2.0.9"])
    hints = {
        "nothing": NOTHING,
        "all gone": Diff({}, set(SHOP)),
        "strangers": Diff({stranger.key: stranger}, {key_of("nobody")}),
        "old values": Diff({WEB.key: WEB}, set()),
    }
    live.serve(changed, hints[wrong])
    live.serve(changed, None)
    assert_serves(live, changed)


def test_number_of_a_pool_that_went_is_used_again(live):
    live.serve(SHOP)
    live.serve({}, None)
    live.serve(SHOP, None)
    assert "5000:1 :" in live.space.nft("list", "map", "inet", "portico", "pools")


def test_a_restart_adopts_the_table_as_it_is(live):
    before = live.serve(SHOP)
    listing = live.space.nft("--handle", "list", "table", "inet", "portico")
    live.restart()
    after = live.serve(SHOP, None)
    assert (after["elements_sent"], after["transactions"]) == (0, 0)
    assert after["elements"] == before["elements"]
    assert live.space.nft("--handle", "list", "table", "inet", "portico") == listing


def test_a_restart_sends_what_changed_meanwhile(live):
    live.serve(SHOP)
    live.restart()
    changed = plan_of(*SHOP.values(), pool("web", ["10.2.0.1", "10.2.0.9", "10.2.0.3"]))
    assert live.serve(changed, None)["elements_sent"] == 3
    assert_serves(live, changed)


def test_another_layout_is_replaced_as_a_whole(live):
    """As after an upgrade of Portico, or with another relay."""
    live.serve(SHOP)
    live.space.nft("add", "chain", "inet", "portico", "layout-of-old")
    layout = next(
        word
        for word in live.space.nft("list", "table", "inet", "portico").split()
        if word.startswith("layout-") and word != "layout-of-old"
    )
    live.space.nft("delete", "chain", "inet", "portico", layout)
    live.restart()
    live.serve(SHOP, None)
    assert_serves(live, SHOP)
    assert "layout-of-old" not in live.space.nft("list", "table", "inet", "portico")


def test_a_layout_whose_maps_were_of_another_kind_is_replaced_as_well(live):
    """Portico's first layout had verdicts where numbers are now."""
    live.space.nft(
        "add table inet portico; add chain inet portico layout-000000000000; "
        "add chain inet portico masquerade-all { masquerade; }; "
        "add map inet portico origins4 { type ipv4_addr . inet_proto . inet_service : verdict; }; "
        "add element inet portico origins4 { 192.0.2.1 . tcp . 80 : goto masquerade-all }; "
        "add chain inet portico postrouting { type nat hook postrouting priority 90; }; "
        "add rule inet portico postrouting meta l4proto tcp ct original ip daddr . meta l4proto . "
        "ct original proto-dst vmap @origins4"
    )
    always = frontend("192.0.2.1", key_of("db"), masquerade=Masquerade.ALWAYS)
    plan = plan_of(*SHOP.values(), always)
    assert live.serve(plan, None)["transactions"] == 1
    assert_serves(live, plan)


def test_the_table_stays_when_portico_goes(live):
    live.serve(SHOP)
    live.leave()
    assert_serves(live, SHOP)


def test_a_refused_frontend_is_nothing(live):
    refused = replace(frontend("10.96.0.7", key_of("web")), forwarding=None)
    live.serve(plan_of(*SHOP.values(), refused))
    assert_serves(live, SHOP)


def test_questions_and_looks_at_one_time_do_not_take_each_others_answers(live):
    """Whoever reads the metrics once in a while must not hold up what changes meanwhile."""
    live.serve(SHOP)
    engine = live.engine

    async def look() -> None:
        for _ in range(150):
            await engine.converge(SHOP, NOTHING)
            await asyncio.sleep(0)

    async def ask() -> None:
        for _ in range(150):
            assert await engine.inspect()

    async def both() -> None:
        async with asyncio.timeout(20), asyncio.TaskGroup() as group:
            for story in (look(), ask(), ask()):
                group.create_task(story)

    live.run(both())
