"""What we know right now, and what has changed since we last looked."""

from portico.store.store import Store

__all__ = ["Store"]
