"""Re-runs only the steps whose inputs changed."""

import pytest

from compiler.world import EVERYTHING, SETTINGS, World, compiled, routes, site
from model.build import (
    endpoints,
    external,
    ingress,
    ingress_class,
    resolution,
    rule,
    secret,
    service,
    slice_of,
)
from model.certificates import pair
from portico.compiler.compiler import Compiler, compile_all
from portico.model.fact import Fact
from portico.model.networking import Ingress
from portico.model.ref import Ref
from portico.plan.backend import Backend
from portico.plan.key import BACKEND, OUTCOME, SITE, Key
from portico.plan.plan import Diff
from portico.plan.site import Site
from portico.store import Store

A_SITE, B_SITE = Key(SITE, "a.example"), Key(SITE, "b.example")
CART = Key(BACKEND, "shop/cart/80")
A_OUTCOME, B_OUTCOME = (Key(OUTCOME, f"Ingress/shop/{name}") for name in "ab")
A, B, *_ = EVERYTHING


# --- what an edit changes, and what it costs


@pytest.mark.parametrize(
    ("edit", "changed", "steps"),
    [
        # The Ingress, and the site that it wants differently.
        (ingress("a@2024", rule("a.example", "/x cart:80")), {A_SITE}, 2),
        # The Ingress alone: a label is nothing that anybody asked for.
        (ingress("a@2024", rule("a.example", "/ cart:80"), labels={"x": "y"}), set(), 1),
        (slice_of("cart", "10.0.0.2"),                       {CART},   1),
        (slice_of("cart", "10.0.0.1", name="copy"),          set(),    1),   # the same again
        (slice_of("pay", "10.0.0.9"),                        set(),    0),   # nobody asked
        # The Service, which asks for nothing at layer 4, and the backend.
        (service("cart", {"port": 80, "appProtocol": "https"}), {CART}, 2),
        (service("pay"),                                     set(),    1),
        (EVERYTHING[0],                                      set(),    0),   # old news
        (secret("tls", None),                                set(),    0),
    ],
    ids=range(9),
)  # fmt: skip
def test_an_edit_costs_what_it_changes(edit: Fact, changed: set[Key], steps: int) -> None:
    world = World(*EVERYTHING)
    told = world.put(edit)
    assert (told.changed.keys(), told.removed) == (changed, set())
    assert world.steps == steps
    assert world.plan == compile_all(world.store, SETTINGS)


def test_a_batch_is_no_more_than_its_parts() -> None:
    world = World(*EVERYTHING)
    told = world.put(slice_of("cart", "10.0.0.2"), service("cart", {"port": 80, "name": ""}))
    assert told.changed.keys() == {CART}
    assert world.steps == 1


def test_units_that_came_out_equal_stay_the_same_objects() -> None:
    world = World(*EVERYTHING)
    before = world.plan
    world.put(slice_of("cart", "10.0.0.2"))
    assert [key for key in world.plan if world.plan[key] is not before[key]] == [CART]


def test_a_plan_that_was_handed_out_does_not_change() -> None:
    world = World(*EVERYTHING)
    before = world.plan
    copy = dict(before)
    world.drop(A)
    world.put(ingress("c", rule("c.example", "/ cart:80")))
    assert before == copy
    assert world.plan != before


def test_an_edit_that_changes_nothing_makes_no_new_plan() -> None:
    world = World(*EVERYTHING)
    before = world.plan
    world.put(A)
    assert world.plan is before


def test_the_last_claim_takes_the_unit_along() -> None:
    world = World(*EVERYTHING)
    told = world.drop(A)
    assert (told.changed.keys(), told.removed) == (set(), {A_SITE, A_OUTCOME})
    told = world.drop(B)
    assert told.removed == {B_SITE, B_OUTCOME, CART}
    assert world.drop(B).removed == set()
    assert world.plan == compiled()


def test_nothing_is_kept_of_what_is_gone() -> None:
    world = World(*EVERYTHING)
    world.drop(*EVERYTHING)
    empty = Compiler(world.store, SETTINGS)
    kept = {name: value for name, value in vars(world.compiler).items() if name != "steps_run"}
    assert {name: repr(value) for name, value in kept.items() if name != "_trails"} == {
        name: repr(vars(empty)[name]) for name in kept if name != "_trails"
    }
    assert vars(world.compiler._trails) == vars(empty._trails)


# --- facts that come later are noticed, because misses leave a trail too


@pytest.mark.parametrize(
    ("first", "later", "changed"),
    [
        ([A],                             service(),                        {CART}),
        ([A, service()],                  slice_of("cart", "10.0.0.1"),     {CART}),
        ([ingress("a", rule("a.example", "/ cart:80"), ingressClassName="web")],
         ingress_class("web", "portico.dev/ingress"),
         {A_SITE, CART, A_OUTCOME}),
        ([ingress("a", rule("a.example"), default="cart:80", tls=[("tls", [])])],
         secret("tls", pair("a.example")),
         {A_SITE, Key("certificate", "shop/tls"), A_OUTCOME}),
    ],
    ids=["service", "slice", "class", "secret"],
)  # fmt: skip
def test_what_was_missing_is_noticed_when_it_comes(
    first: list[Fact], later: Fact, changed: set[Key]
) -> None:
    world = World(*first)
    assert world.put(later).changed.keys() == changed
    assert world.plan == compile_all(world.store, SETTINGS)


def test_one_thing_after_the_other_is_noticed() -> None:
    """Each step of the way makes the backend look further than before."""
    world = World(A)
    for later in (
        service("cart", {"port": 81}),
        service(),
        endpoints("cart", {"addresses": [{"ip": "10.0.0.1"}], "ports": [{"port": 80}]}),
        slice_of("cart", "10.0.0.2"),
        slice_of("cart", "10.0.0.3", name="more"),
    ):
        assert world.put(later).changed.keys() == {CART}
        assert world.plan == compile_all(world.store, SETTINGS)


def test_another_controllers_default_class_takes_and_gives_back() -> None:
    world = World(*EVERYTHING)
    foreign = ingress_class("traefik", "traefik.io/ingress", is_default=True)
    assert world.put(foreign).removed == {A_SITE, B_SITE, CART}
    assert world.drop(foreign).changed.keys() == {A_SITE, B_SITE, CART, A_OUTCOME, B_OUTCOME}


def test_a_renewed_certificate_changes_the_certificate_and_no_site() -> None:
    fact = ingress("a", rule("a.example", "/ cart:80"), tls=[("tls", ["a.example"])])
    world = World(fact, secret("tls", pair("a.example", serial=1)))
    told = world.put(secret("tls", pair("a.example", serial=2)))
    assert told.changed.keys() == {Key("certificate", "shop/tls")}
    assert world.steps == 2  # the Ingress looks again whether it covers the host


def test_a_name_is_followed_through_the_dns() -> None:
    world = World(A, external("cart", "api.example"))
    found = world.put(resolution("api.example", "192.0.2.1")).changed[CART]
    assert isinstance(found, Backend)
    assert [endpoint.address for endpoint in found.endpoints] == ["192.0.2.1"]
    assert world.steps == 1


# --- conflicts


OLD = ingress("z@2024", rule("a.example", "/ old:80"))
YOUNG = ingress("a@2025", rule("a.example", "/ young:80"))
UNDATED = ingress("a", rule("a.example", "/ undated:80"), namespace="a")

STORY = [
    # edit            winner              refused
    ("put", YOUNG,    "shop/young/80",    []),
    ("put", UNDATED,  "shop/young/80",    ["a/a"]),
    ("put", OLD,      "shop/old/80",      ["shop/a", "a/a"]),
    ("drop", YOUNG,   "shop/old/80",      ["a/a"]),
    ("drop", OLD,     "a/undated/80",     []),
    ("put", OLD,      "shop/old/80",      ["a/a"]),
]  # fmt: skip


def test_the_oldest_wins_and_the_loser_works_again_when_it_leaves() -> None:
    world = World()
    for edit, fact, winner, refused in STORY:
        (world.put if edit == "put" else world.drop)(fact)
        found = site(world.plan, "a.example")
        assert routes(found) == [f"Prefix / -> {winner}"]
        assert [f"{r.origin.ref.namespace}/{r.origin.ref.name}" for r in found.refused] == refused


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (ingress("b@2024", rule("", "/ x:1")), ingress("a@2025", rule("", "/ y:1"))),
        (ingress("a@2024", rule("", "/ x:1")), ingress("b@2024", rule("", "/ y:1"))),
        (ingress("b", rule("", "/ x:1"), namespace="a"), ingress("a", rule("", "/ y:1"))),
        (ingress("b@2024", rule("", "/ x:1")), ingress("a", rule("", "/ y:1"))),
    ],
    ids=["older", "same age: name", "same age: namespace first", "dated before undated"],
)
def test_who_is_first_does_not_depend_on_who_came_first(first: Ingress, second: Ingress) -> None:
    for order in ((first, second), (second, first)):
        found = site(compiled(*order))
        assert routes(found)[0].endswith("/x/1")
        assert [refusal.origin.ref for refusal in found.refused] == [second.ref]


def test_a_host_does_not_fall_to_the_rules_of_another() -> None:
    refused = ingress("a", rule("a.example", "/ Bad:80"))
    plan = compiled(refused, ingress("b", rule("", "/ all:80")))
    assert site(plan, "a.example") == Site(A_SITE)


def test_topics_that_nobody_reads_and_nobody_lowers_cost_nothing() -> None:
    compiler = Compiler(Store(), SETTINGS)
    assert compiler.recompile({Ref("Pod", "shop", "x")}) == Diff({}, set())
    assert compiler.steps_run == 0
