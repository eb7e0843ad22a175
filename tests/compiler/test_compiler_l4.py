"""What edits change and cost at layer 4."""

import pytest

from compiler.l4 import MACHINE
from compiler.world import SETTINGS, World, calls, compiled
from model.build import health, ingress, lease, listening, node, pod, rule, service, slice_of
from portico.compiler.compiler import Compiler, compile_all
from portico.model.core import Service
from portico.model.fact import Fact
from portico.model.local import machine
from portico.model.ref import Topic
from portico.plan.frontend import NodePort
from portico.plan.key import FRONTEND, NODE_PORT, OUTCOME, POOL, PORT_REQUEST, Key
from portico.plan.plan import Plan
from portico.settings import Room, Settings, Via
from portico.store import Store

WEB = service("web", {"port": 80, "nodePort": 30080}, type="NodePort", clusterIP="10.96.0.1")
DNS = service("dns", {"port": 53, "protocol": "UDP"}, type="NodePort", clusterIP="10.96.0.2")
START = (MACHINE, WEB, DNS, slice_of("web", "10.0.0.1"), slice_of("dns", "10.0.0.2"))

FRONT = Key(FRONTEND, "tcp/10.96.0.1/80")
PORT = Key(NODE_PORT, "tcp/30080")
CLUSTER = Key(POOL, "shop/web/80/tcp/ipv4/cluster")
GIVEN = Key(NODE_PORT, "udp/31000")
DNS_OUTCOME = Key(OUTCOME, "Service/shop/dns")
STICKY = {"sessionAffinity": "ClientIP"}


def web(**spec: object) -> Service:
    ports = {"port": 80, "nodePort": 30080}
    return service("web", ports, **{"type": "NodePort", "clusterIP": "10.96.0.1", **spec})


@pytest.mark.parametrize(
    ("edit", "changed", "steps"),
    [
        (slice_of("web", "10.0.0.9"),              {CLUSTER},                    1),
        (slice_of("web", "10.0.0.9", name="more"), {CLUSTER},                    1),
        (slice_of("web", pod("10.0.0.1", "n1")),   set(),                        1),
        (web(**STICKY),                            {CLUSTER},                    2),
        (web(labels={"a": "b"}),                   set(),                        1),
        (listening("tcp-30080", "0.0.0.0"),        {PORT},                       1),
        (listening("tcp-22", "0.0.0.0"),           set(),                        0),
        # The Service looks again, is given its port, and its owner is told.
        (lease("dns.53-udp", 31000),               {GIVEN, DNS_OUTCOME},         3),
        (node("other"),                            set(),                        0),
        (health("other/10256", "ill"),             set(),                        0),
    ],
    ids=range(10),
)  # fmt: skip
def test_an_edit_costs_what_it_changes(edit: Fact, changed: set[Key], steps: int) -> None:
    world = World(*START)
    told = world.put(edit)
    assert (told.changed.keys(), told.removed) == (changed, set())
    assert world.steps == steps
    assert world.plan == compile_all(world.store, SETTINGS)


@pytest.mark.parametrize("size", [3, 300])
def test_the_cost_of_an_edit_does_not_depend_on_the_size(size: int) -> None:
    facts = [
        fact
        for n in range(size)
        for fact in (
            service(f"s{n}", {"port": 80, "nodePort": 30000 + n}, type="NodePort"),
            slice_of(f"s{n}", "10.0.0.1"),
        )
    ]
    world = World(*facts)
    world.put(slice_of("s1", "10.0.0.2", "2001:db8::2"))
    assert world.steps == 2  # a pool in each family


def test_http_and_layer_4_follow_one_slice() -> None:
    world = World(ingress("a", rule("a.example", "/ web:80")), *START)
    told = world.put(slice_of("web", "10.0.0.9"))
    assert told.changed.keys() == {CLUSTER, Key("backend", "shop/web/80")}
    assert world.steps == 2


def test_a_lease_that_goes_takes_its_port_along() -> None:
    world = World(*START)
    given = lease("dns.53-udp", 31000)
    world.put(given)
    assert isinstance(world.plan[GIVEN], NodePort)
    assert world.drop(given).removed == {GIVEN}
    assert Key(PORT_REQUEST, "shop/dns/53/udp") in world.plan


def test_a_service_that_names_its_port_asks_no_more() -> None:
    world = World(*START, lease("dns.53-udp", 31000))
    named = service(
        "dns", {"port": 53, "protocol": "UDP", "nodePort": 30053}, type="NodePort",
        clusterIP="10.96.0.2",
    )  # fmt: skip
    told = world.put(named)
    assert told.removed == {GIVEN, Key(PORT_REQUEST, "shop/dns/53/udp")}


def test_addresses_of_this_machine_come_and_go() -> None:
    fact = service("lb", type="LoadBalancer", allocateLoadBalancerNodePorts=False)
    world = World(fact)
    assert not any(key.kind == FRONTEND for key in world.plan)
    world.put(machine(("192.0.2.7",), ("192.0.2.7",)))
    assert Key(FRONTEND, "tcp/192.0.2.7/80") in world.plan
    told = world.put(machine(("192.0.2.8",), ("192.0.2.8",)))
    assert told.removed == {Key(FRONTEND, "tcp/192.0.2.7/80")}
    assert world.plan == compile_all(world.store, SETTINGS)


class TestInFrontOfNodes:
    SETTINGS = Settings(via=Via.NODE_PORT)
    FACTS = (
        node("a", "10.1.0.1"),
        node("b", "10.1.0.2"),
        *(
            service(
                f"s{n}", {"port": 80, "nodePort": 30000 + n}, type="LoadBalancer",
                externalIPs=[f"198.51.100.{n}"],
            )
            for n in range(3)
        ),
    )  # fmt: skip

    def compiled(self) -> tuple[Store, Compiler]:
        store = Store()
        compiler = Compiler(store, self.SETTINGS)
        compiler.recompile(set().union(*(store.put(fact) for fact in self.FACTS)))
        return store, compiler

    def steps(self, compiler: Compiler, changed: set[Topic]) -> int:
        before = compiler.steps_run
        compiler.recompile(changed)
        return compiler.steps_run - before

    def test_the_health_of_a_node_concerns_the_pools_alone(self) -> None:
        store, compiler = self.compiled()
        assert self.steps(compiler, store.put(health("a/10256", "timed out"))) == 3
        assert compiler.plan == compile_all(store, self.SETTINGS)

    def test_a_node_that_leaves_takes_its_probe_along(self) -> None:
        store, compiler = self.compiled()
        told = compiler.recompile(store.put(node("a", "10.1.0.1", leaving=True)))
        assert told.removed == {Key("probe", "a/10256")}
        assert {key.kind for key in told.changed} == {POOL}
        assert compiler.plan == compile_all(store, self.SETTINGS)

    def test_one_more_service_costs_itself_and_the_nodes_that_are_asked_for_it(self) -> None:
        store, compiler = self.compiled()
        more = service(
            "more", {"port": 80, "nodePort": 30009}, type="LoadBalancer",
            externalIPs=["198.51.100.9"],
        )  # fmt: skip
        # The Service, its frontend, its pool, its outcome; each node, and its probe.
        assert self.steps(compiler, store.put(more)) == 4 + 2 * 2
        assert compiler.plan == compile_all(store, self.SETTINGS)

    def test_a_node_more_is_little_work_for_each_service(self) -> None:
        """It is looked at once for all Services; each of them only adds it to its pool."""
        fewer, more = calls(lambda: in_front(50, 50)), calls(lambda: in_front(50, 60))
        assert (more - fewer) / (10 * 50) < 15


def in_front(services: int, nodes: int) -> None:
    facts = [
        *(node(f"n{n}", f"10.1.0.{n}") for n in range(nodes)),
        *(
            service(
                f"s{n}", {"port": 80, "nodePort": 30000 + n}, type="LoadBalancer",
                externalIPs=[f"198.51.100.{n}"],
            )
            for n in range(services)
        ),
    ]  # fmt: skip
    compiled(*facts, settings=Settings(via=Via.NODE_PORT))


def kinds(plan: Plan) -> set[str]:
    return {key.kind for key in plan}


def test_a_room_that_is_switched_off_is_empty() -> None:
    facts = (*START, ingress("a", rule("a.example", "/ web:80")))
    http, l4, lb = (
        kinds(compiled(*facts, settings=Settings(rooms=frozenset({room})))) for room in Room
    )
    assert http == {"listener", "site", "backend", "outcome"}
    assert l4 == {"machine", "frontend", "nodePort", "portRequest", "pool", "outcome"}
    assert lb == set(), "there are no pools"
