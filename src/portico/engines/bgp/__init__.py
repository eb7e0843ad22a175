"""Routes to Services, told to routers by BGP: see README.md."""

from portico.engines.bgp.engine import Bgp
from portico.engines.bgp.options import Options

__all__ = ["Bgp", "Options"]
