"""How a Service wants the nodes behind a load balancer to be checked.

A node is asked as the controllers of clouds do it: kube-proxy's own health, or with
`externalTrafficPolicy: Local` the health check node port, which tells where the endpoints are. The
annotations are those of the AWS load balancer controller.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from portico.model.core import Service, ServicePort

PREFIX: Final = "service.beta.kubernetes.io/aws-load-balancer-healthcheck-"
KUBE_PROXY_PORT: Final = 10256
PATH: Final = "/healthz"
"""Of kube-proxy, on its own port and on health check node ports."""

TRAFFIC_PORT: Final = "traffic-port"
"""The node port itself is to be checked."""

# With their upper limits: seconds; answers in a row, and port numbers.
_SECONDS: Final = {"interval": 300, "timeout": 300}
_WHOLE: Final = {"healthy-threshold": 100, "unhealthy-threshold": 100, "port": 65535}
_PROTOCOLS: Final = ("HTTP", "HTTPS", "TCP", "TCP_UDP")


class HealthCheck(NamedTuple):
    """Where and how often; without a path it is enough that the port takes a connection."""

    port: int
    path: str
    interval: float = 0.5
    timeout: float = 0.5
    healthy: int = 1
    unhealthy: int = 2


def health_check(service: Service, port: ServicePort) -> HealthCheck:
    """How nodes are checked for one port of a Service; what cannot be read is not obeyed."""
    usable = _usable(service.metadata.annotations)
    number, path = _of_annotations(usable, port) or _of_policy(service, port)
    usual = HealthCheck(number, path)
    if not usable:
        return usual
    return HealthCheck(
        number,
        path,
        float(usable.get("interval", usual.interval)),
        float(usable.get("timeout", usual.timeout)),
        int(usable.get("healthy-threshold", usual.healthy)),
        int(usable.get("unhealthy-threshold", usual.unhealthy)),
    )


def unusable(annotations: Mapping[str, str]) -> list[str]:
    """The annotations about health checks that cannot be obeyed."""
    usable = _usable(annotations)
    return [
        PREFIX + name
        for name in (*_SECONDS, *_WHOLE, "protocol", "path")
        if PREFIX + name in annotations and name not in usable
    ]


def _of_policy(service: Service, port: ServicePort) -> tuple[int, str]:
    if service.spec.external_traffic_policy != "Local":
        return KUBE_PROXY_PORT, PATH
    if service.spec.health_check_node_port:
        return service.spec.health_check_node_port, PATH
    if port.protocol == "TCP" and port.node_port:
        # Of type NodePort: a node without endpoints of its own drops connections to the node port.
        return port.node_port, ""
    return KUBE_PROXY_PORT, PATH


def _of_annotations(usable: Mapping[str, str], port: ServicePort) -> tuple[int, str] | None:
    """None where neither a port nor a way of asking is named that can be tried."""
    if not usable.keys() & {"port", "protocol", "path"}:
        return None
    named = usable.get("port", TRAFFIC_PORT)
    if named == TRAFFIC_PORT and port.protocol != "TCP":
        return None
    number = port.node_port if named == TRAFFIC_PORT else int(named)
    # As in a network load balancer of AWS: a connection is enough, unless HTTP is spoken of.
    speaks_http = usable.get("protocol", "HTTP" if "path" in usable else "TCP") == "HTTP"
    return number, usable.get("path", "/") if speaks_http else ""


def _usable(annotations: Mapping[str, str]) -> dict[str, str]:
    """What the annotations say, under their short names; only what can be obeyed."""
    found = {
        name.removeprefix(PREFIX): text
        for name, text in annotations.items()
        if name.startswith(PREFIX)
    }
    return {name: text for name, text in found.items() if _is_usable(name, text)}


def _is_usable(name: str, text: str) -> bool:
    if name == "path":
        # It is sent as it is, so it must not end the line or the request.
        return text.startswith("/") and text.isascii() and text.isprintable() and " " not in text
    if name == "protocol":
        return text in _PROTOCOLS
    if name in _WHOLE:
        return (name == "port" and text == TRAFFIC_PORT) or _is_whole(text, _WHOLE[name])
    return _is_time(text, _SECONDS.get(name, 0))


def _is_whole(text: str, most: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= most


def _is_time(text: str, most: int) -> bool:
    try:
        return 0.1 <= float(text) <= most
    except ValueError:
        return False
