"""What docs/install.md names is there."""

import re

import pytest
import yaml

from deploy.rendered import CHART, DEPLOY, kustomized
from portico.cli.up import command

ROOT = DEPLOY.parent
PAGE = (ROOT / "docs" / "install.md").read_text()

OF_OTHERS = {"--namespace", "--create-namespace", "--set", "--from-literal", "--reuse-values",
             "--admin", "--cluster"}  # fmt: skip


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\b(?:deploy|tests)/[\w/.-]+\w", PAGE))))
def test_the_file_is_there(path):
    assert (ROOT / path).exists()


@pytest.mark.parametrize("option", sorted(set(re.findall(r"--[a-z][a-z-]+", PAGE)) - OF_OTHERS))
def test_the_option_is_there(option):
    assert any(option in (*each.opts, *each.secondary_opts) for each in command.params)


def test_the_values_are_there():
    listed = PAGE.split("its names:")[1].split("What differs")[0]
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    for name in re.findall(r"`([\w.]+)`", listed):
        place = values["controller"] if name.startswith(".") else values
        for step in name.strip(".").split("."):
            if step in ("internal", "namespaceSelector"):
                break  # named as lacking
            assert step in place, name
            place = place[step]


def test_names_of_objects():
    for folder in ("", "node"):
        for each in kustomized(folder):
            assert f"`{each['metadata']['name']}`" in PAGE
