"""The names and ports of a cluster, for a shell that completes words."""

import asyncio
from collections.abc import Coroutine
from contextlib import aclosing
from typing import Final

from msgspec import Struct

from portico.cli.forward.completion import Item
from portico.forward.kinds import KINDS, POD, SERVICE, Kind, parse_target
from portico.forward.metadata import Metadata
from portico.forward.pods import ContainerPort, Pod, PodSpec
from portico.forward.services import Service, ServicePort
from portico.kube.api.objects import Objects
from portico.kube.api.resource import Resource
from portico.kube.api.told import Key
from portico.kube.api.wanted import typed
from portico.kube.config.errors import KubeError
from portico.kube.http.client import Client

FIRST: Final = ("svc", "deploy", "sts", "po")
"""The kinds that are offered before a kind is said."""

NAMESPACES: Final = Resource("", "v1", "namespaces", "Namespace", namespaced=False)


class Named(Struct, frozen=True):
    """Any object."""

    metadata: Metadata


class Template(Struct, frozen=True):
    """What pods a workload makes."""

    spec: PodSpec = PodSpec()


class TemplateSpec(Struct, frozen=True):
    """Of a workload."""

    template: Template = Template()


class Workload(Struct, frozen=True):
    """A Deployment, or one of its like."""

    spec: TemplateSpec = TemplateSpec()


class Offers:
    """All methods raise KubeError, but for kinds that cannot be listed: those offer nothing."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._namespace = client.access.namespace

    async def targets(self, incomplete: str) -> list[Item]:
        """As TYPE/NAME, in the way the type was begun."""
        said, slash, _ = incomplete.partition("/")
        chosen = [(said, kind) for kind in KINDS if slash and said in kind.names]
        if not slash:
            chosen = [(kind.short, kind) for kind in KINDS if kind.short in FIRST]
        found = await _all(*(self._of_kind(how, kind) for how, kind in chosen))
        if not slash:
            # A pod may be said without its type, as kubectl has it.
            found += [(each.removeprefix("po/"), text) for each, text in found if text == "pod"]
        return found

    async def ports(self, target: str) -> list[Item]:
        """Numbers and names."""
        meant = parse_target(target)
        key = Key(self._namespace, meant.name)
        if meant.kind is SERVICE:
            service = await Objects(self._client, meant.kind.resource, typed(Service)).get(key)
            found = [(each.port, each.name) for each in service.spec.ports if _is_tcp(each)]
        else:
            spec = await self._pod_spec(meant.kind, key)
            ports = Pod(Metadata(meant.name), spec).ports
            found = [(each.container_port, each.name) for each in ports if _is_tcp(each)]
        numbers = [(str(number), name) for number, name in found]
        return numbers + [(name, str(number)) for number, name in found if name]

    async def namespaces(self) -> list[Item]:
        return await self._names(NAMESPACES, "")

    async def _pod_spec(self, kind: Kind, key: Key) -> PodSpec:
        if kind is POD:
            return (await Objects(self._client, kind.resource, typed(Pod)).get(key)).spec
        workload = await Objects(self._client, kind.resource, typed(Workload)).get(key)
        return workload.spec.template.spec

    async def _of_kind(self, how: str, kind: Kind) -> list[Item]:
        found = await self._names(kind.resource, self._namespace)
        return [(f"{how}/{name}", kind.singular) for name, _ in found]

    async def _names(self, resource: Resource, namespace: str) -> list[Item]:
        objects = Objects(self._client, resource, typed(Named))
        async with aclosing(objects.pages(namespace)) as pages:
            async for page in pages:
                return [(each.metadata.name, "") for each in page]
        return []


def _is_tcp(port: ServicePort | ContainerPort) -> bool:
    return port.protocol == "TCP"


async def _all(*questions: Coroutine[None, None, list[Item]]) -> list[Item]:
    """At the same time; what may not be asked has no answer."""

    async def asked(question: Coroutine[None, None, list[Item]]) -> list[Item]:
        try:
            return await question
        except KubeError:
            return []

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(asked(question)) for question in questions]
    return [item for task in tasks for item in task.result()]
