"""Which pod kubectl takes first. Each row is better than the next one for the reason beside it."""

import itertools
import random

import pytest

from forward.objects_made import pod
from portico.forward.order import best_first

EARLY, LATE = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"
SIDECAR = {"initContainers": [{"name": "proxy", "restartPolicy": "Always"}]}

BEST_FIRST = [
    pod("ready-longest", since=EARLY),
    pod("ready-later", since=LATE, created=EARLY),       # how long it is ready
    pod("younger", since=LATE, created=LATE),            # how old it is
    pod("ageless", since=LATE),                          # without a time it counts as the youngest
    pod("restarted", since=LATE, restarts=1, created=EARLY),      # how often it was restarted
    pod("restarted-more", since=LATE, restarts=2, created=EARLY),
    pod("timeless", restarts=0, created=EARLY),          # ready, nobody knows since when
    pod("leaves-later", since=EARLY, deleted=LATE),      # it leaves
    pod("leaves", since=EARLY, deleted=EARLY),           # sooner
    pod("not-ready", ready=False, created=EARLY),        # it is not ready
    pod("unknown", phase="Unknown"),                     # it may not run
    pod("pending", phase="Pending"),                     # it does not run, but ready comes next
    pod("failed", phase="Failed", ready=False, created=EARLY),    # ended counts as pending
    pod("succeeded", phase="Succeeded", ready=False, created=LATE),
    pod("nowhere", node=""),                             # it has no node
]  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_best_first(seed):
    shuffled = list(BEST_FIRST)
    random.Random(seed).shuffle(shuffled)
    assert [each.name for each in best_first(shuffled)] == [each.name for each in BEST_FIRST]


def test_each_is_better_than_all_that_follow():
    for better, worse in itertools.combinations(BEST_FIRST, 2):
        assert best_first([worse, better])[0].name == better.name


def test_restarts_of_sidecars_come_after_those_of_others():
    def with_sidecar(name, restarts, of_proxy):
        made = pod(name, since=EARLY, restarts=restarts, **SIDECAR)
        statuses = (type(made.status.container_statuses[0])("proxy", of_proxy),)
        import msgspec

        status = msgspec.structs.replace(made.status, init_container_statuses=statuses)
        return msgspec.structs.replace(made, status=status)

    ordered = [with_sidecar("a", 1, 0), with_sidecar("b", 1, 3), with_sidecar("c", 2, 0)]
    assert best_first(reversed(ordered)) == ordered


def test_equals_stay_in_the_order_of_the_list():
    pods = [pod("b"), pod("a"), pod("c")]
    assert best_first(pods) == pods
