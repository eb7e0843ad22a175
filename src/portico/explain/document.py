"""An answer as plain values, and as lines for people."""

from collections.abc import Iterator, Mapping
from typing import Final

from portico.explain.answer import Answer, Result
from portico.explain.lines import line, lost_lines, reached_lines
from portico.explain.request import Request
from portico.plan.backend import Backend
from portico.plan.document import route_document, unit_document
from portico.plan.document_parts import origin_document, refusal_document
from portico.plan.site import Route, Site

_GOES_NOWHERE: Final = (Result.NO_LISTENER, Result.BAD_REQUEST)
"""Ends before any host is looked for."""


def answer_document(request: Request, answer: Answer) -> Mapping[str, object]:
    """Everything that was found out, outermost step first."""
    return {
        "request": {
            "method": request.method,
            "scheme": request.scheme,
            "host": request.host,
            "path": request.path,
        },
        "result": answer.result.value,
        "status": answer.status,
        "location": answer.location or None,
        "listener": answer.listener and unit_document(answer.listener),
        "host": _site_name(answer.site),
        "certificate": answer.certificate and unit_document(answer.certificate),
        "certificateFrom": answer.tls and origin_document(answer.tls.origin),
        "route": answer.route and route_document(answer.route),
        "isDefaultBackend": answer.is_default,
        "backend": answer.backend and unit_document(answer.backend),
        "lost": [refusal_document(refusal) for refusal in answer.lost],
    }


def answer_lines(request: Request, answer: Answer) -> Iterator[str]:
    """The same for people: one line a step."""
    yield f"{request.method} {request.scheme}://{request.host}{request.path}"
    yield from _listener_lines(answer)
    if answer.result in _GOES_NOWHERE:
        yield line("result", _result_text(answer))
        return
    if answer.listener and answer.listener.tls:
        yield from _certificate_lines(answer)
    yield line("host", _site_name(answer.site) or "no rule names this host")
    if answer.route:
        yield line("route", _route_text(answer.route, is_default=answer.is_default))
    if answer.backend:
        yield from _backend_lines(answer.backend)
    yield line("result", _result_text(answer))
    yield from lost_lines(answer.lost)


def _listener_lines(answer: Answer) -> Iterator[str]:
    if answer.listener:
        listener = answer.listener
        places = ", ".join(listener.addresses)
        yield line("listener", f"{listener.key.name} on {places} port {listener.port}")


def _certificate_lines(answer: Answer) -> Iterator[str]:
    where = f"  <- {answer.tls.origin}" if answer.tls else ""
    if answer.certificate and answer.certificate.key_pair:
        names = ", ".join(answer.certificate.key_pair.names)
        yield line("certificate", f"{answer.certificate.secret} ({names}){where}")
    else:
        yield line("certificate", f"the default one (self-signed){where}")


def _backend_lines(backend: Backend) -> Iterator[str]:
    yield line(
        "backend", f"{backend.service} port {backend.port} ({backend.protocol}, {backend.balance})"
    )
    yield from reached_lines(backend)


def _site_name(site: Site | None) -> str | None:
    return (site.host or "(any other)") if site else None


def _route_text(route: Route, *, is_default: bool) -> str:
    what = "default backend" if is_default else f"{route.match} {route.path}"
    return f"{what}  <- {route.origin}"


def _result_text(answer: Answer) -> str:
    match answer.result:
        case Result.PROXIED:
            return "an endpoint answers"
        case Result.REDIRECTED:
            return f"{answer.status} to {answer.location}"
        case Result.NO_LISTENER:
            return "no such listener is switched on (of a connection ask tcp://ADDRESS:PORT)"
        case _:
            return f"{answer.status} {answer.result}"
