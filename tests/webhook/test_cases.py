"""Every golden case, object by object: the webhook says what `portico check` says."""

import asyncio

import pytest

from portico.plan.verdict import Because
from webhook.asking import KINDS, running
from webhook.stories import FOLDERS, name_of, story_of

BY_CODE = {because.value.code: because for because in Because}

# What others can mend, or one machine alone knows: never a reason to keep an object out.
LATER = {
    "ServiceMissing", "PortMissing", "PortNotTCP", "NodePortMissing", "ExternalNameInvalid",
    "AddressInvalid", "NoEndpoints", "NoLocalEndpoints", "NoHealthyNode", "EndpointLoops",
    "EndpointLoopback", "SecretMissing", "CertificateMismatch", "ClassMissing",
    "LoadBalancerPending", "PortOccupied", "NodeWithoutAddress", "NodePortTaken",
    "AddressHeld", "NoPoolFits",
}  # fmt: skip


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
async def test_each_object_gets_the_verdict_of_check(folder, tmp_path):
    """Each is asked about as if it came now, where everything else is there already."""
    told, documents = story_of(folder)
    problems = told.problems
    async with running(tmp_path, told.store, told.settings) as webhook:
        for document in documents:
            if not isinstance(document, dict) or document.get("kind") not in KINDS:
                continue
            metadata = document["metadata"]
            place = f"{metadata.get('namespace', 'default')}/{metadata['name']}"
            if document["kind"] == "Eip":
                place = metadata["name"]
            mine = [
                (problem["because"], problem["field"])
                for problem in problems
                if problem["object"] == f"{document['kind']} {place}"
            ]
            said = await asyncio.to_thread(webhook.ask, document, "UPDATE")
            assert said.status == 200
            denied = {(cause["reason"], cause["field"]) for cause in said.causes_if_any}
            assert denied == {each for each in mine if is_reason(*each)}, place
            assert said.allowed is not bool(denied), place
            for because, field in mine:
                if not is_reason(because, field) and is_told(because, field):
                    assert any(line.startswith(f"{field}: ") for line in said.warnings), place


def is_reason(code, field):
    if code == "Unreadable":
        return True
    if code == "AddressTaken" and field.startswith("spec.clusterIP"):
        return False
    return code not in LATER and BY_CODE[code].severity == "error"


def is_told(code, field):
    if code == "ClassMissing" and "annotations" in field:
        return False  # it may well be somebody else's
    return BY_CODE[code].severity != "note"
