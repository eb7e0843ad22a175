"""Paths, as the API documents them."""

import pytest

from portico.kube.api.resource import Resource

INGRESS = Resource("networking.k8s.io", "v1", "ingresses", "Ingress")
NODE = Resource("", "v1", "nodes", "Node", namespaced=False)
POD = Resource("", "v1", "pods", "Pod")


@pytest.mark.parametrize(("path", "wanted"), [
    (INGRESS.path(),                         "/apis/networking.k8s.io/v1/ingresses"),
    (INGRESS.path("shop"),
     "/apis/networking.k8s.io/v1/namespaces/shop/ingresses"),
    (INGRESS.path("shop", "a", "status"),
     "/apis/networking.k8s.io/v1/namespaces/shop/ingresses/a/status"),
    (POD.path("shop", "a"),                  "/api/v1/namespaces/shop/pods/a"),
    (NODE.path(),                            "/api/v1/nodes"),
    (NODE.path("ignored", "a"),              "/api/v1/nodes/a"),
    (POD.path("../..", "a?b"),               "/api/v1/namespaces/..%2F../pods/a%3Fb"),
])  # fmt: skip
def test_paths(path, wanted):
    assert path == wanted


def test_names_as_kubectl_takes_them():
    assert [str(INGRESS), str(POD)] == ["ingresses.networking.k8s.io", "pods"]
