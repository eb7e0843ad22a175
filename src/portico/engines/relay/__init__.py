"""Connections to endpoints that expect the PROXY protocol: see README.md."""

from portico.engines.relay.engine import Relay
from portico.engines.relay.options import Options
from portico.engines.relay.port import relay_port

__all__ = ["Options", "Relay", "relay_port"]
