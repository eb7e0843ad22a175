"""Which certificate each host of an Ingress shows.

An Ingress with any `tls` entry makes all its hosts TLS hosts. The entry that lists the host
decides; else the first whose certificate covers it; else the first that lists no host, and so is
meant for all; else the default certificate is shown. A certificate that does not cover a host is
never shown for it.
"""

from collections.abc import Iterable
from functools import cached_property

from portico.compiler.claim import CertificateWant
from portico.compiler.look import Look
from portico.compiler.lower.petition import Petition
from portico.lib.shorten import shown
from portico.model.core import Secret
from portico.model.key_pair import names_covering
from portico.model.networking import Ingress
from portico.model.ref import Ref
from portico.plan.certificate import certificate_key
from portico.plan.key import Key
from portico.plan.site import TLS
from portico.plan.verdict import Because


def ask_tls(fact: Ingress, sites: Iterable[Key], look: Look, petition: Petition) -> None:
    """Claim TLS for each site, and the certificates they show."""
    if not fact.spec.tls:
        return
    entries = _Entries(fact, look, petition.ref.namespace)
    for site in sites:
        petition.claim(site, _site_tls(site.name, entries, petition))


def _site_tls(host: str, entries: "_Entries", petition: Petition) -> TLS:
    number = entries.listing(host)
    if number is None:
        number = entries.covering(host)
    if number is None:
        return TLS(None, petition.origin("spec.tls"))
    secret = entries.secret(number)
    if not secret.name:
        return TLS(None, petition.origin(f"spec.tls[{number}]"))
    field = f"spec.tls[{number}].secretName"
    origin = petition.origin(field)
    names = entries.names(number)
    if names is None:
        detail = f"{secret.namespace}/{secret.name}"
        petition.refuse(field, Because.SECRET_MISSING, shown(detail))
        return TLS(None, origin)
    if host and names.isdisjoint(names_covering(host)):
        petition.refuse(field, Because.CERTIFICATE_MISMATCH, host)
        return TLS(None, origin)
    key = certificate_key(secret)
    if not petition.asks(key):
        petition.claim(key, CertificateWant(secret, origin))
    return TLS(key, origin)


class _Entries:
    """The `tls` entries of one Ingress, indexed, so that many hosts are no more work each."""

    def __init__(self, fact: Ingress, look: Look, namespace: str) -> None:
        self._tls = fact.spec.tls
        self._look = look
        self._namespace = namespace
        self._names: dict[int, frozenset[str] | None] = {}

    def listing(self, host: str) -> int | None:
        """The first entry that lists the host, else the first that lists its wildcard."""
        found = (self._number_by_host.get(name) for name in names_covering(host))
        return next((number for number in found if number is not None), None)

    def covering(self, host: str) -> int | None:
        """The first entry whose certificate is good for the host, else the first for all hosts."""
        found = (self._number_by_name.get(name) for name in names_covering(host))
        first = min((number for number in found if number is not None), default=None)
        if first is not None:
            return first
        return next((number for number, entry in enumerate(self._tls) if not entry.hosts), None)

    def secret(self, number: int) -> Ref:
        return Ref(Secret.KIND, self._namespace, self._tls[number].secret_name)

    def names(self, number: int) -> frozenset[str] | None:
        """What the certificate covers; None where there is none."""
        if number not in self._names:
            found = self._look.get(Secret, self._namespace, self._tls[number].secret_name)
            pair = found.key_pair if found else None
            self._names[number] = frozenset(pair.names) if pair else None
        return self._names[number]

    @cached_property
    def _number_by_host(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for number, entry in enumerate(self._tls):
            for host in entry.hosts:
                found.setdefault(host.lower(), number)
        return found

    @cached_property
    def _number_by_name(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for number in range(len(self._tls)):
            for name in self.names(number) or ():
                found.setdefault(name, number)
        return found
