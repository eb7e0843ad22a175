"""HTTP and HTTPS by nginx with Lua: see README.md."""

from portico.engines.nginx.engine import Nginx
from portico.engines.nginx.options import Options

__all__ = ["Nginx", "Options"]
