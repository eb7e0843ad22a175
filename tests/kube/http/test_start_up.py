"""What a command that asks a cluster has to load: not more than it needs."""

import subprocess
import sys

SCRIPT = """
import sys
import portico.kube.config.choose, portico.kube.http.client
print(*sorted(sys.modules))
"""

FOREIGN = {"aiohttp", "httpx", "click", "cryptography", "dns", "prometheus_client", "yaml"}
OURS_FOR_SOME = {
    "portico.kube.config.exec_part",
    "portico.kube.http.tunnel",
    "portico.model",
    "portico.settings",
}


def test_it_is_little():
    ran = subprocess.run([sys.executable, "-c", SCRIPT], check=True, capture_output=True, text=True)
    loaded = set(ran.stdout.split())
    assert "h11" in loaded
    assert loaded & (FOREIGN | OURS_FOR_SOME) == set()
