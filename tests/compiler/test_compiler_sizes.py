"""What work costs, in counts: steps and function calls, which no machine can vary."""

import tracemalloc

import pytest

from compiler.world import World, calls
from model.build import ingress, pod, rule, secret, service, slice_of
from model.certificates import pair
from portico.model.networking import Ingress


def many(count: int) -> list[Ingress]:
    return [
        ingress(f"i{n}", rule(f"h{n}.example", "/ cart:80"), rule(f"g{n}.example", "/ cart:80"))
        for n in range(count)
    ]


def test_from_scratch_every_step_runs_once() -> None:
    world = World(*many(50), service())
    # Ingresses, outcomes, sites; one Service and its backend.
    assert world.compiler.steps_run == 50 + 50 + 100 + 2
    assert len(world.plan) == 50 + 100 + 1 + 2


@pytest.mark.parametrize("size", [3, 300])
def test_the_cost_of_an_edit_does_not_depend_on_the_size(size: int) -> None:
    world = World(*many(size), service(), slice_of("cart", "10.0.0.1"))
    world.put(ingress("i1", rule("h1.example", "/x cart:80"), rule("g1.example", "/ cart:80")))
    assert world.steps == 2
    world.put(slice_of("cart", "10.0.0.2"))
    assert world.steps == 1
    world.put(ingress("new", rule("new.example", "/ cart:80")))
    assert world.steps == 4  # the Ingress, its outcome, its site; and the backend, for its refusals
    world.drop(ingress("new"))
    assert world.steps == 4


def test_an_edit_copies_the_plan_only_where_somebody_has_it() -> None:
    new = ingress("new", rule("new.example", "/ new:80"))

    def peak(size: int, *, is_looked_at: bool) -> int:
        """Bytes that putting it and taking it back need at a time."""
        world = World(*many(size))
        world.put(new)  # what grows once has grown
        world.drop(new)
        plan = world.plan if is_looked_at else None
        tracemalloc.start()
        world.put(new)
        world.drop(new)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        del plan
        return most

    of_few, of_many = (peak(size, is_looked_at=False) for size in (3, 1000))
    assert of_many < 2 * of_few < peak(1000, is_looked_at=True)


def one_with(count: int) -> Ingress:
    """One Ingress with many of everything: hosts, certificates, refusals, paths of one host."""
    hosts = [f"h{n}.example" for n in range(count)]
    return ingress(
        "big",
        *(rule(host, "/ cart:80") for host in hosts),
        *(rule(f"Bad{n}") for n in range(count)),
        *(rule("one.example", f"/{n} cart:80", "/same cart:80") for n in range(count)),
        default="cart:80",
        tls=[("tls", hosts), *((f"t{n}", ["x"]) for n in range(count))],
    )


def test_a_big_ingress_is_no_more_work_than_its_parts() -> None:
    tls = secret("tls", pair(*(f"h{n}.example" for n in range(400))))
    small, large = (calls(lambda n=n: World(one_with(n), tls, service())) for n in (100, 400))
    assert large < 4.5 * small


def test_many_on_one_host_are_no_more_work_than_their_parts() -> None:
    def crowd(count: int) -> World:
        return World(*(ingress(f"i{n}", rule("a.example", f"/{n % 7} x:1")) for n in range(count)))

    small, large = (calls(lambda n=n: crowd(n)) for n in (100, 400))
    assert large < 4.5 * small


def test_a_service_of_many_endpoints_is_no_more_work_than_they_are() -> None:
    """One in two is terminating, and one in four is on this node."""

    def crowd(count: int) -> World:
        leaving = {"ready": False, "serving": True, "terminating": True}
        pods = [
            pod(f"10.0.{n >> 8}.{n & 255}", f"n{n % 4}", "z1", **(leaving if n % 2 else {}))
            for n in range(count)
        ]
        policies = {"internalTrafficPolicy": "Local", "trafficDistribution": "PreferClose"}
        fact = service(clusterIP="10.96.0.1", externalIPs=["198.51.100.1"], **policies)
        return World(fact, slice_of("cart", *pods))

    small, large = (calls(lambda n=n: crowd(n)) for n in (100, 400))
    assert large < 4.5 * small


def test_a_service_of_many_ports_is_no_more_work_than_they_are() -> None:
    def crowd(count: int) -> World:
        ports = [{"port": n, "name": f"p{n}"} for n in range(1, count + 1)]
        return World(service("cart", *ports, clusterIP="10.96.0.1"))

    small, large = (calls(lambda n=n: crowd(n)) for n in (100, 400))
    assert large < 4.5 * small
