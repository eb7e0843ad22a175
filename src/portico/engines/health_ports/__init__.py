"""Health check node ports, as load balancers ask them: see README.md."""

from portico.engines.health_ports.engine import HealthPorts
from portico.engines.health_ports.options import Options

__all__ = ["HealthPorts", "Options"]
