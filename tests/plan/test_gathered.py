"""What is gathered from changes equals what is gathered from the whole plan."""

from hypothesis import given
from hypothesis import strategies as st

from portico.model.ref import Ref
from portico.plan.gathered import Gathered
from portico.plan.health_port import HealthPort, health_port_key
from portico.plan.key import Origin
from portico.plan.plan import Plan, diff

WEB = Ref("Service", "shop", "web")


def unit(port: int, endpoints: int) -> HealthPort:
    return HealthPort(health_port_key(port), port, WEB, endpoints, Origin(WEB, ""))


def even(each) -> int | None:
    return each.local_endpoints if each.local_endpoints % 2 == 0 else None


PLANS = st.dictionaries(st.integers(1, 5), st.integers(0, 5)).map(
    lambda found: {health_port_key(port): unit(port, count) for port, count in found.items()}
)


@given(st.lists(PLANS, max_size=6))
def test_changes_add_up(plans: list[Plan]):
    gathered: Gathered[int] = Gathered(even)
    before: Plan = {}
    for plan in plans:
        told = dict(gathered.by_key)
        is_news = gathered.follow(diff(before, plan))
        told_of_all = {key: even(each) for key, each in plan.items()}
        expected = {key: value for key, value in told_of_all.items() if value is not None}
        assert gathered.by_key == expected
        assert is_news == (told != expected)
        before = plan
