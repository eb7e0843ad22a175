"""What a user's tools make of deploy/: kubectl's Kustomize, and Helm's own library."""

import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import helm_python
import yaml

from support.kubectl import kubectl

Documents = list[dict[str, Any]]

DEPLOY = Path(__file__).parents[2] / "deploy"
CHART = DEPLOY / "chart" / "portico"

WEBHOOK = "webhook"

NOTES = "portico/templates/NOTES.txt"


@cache
def kustomized(folder: str = "") -> Documents:
    """As `kubectl apply -k deploy/FOLDER` has it."""
    command = [kubectl(), "kustomize", str(DEPLOY / folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return documents_in(done.stdout)


def charted(values: Mapping[str, Any], name: str = "edge", namespace: str = "ingress") -> Documents:
    """As `helm install` has it."""
    texts = rendered(values, name, namespace)
    return [each for file, text in texts.items() if file != NOTES for each in documents_in(text)]


def rendered(
    values: Mapping[str, Any], name: str = "edge", namespace: str = "ingress"
) -> dict[str, str]:
    """The text that each template makes."""
    with helm_python.Chart.load(CHART) as chart:
        return chart.render(dict(values), name=name, namespace=namespace)


def documents_in(text: str) -> Documents:
    return [each for each in yaml.safe_load_all(text) if each]


def one(documents: Documents, kind: str, name: str = "") -> dict[str, Any]:
    found = [
        each
        for each in documents
        if each["kind"] == kind and name in ("", each["metadata"]["name"])
    ]
    assert len(found) == 1, [each["metadata"]["name"] for each in found]
    return found[0]


def workload(documents: Documents, part: str = "") -> dict[str, Any]:
    """What serves, or the part of that name."""
    (found,) = [
        each
        for each in documents
        if each["kind"] in ("Deployment", "DaemonSet") and _is_part(each, part)
    ]
    return found


def container(documents: Documents, part: str = "") -> dict[str, Any]:
    (found,) = workload(documents, part)["spec"]["template"]["spec"]["containers"]
    return found


def _is_part(document: dict[str, Any], part: str) -> bool:
    name = document["spec"]["selector"]["matchLabels"]["app.kubernetes.io/component"]
    return name == part if part else name != WEBHOOK
