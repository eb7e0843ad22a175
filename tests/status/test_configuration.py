"""ConfigurationState: whether the objects of MetalLB are right."""

from dataclasses import replace

from compiler.world import compiled
from ipam.estate import pool
from model.build import (
    address_pool,
    bfd_profile,
    bgp_advertisement,
    bgp_peer,
    community,
    document,
    fact,
    node,
)
from portico.model.fact import Fact
from portico.model.fault import Fault, Place, Severity
from portico.model.ref import Ref
from portico.plan.key import Origin
from portico.plan.plan import Diff
from portico.plan.verdict import Because, Outcome, Refusal, outcome_key
from portico.status.configuration import (
    CONTROLLER,
    MOST_ERRORS,
    Configuration,
    speaker,
    state_document,
    state_status,
    unreadable,
)

POOL = Ref("IPAddressPool", "home", "edge")
PEER = Ref("BGPPeer", "home", "router")
NODE = speaker("node-a")
MOMENT = "2026-01-31T12:00:00Z"


def outcome(ref: Ref, *causes: Because) -> Outcome:
    refused = tuple(
        Refusal(Origin(ref, f"spec.{number}"), cause, "'x'") for number, cause in enumerate(causes)
    )
    return Outcome(outcome_key(ref), ref, (), refused)


def follow(configuration: Configuration, *units: Outcome) -> None:
    found = {unit.key: unit for unit in units}
    configuration.follow(found, Diff(dict(found), set()))


def test_without_any_object_there_is_nothing_to_tell() -> None:
    configuration = Configuration()
    follow(configuration, outcome(Ref("Service", "shop", "web"), Because.NO_POOL_FITS))
    assert not configuration.is_there
    follow(configuration, outcome(POOL))
    assert configuration.is_there


def test_each_hears_of_its_own_kinds() -> None:
    configuration = Configuration()
    bad, worse = Because.ADDRESS_RANGE_INVALID, Because.NAMESPACE_ELSEWHERE
    follow(configuration, outcome(POOL, bad), outcome(PEER, worse))
    (error,) = configuration.errors(CONTROLLER)
    assert error.startswith("IPAddressPool home/edge spec.0: the range 'x'")
    (error,) = configuration.errors(NODE)
    assert error.startswith("BGPPeer home/router spec.0: ")
    follow(configuration, outcome(POOL))
    assert configuration.errors(CONTROLLER) == ()


def test_a_warning_is_no_error() -> None:
    configuration = Configuration()
    follow(configuration, outcome(POOL, Because.DEFAULT_POOL_TAKEN))
    assert configuration.errors(CONTROLLER) == ()


def test_what_is_written() -> None:
    document = state_document(NODE, "home")
    assert document["metadata"] == {
        "name": "speaker-node-a",
        "namespace": "home",
        "labels": {"metallb.io/component-type": "speaker", "metallb.io/node-name": "node-a"},
    }
    assert CONTROLLER.name == "controller"
    assert CONTROLLER.labels == {"metallb.io/component-type": "controller"}
    found = state_status((), MOMENT)
    assert (found["result"], found["errorSummary"]) == ("Valid", "")
    found = state_status(tuple("abcdefgh"), MOMENT)
    assert found["result"] == "Invalid"
    assert found["errorSummary"] == "; ".join("abcdefgh"[:MOST_ERRORS])
    (condition,) = found["conditions"]  # type: ignore[misc]
    assert (condition["status"], condition["lastTransitionTime"]) == ("False", MOMENT)
    assert state_status(None, MOMENT)["result"] == "Unknown"


def test_names_and_labels_have_their_lengths() -> None:
    long = replace(NODE, node="n" * 62 + "-" + "x" * 190)
    assert len(long.name) == 253
    assert long.labels["metallb.io/node-name"] == "n" * 62


def test_pools_themselves_are_not_looked_at() -> None:
    configuration = Configuration()
    unit = pool("edge", "192.0.2.0/28")
    configuration.follow({unit.key: unit}, Diff({unit.key: unit}, set()))
    assert not configuration.is_there


def test_cfg_02_a_peer_concerns_the_nodes_that_it_selects() -> None:
    spec = {"myASN": 1, "nodeSelectors": [{"matchLabels": {"rack": "left"}}]}
    facts: dict[Ref, Fact] = {
        each.ref: each
        for each in (
            fact(document("metallb.io/v1beta2", "BGPPeer", "router", "home", spec=spec)),
            node("node-a", labels={"rack": "left"}),
            node("node-b", labels={"rack": "right"}),
        )
    }
    configuration = Configuration()
    follow(configuration, outcome(PEER, Because.PASSWORD_MISSING))
    assert configuration.errors(NODE, facts.get)
    assert not configuration.errors(speaker("node-b"), facts.get)
    assert configuration.errors(speaker("nobody-knows"), facts.get)


LEFT = {"nodeSelectors": [{"matchLabels": {"left": "y"}}]}
RIGHT = {"nodeSelectors": [{"matchLabels": {"right": "y"}}]}
ALIAS = bgp_advertisement("told", communities=["loud"])


def states(*facts: Fact) -> str:
    """What the controller, and the nodes l, m and r, say of all that is compiled: I or V."""
    plan = compiled(*facts)
    configuration = Configuration()
    configuration.follow(plan, Diff(dict(plan), set()))
    known = {each.ref: each for each in facts}
    components = (CONTROLLER, *map(speaker, "lmr"))
    return "".join("I" if configuration.errors(one, known.get) else "V" for one in components)


def nodes(*of_m: str) -> tuple[Fact, ...]:
    every = {"l": ("left",), "m": of_m, "r": ("right",)}
    return tuple(node(name, labels=dict.fromkeys(told, "y")) for name, told in every.items())


def test_without_mistakes_all_are_valid() -> None:
    """CFG-01."""
    assert states(address_pool("edge", "192.0.2.0/28"), bgp_peer("a"), *nodes()) == "VVVV"


def test_a_profile_that_is_missing_and_comes() -> None:
    """CFG-03, 04: only speakers are told, and only those that the peer selects."""
    edge, quick = address_pool("edge", "192.0.2.0/28"), bfd_profile("quick")
    peer = bgp_peer("a", bfdProfile="quick", **LEFT)
    assert states(edge, peer, *nodes()) == "VIVV"
    assert states(edge, peer, quick, *nodes()) == "VVVV"
    # It is called otherwise while all is running.
    assert states(edge, bgp_peer("a", bfdProfile="slow"), quick, *nodes()) == "VIII"


def test_a_secret_that_is_missing() -> None:
    """CFG-02: of the nodes, the one that needs it."""
    peer = bgp_peer("a", passwordSecret={"name": "later"}, **RIGHT)
    assert states(peer, *nodes()) == "VVVI"


def test_an_alias_that_is_missing_and_comes() -> None:
    """CFG-05."""
    assert states(ALIAS, bgp_peer("a"), *nodes()) == "VIII"
    assert states(ALIAS, community("names", loud="1:1"), bgp_peer("a"), *nodes()) == "VVVV"


def test_a_node_at_which_two_peers_meet() -> None:
    """CFG-08: it is relabelled, and back."""
    peers = (bgp_peer("a@2024", **LEFT), bgp_peer("b@2025", **RIGHT))
    assert states(*peers, *nodes()) == "VVVV"
    assert states(*peers, *nodes("left", "right")) == "VVIV"
    assert states(*peers, *nodes("right")) == "VVVV"


def test_a_mistake_that_is_deleted() -> None:
    """CFG-11."""
    edge, bad = address_pool("edge", "192.0.2.0/28"), address_pool("bad", "here")
    assert states(edge, bad, *nodes()) == "IVVV"
    assert states(edge, *nodes()) == "VVVV"


def test_what_cannot_be_read_is_told_of_its_kind() -> None:
    fault = Fault(Place("kube"), PEER, "spec.myASN", "must be a number", "correct it")
    told = f"{PEER} spec.myASN: must be a number (correct it)"
    assert unreadable(NODE, (fault,)) == (told,)
    assert unreadable(CONTROLLER, (fault,)) == ()
    assert unreadable(NODE, (fault._replace(ref=None),)) == ()
    assert unreadable(NODE, (fault._replace(severity=Severity.WARNING),)) == ()
