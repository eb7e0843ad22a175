"""Who announces an address, who else could, and why not the others: as text and as values."""

from dataclasses import replace

from portico.explain.announcing import announcing, announcing_document, announcing_lines
from portico.model.ref import Ref
from portico.plan.announced import Announced, Neighbour, OnLink, Sight
from portico.plan.backend import LeftOut
from portico.plan.key import Origin
from portico.plan.layer2 import Announcer, Layer2, layer2_key
from portico.plan.verdict import Because, Refusal

VIP = "192.0.2.7"
WEB = Ref("Service", "shop", "web")
ORIGIN = Origin(WEB, "spec.type")
LEFT = LeftOut("d", Origin(Ref("Node", "", "d"), ""), "the node is being deleted")
LINK = OnLink("active", (Neighbour("b", 0.05, takes_part=True),))


def unit(*candidates: Announcer, anyone: Announcer | None = None) -> Layer2:
    return Layer2(layer2_key(VIP), VIP, (WEB,), VIP, candidates, anyone, (LEFT,), ORIGIN)


def sight(owner: str = "a", **more: dict[str, str]) -> Sight:
    return Sight(
        "a", {"eth0": LINK}, {VIP: Announced({"eth0": owner}, **more)}, {"eth1": "no carrier"}
    )


def text(found: Layer2, seen: Sight) -> list[str]:
    return [line.strip() for line in announcing_lines(announcing(found, seen))]


def test_the_owner_the_next_ones_the_silent_and_the_unfit() -> None:
    found = unit(Announcer("a"), Announcer("b", 10), Announcer("c", 5))
    assert text(found, sight()) == [
        "announced   by a (this node) on eth0",
        "could       b, weight 10",
        "silent      c, weight 5: it is not heard on any interface of this node",
        "passed over d: the node is being deleted  <- Node d",
    ]
    assert announcing_document(announcing(found, sight("b"))) == {
        "announced": [{"node": "b", "interface": "eth0"}],
        "keptBy": {},
        "could": ["a"],
        "silent": ["c"],
        "passedOver": [
            {
                "who": "d",
                "reason": "the node is being deleted",
                "from": {"object": "Node d", "field": ""},
            }
        ],
        "unusableInterfaces": {},
        "because": "",
        "thisNodeIsUnknown": False,
    }


def test_where_no_node_may_the_reason_is_told_and_not_that_this_one_is_unknown() -> None:
    nobody = Refusal(ORIGIN, Because.NO_ANNOUNCER, "Service shop/web has no endpoint that is ready")
    idle = replace(unit(), passed_over=(), refused=(nobody,))
    nothing = Sight("a", {"eth0": LINK}, {}, {})
    assert text(idle, nothing) == [
        "announced   by nobody, as far as this node hears",
        "because     Service shop/web has no endpoint that is ready",
    ]
    assert announcing_document(announcing(idle, nothing))["because"] == nobody.detail


def test_where_every_node_may_those_that_are_heard_could() -> None:
    assert text(unit(anyone=Announcer("")), sight())[:2] == [
        "announced   by a (this node) on eth0",
        "could       b",
    ]


def test_nobody() -> None:
    assert text(unit(Announcer("c")), Sight("a", {"eth0": LINK}))[0] == (
        "announced   by nobody, as far as this node hears"
    )


def test_an_interface_that_cannot_be_used_and_one_that_is_not_there() -> None:
    found = unit(Announcer("a", 0, ("eth0", "eth1", "eth9")))
    assert text(found, sight())[-2:] == [
        "interface   eth1: no carrier",
        "interface   eth9: there is no such interface",
    ]


def test_a_node_that_nobody_knows_is_told_so() -> None:
    told = text(unit(Announcer("b")), sight("b"))
    assert told[-1] == "this node   a is none of the nodes that are known (--node-name)"
    assert "this node" not in "".join(text(unit(anyone=Announcer("")), sight("b"))).replace(
        "(this node)", ""
    )


def test_who_keeps_what_would_be_ours() -> None:
    told = text(unit(Announcer("a"), Announcer("b")), sight("b", kept_by={"eth0": "b"}))
    assert "kept        by b on eth0, which knows another plan" in told
