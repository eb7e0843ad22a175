"""What is asked of every engine, asked of nginx: it ends right whatever happened before.

A later engine joins by a fixture of its own; nothing but the first lines knows which one it is.
"""

import pytest

from portico.plan.backend import backend_key
from portico.plan.key import SITE, Key
from portico.plan.plan import Diff, diff
from support.asking import reached
from support.plans import addresses, backend, plan_of, site

pytestmark = pytest.mark.nginx

SHOP = Key(SITE, "shop.example")
FRONT = backend_key("shop", "front", "80")
NOTHING = Diff({}, set())


def test_converges_from_nothing(own_nginx, shop):
    own_nginx.serve(shop)
    assert reached(own_nginx) == "127.0.10.1"


def test_an_empty_plan_is_a_plan(own_nginx):
    own_nginx.serve({})
    assert reached(own_nginx) == "404"


def test_twice_changes_nothing(own_nginx, shop):
    first = own_nginx.serve(shop)
    for hint in (None, NOTHING, Diff(dict(shop), set())):
        assert own_nginx.serve(shop, hint) == first
    assert (first["pushes"], first["starts"]) == (1, 1)


def test_one_changed_unit_is_one_entry_pushed(own_nginx, shop, endpoints):
    before = own_nginx.serve(shop)
    changed = plan_of(*shop.values(), backend("front", *addresses(endpoints.port, 7)))
    after = own_nginx.serve(changed, diff(shop, changed))
    assert reached(own_nginx) == "127.0.10.7"
    assert after["entries_pushed"] - before["entries_pushed"] == 1
    assert after["pushes"] - before["pushes"] == 1
    assert after["entries"] == before["entries"] == 3


def test_removed_units_are_gone(own_nginx, shop):
    own_nginx.serve(shop)
    less = {key: unit for key, unit in shop.items() if key != SHOP}
    figures = own_nginx.serve(less, diff(shop, less))
    assert reached(own_nginx) == "404"
    assert figures["entries"] == 2
    assert own_nginx.serve({}, None)["entries"] == 0


@pytest.mark.parametrize("wrong", ["unknown", "all gone", "old values", "strangers", "all new"])
def test_a_wrong_hint_does_no_harm(own_nginx, shop, endpoints, wrong):
    """The plan is the truth: a hint says where to look, never what is there."""
    own_nginx.serve(shop)
    new = plan_of(*shop.values(), backend("front", *addresses(endpoints.port, 7)))
    hint = {
        "unknown": None,
        "all gone": Diff({}, set(new)),
        "old values": Diff(dict(shop), set()),
        "strangers": Diff({**new, Key(SITE, "x"): site("x")}, {Key(SITE, "y")}),
        "all new": Diff(dict(new), set()),
    }[wrong]
    own_nginx.serve(new, hint)
    assert reached(own_nginx) == "127.0.10.7"
    assert reached(own_nginx, "/cart") in ("127.0.10.2", "127.0.10.3")
    assert reached(own_nginx, host="x") == "404"


def test_a_hint_that_misses_something_is_made_good_by_the_next_look(own_nginx, shop):
    own_nginx.serve(shop)
    less = {key: unit for key, unit in shop.items() if key != SHOP}
    own_nginx.serve(less, NOTHING)
    own_nginx.serve(less, None)
    assert reached(own_nginx) == "404"


def test_a_new_engine_adopts_what_it_finds(own_nginx, shop):
    own_nginx.serve(shop)
    pids = own_nginx.pids()
    own_nginx.take_over()
    figures = own_nginx.serve(shop, NOTHING)
    assert (figures["starts"], figures["pushes"], figures["entries_pushed"]) == (0, 0, 0)
    assert own_nginx.inspect()["reloads"] == 0
    assert own_nginx.pids() == pids
    assert reached(own_nginx) == "127.0.10.1"


def test_a_new_engine_says_only_what_differs(own_nginx, shop, endpoints):
    own_nginx.serve(shop)
    own_nginx.take_over()
    new = plan_of(*shop.values(), backend("front", *addresses(endpoints.port, 7)))
    figures = own_nginx.serve(new, NOTHING)
    assert (figures["starts"], figures["pushes"], figures["entries_pushed"]) == (0, 1, 1)
    assert own_nginx.inspect()["reloads"] == 0
    assert reached(own_nginx) == "127.0.10.7"


def test_after_the_end_nothing_is_left_running(own_nginx, shop):
    own_nginx.serve(shop)
    own_nginx.runner.run(own_nginx.engine.close(keep=False))
    with pytest.raises(ConnectionRefusedError):
        reached(own_nginx)
    assert not (own_nginx.folder / "private.sock").exists()
    assert not (own_nginx.folder / "nginx.pid").exists()


def test_kept_it_goes_on(own_nginx, shop):
    own_nginx.serve(shop)
    own_nginx.runner.run(own_nginx.engine.close(keep=True))
    assert reached(own_nginx) == "127.0.10.1"
