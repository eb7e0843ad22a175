"""The request somebody asks about."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes, urlsplit


class RequestError(ValueError):
    """The URL or a header cannot be a request; the text says what to write instead."""


@dataclass(frozen=True, slots=True)
class Request:
    """`path` is decoded and normalised as nginx does before it matches; `target` is as given."""

    scheme: str
    host: str
    port: int | None
    path: str
    target: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()


def parse_request(url: str, method: str = "GET", headers: Sequence[str] = ()) -> Request:
    """A request from a URL and `Name: value` headers; a Host header wins over the URL's host.

    Raises RequestError for the person who typed it.
    """
    if "://" not in url:
        url = f"http://{url}"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise RequestError(f"{url}: {error}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise RequestError(f"{url}: expected http://HOST/PATH or https://HOST/PATH")
    pairs = tuple(_header(header) for header in headers)
    host = next((value for name, value in pairs if name.lower() == "host"), parts.hostname)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Request(
        scheme=parts.scheme,
        host=bare_host(host),
        port=port,
        path=normal_path(parts.path or "/"),
        target=target,
        method=method.upper(),
        headers=pairs,
    )


def bare_host(text: str) -> str:
    """Lower case, without port and without the trailing dot: what nginx calls $host."""
    text = text.strip().lower()
    if text.startswith("["):
        return text.partition("]")[0] + "]"
    return text.partition(":")[0].removesuffix(".")


def normal_path(path: str) -> str:
    """Decoded, dot segments resolved, slashes merged: what nginx calls $uri.

    Bytes that are no UTF-8 become surrogates, so that no two paths look alike. Empty where the
    path leads above the root, which nginx answers with 400.
    """
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


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise RequestError(f"{text!r}: expected 'Name: value'")
    return name.strip(), value.strip()
