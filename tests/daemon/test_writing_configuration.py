"""CFG-09, 11: the state of the configuration is written, and again if somebody deletes it."""

import asyncio
from contextlib import asynccontextmanager

from kube.api.follower import access
from live.until import eventually
from portico.daemon.writing_configuration import ConfigurationWriter, Here
from portico.kube.http.client import Client
from portico.model.fault import Fault, Place
from portico.model.ref import Ref
from portico.plan.key import Origin
from portico.plan.plan import Diff
from portico.plan.verdict import Because, Outcome, Refusal, outcome_key
from support.api_server import running_api_server
from support.custom_kinds import definitions

STATES = "configurationstates.metallb.io"
HOME = "default"
POOL = Ref("IPAddressPool", "home", "edge")


@asynccontextmanager
async def writing(server, *, leads=True, faults=tuple):
    async with Client(access(server)) as client, asyncio.TaskGroup() as group:
        here = Here(HOME, "node-a", faults=faults)
        writer = ConfigurationWriter(client, here, lambda: leads, again=0.2)
        task = group.create_task(writer.run())
        yield writer
        task.cancel()


def follow(writer, *causes):
    refused = tuple(Refusal(Origin(POOL, "spec"), cause, "here") for cause in causes)
    unit = Outcome(outcome_key(POOL), POOL, (), refused)
    writer.follow({unit.key: unit}, Diff({unit.key: unit}, set()))


def results(server):
    return {
        each["metadata"]["name"]: each.get("status", {}).get("result")
        for each in server.all(STATES)
    }


async def until_results(server, **wanted):
    async def is_so():
        return results(server) == {name.replace("_", "-"): said for name, said in wanted.items()}

    await eventually(is_so, f"{wanted}")


async def test_valid_invalid_deleted_and_stopped():
    with running_api_server() as server:
        server.put(*definitions())
        async with writing(server) as writer:
            follow(writer)
            await until_results(server, controller="Valid", speaker_node_a="Valid")
            follow(writer, Because.ADDRESS_RANGE_INVALID)
            await until_results(server, controller="Invalid", speaker_node_a="Valid")
            (summary,) = [
                each["status"]["errorSummary"]
                for each in server.all(STATES)
                if each["metadata"]["name"] == "controller"
            ]
            assert "IPAddressPool home/edge" in summary
            server.remove(STATES, HOME, "controller")
            server.remove(STATES, HOME, "speaker-node-a")
            await until_results(server, controller="Invalid", speaker_node_a="Valid")
        await until_results(server, controller="Invalid", speaker_node_a="Unknown")


async def test_what_cannot_be_read_is_told_and_forgotten():
    """Also where it is the only object of its kind there is."""
    fault = Fault(Place("kube"), POOL, "spec", "is missing", "add it")
    known = [fault]
    with running_api_server() as server:
        server.put(*definitions())
        async with writing(server, faults=lambda: known) as writer:
            await until_results(server, controller="Invalid", speaker_node_a="Valid")
            follow(writer)
            known.clear()
            await until_results(server, controller="Valid", speaker_node_a="Valid")


async def test_who_does_not_lead_speaks_of_itself_alone():
    with running_api_server() as server:
        server.put(*definitions())
        async with writing(server, leads=False) as writer:
            follow(writer, Because.ADDRESS_RANGE_INVALID)
            await until_results(server, speaker_node_a="Valid")


async def test_kinds_that_are_installed_later():
    with running_api_server() as server:
        async with writing(server) as writer:
            follow(writer)
            server.put(*definitions())
            await until_results(server, controller="Valid", speaker_node_a="Valid")
