"""BgpPeer and BgpConf -> the sessions that they mean, as OpenELB reads them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from portico.compiler.bgp_draft import Draft, families_of
from portico.compiler.chosen_nodes import chosen_nodes, labels_of
from portico.compiler.look import Look
from portico.lib.shorten import shown
from portico.model.openelb import (
    DEFAULT_CONF,
    RACK_LABEL,
    BgpConf,
    BgpConfSpec,
    BgpPeer,
    GracefulRestart,
)
from portico.plan import bgp
from portico.plan.bgp import Nodes, bgp_peer_key
from portico.plan.key import Origin
from portico.plan.transport import Family
from portico.plan.verdict import Because

GRACE: Final = 120
FAMILIES: Final = {"AFI_IP": Family.IPV4, "AFI_IP6": Family.IPV6}


def openelb_sessions(fact: BgpPeer, look: Look, draft: Draft) -> list[bgp.BgpPeer]:
    """One a local AS: racks may have their own. What is wrong is noted in the draft."""
    spec = fact.spec
    conf = look.get(BgpConf, "", DEFAULT_CONF)
    ours = conf.spec if conf else BgpConfSpec()
    if spec.conf.admin_down:
        return []
    _unsupported(fact, draft)
    address = _address(fact, draft)
    timers = spec.timers.config
    hold, keepalive = draft.times(
        ("spec.timers.config.holdTime", "spec.timers.config.keepaliveInterval"),
        timers.hold_time,
        timers.keepalive_interval,
    )
    chosen = chosen_nodes(look, (spec.node_selector,), str(fact.ref))
    if not spec.conf.peer_as:
        what = "the AS number of the router is not given"
        draft.refuse("spec.conf.peerAs", Because.AS_NUMBER_MISSING, what)
    session = bgp.BgpPeer(
        key=bgp_peer_key(fact.ref),
        peer=fact.ref,
        address=address,
        local_as=spec.conf.local_as or ours.own_as,
        remote=spec.conf.peer_as,
        nodes=chosen.nodes,
        origin=Origin(fact.ref, "spec.conf.neighborAddress"),
        port=spec.transport.remote_port,
        router_id=draft.router_id("spec", ours.router_id),
        hold=hold,
        keepalive=keepalive,
        connect=draft.connect("spec.timers.config.connectRetry", timers.connect_retry),
        password=draft.password("spec.conf.authPassword", spec.conf.auth_password),
        multihop=spec.ebgp_multihop.enabled,
        families=_families(fact, address),
        graceful=_grace(spec.graceful_restart, ours.graceful_restart),
        vrf=draft.vrf("spec.conf.vrf", spec.conf.vrf),
        passed_over=chosen.passed_over,
    )
    found = list(_by_rack(session, ours, look, is_fixed=bool(spec.conf.local_as)))
    if any(not each.local_as for each in found):
        what = f"our own AS number is not given, as there is no BgpConf {DEFAULT_CONF}"
        draft.refuse("spec.conf.localAs", Because.AS_NUMBER_MISSING, what)
    return [] if draft.is_fatal else found


def _by_rack(
    session: bgp.BgpPeer, ours: BgpConfSpec, look: Look, *, is_fixed: bool
) -> Iterator[bgp.BgpPeer]:
    if is_fixed or not ours.as_per_rack or session.nodes.is_open:
        yield session
        return
    by_as: dict[int, list[str]] = {}
    for node in session.nodes.names:
        rack = labels_of(look, node).get(RACK_LABEL, "")
        by_as.setdefault(ours.as_per_rack.get(rack, ours.own_as), []).append(node)
    for number, nodes in sorted(by_as.items()):
        key = bgp_peer_key(session.peer, f"as-{number}")
        yield replace(session, key=key, local_as=number, nodes=Nodes(tuple(nodes)))


def _address(fact: BgpPeer, draft: Draft) -> str:
    conf, transport = fact.spec.conf, fact.spec.transport
    if conf.neighbor_interface and not conf.neighbor_address:
        field = "spec.conf.neighborInterface"
        draft.refuse(field, Because.PEER_UNNUMBERED, shown(conf.neighbor_interface))
        return ""
    if transport.remote_address:
        return draft.address("spec.transport.remoteAddress", transport.remote_address)
    return draft.address("spec.conf.neighborAddress", conf.neighbor_address)


def _families(fact: BgpPeer, address: str) -> tuple[Family, ...]:
    told = [each.config for each in fact.spec.afi_safis if each.config.enabled]
    known = {FAMILIES[each.family.afi] for each in told if each.family.afi in FAMILIES}
    return tuple(sorted(known)) if known else families_of(address, both=False)


def _unsupported(fact: BgpPeer, draft: Draft) -> None:
    spec = fact.spec
    if spec.transport.passive_mode:
        field = "spec.transport.passiveMode"
        draft.remark(field, Because.BGP_SETTING_UNSUPPORTED, "waiting for the router to connect")
    for index, each in enumerate(spec.afi_safis):
        if each.config.enabled and each.config.family.afi not in FAMILIES:
            what = f"address family {shown(each.config.family.afi)}"
            field = f"spec.afiSafis[{index}].config.family.afi"
            draft.remark(field, Because.BGP_SETTING_UNSUPPORTED, what)
        if each.add_paths.config.send_max > 1:
            field = f"spec.afiSafis[{index}].addPaths.config.sendMax"
            what = "telling more than one path to a prefix, as a node is only ever one,"
            draft.remark(field, Because.BGP_SETTING_UNSUPPORTED, what)


def _grace(*asked: GracefulRestart) -> int:
    return next((each.restart_time or GRACE for each in asked if each.enabled), 0)
