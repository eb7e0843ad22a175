"""The chart, rendered by Helm's own library with several sets of values."""

import re

import helm_python
import pytest
import yaml

from deploy.definitions import OF_OTHERS
from deploy.rendered import CHART, NOTES, WEBHOOK, charted, container, one, rendered, workload
from portico.cli.up import command
from portico.cli.webhook import command as webhook
from support.api_server import running_api_server

CERT_MANAGER = {"controller": {"admissionWebhooks": {"certManager": {"enabled": True}}}}

ITS_OWN = {"cluster", "kubeconfig", "context", "state-dir", "admin", "log-format"}
"""Options that both have, and that say nothing of the plan."""

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
    "without the webhook": {"controller": {"admissionWebhooks": {"enabled": False}}},
    "with all of the webhook": {
        "controller": {
            "admissionWebhooks": {
                "failurePolicy": "Fail",
                "timeoutSeconds": 3,
                "port": 9443,
                "annotations": {"a": "b"},
                "labels": {"c": "d"},
                "namespaceSelector": {"matchLabels": {"team": "shop"}},
                "objectSelector": {"matchExpressions": [{"key": "new", "operator": "Exists"}]},
                "extraEnvs": [{"name": "TZ", "value": "UTC"}],
                "extraArgs": {"log-format": "json", "drain": 3},
                "replicaCount": 1,
                "hostNetwork": True,
                "service": {"servicePort": 8443, "annotations": {"e": "f"}, "type": "NodePort"},
            },
            "extraArgs": {"balance": "ewma", "only": ["l4"], "node-port-range": "30000-30100"},
        }
    },
    "certificates of cert-manager": CERT_MANAGER,
    "certificates of an issuer that is there": {
        "controller": {
            "admissionWebhooks": {
                "certManager": {
                    "enabled": True,
                    "issuerRef": {"kind": "ClusterIssuer", "name": "company"},
                }
            }
        }
    },
}  # fmt: skip


@pytest.mark.parametrize("values", SETS.values(), ids=SETS)
def test_a_server_takes_what_it_renders(values):
    with running_api_server() as server:
        server.put(*OF_OTHERS, *(_namespace(name) for name in ("ingress", "shop")))
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
def test_the_webhook_takes_the_options(values):
    documents = charted(values)
    if not values.get("controller", {}).get("admissionWebhooks", {}).get("enabled", True):
        assert not [each for each in documents if each["metadata"]["name"].endswith("-admission")]
        return
    program, *args = container(documents, WEBHOOK)["args"]
    assert program == "webhook"
    filled = [each.replace("$(POD_IP)", "10.1.0.9") for each in args]
    with webhook.make_context("webhook", filled) as context:
        assert context.params["cluster"]


def test_the_webhook_judges_as_the_controller_does():
    """What the plan depends on is told to both, and what only one of them has is not."""
    extra = {
        "balance": "ewma",
        "grace": 30,
        "node-port-range": "30000-30100",
        "cluster-cidr": ["10.0.0.0/8", "fd00::/8"],
    }
    args = container(charted({"controller": {"extraArgs": extra}}), WEBHOOK)["args"]
    shared = {
        "--node-port-range=30000-30100",
        "--cluster-cidr=10.0.0.0/8",
        "--cluster-cidr=fd00::/8",
    }
    assert shared <= set(args)
    assert not [each for each in args if each.startswith(("--balance", "--grace"))]


def test_the_options_of_both_are_known_to_the_chart():
    template = (CHART / "templates" / "_webhook.tpl").read_text()
    listed = re.search(r'define "portico.webhook.shared" -}}\n(.+)\n', template)
    assert listed
    assert set(listed[1].split()) == options(webhook) & options(command) - ITS_OWN


def options(of):
    long = [name for each in of.params for name in each.opts if name.startswith("--")]
    return {name.removeprefix("--") for name in long}


def test_the_webhook_is_as_it_was_set():
    documents = charted(SETS["with all of the webhook"])
    (hook,) = one(documents, "ValidatingWebhookConfiguration")["webhooks"]
    assert hook["failurePolicy"] == "Fail"
    assert hook["timeoutSeconds"] == 3
    assert hook["namespaceSelector"] == {"matchLabels": {"team": "shop"}}
    assert hook["objectSelector"]["matchExpressions"][0]["key"] == "new"
    assert hook["clientConfig"]["service"]["port"] == 8443
    assert one(documents, "ValidatingWebhookConfiguration")["metadata"]["annotations"] == {"a": "b"}
    made = container(documents, WEBHOOK)
    assert "--listen=[$(POD_IP)]:9443" in made["args"]
    assert [each for each in made["args"] if each.startswith("--drain")] == ["--drain=3"]
    assert {"name": "webhook", "containerPort": 9443} in made["ports"]
    budgets = [each for each in documents if each["kind"] == "PodDisruptionBudget"]
    assert [each["metadata"]["name"] for each in budgets] == ["edge-portico"]


def test_of_one_namespace_the_webhook_is_asked_about_that_one():
    values = {"controller": {"scope": {"enabled": True, "namespace": "shop"}}}
    documents = charted(values)
    (hook,) = one(documents, "ValidatingWebhookConfiguration")["webhooks"]
    assert hook["namespaceSelector"] == {"matchLabels": {"kubernetes.io/metadata.name": "shop"}}
    assert "--namespace=shop" in container(documents, WEBHOOK)["args"]


def test_the_certificate_of_cert_manager_is_for_the_service_and_shown():
    documents = charted(CERT_MANAGER)
    service = one(documents, "Service", "edge-portico-admission")["metadata"]
    certificate = one(documents, "Certificate", "edge-portico-admission")["spec"]
    assert f"{service['name']}.{service['namespace']}.svc" in certificate["dnsNames"]
    configuration = one(documents, "ValidatingWebhookConfiguration")["metadata"]
    injected = configuration["annotations"]["cert-manager.io/inject-ca-from"]
    assert injected == "ingress/edge-portico-admission"
    volumes = workload(documents, WEBHOOK)["spec"]["template"]["spec"]["volumes"]
    (volume,) = [each for each in volumes if each["name"] == "tls"]
    assert volume["secret"]["secretName"] == certificate["secretName"]
    issuers = [each["metadata"]["name"] for each in documents if each["kind"] == "Issuer"]
    assert certificate["issuerRef"]["name"] in issuers


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
        controller: {config: {use-gzip: "true"}, admissionWebhooks: {patch: {enabled: true}}}
        tcp: {9000: "shop/shop:80"}
    """)
    notes = rendered(values)[NOTES]
    for name in ("controller.config", "controller.admissionWebhooks.patch", "tcp"):
        assert f"\n  {name}\n" in f"{notes}\n"
    assert "mean nothing" not in rendered({})[NOTES]


def _namespace(name):
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
