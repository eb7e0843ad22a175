"""A cluster on this machine, with pods that answer, and `portico forward` as its users start it."""

import socket
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from support.api_server import running_api_server
from support.forwarding import forwarding
from support.kubelet.apps import GREETINGS, HTTP, ORDERS, running_apps
from support.kubelet.workloads import deleting, pod, port, service
from support.orders import asked

TOKEN = "of-the-forwards"
PORTS = {"http": HTTP, "orders": ORDERS, "greetings": GREETINGS}
LEAVING = "2026-01-01T00:00:30Z"
PORTICO = Path(sys.executable).with_name("portico")


class Place:
    """Pods of `web` in the namespace `default`, and what can be done to them."""

    def __init__(self, server, apps, folder):
        self.server = server
        self._apps = apps
        server.access.user_by_token[TOKEN] = "admin"
        self.kubeconfig = server.kubeconfig(folder, TOKEN)

    def start(self, name, *, app="web", **more):
        """A pod that runs, and is ready unless it is said."""
        document = pod(name, app=app, ports=PORTS, **more)
        self.server.run(document, self._apps.start(name))

    def serve(self, name="web", *ports, **more):
        self.server.put(service(name, *(ports or (port(80, "http", name="http"),)), **more))

    def become(self, name, *, ready):
        found = self.server.get("pods", "default", name)
        condition = {"type": "Ready", "status": str(ready), "lastTransitionTime": LEAVING}
        self.server.put({**found, "status": {**found["status"], "conditions": [condition]}})

    def leave(self, name):
        """It is being deleted, and still runs."""
        self.server.put(deleting(self.server.get("pods", "default", name), LEAVING))

    def remove(self, name):
        self.server.remove("pods", "default", name)
        self._apps.stop(name)


@pytest.fixture(scope="session")
def _apps():
    with running_apps() as apps:
        yield apps


@pytest.fixture
def place(_apps, tmp_path):
    with running_api_server(tls=True) as server:
        yield Place(server, _apps, tmp_path)


@pytest.fixture
def portico(place, tmp_path):
    """Start `portico forward`; everything that was started ends with the test."""
    with ExitStack() as stack:

        def start(*words, by=(), **environment):
            files = {"XDG_CACHE_HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
            command = [*by, PORTICO, "forward", f"--kubeconfig={place.kubeconfig}", *words]
            return stack.enter_context(forwarding(command, **files, **environment))

        yield start


def answer(process, remote=HTTP, host="127.0.0.1"):
    """The name of the pod that answers."""
    return asked(process.local[remote], host=host)


@pytest.fixture
def endpoints_port():
    """A port that this very process has."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]
