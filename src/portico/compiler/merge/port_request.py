"""The claim of a Service port that names no node port -> PortRequest."""

from collections.abc import Sequence

from portico.compiler.claim import Claim
from portico.compiler.look import Look
from portico.compiler.merge.blank import blank_port_request
from portico.plan.frontend import PortRequest
from portico.plan.key import Key


def merge_port_request(_key: Key, claims: Sequence[Claim], _look: Look) -> PortRequest:
    """Who is given what is not settled here: a lease tells, when there is one."""
    return blank_port_request(claims[0])
