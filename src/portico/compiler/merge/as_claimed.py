"""Pools of addresses, requests for some, routers: the unit is what its one claimant says."""

from collections.abc import Sequence

from portico.compiler.claim import Claim
from portico.compiler.look import Look
from portico.plan.address_pool import AddressPool
from portico.plan.address_request import AddressRequest
from portico.plan.bgp import BgpPeer
from portico.plan.key import Key


def merge_address_pool(_key: Key, claims: Sequence[Claim], _look: Look) -> AddressPool:
    """What is wrong with it beside other pools, the pool itself has found out."""
    unit = claims[0].want
    assert isinstance(unit, AddressPool)
    return unit


def merge_address_request(_key: Key, claims: Sequence[Claim], _look: Look) -> AddressRequest:
    """Who is given what is not settled here: a lease tells, when there is one."""
    unit = claims[0].want
    assert isinstance(unit, AddressRequest)
    return unit


def merge_bgp_peer(_key: Key, claims: Sequence[Claim], _look: Look) -> BgpPeer:
    """Two peers for one session are settled before: one of them does not claim any."""
    unit = claims[0].want
    assert isinstance(unit, BgpPeer)
    return unit
