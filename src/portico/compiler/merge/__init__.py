"""The claims on one key -> its unit. One file per kind of unit."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from portico.compiler.claim import Claim
from portico.compiler.look import Look
from portico.compiler.merge.backend import merge_backend
from portico.compiler.merge.blank import BLANK
from portico.compiler.merge.certificate import merge_certificate
from portico.compiler.merge.outcome import merge_outcome
from portico.compiler.merge.site import merge_site
from portico.plan.key import BACKEND, CERTIFICATE, OUTCOME, SITE, Key
from portico.plan.plan import Unit

__all__ = ["BLANK", "MERGE", "Merge"]

Merge = Callable[[Key, Sequence[Claim], Look], Unit]

MERGE: Final[Mapping[str, Merge]] = {
    SITE: merge_site,
    BACKEND: merge_backend,
    CERTIFICATE: merge_certificate,
    OUTCOME: merge_outcome,
}
