"""Which certificate a host of an Ingress shows."""

from typing import NamedTuple

from portico.compiler.look import Look
from portico.model.core import Secret
from portico.model.networking import Ingress
from portico.model.ref import Ref
from portico.plan.certificate import certificate_key
from portico.plan.key import Origin
from portico.plan.site import TLS
from portico.plan.verdict import Because, Refusal


class HostTLS(NamedTuple):
    """The choice, and what is wrong with it; without a Secret the default certificate is shown."""

    tls: TLS
    secret: Ref | None
    refused: tuple[Refusal, ...]


def host_tls(fact: Ingress, host: str, look: Look) -> HostTLS:
    """An Ingress with any `tls` entry makes all its hosts TLS hosts.

    The entry that lists the host decides; else the first whose certificate covers it; else the
    default certificate is shown. A certificate that does not cover the host is never shown for it.
    """
    number = _listed(fact, host)
    if number is None:
        number = _covering(fact, host, look)
    if number is None:
        return _without(fact, "spec.tls", ())
    field = f"spec.tls[{number}].secretName"
    name = fact.spec.tls[number].secret_name
    if not name:
        return _without(fact, f"spec.tls[{number}]", ())
    secret = Ref(Secret.KIND, fact.ref.namespace, name)
    found = look.get(Secret, secret.namespace, name)
    origin = Origin(fact.ref, field)
    if found is None or found.key_pair is None:
        detail = f"{secret.namespace}/{name}"
        return _without(fact, field, (Refusal(origin, Because.SECRET_MISSING, detail),))
    if host and not _covers(found, host):
        return _without(fact, field, (Refusal(origin, Because.CERTIFICATE_MISMATCH, host),))
    return HostTLS(TLS(certificate_key(secret), origin), secret, ())


def _without(fact: Ingress, field: str, refused: tuple[Refusal, ...]) -> HostTLS:
    return HostTLS(TLS(None, Origin(fact.ref, field)), None, refused)


def _listed(fact: Ingress, host: str) -> int | None:
    wildcard = f"*.{host.partition('.')[2]}"
    for wanted in (host, wildcard):
        for number, entry in enumerate(fact.spec.tls):
            if wanted in (listed.lower() for listed in entry.hosts):
                return number
    return None


def _covering(fact: Ingress, host: str, look: Look) -> int | None:
    for number, entry in enumerate(fact.spec.tls):
        found = look.get(Secret, fact.ref.namespace, entry.secret_name)
        if found is not None and _covers(found, host):
            return number
        if not entry.hosts:  # no hosts: the entry is meant for all of them
            return number
    return None


def _covers(secret: Secret, host: str) -> bool:
    return secret.key_pair is not None and secret.key_pair.covers(host)
