"""Carries connections from here to pods, and survives what happens to those.

    async with portico.forward.open("svc/web", 80, namespace="shop") as web:
        reader, writer = await asyncio.open_connection(web.host, web.port)

For programs: `open` here. All the rest is `portico forward`; docs/forward.md has both.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portico.forward.errors import ForwardError
    from portico.forward.library import Opened, open  # noqa: A004  # it is read as forward.open

__all__ = ["ForwardError", "Opened", "open"]


def __getattr__(name: str) -> object:
    """Imported when it is asked for: commands that need no cluster are to start at once."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from portico.forward import errors, library

    return errors.ForwardError if name == "ForwardError" else getattr(library, name)
