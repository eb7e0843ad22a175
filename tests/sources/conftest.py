"""A folder of manifests, and a way to know that nothing more is to come."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sources.following import Told, service, service_ref


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "manifests"
    path.mkdir()
    return path


@pytest.fixture
def marker(folder: Path) -> Callable:
    """Awaits a drop that was asked for after all that was done before: later than any other."""
    path = folder / "zz-marker.yaml"
    path.write_text(service("marker"))

    async def passed(told: Told) -> None:
        path.unlink()
        await told.until(lambda told: service_ref("marker") in told.drops)

    return passed
