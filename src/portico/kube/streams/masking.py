"""Masks what a WebSocket client sends (RFC 6455, 5.3).

In Python alone this takes five times as long as TLS does. The C code is a part of `websockets`, of
which nothing else is loaded. Import this only where there is a WebSocket: it takes 12 ms.
"""

from websockets.speedups import apply_mask

__all__ = ["apply_mask"]
