"""kubectl, the real one."""

import subprocess

import pytest

from support.kubectl import kubectl as program

MANIFEST = """
apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  selector: {app: shop}
  ports: [{port: 80}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec:
  rules:
    - host: shop.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: shop, port: {number: 80}}}
"""


@pytest.fixture
def kubectl(kubeconfig, namespace, tmp_path):
    def run(*words, stdin=None, fails=False):
        command = [program(), f"--kubeconfig={kubeconfig}", f"--namespace={namespace}",
                   f"--cache-dir={tmp_path}", *words]  # fmt: skip
        done = subprocess.run(
            command, input=stdin, capture_output=True, text=True, timeout=60, check=False
        )
        assert (done.returncode != 0) == fails, done.stderr
        return done.stderr if fails else done.stdout

    return run


def test_applied_changed_shown_deleted(kubectl):
    assert "service/shop created" in kubectl("apply", "-f-", stdin=MANIFEST)
    assert "ingress.networking.k8s.io/shop unchanged" in kubectl("apply", "-f-", stdin=MANIFEST)
    changed = MANIFEST.replace("port: 80", "port: 81")
    assert "service/shop configured" in kubectl("apply", "-f-", stdin=changed)
    assert kubectl("get", "service", "shop", "-ojsonpath={.spec.ports[*].port}") == "81"
    assert "shop" in kubectl("get", "ingress,service")
    assert "labeled" in kubectl("label", "service", "shop", "a=b")
    assert "shop.example" in kubectl("describe", "ingress", "shop")
    assert "deleted" in kubectl("delete", "-f-", stdin=MANIFEST)
    kubectl("get", "ingress", "shop", fails=True)


def test_applied_by_the_server(kubectl):
    words = ("apply", "--server-side", "-f-")
    assert "ingress.networking.k8s.io/shop serverside-applied" in kubectl(*words, stdin=MANIFEST)
    other = MANIFEST.replace("shop.example", "other.example")
    told = kubectl(*words, "--field-manager=other", stdin=other, fails=True)
    assert 'conflict with "kubectl"' in told
    kubectl(*words, "--field-manager=other", "--force-conflicts", stdin=other)


@pytest.mark.parametrize("how", ["client", "server"])
def test_dry_runs(kubectl, how):
    told = kubectl("apply", f"--dry-run={how}", "-f-", stdin=MANIFEST)
    assert "service/shop created (" in told
    assert "dry run)" in told
    kubectl("get", "service", "shop", fails=True)


def test_a_mistake_is_told_with_its_field(kubectl):
    wrong = MANIFEST.replace("pathType: Prefix", "pathType: Glob")
    assert "pathType" in kubectl("apply", "-f-", stdin=wrong, fails=True)
