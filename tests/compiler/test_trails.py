"""Which step reads which topic."""

from portico.compiler.trails import Trails
from portico.model.ref import Ref
from portico.plan.key import Key

SERVICE, SECRET = Ref("Service", "shop", "cart"), Ref("Secret", "shop", "tls")
INGRESS, BACKEND = Ref("Ingress", "shop", "a"), Key("backend", "shop/cart/80")


def test_the_story_of_two_readers() -> None:
    trails = Trails()
    assert trails.readers([SERVICE]) == set()

    trails.remember(INGRESS, {SECRET})
    trails.remember(BACKEND, {SERVICE, SECRET})
    assert trails.readers([SERVICE]) == {BACKEND}
    assert trails.readers([SECRET]) == {INGRESS, BACKEND}
    assert trails.readers([SERVICE, SECRET]) == {INGRESS, BACKEND}

    trails.remember(BACKEND, {SERVICE})  # has looked elsewhere this time
    assert trails.readers([SECRET]) == {INGRESS}

    trails.remember(BACKEND, {SERVICE, SECRET})  # and further again
    assert trails.readers([SECRET]) == {INGRESS, BACKEND}

    trails.remember(BACKEND, set())
    trails.remember(INGRESS, set())
    assert trails.readers([SERVICE, SECRET]) == set()


def test_nothing_is_kept_of_steps_that_are_gone() -> None:
    trails = Trails()
    trails.remember(INGRESS, {SECRET, SERVICE})
    trails.remember(INGRESS, set())
    assert vars(trails) == vars(Trails())
