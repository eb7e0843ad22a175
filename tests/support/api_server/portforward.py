"""pods/portforward: what the API server asks and says before a node has the connection."""

import asyncio

from aiohttp import web

from support.api_server.access import Asked
from support.api_server.cluster import Cluster
from support.api_server.refusals import Refused, bad_request
from support.api_server.writes import Place
from support.kubelet.upgrade import NoUpgrade, hand_over, upgrade_of

KUBELET = "10.0.0.1:10250"


async def port_forward(
    cluster: Cluster, request: web.BaseRequest, place: Place, asked: Asked
) -> web.StreamResponse:
    """Answers when there is no session, and returns no more when there is one."""
    nodes = cluster.nodes
    if asked.verb == "get" and nodes.terms.needs_create:
        cluster.access.check(asked._replace(verb="create"), place)
    pods = place._replace(subresource="")
    sandbox = nodes.sandbox(cluster.writes.read(pods).document)
    if not sandbox.node:
        raise bad_request(f"pod {place.name} does not have a host assigned")
    try:
        upgrade = upgrade_of(request, nodes.terms)
        if upgrade is None:
            raise bad_request("Upgrade request required")
        if nodes.is_lost(sandbox.node):
            await asyncio.sleep(nodes.terms.unreachable_after)
            why = f"error dialing backend: dial tcp {KUBELET}: i/o timeout"
            raise Refused(500, "InternalError", why)
        if nodes.is_gone(sandbox):
            raise NoUpgrade(404, f'pod not found ("{sandbox.name}_{sandbox.namespace}")')
        await hand_over(request, upgrade, nodes, sandbox, asked.user)
    except NoUpgrade as no:
        return web.Response(status=no.code, text=no.text + "\n")
    raise AssertionError("a session ends with its connection, and so does this task")
