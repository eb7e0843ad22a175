"""Who announces addresses, as plain values."""

from typing import assert_never

from portico.plan.bgp import BgpPeer, BgpRoute, Nodes, Telling
from portico.plan.document_parts import Document, left_out_documents, origin_document
from portico.plan.layer2 import Announcer, Layer2

AnnouncingUnit = Layer2 | BgpPeer | BgpRoute


def announcing_fields(unit: AnnouncingUnit) -> dict[str, object]:
    """Everything but the refusals, which all units have."""
    match unit:
        case Layer2():
            return _layer2(unit)
        case BgpPeer():
            return _bgp_peer(unit)
        case BgpRoute():
            return _bgp_route(unit)
        case _:
            assert_never(unit)


def _layer2(unit: Layer2) -> dict[str, object]:
    return {
        "address": unit.address,
        "services": [str(service) for service in unit.services],
        "drawnBy": unit.first_address if unit.first_address != unit.address else None,
        "candidates": [_announcer(one) for one in unit.candidates],
        "anyone": unit.anyone and _announcer(unit.anyone),
        "passedOver": left_out_documents(unit.passed_over),
        "from": origin_document(unit.origin),
    }


def _bgp_peer(unit: BgpPeer) -> dict[str, object]:
    """Whether there is a password, but not which."""
    bfd = unit.bfd
    return {
        "name": unit.key.name,
        "address": unit.address,
        "port": unit.port,
        "localAS": unit.local_as,
        "remoteAS": unit.remote,
        "routerID": unit.router_id,
        "source": unit.source,
        "holdTime": unit.hold,
        "keepaliveTime": unit.keepalive or None,
        "connectTime": unit.connect or None,
        "password": "(set)" if unit.password else None,
        "multihop": unit.multihop or None,
        "families": [family.value for family in unit.families],
        "gracefulRestart": unit.graceful or None,
        "vrf": unit.vrf,
        "listens": unit.listen or None,
        "bfd": bfd
        and {
            "transmit": bfd.transmit,
            "receive": bfd.receive,
            "multiplier": bfd.multiplier,
        },
        "nodes": _nodes(unit.nodes),
        "passedOver": left_out_documents(unit.passed_over),
        "from": origin_document(unit.origin),
    }


def _bgp_route(unit: BgpRoute) -> dict[str, object]:
    return {
        "prefix": unit.prefix,
        "services": [str(service) for service in unit.services],
        "told": [_telling(one) for one in unit.tellings],
        "passedOver": left_out_documents(unit.passed_over),
        "from": origin_document(unit.origin),
    }


def _telling(one: Telling) -> Document:
    told: dict[str, object] = {
        "by": str(one.by),
        "nodes": _nodes(one.nodes),
        "peers": [peer.name for peer in one.peers],
    }
    if one.local_pref:
        told["localPref"] = one.local_pref
    if one.communities or one.large:
        told["communities"] = [*one.communities, *(f"large:{each}" for each in one.large)]
    return told


def _nodes(nodes: Nodes) -> list[str]:
    return ["(any)"] if nodes.is_open else list(nodes.names)


def _announcer(one: Announcer) -> Document:
    told: dict[str, object] = {"node": one.node or "(any)"}
    if one.weight:
        told["weight"] = one.weight
    if one.interfaces:
        told["interfaces"] = list(one.interfaces)
    return told
