"""Load balancer addresses at layer 2: see README.md."""

from portico.engines.arp.engine import Arp
from portico.engines.arp.options import Options

__all__ = ["Arp", "Options"]
