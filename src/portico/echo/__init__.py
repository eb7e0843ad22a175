"""The demo backend behind `portico echo`: it answers with what it got, or misbehaves as asked."""

from portico.echo.app import build
from portico.echo.server import serve

__all__ = ["build", "serve"]
