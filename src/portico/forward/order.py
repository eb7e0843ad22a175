"""Which of several pods comes first: kubectl's order, which is the reverse of its ActivePods."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from portico.forward.pods import ContainerStatus, Pod

_PHASES: Final = {"Running": 0, "Unknown": 1}
"""Every other phase counts as Pending, also for those that have ended."""

_NEVER: Final = datetime.max.replace(tzinfo=UTC)


def best_first(pods: Iterable[Pod]) -> list[Pod]:
    """Scheduled, running, ready, staying, ready for longer, restarted less often, older."""
    return sorted(pods, key=_key)


def _key(pod: Pod) -> tuple[object, ...]:
    metadata, ready = pod.metadata, pod.ready_condition
    deleted = metadata.deletion_timestamp
    since = (ready.last_transition_time or _NEVER) if ready else _NEVER
    return (
        not pod.spec.node_name,
        _PHASES.get(pod.status.phase, 2),
        ready is None,
        deleted is not None,
        -deleted.timestamp() if deleted else 0.0,
        since,
        *_restarts(pod),
        metadata.creation_timestamp or _NEVER,
    )


def _restarts(pod: Pod) -> tuple[int, int]:
    """Of ordinary containers, and of sidecars."""
    always = {one.name for one in pod.spec.init_containers if one.restart_policy == "Always"}
    sidecars = [one for one in pod.status.init_container_statuses if one.name in always]
    return _most(pod.status.container_statuses), _most(sidecars)


def _most(statuses: Iterable[ContainerStatus]) -> int:
    return max((status.restart_count for status in statuses), default=0)
