"""The cluster of the table: one of everything that can be forwarded, or cannot."""

import random
from collections.abc import Mapping
from typing import Any

from support.api_server import ApiServer
from support.kubelet.apps import HTTP, Apps
from support.kubelet.sandbox import Address
from support.kubelet.workloads import deleting, pod, port, service, workload
from support.ports import is_free

OLD, NEW = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"
WORKLOADS = ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob",
             "ReplicationController")  # fmt: skip


_TAKEN: set[int] = set()


def steady_port() -> int:
    """A free one that the kernel will not choose for somebody else, and different each time."""
    while True:
        port = random.randrange(10_000, 32_000)
        if port not in _TAKEN and is_free(port):
            _TAKEN.add(port)
            return port


class Shop:
    """Ports that pods and Services have are free here too, so that `5000` can be said of them."""

    def __init__(self, server: ApiServer, apps: Apps) -> None:
        self.server = server
        self.port, self.other, self.free, self.udp, self.both, self.sold, self.named = (
            steady_port() for _ in range(7)
        )
        self._at: Mapping[int, Address] = apps.start("shop-1")
        self._pods()
        self._services()
        self._states()
        self._choices()

    @property
    def words(self) -> dict[str, int]:
        """What rows of the table may say."""
        return {
            "port": self.port, "other": self.other, "free": self.free, "udp": self.udp,
            "both": self.both, "sold": self.sold, "named": self.named,
        }  # fmt: skip

    def _run(self, name: str, **more: Any) -> dict[str, Any]:
        ports = {"http": self.port, "other": self.other}
        document = pod(name, **{"ports": ports, **more})
        self.server.run(document, {self.port: self._at[HTTP], self.other: self._at[HTTP]})
        return document

    def _pods(self) -> None:
        udp = {"http": self.port, "udp-dns": self.udp, "both": self.both, "udp-both": self.both}
        self._run("shop-1", app="shop", ports=udp)
        self._run("elsewhere-1", app="elsewhere", namespace="kube-public")
        for kind in WORKLOADS:
            self.server.put(workload(kind, "shop"))
        self.server.put(workload("Deployment", "empty"))
        self.server.put({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "shop"}})

    def _services(self) -> None:
        sold = port(self.sold, self.port, name="web")
        missing = port(self.free, "missing", name="gone")
        same = port(self.port, name="same")
        self.server.put(
            service("shop", sold, port(self.named, "http", name="named"), missing),
            service("plain", {**same, "name": "plain"}, app="shop"),
            service("headless", sold, app="shop", clusterIP="None"),
            service("headless-same", same, app="shop", clusterIP="None"),
            service("loose", sold, selector=None),
            service("outside", selector=None, ports=None, type="ExternalName",
                    externalName="shop.example"),
            service("dns", port(self.udp, protocol="UDP", name="dns"),
                    port(self.both, self.port, name="tcp"),
                    port(self.both, self.port, protocol="UDP", name="udp"), app="shop"),
            service("empty", sold),
        )  # fmt: skip

    def _states(self) -> None:
        for phase in ("Pending", "Succeeded", "Failed", "Unknown"):
            self._run(phase.lower(), phase=phase, is_ready=False)
        self._run("unready", is_ready=False)
        self._run("pending-1", app="pending-app", phase="Pending", is_ready=False)
        self.server.put(workload("Deployment", "pending-app"))

    def _choices(self) -> None:
        """Deployments with several pods, of which one is the first choice."""
        self._run("ready-a", app="ready", is_ready=False, created=OLD)
        self._run("ready-b", app="ready", created=NEW)
        self._run("age-a", app="age", created=NEW)
        self._run("age-b", app="age", created=OLD)
        self._run("running-a", app="running", phase="Pending", is_ready=False, created=OLD)
        self._run("running-b", app="running", is_ready=False, created=NEW)
        leaving = self._run("leaving-a", app="leaving", created=OLD)
        self.server.put(deleting(leaving, NEW))
        self._run("leaving-b", app="leaving", created=NEW)
        restarted = self._run("restarts-a", app="restarts")
        restarted["status"]["containerStatuses"][0]["restartCount"] = 5
        self.server.put(restarted)
        self._run("restarts-b", app="restarts")
        self._run("failed-a", app="failed", phase="Failed", is_ready=False, created=OLD)
        self._run("failed-b", app="failed", created=NEW)
        for app in ("ready", "age", "running", "leaving", "restarts", "failed"):
            self.server.put(workload("Deployment", app))
