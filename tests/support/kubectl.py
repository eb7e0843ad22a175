"""The real kubectl, which setup/kubectl has put beside the Python that runs the tests."""

import platform
import sys
from pathlib import Path
from typing import Final

import pytest

CURRENT: Final = "1.37"  # asks for a WebSocket first, for port-forward and exec
SPDY_ONLY: Final = "1.30"

HOME: Final = Path(sys.prefix) / "kubectl"


def kubectl(version: str = CURRENT) -> str:
    """The program of this version. A test that asks for it is skipped where none can be had."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        pytest.skip("no kubectl for this machine, see setup/kubectl")
    program = HOME / version / "kubectl"
    assert program.exists(), f"no {program}: make setup"
    return str(program)
