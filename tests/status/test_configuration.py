"""ConfigurationState: whether the objects of MetalLB are right."""

from dataclasses import replace

from ipam.estate import pool
from model.build import document, fact, node
from portico.model.fact import Fact
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
