"""From a Secret document to a fact: values decoded, a certificate checked against its key."""

import base64
from collections.abc import Mapping
from typing import Final

from msgspec import Struct, convert, field

from portico.model.complaint import Complaint, member
from portico.model.core import Secret
from portico.model.fact import Metadata
from portico.model.key_pair import KeyPair, KeyPairError, parse_key_pair
from portico.model.opaque import Opaque

TLS_TYPE: Final = "kubernetes.io/tls"


class SecretError(ValueError):
    """A value that cannot be used; to be told to the owner, and without the value."""

    def __init__(self, complaint: Complaint) -> None:
        super().__init__(complaint.reason)
        self.complaint = complaint


class _Document(Struct, rename="camel"):
    metadata: Metadata
    type: str = "Opaque"
    data: dict[str, str] = field(default_factory=dict)
    string_data: dict[str, str] = field(default_factory=dict)


def read_secret(document: Mapping[str, object]) -> Secret:
    """Raises msgspec.ValidationError for the shape of a document, SecretError for its values."""
    read = convert(document, _Document)
    values = {key: _of_base64(key, text) for key, text in read.data.items()}
    # The API: stringData wins over data.
    values |= {key: _of_text(key, text) for key, text in read.string_data.items()}
    try:
        key_pair = _key_pair(read.type, values)
    except KeyPairError as error:
        place = "stringData" if error.field in read.string_data else "data"
        raise _error(place, error.field, error.reason, error.hint) from None
    return Secret(metadata=read.metadata, type=read.type, values=Opaque(values), key_pair=key_pair)


def _of_base64(key: str, text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        hint = "encode it, or write it as it is under stringData"
        raise _error("data", key, "is not base64", hint) from None


def _of_text(key: str, text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        hint = "binary values go under data, in base64"
        raise _error("stringData", key, "is not text", hint) from None


def _key_pair(secret_type: str, values: Mapping[str, bytes]) -> KeyPair | None:
    missing = [key for key in ("tls.crt", "tls.key") if key not in values]
    if not missing:
        return parse_key_pair(values["tls.crt"], values["tls.key"])
    if secret_type == TLS_TYPE:
        raise KeyPairError(missing[0], "is missing", f"a {TLS_TYPE} Secret holds both")
    return None


def _error(place: str, key: str, reason: str, hint: str) -> SecretError:
    return SecretError(Complaint(member(place, key), reason, hint))
