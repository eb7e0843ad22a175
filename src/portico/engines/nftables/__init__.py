"""Layer 4 by the kernel's own nftables: see README.md."""

from portico.engines.nftables.engine import Nftables
from portico.engines.nftables.options import Options

__all__ = ["Nftables", "Options"]
