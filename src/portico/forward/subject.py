"""What a target is in a cluster: where its pods are to be looked for."""

import asyncio
from typing import Final, TypeVar

from msgspec import Struct

from portico.forward.errors import NO_CLUSTER, ForwardError, from_kube
from portico.forward.kinds import POD, SERVICE, Target
from portico.forward.pods import Pod
from portico.forward.services import Service
from portico.forward.workloads import PlainWorkload, Workload, labels_text, selector_text
from portico.kube.api.known import Decode
from portico.kube.api.objects import Objects
from portico.kube.api.told import Key
from portico.kube.api.wanted import typed
from portico.kube.config.errors import KubeError
from portico.kube.http.client import Client

T = TypeVar("T")

SAME_NAMES: Final = "StatefulSet"
"""Its pods are called as the ones before them."""

_ENDED: Final = ("Succeeded", "Failed")


class Subject(Struct, frozen=True):
    """`labels` select its pods; `pod` is the one it is. Neither: only slices know."""

    title: str
    """As messages call it."""
    namespace: str
    labels: str = ""
    pod: str = ""
    service: Service | None = None
    owner: str = ""
    """Of a pod: what makes another one when it is gone, of another name."""


def by_selector(labels: str, namespace: str) -> Subject:
    """Whatever pods have these labels."""
    return Subject(labels, namespace, labels=labels)


async def find(client: Client, target: Target, namespace: str, patience: float = 0.0) -> Subject:
    """Asks for the object itself, for so many seconds; 0: as long as it takes.

    Raises ForwardError.
    """
    try:
        async with asyncio.timeout(patience or None):
            return await _find(client, target, namespace)
    except KubeError as error:
        raise from_kube(error) from None
    except TimeoutError:
        told = f"the API server has not answered within {patience:g} s"
        raise ForwardError(told, "that is what --request-timeout says", NO_CLUSTER) from None


async def _find(client: Client, target: Target, namespace: str) -> Subject:
    async def get(decode: Decode[T]) -> T:
        objects = Objects(client, target.kind.resource, decode)
        return await objects.get(Key(namespace, target.name))

    title = str(target)
    if target.kind is POD:
        return _of_pod(title, await get(typed(Pod)))
    if target.kind is SERVICE:
        return of_service(title, await get(typed(Service)))
    if target.kind.short == "rc":
        labels = labels_text((await get(typed(PlainWorkload))).spec.selector)
    else:
        labels = selector_text((await get(typed(Workload))).spec.selector)
    if not labels:
        raise ForwardError(f"{title} selects no pods in particular", "name one of them")
    return Subject(title, namespace, labels=labels)


def of_service(title: str, service: Service) -> Subject:
    """Raises ForwardError for one that only is another name."""
    metadata, spec = service.metadata, service.spec
    if spec.type == "ExternalName":
        raise ForwardError(
            f"Service {metadata.name} is another name for {spec.external_name}, and has no pods",
            f"connect to {spec.external_name} itself",
        )
    labels = labels_text(spec.selector)
    return Subject(title, metadata.namespace, labels=labels, service=service)


def _of_pod(title: str, pod: Pod) -> Subject:
    phase = pod.status.phase
    if phase in _ENDED:
        raise ForwardError(
            f"unable to forward port because pod is not running. Current status={phase}"
        )
    owners = (each for each in pod.metadata.owner_references if each.controller)
    owner = next((f"{each.kind} {each.name}" for each in owners if each.kind != SAME_NAMES), "")
    return Subject(title, pod.metadata.namespace, pod=pod.name, owner=owner)
