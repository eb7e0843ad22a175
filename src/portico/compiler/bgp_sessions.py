"""BGPPeer -> the session that it means, by MetalLB's rules."""

from typing import Final

from portico.compiler.advertisements import is_at_home
from portico.compiler.bgp_draft import Draft, families_of
from portico.compiler.chosen_nodes import Chosen, chosen_nodes
from portico.compiler.look import Look
from portico.lib.shorten import shown
from portico.model.core import Secret
from portico.model.metallb import BFDProfile, BGPPeer
from portico.plan.bgp import EXTERNAL, INTERNAL, BfdTimes, BgpPeer, Password, bgp_peer_key
from portico.plan.key import Origin
from portico.plan.verdict import Because

SECRET_TYPE: Final = "kubernetes.io/basic-auth"  # noqa: S105  # the type, not a secret
SECRET_KEY: Final = "password"  # noqa: S105

GRACE: Final = 120
"""Seconds for which routers keep the routes of a node that crashed, as FRR asks them to."""


def metallb_session(fact: BGPPeer, look: Look, draft: Draft) -> BgpPeer | None:
    """What is wrong is noted in the draft; None: there is no session."""
    spec = fact.spec
    if not is_at_home(fact.ref.namespace, look):
        home = look.settings.metallb_namespace
        draft.refuse("metadata.namespace", Because.NAMESPACE_ELSEWHERE, home)
    address = _address(fact, draft)
    local, remote = _as_numbers(fact, draft)
    hold, keepalive = draft.times(
        ("spec.holdTime", "spec.keepaliveTime"), spec.hold_time, spec.keepalive_time
    )
    chosen: Chosen = chosen_nodes(look, spec.node_selectors, str(fact.ref))
    session = BgpPeer(
        key=bgp_peer_key(fact.ref),
        peer=fact.ref,
        address=address,
        local_as=local,
        remote=remote,
        nodes=chosen.nodes,
        origin=Origin(fact.ref, "spec.peerAddress"),
        port=spec.peer_port or 179,
        router_id=draft.router_id("spec.routerID", spec.router_id),
        source=draft.source("spec.sourceAddress", spec.source_address, address),
        hold=hold,
        keepalive=keepalive,
        connect=draft.connect("spec.connectTime", spec.connect_time),
        password=_password(fact, look, draft),
        multihop=spec.ebgp_multi_hop,
        families=families_of(address, both=spec.dual_stack_address_family),
        graceful=GRACE if spec.enable_graceful_restart else 0,
        vrf=draft.vrf("spec.vrf", spec.vrf),
        bfd=_bfd(fact, look, draft),
        passed_over=chosen.passed_over,
    )
    if session.is_internal and spec.ebgp_multi_hop:
        draft.refuse("spec.ebgpMultiHop", Because.MULTIHOP_INTERNAL, str(local))
    return None if draft.is_fatal else session


def _address(fact: BGPPeer, draft: Draft) -> str:
    spec = fact.spec
    if spec.interface:
        draft.refuse("spec.interface", Because.PEER_UNNUMBERED, shown(spec.interface))
        return ""
    return draft.address("spec.peerAddress", spec.peer_address)


def _as_numbers(fact: BGPPeer, draft: Draft) -> tuple[int, int | str]:
    """Ours, as the router sees it, and the router's. Inside, ours is `myASN` all the same."""
    spec = fact.spec
    if not spec.my_asn:
        draft.refuse("spec.myASN", Because.AS_NUMBER_MISSING, "our own AS number is not given")
    if spec.peer_asn and spec.dynamic_asn:
        draft.refuse("spec.dynamicASN", Because.AS_NUMBER_TWICE, shown(spec.dynamic_asn))
    elif spec.dynamic_asn not in ("", INTERNAL, EXTERNAL):
        draft.refuse("spec.dynamicASN", Because.DYNAMIC_AS_UNKNOWN, shown(spec.dynamic_asn))
    elif not (spec.peer_asn or spec.dynamic_asn):
        what = "the AS number of the router is not given"
        draft.refuse("spec.peerASN", Because.AS_NUMBER_MISSING, what)
    return spec.local_asn or spec.my_asn, spec.peer_asn or spec.dynamic_asn


def _password(fact: BGPPeer, look: Look, draft: Draft) -> Password | None:
    spec = fact.spec
    name = spec.password_secret.name
    if not name:
        return draft.password("spec.password", spec.password)
    field = "spec.passwordSecret.name"
    if spec.password:
        draft.refuse(field, Because.PASSWORD_TWICE, shown(name))
        return None
    value = _value(look.get(Secret, fact.ref.namespace, name), shown(name))
    if isinstance(value, str):
        draft.refuse(field, Because.PASSWORD_MISSING, value)
        return None
    try:
        return draft.password(field, value.decode())
    except UnicodeDecodeError:
        draft.refuse(field, Because.PASSWORD_INVALID, "is no text")
        return None


def _value(secret: Secret | None, name: str) -> bytes | str:
    """The password, or why there is none."""
    if secret is None:
        return f"Secret {name} does not exist"
    if secret.type != SECRET_TYPE:
        return f"Secret {name} is of type {shown(secret.type)}"
    return secret.values.get(SECRET_KEY) or f"Secret {name} has no {SECRET_KEY}"


def _bfd(fact: BGPPeer, look: Look, draft: Draft) -> BfdTimes | None:
    name = fact.spec.bfd_profile
    if not name:
        return None
    profile = look.get(BFDProfile, fact.ref.namespace, name)
    if profile is None:
        draft.refuse("spec.bfdProfile", Because.BFD_PROFILE_MISSING, shown(name))
        return None
    spec = profile.spec
    return BfdTimes(
        transmit=spec.transmit_interval,
        receive=spec.receive_interval,
        multiplier=spec.detect_multiplier,
        passive=spec.passive_mode,
        minimum_ttl=spec.minimum_ttl,
    )
