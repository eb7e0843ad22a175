"""What the speaker knows -> how the sessions are, in the words of the plan."""

from portico.engines.bgp import wire
from portico.engines.bgp.bfd.talk import Standing
from portico.plan.spoken import Path, Session, Spoken


def spoken_of(node: str, state: wire.State) -> Spoken:
    return Spoken(
        node,
        {
            address: _session(found, state.watched.get(address))
            for address, found in sorted(state.sessions.items())
        },
    )


def _session(found: wire.Session, watched: Standing | None) -> Session:
    return Session(
        state=found.state,
        reason=found.reason,
        prefixes=found.prefixes,
        updates=found.updates,
        opens_sent=found.opens_sent,
        opens_received=found.opens_received,
        keepalives_sent=found.keepalives_sent,
        keepalives_received=found.keepalives_received,
        notifications_sent=found.notifications_sent,
        updates_received=found.updates_received,
        path=None if watched is None else _path(watched),
    )


def _path(watched: Standing) -> Path:
    return Path(
        watched.state,
        watched.detection,
        watched.packets_in,
        watched.packets_out,
        watched.ups,
        watched.downs,
        watched.trouble,
    )
