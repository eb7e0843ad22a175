"""From the bytes of an object to a fact, or to what is wrong with it.

Most objects are decoded straight into the fact: what Portico does not read is skipped, not kept.
Those that this refuses are looked at again as a document, in the same way and with the same words
as one from a file; some are good after all, since the API server writes null for what is empty.
"""

import base64
import json
from collections.abc import Callable
from typing import Final

import msgspec
from msgspec import Raw, Struct

from portico.kube.api.known import Decode
from portico.kube.api.resource import Resource
from portico.kube.api.told import Key
from portico.model.core import Secret
from portico.model.decode import CURRENT_VERSION, Trouble, decode
from portico.model.discovery import EndpointSlice
from portico.model.fact import Fact
from portico.sources.cluster.kinds import SECRETS, Kind

Read = Fact | Trouble

LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
"""All of the object once more, as text."""


class _Name(Struct, frozen=True, gc=False):
    name: str
    namespace: str = ""


class _Head(Struct, frozen=True, gc=False):
    metadata: _Name


_HEAD: Final = msgspec.json.Decoder(_Head)


def reader(kind: Kind) -> Decode[Read | None]:
    """Raises msgspec.DecodeError for what is no JSON object at all."""
    decoded = msgspec.json.Decoder(kind.fact).decode

    def read(item: Raw) -> Read:
        try:
            fact = decoded(item)
        except (msgspec.ValidationError, UnicodeDecodeError):
            return _read_slowly(kind.resource, item)
        return _slim(fact)

    return read


def secret_reader(is_wanted: Callable[[Key], bool]) -> Decode[Read | None]:
    """Of a Secret that nobody wants, nothing but the name is looked at."""

    def read(item: Raw) -> Read | None:
        metadata = _HEAD.decode(item).metadata
        if not is_wanted(Key(metadata.namespace, metadata.name)):
            return None
        return _read_slowly(SECRETS, item)

    return read


def written(fact: Fact) -> bytes:
    """What `read_text` makes this fact of."""
    said: dict[str, object] = {"apiVersion": CURRENT_VERSION[fact.KIND], "kind": fact.KIND}
    if isinstance(fact, Secret):
        values = {key: base64.b64encode(value).decode() for key, value in fact.values.items()}
        metadata = msgspec.to_builtins(fact.metadata)
        said |= {"metadata": metadata, "type": fact.type, "data": values}
    else:
        said |= msgspec.to_builtins(fact)
    return json.dumps(said).encode()


def read_text(text: bytes) -> Fact | None:
    """None where another version of Portico has written what this one does not read."""
    try:
        found = decode(_without_nulls(json.loads(text)))
    except ValueError:
        return None
    return None if isinstance(found, Trouble) else found


def _read_slowly(resource: Resource, item: Raw) -> Read:
    try:
        document = msgspec.json.decode(item)
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError(f"is not UTF-8: {error}") from None
    if isinstance(document, dict):
        # The items of a list do not say what they are.
        document |= {"apiVersion": resource.api_version, "kind": resource.kind}
    found = decode(_without_nulls(document))
    return found if isinstance(found, Trouble) else _slim(found)


def _without_nulls(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_without_nulls(each) for each in value]
    return value


def _slim(fact: Fact) -> Fact:
    """Nobody else has the fact yet, so what nobody will read can still be taken out of it."""
    annotations = fact.metadata.annotations
    if isinstance(fact, EndpointSlice):
        # When a slice was last triggered is news for every slice and for nobody who serves.
        annotations.clear()
    else:
        annotations.pop(LAST_APPLIED, None)
    return fact
