"""What was found out about a request, step by step."""

from dataclasses import dataclass
from enum import StrEnum

from portico.plan.backend import Backend
from portico.plan.certificate import Certificate
from portico.plan.listener import Listener
from portico.plan.site import TLS, Route, Site
from portico.plan.verdict import Refusal


class Result(StrEnum):
    """How it ends."""

    PROXIED = "proxied"
    REDIRECTED = "redirected"
    NOT_FOUND = "not found"
    UNAVAILABLE = "unavailable"
    NO_LISTENER = "no listener"
    BAD_REQUEST = "bad request"


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` is what Portico itself answers; None where an endpoint does.

    `tls` says who decided on the certificate, `certificate` is None for the default one.
    `lost` are the refused claims that have to do with this host or with this backend.
    """

    result: Result
    status: int | None = None
    location: str = ""
    listener: Listener | None = None
    site: Site | None = None
    tls: TLS | None = None
    certificate: Certificate | None = None
    route: Route | None = None
    is_default: bool = False
    backend: Backend | None = None
    lost: tuple[Refusal, ...] = ()
