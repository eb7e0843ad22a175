"""The world as an API server tells it."""

from portico.forward.candidates import Candidate
from portico.forward.carriage import Carriage, Carriages, OnLost
from portico.forward.cluster_pods import ClusterPods
from portico.forward.one import Failed, Pods, Seen, World
from portico.forward.options import Request
from portico.forward.relay.pod_carriage import PodCarriage
from portico.forward.subject import by_selector, find
from portico.kube.http.client import Client
from portico.kube.streams.forms import Pod
from portico.kube.streams.settings import Settings


def in_cluster(client: Client, namespace: str, settings: Settings, patience: float = 0.0) -> World:
    """One client, and so one pool of connections, for all; the namespace of who says none.

    `patience` is for the first question, in seconds; 0: as long as it takes.
    """

    async def look(request: Request, seen: Seen, failed: Failed) -> Pods:
        where = request.namespace or namespace
        if request.target is None:
            subject = by_selector(request.labels, where)
        else:
            subject = await find(client, request.target, where, patience)
        return ClusterPods(client, subject, seen, failed)

    def made(request: Request) -> Carriages:
        return carriages(client, request.namespace or namespace, settings)

    return World(look, made)


def carriages(client: Client, namespace: str, settings: Settings) -> Carriages:
    """To pods of one namespace."""

    def carriage(candidate: Candidate, on_lost: OnLost) -> Carriage:
        return PodCarriage(client, Pod(namespace, candidate.name), settings, on_lost)

    return carriage
