"""What became of what an object asked for: accepted, or refused because."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from portico.lib.shorten import shortened
from portico.model.fault import Severity
from portico.model.ref import Ref
from portico.plan.causes import announcing, http, l4, pools
from portico.plan.key import OUTCOME, Key, Origin


class Because(Enum):
    """Every reason Portico has for a no. The codes are stable: scripts and metrics use them."""

    HOST_INVALID = http.HOST_INVALID
    PATH_INVALID = http.PATH_INVALID
    PATH_TYPE_UNKNOWN = http.PATH_TYPE_UNKNOWN
    PATH_TAKEN = http.PATH_TAKEN
    DEFAULT_TAKEN = http.DEFAULT_TAKEN
    BACKEND_MISSING = http.BACKEND_MISSING
    SERVICE_INVALID = http.SERVICE_INVALID
    PORT_INVALID = http.PORT_INVALID
    PORT_AMBIGUOUS = http.PORT_AMBIGUOUS
    RESOURCE_UNSUPPORTED = http.RESOURCE_UNSUPPORTED
    SERVICE_MISSING = http.SERVICE_MISSING
    PORT_MISSING = http.PORT_MISSING
    PORT_NOT_TCP = http.PORT_NOT_TCP
    EXTERNAL_NAME_INVALID = http.EXTERNAL_NAME_INVALID
    ADDRESS_INVALID = http.ADDRESS_INVALID
    NO_ENDPOINTS = http.NO_ENDPOINTS
    SECRET_MISSING = http.SECRET_MISSING
    CERTIFICATE_MISMATCH = http.CERTIFICATE_MISMATCH
    CERTIFICATE_TAKEN = http.CERTIFICATE_TAKEN
    CLASS_MISSING = http.CLASS_MISSING
    CLASS_ELSEWHERE = http.CLASS_ELSEWHERE
    ANNOTATION_INVALID = http.ANNOTATION_INVALID
    NOTHING_ASKED = http.NOTHING_ASKED
    TYPE_UNKNOWN = l4.TYPE_UNKNOWN
    HEADLESS = l4.HEADLESS
    PROTOCOL_UNKNOWN = l4.PROTOCOL_UNKNOWN
    PORT_REPEATED = l4.PORT_REPEATED
    POLICY_UNKNOWN = l4.POLICY_UNKNOWN
    PREFERENCE_UNKNOWN = l4.PREFERENCE_UNKNOWN
    ANNOTATION_UNUSABLE = l4.ANNOTATION_UNUSABLE
    FRONTEND_INVALID = l4.FRONTEND_INVALID
    ADDRESS_TAKEN = l4.ADDRESS_TAKEN
    PORT_OCCUPIED = l4.PORT_OCCUPIED
    NODE_PORT_TAKEN = l4.NODE_PORT_TAKEN
    NODE_PORT_OUT_OF_RANGE = l4.NODE_PORT_OUT_OF_RANGE
    NODE_PORT_MISSING = l4.NODE_PORT_MISSING
    NODE_PORT_UNUSED = l4.NODE_PORT_UNUSED
    SOURCE_RANGE_INVALID = l4.SOURCE_RANGE_INVALID
    LOAD_BALANCER_ELSEWHERE = l4.LOAD_BALANCER_ELSEWHERE
    LOAD_BALANCER_PENDING = l4.LOAD_BALANCER_PENDING
    BALANCE_APPROXIMATED = l4.BALANCE_APPROXIMATED
    PROXY_PROTOCOL_NOT_TCP = l4.PROXY_PROTOCOL_NOT_TCP
    ENDPOINT_LOOPS = l4.ENDPOINT_LOOPS
    ENDPOINT_LOOPBACK = l4.ENDPOINT_LOOPBACK
    NO_LOCAL_ENDPOINTS = l4.NO_LOCAL_ENDPOINTS
    NODE_WITHOUT_ADDRESS = l4.NODE_WITHOUT_ADDRESS
    NO_HEALTHY_NODE = l4.NO_HEALTHY_NODE
    ADDRESS_RANGE_INVALID = pools.ADDRESS_RANGE_INVALID
    ADDRESS_RANGE_TAKEN = pools.ADDRESS_RANGE_TAKEN
    POOL_NAME_TAKEN = pools.POOL_NAME_TAKEN
    NAMESPACE_ELSEWHERE = pools.NAMESPACE_ELSEWHERE
    DEFAULT_POOL_TAKEN = pools.DEFAULT_POOL_TAKEN
    POOL_MISSING = pools.POOL_MISSING
    POOL_CLOSED = pools.POOL_CLOSED
    NO_POOL_FITS = pools.NO_POOL_FITS
    NO_ADDRESS_LEFT = pools.NO_ADDRESS_LEFT
    NO_ADDRESS_OF_FAMILY = pools.NO_ADDRESS_OF_FAMILY
    CLUSTER_IPS_MISSING = pools.CLUSTER_IPS_MISSING
    WANTED_TWICE = pools.WANTED_TWICE
    WANTED_ADDRESS_INVALID = pools.WANTED_ADDRESS_INVALID
    WANTED_ADDRESS_REPEATED = pools.WANTED_ADDRESS_REPEATED
    WANTED_ADDRESS_OUTSIDE = pools.WANTED_ADDRESS_OUTSIDE
    WANTED_ADDRESS_ELSEWHERE = pools.WANTED_ADDRESS_ELSEWHERE
    WANTED_ADDRESSES_APART = pools.WANTED_ADDRESSES_APART
    WANTED_FAMILY_UNFIT = pools.WANTED_FAMILY_UNFIT
    ADDRESS_HELD = pools.ADDRESS_HELD
    SHARING_KEY_DIFFERS = pools.SHARING_KEY_DIFFERS
    SHARING_POLICY_DIFFERS = pools.SHARING_POLICY_DIFFERS
    SHARED_PORT_TAKEN = pools.SHARED_PORT_TAKEN
    ANNOTATION_DEPRECATED = pools.ANNOTATION_DEPRECATED
    NOT_ANNOUNCED = announcing.NOT_ANNOUNCED
    NO_ANNOUNCER = announcing.NO_ANNOUNCER
    ADVERTISED_POOL_MISSING = announcing.ADVERTISED_POOL_MISSING
    INTERNAL = http.INTERNAL

    @property
    def severity(self) -> Severity:
        return self.value.severity


DETAIL_LIMIT: Final = 200
"""Characters of a user's text that a message repeats."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One no, with its reason; feeds status, events, explain and metrics."""

    origin: Origin
    because: Because
    detail: str = ""

    @property
    def reason(self) -> str:
        return self.because.value.sentence.format(shortened(self.detail, DETAIL_LIMIT))

    @property
    def hint(self) -> str:
        return self.because.value.hint


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one object asked for, and what of it was refused before it reached any other unit.

    `mentioned` are units it would have asked for if it were ours: for who asks about those.
    """

    key: Key
    origin: Ref
    asked: tuple[Key, ...]
    refused: tuple[Refusal, ...]
    mentioned: tuple[Key, ...] = ()


def outcome_key(ref: Ref) -> Key:
    """Where to find what became of an object."""
    return Key(OUTCOME, f"{ref.kind}/{ref.namespace}/{ref.name}")
