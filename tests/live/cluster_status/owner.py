"""Somebody who has objects in a namespace, and looks at them."""

from typing import Any

from kube.contract.plain import MERGE, Plain

PATHS = {
    "Ingress": "/apis/networking.k8s.io/v1/namespaces/{}/ingresses",
    "IngressClass": "/apis/networking.k8s.io/v1/ingressclasses",
    "Service": "/api/v1/namespaces/{}/services",
    "Pod": "/api/v1/namespaces/{}/pods",
    "Node": "/api/v1/nodes",
    "Lease": "/apis/coordination.k8s.io/v1/namespaces/{}/leases",
    "Event": "/apis/events.k8s.io/v1/namespaces/{}/events",
}

GLOBAL = ("Node", "IngressClass")


class Owner:
    def __init__(self, plain: Plain, namespace: str) -> None:
        self._plain, self._namespace = plain, namespace
        self._made: list[str] = []

    def path(self, kind: str, name: str = "") -> str:
        root = PATHS[kind].format(self._namespace)
        return f"{root}/{name}" if name else root

    def apply(self, *documents: dict[str, Any]) -> None:
        for document in documents:
            kind = document["kind"]
            if kind == "Pod":
                self._prepare_pods()
            made = self._plain.ask("POST", self.path(kind), document)
            assert made.code == 201, made
            if kind in GLOBAL:
                self._made.append(self.path(kind, document["metadata"]["name"]))

    def status(self, kind: str, name: str, status: Any, manager: str = "somebody") -> None:
        path = f"{self.path(kind, name)}/status"
        told = self._plain.ask("PATCH", path, {"status": status}, MERGE, fieldManager=manager)
        assert told.code == 200, told

    def change(self, kind: str, name: str, patch: Any) -> None:
        told = self._plain.ask("PATCH", self.path(kind, name), patch, MERGE)
        assert told.code == 200, told

    def delete(self, kind: str, name: str) -> None:
        self._plain.ask("DELETE", self.path(kind, name))

    def get(self, kind: str, name: str) -> Any:
        return self._plain.get(self.path(kind, name)).body

    def shown(self, name: str) -> list[str]:
        """The addresses that an Ingress shows."""
        found = self.get("Ingress", name)["status"]["loadBalancer"].get("ingress", [])
        return [each.get("ip") or each["hostname"] for each in found]

    def version(self, name: str) -> str:
        return str(self.get("Ingress", name)["metadata"]["resourceVersion"])

    def leader(self, name: str = "portico-leader") -> str:
        return str(self.lease(name).get("holderIdentity") or "")

    def lease(self, name: str = "portico-leader") -> Any:
        return self.get("Lease", name).get("spec", {})

    def events(self, name: str) -> list[Any]:
        """About one object, the oldest first."""
        found = self._plain.get(self.path("Event")).body["items"]
        about = [each for each in found if each["regarding"]["name"] == name]
        return sorted(about, key=lambda each: each["eventTime"])

    def reasons(self, name: str) -> list[tuple[str, str]]:
        return [(each["type"], each["reason"]) for each in self.events(name)]

    def _prepare_pods(self) -> None:
        """An API server that runs without controllers makes no account, and wants one."""
        account = {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "default"},
        }
        self._plain.ask("POST", f"/api/v1/namespaces/{self._namespace}/serviceaccounts", account)

    def clean(self) -> None:
        for path in self._made:
            self._plain.ask("DELETE", path)
