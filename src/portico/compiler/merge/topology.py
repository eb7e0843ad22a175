"""Endpoints near this node are preferred where the cluster, or the Service, wants it (KEP-4444,
KEP-3015).

Who is near to whom is written by the control plane as hints. In a folder nobody writes them; there
the endpoint's own node and zone are taken, as the control plane would do in the simplest case.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from portico.compiler.look import Look
from portico.compiler.merge.candidates import Candidate
from portico.lib.shorten import shown
from portico.model.core import Node

ZONE: Final = "topology.kubernetes.io/zone"
SAME_NODE: Final = "PreferSameNode"


class Near(NamedTuple):
    """Which endpoints are preferred, and why the others are not."""

    candidates: Sequence[Candidate]
    reason: str = ""


def near(ready: Sequence[Candidate], distribution: str, look: Look) -> Near:
    """All, unless every endpoint says whom it is for and one of them is for this node or zone."""
    is_told = any(candidate.hints for candidate in ready)
    if not is_told and not distribution:
        return Near(ready)
    node = look.settings.node_name
    told = [_nodes(candidate, distribution, is_told=is_told) for candidate in ready]
    if all(told) and any(node in names for names in told):
        return Near(_those(ready, told, node), f"others are nearer to node {node}")
    told = [_zones(candidate, is_told=is_told) for candidate in ready]
    if not all(told):
        return Near(ready)
    found = look.get(Node, "", node)
    zone = found.metadata.labels.get(ZONE, "") if found else ""
    if zone and any(zone in names for names in told):
        return Near(_those(ready, told, zone), f"others are nearer to zone {shown(zone)}")
    return Near(ready)


def _nodes(candidate: Candidate, distribution: str, *, is_told: bool) -> tuple[str, ...]:
    if is_told:
        return tuple(hint.name for hint in candidate.hints.for_nodes) if candidate.hints else ()
    return (candidate.node,) if candidate.node and distribution == SAME_NODE else ()


def _zones(candidate: Candidate, *, is_told: bool) -> tuple[str, ...]:
    if is_told:
        return tuple(hint.name for hint in candidate.hints.for_zones) if candidate.hints else ()
    return (candidate.zone,) if candidate.zone else ()


def _those(
    ready: Sequence[Candidate], told: Sequence[tuple[str, ...]], name: str
) -> list[Candidate]:
    return [candidate for candidate, names in zip(ready, told, strict=True) if name in names]
