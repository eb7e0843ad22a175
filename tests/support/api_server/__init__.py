"""A small and strict Kubernetes API server, over the wire. tests/kube/contract holds it to it."""

from support.api_server.access import Asked, Rule, rules_of
from support.api_server.faults import WITNESS
from support.api_server.running import ApiServer, running_api_server
from support.api_server.watches import StreamedLists

__all__ = [
    "WITNESS",
    "ApiServer",
    "Asked",
    "Rule",
    "StreamedLists",
    "rules_of",
    "running_api_server",
]
