"""A copy of a demo's manifests to play with, and what stands in them."""

import base64
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from portico.lib import clock
from portico.lib.self_signed import self_signed


class Pod(NamedTuple):
    """One endpoint; its `number` is the last part of its address."""

    name: str
    service: str
    node: str
    address: str
    port: int


def copy_of(example: Path, folder: Path) -> Path:
    """Edits there change traffic, and the example stays as it is. Whoever called sudo may edit."""
    folder.mkdir()
    for file in sorted(example.glob("*.yaml")):
        (folder / file.name).write_text(file.read_text())
    for number, secret in enumerate(_secrets(folder)):
        (folder / f"tls-{number}.yaml").write_text(secret)
    if owner := os.environ.get("SUDO_UID"):
        for path in (folder, *folder.iterdir()):
            os.chown(path, int(owner), -1)
    return folder


def pods_of(folder: Path) -> list[Pod]:
    """Every endpoint of every slice."""
    return [
        Pod(
            endpoint["targetRef"]["name"],
            found["metadata"]["labels"]["kubernetes.io/service-name"],
            endpoint["nodeName"],
            endpoint["addresses"][0],
            found["ports"][0]["port"],
        )
        for found in _objects(folder, "EndpointSlice")
        for endpoint in found["endpoints"]
    ]


def _secrets(folder: Path) -> Iterator[str]:
    """One for each Secret that an Ingress names."""
    for ingress in _objects(folder, "Ingress"):
        for entry in ingress["spec"].get("tls", ()):
            yield _secret(ingress["metadata"]["namespace"], entry["secretName"], entry["hosts"][0])


def _secret(namespace: str, name: str, host: str) -> str:
    made = self_signed(host, host, clock.now(), days=30)
    return f"""apiVersion: v1
kind: Secret
metadata:
  name: {name}
  namespace: {namespace}
type: kubernetes.io/tls
data:
  tls.crt: {base64.b64encode(made.certificate).decode()}
  tls.key: {base64.b64encode(made.key).decode()}
"""


def _objects(folder: Path, kind: str) -> list[Any]:
    documents = (
        document
        for file in sorted(folder.glob("*.yaml"))
        for document in yaml.safe_load_all(file.read_text())
    )
    return [document for document in documents if document and document["kind"] == kind]
