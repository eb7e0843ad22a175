"""The chart, rendered by Helm's own library with several sets of values."""

import helm_python
import pytest
import yaml

from deploy.rendered import CHART, NOTES, charted, container, one, rendered, workload
from portico.cli.up import command
from support.api_server import running_api_server

MONITOR = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "servicemonitors.monitoring.coreos.com"},
    "spec": {
        "group": "monitoring.coreos.com",
        "scope": "Namespaced",
        "names": {"plural": "servicemonitors", "kind": "ServiceMonitor"},
        "versions": [
            {
                "name": "v1", "served": True, "storage": True,
                "schema": {"openAPIV3Schema": {"type": "object"}},
            },
        ],
    },
}  # fmt: skip

SETS = {
    "as it is": {},
    "one on every node": {
        "controller": {
            "kind": "DaemonSet",
            "hostPort": {"enabled": True},
            "service": {"enabled": False},
            "tolerations": [{"operator": "Exists"}],
            "nodeSelector": {"role": "edge"},
        }
    },
    "in place of ingress-nginx": {
        "controller": {
            "replicaCount": 3,
            "ingressClassResource": {
                "name": "nginx", "controllerValue": "k8s.io/ingress-nginx", "default": True,
                "aliases": ["internal"], "annotations": {"team": "edge"},
            },
            "service": {
                "annotations": {"cloud.example/type": "network"},
                "externalTrafficPolicy": "Local",
                "loadBalancerIP": "192.0.2.80",
                "loadBalancerSourceRanges": ["192.0.2.0/24"],
                "nodePorts": {"http": 30080, "https": 30443},
            },
            "metrics": {"enabled": True, "serviceMonitor": {"enabled": True}},
            "autoscaling": {"enabled": True, "maxReplicas": 5},
            "extraArgs": {"balance": "ewma", "grace": 30, "trusted-proxies": ["10.0.0.0/8"]},
            "extraEnvs": [{"name": "TZ", "value": "UTC"}],
            "podAnnotations": {"a": "b"},
            "podLabels": {"c": "d"},
            "priorityClassName": "system-cluster-critical",
        },
        "imagePullSecrets": [{"name": "registry"}],
        "commonLabels": {"owner": "edge"},
    },
    "one namespace, no Service, an account that is there": {
        "controller": {
            "scope": {"enabled": True, "namespace": "shop"},
            "publishService": {"enabled": False},
            "reportNodeInternalIp": True,
            "replicaCount": 1,
            "ingressClassResource": {"enabled": False},
        },
        "serviceAccount": {"create": False, "name": "there"},
    },
    "without roles": {"rbac": {"create": False}, "namespaceOverride": "ingress"},
}  # fmt: skip


@pytest.mark.parametrize("values", SETS.values(), ids=SETS)
def test_a_server_takes_what_it_renders(values):
    with running_api_server() as server:
        server.put(MONITOR, *(_namespace(name) for name in ("ingress", "shop")))
        documents = charted(values)
        server.put(*documents)
        for each in documents:
            plural = f"{each['kind'].lower()}{'es' if each['kind'].endswith('s') else 's'}"
            namespace = each["metadata"].get("namespace", "")
            assert server.get(plural, namespace, each["metadata"]["name"])


@pytest.mark.parametrize("values", SETS.values(), ids=SETS)
def test_portico_takes_the_options(values):
    """All but $(POD_IP), which a kubelet fills in."""
    program, *args = container(charted(values))["args"]
    assert program == "up"
    filled = [each.replace("$(POD_IP)", "10.1.0.9") for each in args]
    with command.make_context("up", filled) as context:
        assert context.params["cluster"]


@pytest.mark.parametrize("values", SETS.values(), ids=SETS)
def test_helm_finds_no_mistake(values):
    assert helm_python.lint(CHART, values, strict=True)["errors"] == []


def test_what_is_set_is_there():
    documents = charted(SETS["in place of ingress-nginx"])
    args = container(documents)["args"]
    assert {"--ingress-class=nginx", "--ingress-class=internal"} <= set(args)
    assert {"--balance=ewma", "--grace=30", "--trusted-proxies=10.0.0.0/8"} <= set(args)
    assert [each for each in args if each.startswith("--grace")] == ["--grace=30"]
    service = one(documents, "Service", "edge-portico")["spec"]
    assert service["externalTrafficPolicy"] == "Local"
    assert [port["nodePort"] for port in service["ports"]] == [30080, 30443]
    classes = [each for each in documents if each["kind"] == "IngressClass"]
    defaults = [
        "ingressclass.kubernetes.io/is-default-class" in each["metadata"]["annotations"]
        for each in classes
    ]
    assert defaults == [True, False]
    assert "replicas" not in workload(documents)["spec"]


def test_a_class_that_is_not_served_is_refused():
    values = {"controller": {"ingressClassResource": {"controllerValue": "example.com/else"}}}
    with pytest.raises(helm_python.HelmError, match="not one that Portico serves"):
        charted(values)


def test_values_that_mean_nothing_are_named():
    values = yaml.safe_load("""
        controller: {config: {use-gzip: "true"}, admissionWebhooks: {enabled: true}}
        tcp: {9000: "shop/shop:80"}
    """)
    notes = rendered(values)[NOTES]
    for name in ("controller.config", "controller.admissionWebhooks", "tcp"):
        assert f"\n  {name}\n" in f"{notes}\n"
    assert "mean nothing" not in rendered({})[NOTES]


def _namespace(name):
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
