"""Lists: whole or in pages, of now or of a moment that is not forgotten yet."""

import base64
import binascii
import bisect
import itertools
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from support.api_server.kinds import Kind, Kinds
from support.api_server.refusals import Refused, bad_request, expired, too_large_version
from support.api_server.selectors import selection
from support.api_server.storage import Storage, Stored
from support.api_server.versions import home, outwards

Query = Mapping[str, str]


class Page(NamedTuple):
    items: list[Stored]
    revision: int
    rest: str
    """The token for what follows."""
    remaining: int | None


class Token(NamedTuple):
    revision: int
    start: str


def page(storage: Storage, kinds: Kinds, kind: Kind, namespace: str, query: Query) -> Page:
    token = _token(query.get("continue", ""))
    revision = token.revision if token else _revision(storage, query)
    if revision < storage.floor:
        raise _too_old(token, storage.revision)
    matches = selection(
        kind, namespace, query.get("labelSelector", ""), query.get("fieldSelector", "")
    )
    stored = storage.all_at(home(kinds, kind), revision)
    first = bisect.bisect_right(stored, token.start, key=_place) if token else 0
    seen = (outwards(each, kind) for each in itertools.islice(stored, first, None))
    limit = int(query.get("limit") or 0)
    matching = (each for each in seen if matches(each.document))
    found = list(itertools.islice(matching, limit + 1 if limit else None))
    if not limit or len(found) <= limit:
        return Page(found, revision, "", None)
    rest = _encoded(Token(revision, _place(found[limit - 1])))
    is_whole = not (namespace or query.get("labelSelector") or query.get("fieldSelector"))
    return Page(found[:limit], revision, rest, len(stored) - first - limit if is_whole else None)


def encoded(kind: Kind, told: Page) -> bytes:
    metadata: dict[str, Any] = {"resourceVersion": str(told.revision)}
    if told.rest:
        metadata["continue"] = told.rest
    if told.remaining is not None:
        metadata["remainingItemCount"] = told.remaining
    head = {"kind": f"{kind.kind}List", "apiVersion": kind.api_version, "metadata": metadata}
    items = b",".join(each.encoded for each in told.items)
    return json.dumps(head)[:-1].encode() + b', "items": [' + items + b"]}"


def version_of(text: str) -> int:
    if not text.isdecimal():
        raise Refused(400, "BadRequest", f'invalid resource version "{text}"')
    return int(text)


def _revision(storage: Storage, query: Query) -> int:
    """Which moment a list is asked for. What is not the exact one is the newest."""
    asked, how = query.get("resourceVersion", ""), query.get("resourceVersionMatch", "")
    if how and not asked:
        raise _forbidden("resourceVersionMatch is forbidden unless resourceVersion is provided")
    if how not in ("", "Exact", "NotOlderThan"):
        raise _forbidden(f'supported values: "Exact", "NotOlderThan", not "{how}"')
    version = version_of(asked or "0")
    if how == "Exact" and version == 0:
        raise _forbidden('resourceVersionMatch "exact" is forbidden for resourceVersion "0"')
    if version > storage.revision:
        raise too_large_version(version, storage.revision)
    is_exact = how == "Exact" or (not how and version and query.get("limit"))
    return version if is_exact else storage.revision


def _token(text: str) -> Token | None:
    if not text:
        return None
    try:
        told = json.loads(base64.urlsafe_b64decode(text))
        return Token(told["rv"], told["start"])
    except (binascii.Error, ValueError, KeyError):
        raise bad_request("continue key is not valid") from None


def _encoded(token: Token) -> str:
    told = {"v": "meta.k8s.io/v1", "rv": token.revision, "start": token.start}
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode()


def _place(stored: Stored) -> str:
    metadata = stored.document["metadata"]
    return f"{metadata.get('namespace', '')}/{metadata['name']}"


def _too_old(token: Token | None, revision: int) -> Refused:
    if token is None:
        return expired("The resourceVersion for the provided list is too old.")
    no = expired(
        "The provided continue parameter is too old to display a consistent list result. You can "
        "start a new list without the continue parameter, or use the continue token in this "
        "response to retrieve the remainder of the results."
    )
    no.metadata = {"continue": _encoded(Token(revision, token.start))}
    return no


def _forbidden(text: str) -> Refused:
    return Refused(422, "Invalid", f'ListOptions.meta.k8s.io "" is invalid: {text}')
