"""The toolkit of examples/netns for tests: networks of namespaces, or a reason to skip."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
if str(ROOT) not in sys.path:
    sys.path.append(str(ROOT))

from examples.netns.echo import Echo  # noqa: E402
from examples.netns.namespace import what_is_missing  # noqa: E402
from examples.netns.network import Network, Space  # noqa: E402
from examples.netns.reach import How, Reached, reach  # noqa: E402
from examples.netns.world import World, build_world  # noqa: E402

__all__ = ["Echo", "How", "Network", "Reached", "Space", "World", "build_world", "reach"]

MISSING = what_is_missing()
needs_namespaces = pytest.mark.skipif(bool(MISSING), reason=MISSING or "there are namespaces")
