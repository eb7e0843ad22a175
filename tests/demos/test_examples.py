"""The folders of the examples: what they say, and what is said of them, fits together."""

import re
from pathlib import Path

import pytest
import yaml
from examples.stage.manifests import copy_of, pods_of
from examples.stage.story import story_of

from support.netns import ROOT

EXAMPLES = ROOT / "examples"
WAYS = sorted(found.parent for found in EXAMPLES.glob("*/demo.toml"))

pytestmark = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)


def objects(folder: Path, kind: str) -> list[dict]:
    documents = [
        document
        for file in sorted(folder.glob("*.yaml"))
        for document in yaml.safe_load_all(file.read_text())
    ]
    return [document for document in documents if document["kind"] == kind]


def test_nodes_are_where_the_manifests_say(way):
    """The stage puts node N at 10.0.0.1N, and its pods into 10.244.N.0/24."""
    for node in objects(way, "Node"):
        number = node["metadata"]["name"].removeprefix("node-")
        assert node["status"]["addresses"][0]["address"] == f"10.0.0.1{number}"
        assert int(number) <= story_of(way).nodes
    for pod in pods_of(way):
        assert pod.address.startswith(f"10.244.{pod.node.removeprefix('node-')}.")


def test_pods_are_of_services(way):
    services = {service["metadata"]["name"] for service in objects(way, "Service")}
    assert {pod.service for pod in pods_of(way)} == services
    assert set(story_of(way).pods) <= services


def test_no_secrets_lie_there(way, tmp_path):
    """The copy has one for each name that an Ingress has a certificate for."""
    assert objects(way, "Secret") == []
    copy = copy_of(way, tmp_path / "copy")
    wanted = [entry["secretName"] for ingress in objects(way, "Ingress")
              for entry in ingress["spec"]["tls"]]  # fmt: skip
    assert [secret["metadata"]["name"] for secret in objects(copy, "Secret")] == wanted


def test_steps_speak_of_machines_that_are_there(way):
    story = story_of(way)
    nodes = {f"node-{number}" for number in range(1, story.nodes + 1)}
    for step in story.steps:
        assert step.on in {"client", story.edge, *nodes}
        assert {step.off, step.back} <= {"", *nodes}


def test_page(way):
    """One page, with the same headings everywhere; what it links to is there."""
    text = (way / "README.md").read_text()
    assert len(text.splitlines()) <= 100
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert [heading for heading in headings if not heading.startswith("Whose")] == [
        "Play it", "Run it for real", "When a node dies", "What it cannot do",
    ]  # fmt: skip
    assert f"make demo-{way.name} " in text
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert (way / link).exists(), link


def test_every_list_of_ways_has_it(way):
    for file in ("README.md", "examples/README.md", "Makefile"):
        assert f"demo-{way.name}" in (ROOT / file).read_text()
