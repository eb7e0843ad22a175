"""What the annotations of a Service ask of layer 4: those that people use on clouds."""

from collections.abc import Mapping
from typing import Final

from portico.compiler.health_check import unusable
from portico.compiler.lower.petition import Petition
from portico.model.core import Service
from portico.plan.verdict import Because
from portico.settings import Pick

PREFIX: Final = "service.beta.kubernetes.io/"
ALGORITHM: Final = "kubernetes.io/elb.lb-algorithm"
TARGETS: Final = f"{PREFIX}aws-load-balancer-target-group-attributes"
SOURCE_RANGES: Final = f"{PREFIX}load-balancer-source-ranges"

_PICKS: Final[Mapping[str, Pick]] = {
    "SOURCE_IP": Pick.SOURCE_HASH,
    "ROUND_ROBIN": Pick.RANDOM,
    "LEAST_CONNECTIONS": Pick.RANDOM,
}
_COUNTS_CONNECTIONS: Final = "LEAST_CONNECTIONS"

# The version of the PROXY protocol, by what the annotation says.
_PROXY_PROTOCOL: Final[Mapping[str, Mapping[str, int]]] = {
    f"{PREFIX}aws-load-balancer-proxy-protocol": {"*": 2},
    f"{PREFIX}ovh-loadbalancer-proxy-protocol": {"v1": 1, "v2": 2},
    f"{PREFIX}do-loadbalancer-enable-proxy-protocol": {"true": 1, "false": 0},
    f"{PREFIX}scw-loadbalancer-proxy-protocol-v1": {"true": 1, "false": 0},
    f"{PREFIX}scw-loadbalancer-proxy-protocol-v2": {"true": 2, "false": 0},
}
_KEEPS_CLIENT: Final = {
    "preserve_client_ip.enabled=true": True,
    "preserve_client_ip.enabled=false": False,
}


def annotation_field(name: str) -> str:
    """The field that an annotation is."""
    return f'metadata.annotations["{name}"]'


def proxy_protocol(fact: Service, petition: Petition) -> tuple[int, str]:
    """The version that is to be spoken to the endpoints (0: none), and the field that says so."""
    for name, versions in _PROXY_PROTOCOL.items():
        text = fact.metadata.annotations.get(name)
        if text is None:
            continue
        if text not in versions:
            petition.refuse(annotation_field(name), Because.ANNOTATION_UNUSABLE, repr(text))
        elif versions[text]:
            return versions[text], annotation_field(name)
    return 0, ""


def pick_asked(fact: Service, petition: Petition) -> Pick | None:
    """How endpoints are to be picked; None: as the settings say."""
    text = fact.metadata.annotations.get(ALGORITHM)
    if text is None:
        return None
    field = annotation_field(ALGORITHM)
    if text not in _PICKS:
        petition.refuse(field, Because.ANNOTATION_UNUSABLE, repr(text))
    elif text == _COUNTS_CONNECTIONS:
        petition.refuse(field, Because.BALANCE_APPROXIMATED, repr(text))
    return _PICKS.get(text)


def keeps_client(fact: Service) -> bool | None:
    """Whether nodes are to see the client's address; None: as the traffic policy says.

    The annotation holds attributes of other things too, so nothing is refused here.
    """
    attributes = fact.metadata.annotations.get(TARGETS, "").replace(" ", "").split(",")
    told = [_KEEPS_CLIENT[text] for text in attributes if text in _KEEPS_CLIENT]
    return told[-1] if told else None


def refuse_unusable_checks(fact: Service, petition: Petition) -> None:
    """Tell of health checks that cannot be made as they are asked for."""
    annotations = fact.metadata.annotations
    for name in unusable(annotations):
        petition.refuse(
            annotation_field(name), Because.ANNOTATION_UNUSABLE, repr(annotations[name])
        )
