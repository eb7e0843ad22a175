"""Where the contract is tried: on our server with its nodes, or in a cluster.

A cluster needs to be able to run the image that PORTICO_TEST_IMAGE names: one with python3.
"""

import os
from pathlib import Path
from typing import Any, Protocol

from kube.contract.plain import Plain
from live.until import until
from support.api_server import ApiServer
from support.kubelet import app as program
from support.kubelet.apps import GREETINGS, HTTP, ORDERS, Apps
from support.kubelet.workloads import pod

IMAGE = os.environ.get("PORTICO_TEST_IMAGE", "python:3.11-slim")
PORTS = {"http": HTTP, "orders": ORDERS, "greetings": GREETINGS}

ADOPTING: dict[str, dict[str, Any]] = {
    "Deployment": {"replicas": 0},
    "ReplicaSet": {"replicas": 1},
    "ReplicationController": {"replicas": 1},
    "StatefulSet": {"replicas": 1, "ordinals": {"start": 1}, "serviceName": "shop"},
    "Job": {"parallelism": 1, "manualSelector": True},
    "DaemonSet": {"updateStrategy": {"type": "OnDelete"}},
}
"""The pod NAME-1 is put there by hand: controllers then leave it or take it for their own."""


class Place(Protocol):
    kubeconfig: Path
    namespace: str

    def start(self, name: str, app: str = "") -> None:
        """A pod of that name, which runs and is ready."""

    def remove(self, name: str) -> None: ...

    def put(self, document: dict[str, Any]) -> None: ...


class Ours:
    def __init__(self, server: ApiServer, apps: Apps, kubeconfig: Path, namespace: str) -> None:
        self.server = server
        self.kubeconfig = kubeconfig
        self.namespace = namespace
        self._apps = apps

    def start(self, name: str, app: str = "") -> None:
        document = pod(name, app=app, ports=PORTS, namespace=self.namespace)
        self.server.run(document, self._apps.start(name))

    def remove(self, name: str) -> None:
        self.server.remove("pods", self.namespace, name)
        self._apps.stop(name)

    def put(self, document: dict[str, Any]) -> None:
        self.server.put(document)


class Real:
    def __init__(self, plain: Plain, namespace: str) -> None:
        self.kubeconfig = plain.kubeconfig
        self.namespace = namespace
        self._plain = plain
        self._pods = f"/api/v1/namespaces/{namespace}/pods"

    def start(self, name: str, app: str = "") -> None:
        text = Path(program.__file__).read_text()
        command = ["python3", "-c", text, name, *map(str, PORTS.values())]
        listed = [{"name": key, "containerPort": number} for key, number in PORTS.items()]
        probe = {"tcpSocket": {"port": HTTP}, "periodSeconds": 1}
        container = {"name": "app", "image": IMAGE, "command": command, "ports": listed,
                     "readinessProbe": probe}  # fmt: skip
        document = {
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": name, "labels": {"app": app or name}},
            "spec": {"containers": [container], "terminationGracePeriodSeconds": 0},
        }  # fmt: skip
        made = self._plain.ask("POST", self._pods, document)
        assert made.code == 201, made
        until(lambda: self._is_ready(name), f"pod {name} to be ready", 180)

    def remove(self, name: str) -> None:
        self._plain.ask("DELETE", f"{self._pods}/{name}", gracePeriodSeconds="0")

    def put(self, document: dict[str, Any]) -> None:
        group, kind = document["apiVersion"], document["kind"].lower() + "s"
        spec = document["spec"] | ADOPTING.get(document["kind"], {})
        at = f"/apis/{group}" if "/" in group else f"/api/{group}"
        path = f"{at}/namespaces/{self.namespace}/{kind}"
        made = self._plain.ask("POST", path, {**document, "spec": spec})
        assert made.code == 201, made

    def _is_ready(self, name: str) -> bool:
        found = self._plain.get(f"{self._pods}/{name}").body.get("status", {})
        listed = found.get("conditions") or ()
        return any(each["type"] == "Ready" and each["status"] == "True" for each in listed)
