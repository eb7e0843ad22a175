"""One namespace of a cluster, as its owner sees it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import yaml

from kube.contract.plain import APPLY, Plain

PATHS = {
    "Service": "/api/v1/namespaces/{}/services/{}",
    "Secret": "/api/v1/namespaces/{}/secrets/{}",
    "EndpointSlice": "/apis/discovery.k8s.io/v1/namespaces/{}/endpointslices/{}",
    "Ingress": "/apis/networking.k8s.io/v1/namespaces/{}/ingresses/{}",
}


class Town:
    def __init__(self, plain: Plain, namespace: str, kubeconfig: Path) -> None:
        self._plain = plain
        self.namespace = namespace
        self.kubeconfig = kubeconfig

    @property
    def options(self) -> tuple[str, ...]:
        """Of every command that is to read it."""
        return ("--cluster", "--kubeconfig", str(self.kubeconfig), "-n", self.namespace)

    def apply(self, *texts: str) -> None:
        """As `kubectl apply --server-side`, whatever namespace the manifests say."""
        for text in texts:
            for document in yaml.safe_load_all(text):
                document["metadata"]["namespace"] = self.namespace
                path = PATHS[document["kind"]].format(self.namespace, document["metadata"]["name"])
                query: dict[str, Any] = {"fieldManager": "owner", "force": "true"}
                done = self._plain.ask("PATCH", path, document, APPLY, **query)
                assert done.code in (200, 201), done

    def get(self, kind: str, name: str) -> Any:
        done = self._plain.get(PATHS[kind].format(self.namespace, name))
        assert done.code == 200, done
        return done.body

    def watch(self, kind: str, **query: Any) -> AbstractContextManager[Iterator[Any]]:
        """Events of all objects of a kind, those that are there first."""
        path = PATHS[kind].format(self.namespace, "").rstrip("/")
        return self._plain.watch(path, **query)

    def delete(self, kind: str, name: str) -> None:
        done = self._plain.ask("DELETE", PATHS[kind].format(self.namespace, name))
        assert done.code == 200, done
