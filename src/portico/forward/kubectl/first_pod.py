"""The pod that kubectl takes: the first of those there are, or the first one to come."""

import asyncio
from contextlib import aclosing

from portico.forward.cluster_pods import pods_of
from portico.forward.errors import ForwardError
from portico.forward.order import best_first
from portico.forward.pods import Pod
from portico.forward.subject import Subject
from portico.forward.table import PACE
from portico.kube.api.objects import Objects
from portico.kube.api.reflector import Reflector
from portico.kube.api.told import Key, Put
from portico.kube.api.wanted import Wanted
from portico.kube.http.client import Client


async def first_pod(client: Client, subject: Subject, patience: float) -> Pod:
    """Whatever it is like. Raises ForwardError and KubeError."""
    wanted = pods_of(subject, subject.labels)
    if subject.pod:
        return await _get(client, wanted, subject.pod)
    if not subject.labels:
        name = subject.title.rpartition("/")[2]
        told = f"cannot attach to *v1.Service: invalid service '{name}'"
        raise ForwardError(f"{told}: Service is defined without a selector")
    found: list[Pod] = []
    objects = Objects(client, wanted.resource, wanted.decode)
    async with aclosing(objects.pages(wanted.namespace, wanted.labels)) as pages:
        async for page in pages:
            found += page
    return best_first(found)[0] if found else await _next(client, wanted, patience)


async def check_running(client: Client, pod: Pod) -> None:
    """As it is now. Raises ForwardError and KubeError."""
    wanted = pods_of(Subject(pod.name, pod.metadata.namespace), "")
    phase = (await _get(client, wanted, pod.name)).status.phase
    if phase != "Running":
        told = "unable to forward port because pod is not running"
        raise ForwardError(f"{told}. Current status={phase}")


async def _get(client: Client, wanted: Wanted[Pod], name: str) -> Pod:
    objects = Objects(client, wanted.resource, wanted.decode)
    return await objects.get(Key(wanted.namespace, name))


async def _next(client: Client, wanted: Wanted[Pod], patience: float) -> Pod:
    reflector = Reflector(client, wanted, PACE)
    try:
        async with asyncio.timeout(patience), aclosing(reflector.batches()) as batches:
            async for batch in batches:
                for told in batch:
                    if isinstance(told, Put):
                        found: Pod = told.object
                        return found
    except TimeoutError:
        pass
    raise ForwardError("timed out waiting for the condition")
