"""Every field is one that Kubernetes has, as a real server refuses those that it does not know.

By the schemas of its own API, of the oldest version that the chart names and of a current one.
"""

import copy
import json

import kubernetes_validate
import pytest
import yaml

from deploy.rendered import CHART, kustomized
from deploy.test_dry_run import WAYS, is_for_any

NAMED = yaml.safe_load((CHART / "Chart.yaml").read_text())["kubeVersion"]
OLDEST = NAMED.removeprefix(">=").removesuffix("-0")
VERSIONS = (OLDEST, kubernetes_validate.latest_version())


@pytest.mark.parametrize("version", VERSIONS)
def test_every_field_is_known(version):
    made = [each for way in WAYS.values() for each in way() if is_for_any(each)]
    different = {json.dumps(each, sort_keys=True, default=str): each for each in made}
    for each in different.values():
        against = kubernetes_validate.validate(each, version, strict=True)
        assert version.startswith(against)


@pytest.mark.parametrize("at", [
    ("spec", "template", "spec", "containers", 0, "securityContext", "readOnlyRootFileSystem"),
    ("spec", "template", "spec", "containers", 0, "readinessProbe", "httpGet", "tls"),
    ("spec", "strategy", "maxSurge"),
])  # fmt: skip
def test_a_field_that_is_none_is_found(at):
    """Or the test above would prove nothing."""
    (deployment, *_) = [each for each in kustomized() if each["kind"] == "Deployment"]
    wrong = copy.deepcopy(deployment)
    place = wrong
    for step in at[:-1]:
        place = place[step]
    place[at[-1]] = "x"
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[-1], strict=True)
