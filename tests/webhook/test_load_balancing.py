"""WEB-01 to 09: what MetalLB's own webhook denies is denied, and what it lets in is let in."""

import asyncio

import pytest

from portico.settings import Settings
from webhook.asking import KINDS, running
from webhook.things import store_with

HOME = "metallb-system"
SETTINGS = Settings(metallb_namespace=HOME)


def thing(kind, name, namespace=HOME, **spec):
    group, version = KINDS[kind]
    metadata = {"name": name, "creationTimestamp": "2026-02-01T00:00:00Z"}
    if group == "metallb.io":
        metadata["namespace"] = namespace
    return {
        "apiVersion": f"{group}/{version}",
        "kind": kind,
        "metadata": metadata,
        "spec": spec,
    }


def older(document):
    document["metadata"]["creationTimestamp"] = "2026-01-01T00:00:00Z"
    return document


def pool(name, *ranges, **more):
    return thing("IPAddressPool", name, addresses=list(ranges), **more)


def peer(name, address="192.0.2.9", **spec):
    return thing("BGPPeer", name, myASN=64512, peerASN=64513, peerAddress=address, **spec)


def advertisement(name, **spec):
    return thing("BGPAdvertisement", name, **spec)


def on(rack):
    return [{"matchLabels": {"rack": rack}}]


WORLD = (
    pool("old", "198.51.100.0/24"),
    peer("router", nodeSelectors=on("left")),
    thing("Community", "known", communities=[{"name": "mine", "value": "64512:1"}]),
    {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "l", "labels": {"rack": "left"}}},
    {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "r", "labels": {"rack": "right"}}},
)


@pytest.fixture
async def webhook(tmp_path):
    async with running(tmp_path, store_with(*map(older, WORLD)), SETTINGS) as found:
        yield found


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        pytest.param(pool("new", "198.51.100.7/32"), "AddressRangeTaken", id="WEB-01"),
        pytest.param(pool("new", "203.0.113.0/33"), "AddressRangeInvalid", id="range"),
        pytest.param(thing("Eip", "new", address="198.51.100.7"), "AddressRangeTaken", id="eip"),
        pytest.param(advertisement("new", aggregationLength=8), "AggregationTooWide", id="WEB-02"),
        pytest.param(
            advertisement("new", aggregationLength=26, serviceSelectors=[{}]),
            "AggregationSelective",
            id="WEB-03",
        ),
        pytest.param(peer("new", "router"), "PeerAddressInvalid", id="WEB-04"),
        pytest.param(peer("new", nodeSelectors=on("left")), "PeerTaken", id="WEB-05"),
        pytest.param(advertisement("new", communities=["1:2:3"]), "CommunityInvalid", id="WEB-06"),
        pytest.param(
            thing("Community", "new", communities=[{"name": "a", "value": "large:1:2"}]),
            "CommunityInvalid",
            id="WEB-06 value",
        ),
        pytest.param(
            thing("Community", "new", communities=[{"name": "a", "value": "1:1"}] * 2),
            "CommunityNameTaken",
            id="WEB-07 in one object",
        ),
        pytest.param(
            thing("Community", "new", communities=[{"name": "mine", "value": "64512:1"}]),
            "CommunityNameTaken",
            id="WEB-07 in two objects",
        ),
        pytest.param(pool("new"), "PoolEmpty", id="empty"),
        pytest.param(
            thing("IPAddressPool", "new", "other", addresses=[]), "NamespaceElsewhere", id="WEB-09"
        ),
        pytest.param(
            thing("L2Advertisement", "new", "other"), "NamespaceElsewhere", id="WEB-09 L2"
        ),
        pytest.param(
            thing("BGPAdvertisement", "new", "other"), "NamespaceElsewhere", id="WEB-09 BGP"
        ),
        pytest.param(
            thing("BGPPeer", "new", "other", myASN=1, peerASN=2, peerAddress="192.0.2.8"),
            "NamespaceElsewhere",
            id="WEB-09 peer",
        ),
        pytest.param(thing("BFDProfile", "new", "other"), "NamespaceElsewhere", id="WEB-09 BFD"),
        pytest.param(
            thing("Community", "new", "other"), "NamespaceElsewhere", id="WEB-09 community"
        ),
    ],
)
async def test_what_is_denied(webhook, document, reason):
    said = await asyncio.to_thread(webhook.ask, document)
    assert not said.allowed
    assert reason in [cause["reason"] for cause in said.causes]


@pytest.mark.parametrize(
    ("document", "warns"),
    [
        pytest.param(pool("new", "203.0.113.0/28"), False, id="pool"),
        pytest.param(peer("new", nodeSelectors=on("right")), False, id="WEB-05 other nodes"),
        pytest.param(peer("new", "192.0.2.8", bfdProfile="later"), True, id="profile"),
        pytest.param(
            peer("new", "192.0.2.8", passwordSecret={"name": "later"}), True, id="password"
        ),
        pytest.param(advertisement("new", communities=["mine"]), False, id="alias"),
        pytest.param(advertisement("new", communities=["later"]), True, id="alias that may come"),
        pytest.param(thing("L2Advertisement", "new", ipAddressPools=["later"]), True, id="L2"),
        pytest.param(thing("BFDProfile", "new", receiveInterval=100), False, id="BFD"),
    ],
)
async def test_what_is_let_in(webhook, document, warns):
    """What another object can still mend is only told."""
    said = await asyncio.to_thread(webhook.ask, document)
    assert said.allowed
    assert bool(said.warnings) is warns, said.warnings
