"""OpenELB's kinds, in both of their versions."""

import pytest

from model.build import Document, document, fact
from portico.model.decode import Trouble, decode
from portico.model.openelb import EIPS, BgpConf, BgpPeer, Eip

V1, V2 = "network.kubesphere.io/v1alpha1", "network.kubesphere.io/v1alpha2"
DEFAULT = {"eip.openelb.kubesphere.io/is-default-eip": "true"}


def test_an_eip() -> None:
    spec = {
        "address": "192.0.2.0/28", "protocol": "layer2", "interface": "eth0", "disable": True,
        "priority": 3, "namespaces": ["shop"], "namespaceSelector": {"team": "red"},
    }  # fmt: skip
    found = fact(document(V2, "Eip", "edge", "", spec=spec, annotations=DEFAULT))
    assert isinstance(found, Eip)
    assert str(found.ref) == "Eip edge"
    assert found.is_default
    told = found.spec
    assert (told.address, told.protocol, told.interface) == ("192.0.2.0/28", "layer2", "eth0")
    assert (told.disable, told.priority, told.namespaces) == (True, 3, ("shop",))
    assert told.namespace_selector == {"team": "red"}
    assert found.groups() == {EIPS}


@pytest.mark.parametrize("version", [V1, V2])
def test_an_eip_of_either_version(version: str) -> None:
    found = fact(document(version, "Eip", "edge", "", spec={"address": "192.0.2.1"}))
    assert isinstance(found, Eip)
    assert (found.spec.address, found.spec.protocol, found.is_default) == (
        "192.0.2.1", "bgp", False,
    )  # fmt: skip


def test_this_side_of_bgp() -> None:
    spec = {"as": 64512, "routerId": "192.0.2.1", "listenPort": 17900, "asPerRack": {"left": 64520},
            "gracefulRestart": {"enabled": True, "restartTime": 60}}  # fmt: skip
    found = fact(document(V2, "BgpConf", "default", "", spec=spec))
    assert isinstance(found, BgpConf)
    told = found.spec
    assert (told.own_as, told.router_id, told.listen_port) == (64512, "192.0.2.1", 17900)
    assert told.as_per_rack == {"left": 64520}
    assert (told.graceful_restart.enabled, told.graceful_restart.restart_time) == (True, 60)


def test_this_side_of_bgp_as_it_was_written_before() -> None:
    spec = {"as": 64512, "routerID": "192.0.2.1", "port": 17900}
    found = fact(document(V1, "BgpConf", "default", "", spec=spec))
    assert isinstance(found, BgpConf)
    told = found.spec
    assert (told.own_as, told.router_id, told.listen_port) == (64512, "192.0.2.1", 17900)


def test_a_peer() -> None:
    spec = {
        "conf": {"neighborAddress": "192.0.2.9", "peerAs": 64513, "authPassword": "not to be seen"},
        "transport": {"remotePort": 1790, "passiveMode": True},
        "timers": {"config": {"holdTime": "90"}},
        "ebgpMultihop": {"enabled": True, "multihopTtl": 5},
        "nodeSelector": {"matchLabels": {"rack": "left"}},
    }
    found = fact(document(V2, "BgpPeer", "router", "", spec=spec))
    assert isinstance(found, BgpPeer)
    told = found.spec
    assert (told.conf.neighbor_address, told.conf.peer_as) == ("192.0.2.9", 64513)
    assert (told.transport.remote_port, told.transport.passive_mode) == (1790, True)
    assert (told.timers.config.hold_time, told.ebgp_multihop.multihop_ttl) == ("90", 5)
    assert told.node_selector.selects({"rack": "left"})
    assert told.conf.auth_password == "not to be seen"
    assert "not to be seen" not in f"{found!r} {found}"


def test_a_peer_as_it_was_written_before() -> None:
    spec = {
        "config": {"neighborAddress": "192.0.2.9", "peerAs": 64513},
        "transport": {"remotePort": 1790},
        "addPaths": {"sendMax": 8},
    }
    found = fact(document(V1, "BgpPeer", "router", "", spec=spec))
    assert isinstance(found, BgpPeer)
    told = found.spec
    assert (told.conf.neighbor_address, told.conf.peer_as) == ("192.0.2.9", 64513)
    assert told.transport.remote_port == 1790
    assert [each.add_paths.config.send_max for each in told.afi_safis] == [8]


@pytest.mark.parametrize(
    ("version", "kind", "spec", "field"),
    [
        (V2, "Eip",     {},                                    "spec.address"),
        (V2, "Eip",     {"address": "a", "priority": "first"}, "spec.priority"),
        (V2, "BgpConf", {"as": -1},                            "spec.as"),
        (V1, "BgpConf", {"as": 1, "routerID": "192.0.2.1"},    "spec.port"),
        (V1, "BgpPeer", {"config": {"peerAs": 1}},             "spec.config.neighborAddress"),
        (V2, "BgpPeer", {"ebgpMultihop": {"multihopTtl": 256}}, "spec.ebgpMultihop.multihopTtl"),
    ],
)  # fmt: skip
def test_what_the_schema_forbids_is_told_with_its_field(
    version: str, kind: str, spec: Document, field: str
) -> None:
    found = decode(document(version, kind, "a", "", spec=spec))
    assert isinstance(found, Trouble)
    assert (found.field, str(found.ref)) == (field, f"{kind} a")
