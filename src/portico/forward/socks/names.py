"""What a name of the cluster's DNS means. No I/O, and no question to any DNS."""

import ipaddress
import re
from typing import Final, NamedTuple

_LABEL: Final = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"

SERVICE_ZONE, POD_ZONE = "svc", "pod"


class Meant(NamedTuple):
    """Each part may be empty. With a pod and a service, the pod is one of a headless Service."""

    namespace: str = ""
    service: str = ""
    pod: str = ""
    address: str = ""
    """Of a pod or a Service, to be looked up."""
    or_pod: bool = False
    """Whether it is a pod if there is no such Service."""


def read_name(text: str) -> Meant | None:
    """None for what is no name of a cluster.

    web                      the Service, in the namespace of the context
    web.shop                 the Service, else the pod; also web.shop.svc[.cluster.local]
    db-0.db.shop             the pod, as StatefulSets have them; also ….svc[.cluster.local]
    10-1-2-3.shop.pod        the pod with this address
    web-1.shop.pod           the pod of this name, which no DNS knows
    """
    try:
        return Meant(address=str(ipaddress.ip_address(text.strip("[]"))))
    except ValueError:
        pass
    labels = text.casefold().rstrip(".").split(".")
    if not all(re.fullmatch(_LABEL, label) for label in labels):
        return None
    for at, label in enumerate(labels):
        # What follows the zone is the domain of the cluster, whatever that is called.
        if label == SERVICE_ZONE and at in (2, 3):
            return _service(labels[:at])
        if label == POD_ZONE and at == 2:
            return _pod(*labels[:at])
    return _service(labels) if len(labels) <= 3 else None


def _service(labels: list[str]) -> Meant:
    match labels:
        case [name]:
            return Meant(service=name, or_pod=True)
        case [name, namespace]:
            return Meant(namespace, service=name, or_pod=True)
        case _:
            pod, service, namespace = labels
            return Meant(namespace, service=service, pod=pod)


def _pod(name: str, namespace: str) -> Meant:
    for separator in (".", ":"):
        try:
            address = ipaddress.ip_address(name.replace("-", separator))
        except ValueError:
            continue
        return Meant(namespace, address=str(address))
    return Meant(namespace, pod=name)
