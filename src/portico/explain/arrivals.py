"""Which source address endpoints see, and why."""

from typing import Final, assert_never

from portico.explain.packet_answer import Arrival, Client, Standing
from portico.plan.backend import Endpoint
from portico.plan.frontend import Masquerade
from portico.plan.pool import Pool

_REASONS: Final = {
    (Masquerade.ALWAYS, True): "answers have to come back through this machine",
    (Masquerade.OUTSIDERS, True): "the client is in no pod network, see --cluster-cidr",
    (Masquerade.OUTSIDERS, False): "the client is in a pod network, which endpoints can answer",
    (Masquerade.OWN, True): "this machine may have chosen an address that cannot be answered",
    (Masquerade.OWN, False): "the policy keeps the client's address",
    (Masquerade.NEVER, False): "answers come back through this machine anyway",
}

_RELAYED: Final = "the connection ends here; a second one, with a PROXY header, goes on"
_ITSELF: Final = "the endpoint is the client, and would answer itself directly"


def arrivals(pool: Pool, masquerade: Masquerade, standing: Standing) -> tuple[Arrival, ...]:
    """For every endpoint; those that reach themselves are always masqueraded."""
    is_masqueraded = _applies(masquerade, standing)
    why = _REASONS[masquerade, is_masqueraded]
    if pool.proxy_protocol:
        is_masqueraded, why = True, _RELAYED

    def arrival(endpoint: Endpoint) -> Arrival:
        if not is_masqueraded and endpoint.address == str(standing.address):
            return Arrival(endpoint, is_masqueraded=True, why=_ITSELF)
        return Arrival(endpoint, is_masqueraded, why)

    return tuple(arrival(endpoint) for endpoint in pool.endpoints)


def _applies(masquerade: Masquerade, standing: Standing) -> bool:
    match masquerade:
        case Masquerade.ALWAYS:
            return True
        case Masquerade.OUTSIDERS:
            return standing.pods is None
        case Masquerade.OWN:
            return standing.client is Client.THIS_MACHINE
        case Masquerade.NEVER:
            return False
        case _:
            assert_never(masquerade)
