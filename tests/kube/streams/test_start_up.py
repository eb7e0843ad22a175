"""What a command that forwards a port has to load: not more than it needs, and not for long."""

import subprocess
import sys

SCRIPT = """
import sys
import portico.kube.config.choose, portico.kube.http.client
import portico.forward.relay.pod_carriage, portico.forward.relay.direct_carriage
print(*sorted(sys.modules))
"""

NOT_NEEDED = {
    "aiohttp", "click", "cryptography", "dns", "httpx", "prometheus_client", "pydantic", "rich",
    "websockets", "yaml", "portico.model", "portico.settings", "portico.plan", "portico.store",
}  # fmt: skip


def test_it_is_little() -> None:
    ran = subprocess.run([sys.executable, "-c", SCRIPT], check=True, capture_output=True, text=True)
    loaded = set(ran.stdout.split())
    assert "h11" in loaded
    assert loaded & NOT_NEEDED == set()


def test_of_the_library_for_websockets_only_the_masking_is_loaded() -> None:
    script = "import sys, portico.kube.streams.masking; print(*sorted(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    loaded = set(ran.stdout.split())
    assert loaded & {"websockets", "websockets.version", "importlib.metadata"} == set()
