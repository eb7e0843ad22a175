"""BgpConf and BgpPeer as v1alpha1 wrote them -> as v1alpha2 does. Eip has only grown since."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta, Struct, convert, field

from portico.model.fact import Metadata, PortNumber
from portico.model.openelb import (
    AddPaths,
    AddPathsConfig,
    AfiSafi,
    AfiSafiConfig,
    ASNumber,
    BgpConf,
    BgpConfSpec,
    BgpFamily,
    BgpPeer,
    BgpPeerSpec,
    PeerConf,
    PeerTransport,
)


class _ConfSpec(Struct, frozen=True, gc=False):
    own_as: ASNumber = field(name="as")
    port: PortNumber
    router_id: str = field(name="routerID")


class _Conf(Struct, frozen=True, gc=False):
    metadata: Metadata
    spec: _ConfSpec


class _SendMax(Struct, frozen=True, gc=False, rename="camel"):
    send_max: Annotated[int, Meta(ge=0)] = 0


class _Neighbor(Struct, frozen=True, gc=False, rename="camel"):
    neighbor_address: str
    peer_as: ASNumber


class _PeerSpec(Struct, frozen=True, gc=False, rename="camel"):
    config: _Neighbor
    transport: PeerTransport = PeerTransport()
    add_paths: _SendMax = _SendMax()


class _Peer(Struct, frozen=True, gc=False):
    metadata: Metadata
    spec: _PeerSpec


def read_conf(document: Mapping[str, object]) -> BgpConf:
    """Raises msgspec.ValidationError."""
    found = convert(document, _Conf)
    spec = found.spec
    current = BgpConfSpec(own_as=spec.own_as, router_id=spec.router_id, listen_port=spec.port)
    return BgpConf(metadata=found.metadata, spec=current)


def read_peer(document: Mapping[str, object]) -> BgpPeer:
    """Raises msgspec.ValidationError."""
    found = convert(document, _Peer)
    spec = found.spec
    conf = PeerConf(neighbor_address=spec.config.neighbor_address, peer_as=spec.config.peer_as)
    current = BgpPeerSpec(conf=conf, transport=spec.transport, afi_safis=_families(spec.add_paths))
    return BgpPeer(metadata=found.metadata, spec=current)


def _families(add_paths: _SendMax) -> tuple[AfiSafi, ...]:
    """In v1alpha1 there was IPv4 only."""
    if not add_paths.send_max:
        return ()
    config = AfiSafiConfig(enabled=True, family=BgpFamily("AFI_IP", "SAFI_UNICAST"))
    paths = AddPaths(AddPathsConfig(send_max=add_paths.send_max))
    return (AfiSafi(config, paths),)
