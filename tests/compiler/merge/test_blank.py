"""Units that are there, and serve nothing."""

import pytest

from portico.compiler.merge import MERGE
from portico.compiler.merge.blank import BLANK
from portico.model.ref import Ref
from portico.plan.backend import Backend, backend_key
from portico.plan.certificate import Certificate, certificate_key
from portico.plan.key import CATCH_ALL
from portico.plan.plan import Unit
from portico.plan.site import Site
from portico.plan.verdict import Outcome, outcome_key

SERVICE, SECRET = Ref("Service", "shop", "cart"), Ref("Secret", "shop", "tls")
INGRESS = Ref("Ingress", "shop", "a")


@pytest.mark.parametrize(
    "unit",
    [
        Site(CATCH_ALL),
        Backend(backend_key("shop", "cart", "web"), SERVICE, "web"),
        Certificate(certificate_key(SECRET), SECRET, None),
        Outcome(outcome_key(INGRESS), INGRESS, (), ()),
    ],
    ids=lambda unit: unit.key.kind,
)
def test_a_key_is_enough_to_make_one(unit: Unit) -> None:
    assert BLANK[unit.key.kind](unit.key) == unit


def test_there_is_one_for_every_merge_step() -> None:
    assert BLANK.keys() == MERGE.keys()
