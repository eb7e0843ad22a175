"""From what was asked to what is listened on here and dialled there. No I/O.

The port of a Service is not the port of its pods, and one name may be another number in each pod.
So a door keeps what was asked, and the number is looked up for the pod that a connection goes to.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from portico.forward.candidates import Candidate
from portico.forward.errors import ForwardError
from portico.forward.pods import ContainerPort, Pod
from portico.forward.ports import Asked
from portico.forward.services import Service, ServicePort

UDP_HINT: Final = (
    "the API server carries nothing but TCP streams to pods; reach UDP by a node port or a load "
    "balancer"
)


class Door(NamedTuple):
    """`local` is a number, 0 for any, or the path of a socket; `remote` as it was asked."""

    local: int | str
    remote: int | str


class Doors:
    """Of one target."""

    def __init__(
        self,
        service: Service | None,
        *,
        as_kubectl: bool = False,
        takes_undeclared: bool = False,
    ) -> None:
        self._service = service
        self._as_kubectl = as_kubectl
        self._takes_undeclared = takes_undeclared

    def all_of(self, first: Candidate) -> tuple[Asked, ...]:
        """Every TCP port there is. Raises ForwardError where there is none."""
        ports: Iterable[int] = ()
        if self._service:
            ports = (port.port for port in self._service.spec.ports if port.protocol == "TCP")
        elif first.pod:
            ports = (port.container_port for port in first.pod.ports if port.protocol == "TCP")
        asked = tuple(Asked(None, port) for port in dict.fromkeys(ports))
        if not asked:
            what = self._service.metadata.name if self._service else first.name
            raise ForwardError(f"{what} declares no TCP port", "say which port is meant")
        return asked

    def door(self, asked: Asked, first: Candidate) -> Door:
        """Raises ForwardError for a port that is not there, or not TCP."""
        self._refuse_udp(asked, first)
        local = asked.local
        if self._service and not self._is_as_it_is(asked.remote):
            number = _service_port(self._service, asked.remote).port
            return Door(number if local is None else local, asked.remote)
        number = self.number(asked.remote, first)
        return Door(number if local is None else local, asked.remote)

    def number(self, remote: int | str, at: Candidate) -> int:
        """What is dialled in a pod. Raises ForwardError."""
        if self._service and not self._is_as_it_is(remote):
            return self._behind_service(self._service, remote, at)
        if isinstance(remote, int):
            return remote
        return _named(at, remote)

    def _is_as_it_is(self, remote: int | str) -> bool:
        """Whether no Service stands in between."""
        if not (self._service and self._service.is_headless and self._takes_undeclared):
            return False
        return all(remote not in (port.port, port.name) for port in self._service.spec.ports)

    def _behind_service(self, service: Service, remote: int | str, at: Candidate) -> int:
        port = _service_port(service, remote)
        if service.is_headless and self._as_kubectl:
            return port.port
        if at.pod is None:
            return _in_slice(at, port)
        target = port.target_port or port.port
        if isinstance(target, int):
            return target
        return _named(at, target)

    def _refuse_udp(self, asked: Asked, first: Candidate) -> None:
        ports: Sequence[ServicePort | ContainerPort] = ()
        if self._service:
            ports = self._service.spec.ports
        elif first.pod:
            ports = first.pod.ports
        numbers = {(_number(port), port.protocol) for port in ports}
        number = asked.remote
        if isinstance(number, str):
            number = next((_number(port) for port in ports if port.name == number), 0)
        if (number, "UDP") in numbers and (number, "TCP") not in numbers:
            raise ForwardError(f"UDP protocol is not supported for {asked.remote}", UDP_HINT)


def _number(port: ServicePort | ContainerPort) -> int:
    return port.port if isinstance(port, ServicePort) else port.container_port


def _service_port(service: Service, remote: int | str) -> ServicePort:
    """TCP before others of the same number."""
    ports = sorted(service.spec.ports, key=lambda port: port.protocol != "TCP")
    name = service.metadata.name
    for port in ports:
        if remote in (port.port, port.name):
            return port
    has = ", ".join(f"{port.port} {port.name}".strip() for port in service.spec.ports)
    hint = f"it has {has}" if has else "it has no ports"
    if isinstance(remote, str):
        raise ForwardError(f"Service '{name}' does not have a named port '{remote}'", hint)
    raise ForwardError(f"Service {name} does not have a service port {remote}", hint)


def _in_slice(at: Candidate, port: ServicePort) -> int:
    """Each slice may have a number of its own."""
    for each in at.slice_ports:
        if each.name == port.name and each.port:
            return each.port
    told = f"{at.name} does not have the port {port.name or port.port} of its Service"
    raise ForwardError(told, "its EndpointSlice does not name it")


def _named(at: Candidate, name: str) -> int:
    """The number that a pod calls so."""
    pod: Pod | None = at.pod
    ports = pod.ports if pod else ()
    for port in ports:
        if port.name == name:
            return port.container_port
    names = ", ".join(f"{port.name} {port.container_port}" for port in ports if port.name)
    hint = f"it has {names}" if names else "none of its ports has a name"
    raise ForwardError(f"Pod '{at.name}' does not have a named port '{name}'", hint)
