"""What is to be asked for its health, how, and how often."""

from dataclasses import dataclass

from portico.model.ref import Ref
from portico.plan.key import PROBE, Key
from portico.plan.verdict import Refusal


@dataclass(frozen=True, slots=True)
class Probe:
    """GET http://address:port/path; status 200 is healthy. Times are in seconds.

    Without a path it is healthy if the port takes a connection. Where nothing listens on the port
    at all, `connect_ports` are tried instead, one by one: a machine without kube-proxy. What is
    found comes back as a Health fact with the key's name.
    """

    key: Key
    node: Ref
    address: str
    port: int
    path: str
    interval: float = 0.5
    timeout: float = 0.5
    healthy: int = 1
    """Good answers in a row after which it is healthy again."""

    unhealthy: int = 2
    """Failures in a row after which it is not."""

    connect_ports: tuple[int, ...] = ()
    refused: tuple[Refusal, ...] = ()


def probe_key(node: str, port: int) -> Key:
    """E.g. `node-a/10256`: one probe for all Services that ask the same of the same node."""
    return Key(PROBE, f"{node}/{port}")
