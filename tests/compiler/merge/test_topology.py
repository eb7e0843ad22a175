"""Endpoints near this node are preferred where the cluster, or the Service, wants it."""

import pytest

from compiler.l4 import HERE
from compiler.world import look_at
from model.build import node, pod, slice_of
from portico.compiler.merge.candidates import Wanted, candidates_of
from portico.compiler.merge.topology import ZONE, Near, near
from portico.model.core import Node
from portico.model.ref import Ref

THIS = node("here", labels={ZONE: "z1"})
NO_ZONE = node("here")


def nearest(
    pods: list[dict[str, object]], distribution: str = "", this: Node | None = THIS
) -> Near:
    facts = [slice_of("cart", *pods), *([this] if this else [])]
    look = look_at(*facts, settings=HERE)
    read = candidates_of(Wanted(Ref("Service", "shop", "cart"), ""), look)
    return near(read.candidates, distribution, look)


def at(*hints: str) -> list[dict[str, object]]:
    """Endpoints 1, 2, ... with these hints."""
    return [pod(f"10.0.0.{n}", hints=hint) for n, hint in enumerate(hints, 1)]


@pytest.mark.parametrize(
    ("hints", "expected"),
    [
        # Hints of the control plane, and which endpoints are left.
        (["", ""],                                     [1, 2]),
        (["zone:z1", "zone:z2"],                       [1]),
        (["zone:z1,z2", "zone:z2,z1", "zone:z3"],      [1, 2]),
        (["zone:z2", "zone:z3"],                       [1, 2]),   # none for this zone
        (["zone:z1", ""],                              [1, 2]),   # not all have one
        (["node:here", "node:there"],                  [1]),
        (["node:here zone:z1", "node:there zone:z1"],  [1]),      # the node goes first
        (["node:x zone:z1", "node:y zone:z2"],         [1]),      # none here: the zone
        (["node:here", ""],                            [1, 2]),
        (["node:here zone:z2", "zone:z1"],             [2]),
    ],
    ids=range(10),
)  # fmt: skip
def test_hints(hints: list[str], expected: list[int]) -> None:
    found = nearest(at(*hints))
    assert [one.address for one in found.candidates] == [f"10.0.0.{n}" for n in expected]
    assert bool(found.reason) is (len(expected) < len(hints))


@pytest.mark.parametrize("this", [None, NO_ZONE], ids=["unknown", "without zone"])
def test_without_a_zone_of_its_own_a_node_prefers_none(this: Node | None) -> None:
    assert len(nearest(at("zone:z1", "zone:z2"), this=this).candidates) == 2
    assert len(nearest(at("zone:", "zone:"), this=this).candidates) == 2
    assert len(nearest(at("node:here", "node:x"), this=this).candidates) == 1


PLACES = [
    pod("10.0.0.1", "here", "z1"), pod("10.0.0.2", "other", "z1"), pod("10.0.0.3", "far", "z2"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("distribution", "count"),
    [("", 3), ("PreferClose", 2), ("PreferSameZone", 2), ("PreferSameNode", 1)],
)
def test_where_nobody_writes_hints_the_endpoints_own_place_counts(
    distribution: str, count: int
) -> None:
    assert len(nearest(PLACES, distribution).candidates) == count


def test_an_endpoint_of_unknown_place_is_near_to_all() -> None:
    unknown = pod("10.0.0.4")
    assert len(nearest([*PLACES, unknown], "PreferSameNode").candidates) == 4
    assert len(nearest([*PLACES, unknown], "PreferClose").candidates) == 4


def test_no_endpoint_here_the_zone_is_the_next_best() -> None:
    assert len(nearest(PLACES[1:], "PreferSameNode").candidates) == 1


def test_hints_go_before_the_endpoints_own_place() -> None:
    hinted = [pod("10.0.0.1", "here", "z1", "zone:z2"), pod("10.0.0.2", "far", "z2", "zone:z1")]
    assert [one.address for one in nearest(hinted, "PreferClose").candidates] == ["10.0.0.2"]


def test_the_node_is_looked_at_only_where_it_matters() -> None:
    look = look_at(slice_of("cart", "10.0.0.1"), settings=HERE)
    read = candidates_of(Wanted(Ref("Service", "shop", "cart"), ""), look)
    look.trail.clear()
    near(read.candidates, "", look)
    assert look.trail == set()
