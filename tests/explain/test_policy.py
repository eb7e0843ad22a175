"""The field that decides."""

import pytest

from explain.l4_plans import ALL, LOCAL, WEB, frontend, node_port, pool, to
from portico.explain.packet_answer import Client, End, PacketAnswer, Standing
from portico.explain.policy import policy_of
from portico.plan.pool import Scope
from portico.settings import Entry

NODES = pool(Scope.LOCAL_NODES)


@pytest.mark.parametrize(("entrance", "name", "field"), [
    (frontend("10.96.0.10", to(ALL)),                        "Cluster", "internalTrafficPolicy"),
    (frontend("10.96.0.10", to(LOCAL)),                      "Local",   "internalTrafficPolicy"),
    (frontend("203.0.113.1", to(LOCAL), Entry.EXTERNAL_IP),  "Local",   "externalTrafficPolicy"),
    (frontend("203.0.113.1", to(NODES), Entry.LOAD_BALANCER), "Local",  "externalTrafficPolicy"),
    (node_port(30080, to(ALL)),                              "Cluster", "externalTrafficPolicy"),
])  # fmt: skip
def test_the_policy_of_a_way_in(entrance, name, field):
    answer = PacketAnswer(
        End.FORWARDED,
        Standing(Client.OUTSIDE),
        entrance=entrance,
        forwarding=entrance.forwardings[0],
    )
    policy = policy_of(answer)
    assert policy.name == name
    assert policy.origin == (WEB, f"spec.{field}")


def test_where_nothing_is_forwarded_there_is_none():
    assert policy_of(PacketAnswer(End.NOT_SERVED, Standing(Client.OUTSIDE))) is None
