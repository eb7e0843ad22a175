"""Manifests -> store, as `portico up` reads them."""

import asyncio
from pathlib import Path

from portico.sources.contract import Put
from portico.sources.directory import Directory
from portico.store import Store


def read(folder: Path) -> Store:
    """All facts of a folder."""
    return asyncio.run(_read(folder))


async def _read(folder: Path) -> Store:
    store = Store()
    async for events in Directory([folder], watch=False).events():
        for event in events:
            if isinstance(event, Put):
                store.put(event.fact, event.place)
    return store
