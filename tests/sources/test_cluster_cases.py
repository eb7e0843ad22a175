"""Every golden case, told by an API server instead of a folder: the plan is the same."""

from dataclasses import replace

import pytest

from cases.case import FOLDER
from cases.case import load as load_case
from cases.found_out import found_out
from cases.network import MACHINE
from cases.packet_case import FOLDER as PACKETS
from cases.packet_case import _mapping as mapping_of
from cases.packet_case import folders
from cases.packet_case import load as load_packets
from portico.compiler.compiler import compile_all
from portico.model.decode import KINDS
from portico.settings import Room
from sources.cluster_world import read
from support.api_server import running_api_server
from support.custom_kinds import definitions
from support.manifests import documents, problems_of, store_of

CASES = sorted(path.parent for path in FOLDER.rglob("in.yaml") if PACKETS not in path.parents)

AGE = "2025-01-01T00:00:00Z"
"""The API server gives every object an age, so those of a folder that have none get this one."""


def names(path):
    return str(path.relative_to(FOLDER))


@pytest.mark.parametrize("folder", CASES, ids=names)
async def test_a_plan_of_http(folder):
    case = load_case(folder, {}, 80, 443)
    await same_plan(case.documents, case.settings)


@pytest.mark.parametrize("folder", folders(), ids=names)
async def test_a_plan_of_layer_4(folder):
    case = load_packets(folder)
    found = documents((folder / "in.yaml").read_text(), {})
    others = [MACHINE, *found_out(mapping_of(folder / "found.yaml"))]
    # Who does not announce reads no pools of a cluster.
    settings = replace(case.settings, rooms=case.settings.rooms | {Room.LB})
    await same_plan(found, settings, others)


async def same_plan(found, settings, others=()):
    kept = [aged(each) for each in found if is_kept(each)]
    if any(each["kind"] == "Endpoints" for each in kept):
        pytest.skip("a cluster mirrors Endpoints into slices, which are read")
    with running_api_server() as server:
        server.put(*definitions())
        server.put(*kept)
        reader = await read(server, settings)
    told = store_of(kept)
    for store in (told, reader.store):
        for fact in others:
            store.put(fact)
    wanted = compile_all(told, settings)
    assert reader.plan == wanted
    assert problems(reader.store, reader.plan) == problems(told, wanted)


def is_kept(document):
    """An API server has no place for what has no kind."""
    kind = (document.get("apiVersion"), document.get("kind"))
    return kind in KINDS or kind == ("v1", "Secret")


def aged(document):
    return {**document, "metadata": {"creationTimestamp": AGE, **document["metadata"]}}


def problems(store, plan):
    return {(p.because, p.owner, p.field, p.reason, p.hint) for p in problems_of(store, plan)}
