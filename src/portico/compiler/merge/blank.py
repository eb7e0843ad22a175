"""What stands for a unit whose step failed before any good version of it was known.

It is there, and serves nothing: the requests of a host must not fall to the rules of another.
"""

from collections.abc import Callable, Mapping
from typing import Final

from portico.model.ref import Ref
from portico.plan.backend import Backend
from portico.plan.certificate import Certificate
from portico.plan.key import BACKEND, CERTIFICATE, OUTCOME, SITE, Key
from portico.plan.plan import Unit
from portico.plan.site import Site
from portico.plan.verdict import Outcome


def blank_backend(key: Key) -> Backend:
    namespace, service, port = key.name.split("/")
    return Backend(key, Ref("Service", namespace, service), port)


def blank_certificate(key: Key) -> Certificate:
    namespace, name = key.name.split("/")
    return Certificate(key, Ref("Secret", namespace, name), None)


def blank_outcome(key: Key) -> Outcome:
    kind, namespace, name = key.name.split("/")
    return Outcome(key, Ref(kind, namespace, name), (), ())


BLANK: Final[Mapping[str, Callable[[Key], Unit]]] = {
    SITE: Site,
    BACKEND: blank_backend,
    CERTIFICATE: blank_certificate,
    OUTCOME: blank_outcome,
}
