"""The request somebody asks about."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes


class RequestError(ValueError):
    """The URL or a header cannot be a request; the text says what to write instead."""


@dataclass(frozen=True, slots=True)
class Request:
    """`path` is decoded and normalised as nginx does before it matches; `target` is as given.

    Host and path are empty where nginx answers 400 to what was given.
    """

    scheme: str
    host: str
    path: str
    target: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()


# Not urlsplit: it drops an empty query and line ends, and what is asked must be what is matched.
_URL: Final = re.compile(r"(?P<scheme>https?)://(?P<authority>[^/?#]+)(?P<target>[^#]*)(#.*)?")
_AUTHORITY: Final = re.compile(r"(?:[^@]*@)?(?P<host>(?:\[[^\]]*\]|[^:\[\]]+)(?::(?P<port>\d+))?)")
_SCHEME: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://")
_NEVER_SENT: Final = re.compile(r"[\0-\x20\x7f]")

# What ngx_http_validate_host and ngx_http_parse_complex_uri answer with 400.
_NO_HOST: Final = re.compile(r"[\0-\x20/\x7f]|\.\.")
_NO_PATH: Final = re.compile(r"%00|%(?![0-9a-fA-F]{2})")


def parse_request(url: str, method: str = "GET", headers: Sequence[str] = ()) -> Request:
    """A request from a URL and `Name: value` headers; a Host header wins over the URL's host.

    Raises RequestError for the person who typed it.
    """
    scheme, authority, target = _split(url if _SCHEME.match(url) else f"http://{url}")
    pairs = tuple(_header(header) for header in headers)
    host = next((value for name, value in pairs if name.lower() == "host"), authority)
    return Request(
        scheme=scheme,
        host=bare_host(host),
        path=normal_path(target.partition("?")[0]),
        target=target,
        method=method.upper(),
        headers=pairs,
    )


def bare_host(text: str) -> str:
    """Lower case, without port and without the trailing dot: what nginx calls $host."""
    if _NO_HOST.search(text):
        return ""
    if text.startswith("["):
        address, bracket, _ = text.partition("]")
        host = address + bracket
    else:
        host = text.partition(":")[0]
    return _lower(host).removesuffix(".")


def normal_path(path: str) -> str:
    """Decoded, dot segments resolved, slashes merged: what nginx calls $uri.

    Bytes that are no UTF-8 become surrogates, so that no two paths look alike. Empty where nginx
    answers with 400: the path leads above the root, holds a NUL, or is not encoded as it should be.
    """
    if _NO_PATH.search(path):
        return ""
    decoded = unquote_to_bytes(path).decode(errors="surrogateescape")
    kept: list[str] = []
    segments = [segment for segment in decoded.split("/") if segment]
    for segment in segments:
        if segment == "..":
            if not kept:
                return ""
            kept.pop()
        elif segment != ".":
            kept.append(segment)
    ends_as_folder = decoded.endswith("/") or (segments and segments[-1] in (".", ".."))
    return "/" + "/".join(kept) + ("/" if kept and ends_as_folder else "")


def _split(url: str) -> tuple[str, str, str]:
    if _NEVER_SENT.search(url):
        raise RequestError(f"{url!r}: spaces and control characters are written as %20 and so on")
    scheme, colon, rest = url.partition(":")
    found = _URL.fullmatch(scheme.lower() + colon + rest)
    authority = _AUTHORITY.fullmatch(found["authority"]) if found else None
    if not found or not authority:
        raise RequestError(f"{url}: expected http://HOST/PATH or https://HOST/PATH")
    if authority["port"] and int(authority["port"]) > 65535:
        raise RequestError(f"{url}: port {authority['port']} does not exist: 1-65535")
    target = found["target"]
    return found["scheme"], authority["host"], target if target.startswith("/") else f"/{target}"


def _lower(host: str) -> str:
    # nginx knows the letters of ASCII only; str.lower() would turn others into them (K, Kelvin).
    return "".join(letter.lower() if letter.isascii() else letter for letter in host)


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise RequestError(f"{text!r}: expected 'Name: value'")
    return name.strip(), value.strip()
