"""HTTP: from a request to the cluster and back, as the API server speaks it."""

import asyncio
import gzip
import json
from contextlib import aclosing
from typing import Any, NamedTuple

import yaml
from aiohttp import web

from portico.lib.clock import now
from support.api_server import lists, patches
from support.api_server.access import Asked
from support.api_server.cluster import Cluster
from support.api_server.discovery import HEALTH, discover
from support.api_server.metadata import Author, moment
from support.api_server.portforward import port_forward
from support.api_server.refusals import (
    Refused,
    bad_request,
    not_acceptable_type,
)
from support.api_server.storage import Stored
from support.api_server.watches import StreamedLists, Watch, error, wish
from support.api_server.writes import Place

LARGEST = 3 * 1024 * 1024
"""Bytes of a body, as of a real server."""

GZIP_FROM = 128 * 1024

APPLY = "application/apply-patch+yaml"

VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "GET": "get", "HEAD": "get"}


class Answer(NamedTuple):
    body: bytes
    code: int = 200


class App:
    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if self._cluster.faults.is_mute:
            await asyncio.Event().wait()
        try:
            return await self._answer(request)
        except Refused as no:
            headers = {}
            if "retryAfterSeconds" in no.details:
                headers["Retry-After"] = str(no.details["retryAfterSeconds"])
            body = json.dumps(no.status()).encode()
            return await self._send(request, Answer(body, no.code), headers)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path.strip("/").partition("/")[0] in HEALTH:
            return web.Response(text="ok")
        peer = request.transport.get_extra_info("ssl_object") if request.transport else None
        user = self._cluster.access.user(request.headers, peer)
        if request.method == "GET" and (told := discover(self._cluster.kinds, request.path)):
            return await self._send(request, Answer(json.dumps(told).encode()), {})
        verb, place = self._verb(request)
        asked = _asked(request, verb, place, user)
        self._cluster.requests.append(asked)
        self._cluster.faults.refuse(asked)
        self._cluster.access.check(asked, place)
        if place.subresource in place.kind.connects:
            return await port_forward(self._cluster, request, place, asked)
        if verb == "watch":
            return await self._watch(request, place)
        return await self._send(request, await self._done(request, verb, place), {})

    def _verb(self, request: web.BaseRequest) -> tuple[str, Place]:
        place = self._cluster.place(request.path)
        verb = VERBS.get(request.method, "delete")
        if verb == "get" and not place.name:
            verb = "watch" if request.query.get("watch") in ("1", "true") else "list"
        if verb == "delete" and not place.name:
            verb = "deletecollection"
        connects = place.subresource in place.kind.connects
        if connects and verb not in ("create", "get"):
            raise _not_allowed()
        wants_name = verb != "create" or connects
        if verb in ("create", "update", "patch") and wants_name != bool(place.name):
            raise _not_allowed()
        return verb, place

    async def _done(self, request: web.BaseRequest, verb: str, place: Place) -> Answer:
        writes = self._cluster.writes
        match verb:
            case "get":
                return Answer(writes.read(place).encoded)
            case "list":
                return self._listed(request, place)
            case "deletecollection":
                return await self._delete_all(request, place)
        author = _author(request, place)
        match verb:
            case "create":
                stored = writes.create(place, await _body(request), author)
                return Answer(_encoded(stored), 201)
            case "update":
                return Answer(_encoded(writes.replace(place, await _body(request), author)))
            case "patch":
                return Answer(_encoded(await self._patch(request, place, author)))
        return self._deleted(place, await _options(request), author)

    def _listed(self, request: web.BaseRequest, place: Place) -> Answer:
        page = lists.page(
            self._cluster.storage, self._cluster.kinds, place.kind, place.namespace, request.query
        )
        return Answer(lists.encoded(place.kind, page))

    async def _patch(self, request: web.BaseRequest, place: Place, author: Author) -> Stored:
        writes, how, told = self._cluster.writes, request.content_type, await _body(request)
        if how == APPLY:
            if "fieldManager" not in request.query:
                why = "is invalid: fieldManager: Required value: is required for apply patch"
                raise Refused(422, "Invalid", f'PatchOptions.meta.k8s.io "" {why}')
            force = request.query.get("force") == "true"
            return writes.apply(place, told, author, force=force)
        old = writes.read(place)
        if how == "application/merge-patch+json":
            document = patches.merge(old.document, told)
        elif how == "application/json-patch+json":
            document = patches.json_patch(old.document, told)
        elif how == "application/strategic-merge-patch+json" and not place.kind.is_custom:
            document = patches.strategic(old.document, told, place.kind.kind)
        else:
            raise not_acceptable_type(f"{APPLY}, application/merge-patch+json")
        return writes.patched(place, old, document, author)

    def _deleted(self, place: Place, options: Any, author: Author) -> Answer:
        old = self._cluster.writes.read(place)
        left = self._cluster.writes.delete(place, options, author)
        if left is not None:
            return Answer(left.encoded)
        group = {"group": place.kind.group} if place.kind.group else {}
        details = {
            "name": place.name, **group, "kind": place.kind.plural,
            "uid": old.document["metadata"]["uid"],
        }  # fmt: skip
        told = {
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success",
            "details": details,
        }  # fmt: skip
        return Answer(json.dumps(told).encode())

    async def _delete_all(self, request: web.BaseRequest, place: Place) -> Answer:
        options, author = await _options(request), _author(request, place)
        query = {name: text for name, text in request.query.items() if name.endswith("Selector")}
        storage, kinds = self._cluster.storage, self._cluster.kinds
        page = lists.page(storage, kinds, place.kind, place.namespace, query)
        for each in page.items:
            metadata = each.document["metadata"]
            one = place._replace(namespace=metadata.get("namespace", ""), name=metadata["name"])
            self._cluster.writes.delete(one, options, author)
        return Answer(lists.encoded(place.kind, page))

    async def _send(
        self, request: web.BaseRequest, answer: Answer, headers: dict[str, str]
    ) -> web.StreamResponse:
        body = answer.body
        if len(body) > GZIP_FROM and "gzip" in request.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, 1)
            headers["Content-Encoding"] = "gzip"
        headers["Content-Type"] = "application/json"
        faults = self._cluster.faults
        if not faults.piece:
            return web.Response(body=body, status=answer.code, headers=headers)
        response = web.StreamResponse(status=answer.code, headers=headers)
        response.content_length = len(body)
        await response.prepare(request)
        await self._write(response, body)
        return response

    async def _watch(self, request: web.BaseRequest, place: Place) -> web.StreamResponse:
        cluster = self._cluster
        wanted = wish(cluster.storage, cluster.kinds, place.kind, place.namespace, request.query)
        if wanted.streams_list and cluster.streamed_lists is StreamedLists.FORBIDDEN:
            raise Refused(
                422, "Invalid", 'ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: '
                "Forbidden: sendInitialEvents is forbidden for watch unless the WatchList "
                "feature gate is enabled",
            )  # fmt: skip
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        if wanted.streams_list and cluster.streamed_lists is StreamedLists.BROKEN:
            text = "etcd client feature RequestWatchProgress is disabled"
            await response.write(error(Refused(500, "InternalError", text)))
            return response
        watch = Watch(cluster.storage, wanted, cluster.bookmark_every)
        cluster.watches.add(watch)
        try:
            await self._tell(request, response, watch)
        finally:
            cluster.watches.discard(watch)
        return response

    async def _tell(
        self, request: web.BaseRequest, response: web.StreamResponse, watch: Watch
    ) -> None:
        faults = self._cluster.faults
        async with aclosing(watch.lines()) as batches:
            async for batch in batches:
                lines = faults.disturbed(batch)
                await faults.until_heard()
                if lines and faults.cut_next_event:
                    faults.cut_next_event = False
                    await response.write(lines[0][: len(lines[0]) // 2])
                    _abort(request)
                    return
                for line in lines:
                    await self._write(response, line)
        if watch.is_cut:
            _abort(request)

    async def _write(self, response: web.StreamResponse, body: bytes) -> None:
        faults = self._cluster.faults
        while body:
            size = faults.piece or len(body)
            await response.write(body[:size])
            body = body[size:]
            if faults.pause:
                await asyncio.sleep(faults.pause)


def _not_allowed() -> Refused:
    return Refused(405, "MethodNotAllowed", "the server does not allow this method")


def _abort(request: web.BaseRequest) -> None:
    if request.transport is not None:
        request.transport.abort()


def _asked(request: web.BaseRequest, verb: str, place: Place, user: str) -> Asked:
    kind = place.kind
    resource = kind.plural + (f"/{place.subresource}" if place.subresource else "")
    agent = request.headers.get("User-Agent", "")
    where = place.namespace
    return Asked(verb, kind.group, resource, where, place.name, user, agent, dict(request.query))


def _author(request: web.BaseRequest, place: Place) -> Author:
    agent = request.headers.get("User-Agent", "unknown").partition("/")[0]
    manager = request.query.get("fieldManager") or agent
    operation = "Apply" if request.content_type == APPLY else "Update"
    dry_run = request.query.get("dryRun") == "All"
    return Author(manager, operation, moment(now()), dry_run, place.subresource)


async def _body(request: web.BaseRequest) -> Any:
    body = await request.read()
    if "protobuf" in request.content_type:
        raise not_acceptable_type(
            "application/json (kubectl create speaks protobuf, apply does not)"
        )
    try:
        # YAML is a superset of JSON, and much slower.
        return yaml.safe_load(body) if "yaml" in request.content_type else json.loads(body)
    except (ValueError, yaml.YAMLError) as wrong:
        raise bad_request(f"the object provided is unrecognized: {wrong}") from None


async def _options(request: web.BaseRequest) -> Any:
    return await _body(request) if request.can_read_body else {}


def _encoded(stored: Stored) -> bytes:
    return stored.encoded or json.dumps(stored.document).encode()
