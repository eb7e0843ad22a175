"""Who has an address, and who may have it too.

MetalLB: Services with the same key share, if no port is wanted twice and their traffic goes to the
same place: anywhere in the cluster for all of them, or to the same pods. OpenELB: whoever wants the
address by name shares it; that no port may be wanted twice is our rule, as one of them would not be
served.
"""

from portico.ipam.address_pools import Refused
from portico.model.address_range import text_of
from portico.model.ref import Ref
from portico.plan.address_pool import Product
from portico.plan.address_request import Terms
from portico.plan.transport import Transport
from portico.plan.verdict import Because

Port = tuple[Transport, int]


class Tenancy:
    """Of one address. Its holders all go together."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._terms: dict[Ref, Terms] = {}
        self._ports: dict[Port, Ref] = {}
        self._unasked: set[Ref] = set()
        """Those of OpenELB that did not want this very address."""

    def __bool__(self) -> bool:
        return bool(self._terms)

    @property
    def holders(self) -> list[Ref]:
        return sorted(self._terms)

    @property
    def ports(self) -> frozenset[Port]:
        return frozenset(self._ports)

    @property
    def terms(self) -> Terms:
        """Of any holder: what they share is the same."""
        return next(iter(self._terms.values()))

    def objection(self, terms: Terms, *, asks: bool) -> Refused | None:
        """Why somebody may not have the address, too; None if they may."""
        if not self._terms:
            return None
        where = text_of(self._number)
        if because := self._discord(terms, asks=asks):
            return Refused(because, f"{where} is held by {min(self._terms)}")
        if clashes := terms.ports & self._ports.keys():
            transport, port = min(clashes)
            who = self._ports[transport, port]
            detail = f"port {port}/{transport.upper()} of {where} is served for {who}"
            return Refused(Because.SHARED_PORT_TAKEN, detail)
        return None

    def _discord(self, terms: Terms, *, asks: bool) -> Because | None:
        ours = self.terms
        if terms.product is Product.OPENELB is ours.product:
            return None if asks or not self._unasked else Because.ADDRESS_HELD
        if terms.product is not ours.product or not (terms.sharing and ours.sharing):
            return Because.ADDRESS_HELD
        if terms.sharing != ours.sharing:
            return Because.SHARING_KEY_DIFFERS
        return Because.SHARING_POLICY_DIFFERS if terms.backend != ours.backend else None

    def enter(self, service: Ref, terms: Terms, *, asks: bool) -> None:
        """Nobody objects."""
        self._terms[service] = terms
        self._ports |= dict.fromkeys(terms.ports, service)
        if terms.product is Product.OPENELB and not asks:
            self._unasked.add(service)

    def leave(self, service: Ref) -> None:
        terms = self._terms.pop(service)
        for port in terms.ports:
            del self._ports[port]
        self._unasked.discard(service)
