"""What becomes of one address."""

from ipaddress import ip_address

import pytest

from compiler.world import compiled
from model.build import address_lease, address_pool, eip, service
from portico.explain.address import address_document, address_lines, explain_address
from portico.explain.question import explanation, parse_question
from portico.model.fact import Fact

LB = "LoadBalancer"


def lines(text: str, *facts: Fact) -> list[str]:
    address = ip_address(text)
    found = address_lines(address, explain_address(compiled(*facts), address))
    return [" ".join(each.split()) for each in found]


def balanced(name: str, **spec: object) -> Fact:
    return service(name, **{"type": LB, **spec})  # type: ignore[arg-type]


POOL = address_pool("edge", "192.0.2.0/28", "2001:db8::/120")


def test_who_has_it_and_why() -> None:
    assert lines("192.0.2.1", POOL, balanced("web"), address_lease("web", "192.0.2.1")) == [
        "192.0.2.1",
        "pool IPAddressPool home/edge, 192.0.2.0-192.0.2.15",
        "service Service shop/web, served at tcp 80",
        "because pool edge assigns addresses to whoever has none; of that it was the first one"
        " free",
        "result held",
    ]


@pytest.mark.parametrize(
    ("pool", "spec", "why"),
    [
        (POOL, {"loadBalancerIP": "192.0.2.1"}, "it wants this address (spec.loadBalancerIP)"),
        (POOL, {"annotations": {"metallb.io/address-pool": "edge"}}, "it names pool edge"),
        (address_pool("edge", "192.0.2.0/28", serviceAllocation={"priority": 5}), {},
         "pool edge is pinned to it, with priority 5"),
        (eip("edge", "192.0.2.0/28", is_default=True),
         {"annotations": {"lb.kubesphere.io/v1alpha1": "openelb"}}, "Eip edge is the default"),
    ],
)  # fmt: skip
def test_why_it_is_of_that_pool(pool: Fact, spec: dict[str, object], why: str) -> None:
    found = lines("192.0.2.1", pool, balanced("web", **spec), address_lease("web", "192.0.2.1"))
    assert any(why in each for each in found), found


def test_what_is_free_avoided_or_strange() -> None:
    avoiding = address_pool("edge", "192.0.2.0/28", avoidBuggyIPs=True)
    assert lines("192.0.2.1", avoiding)[-1] == "result free: nobody has it"
    assert "avoidBuggyIPs" in lines("192.0.2.0", avoiding)[-1]
    assert lines("203.0.113.1", avoiding)[-1] == "result of no pool, and no Service has it"


def test_who_wants_it_in_vain() -> None:
    late = balanced("late", loadBalancerIP="192.0.2.1")
    no = address_lease("late", because="ADDRESS_HELD", detail="192.0.2.1 is held by Service a/b")
    found = lines("192.0.2.1", POOL, late, no)
    assert "result free: nobody has it" in found
    assert any("Service shop/late spec.loadBalancerIP" in each for each in found)


def test_for_programs() -> None:
    plan = compiled(POOL, balanced("web"), address_lease("web", "192.0.2.1"))
    address = ip_address("192.0.2.1")
    document = address_document(address, explain_address(plan, address))
    assert (document["address"], document["result"]) == ("192.0.2.1", "held")
    (holder,) = document["services"]  # type: ignore[misc]
    assert (holder["service"], holder["ports"]) == ("Service shop/web", ["tcp 80"])
    told = explanation(plan, parse_question("192.0.2.1"))
    assert told == {**document, "text": told["text"]}


def test_a_bare_address_is_another_question_than_a_request() -> None:
    for url in ("192.0.2.1", "2001:db8::1"):
        assert parse_question(url) == ip_address(url)
    for url in ("http://192.0.2.1", "192.0.2.1/", "192.0.2.1:80", "shop.example"):
        assert not isinstance(parse_question(url), type(ip_address("192.0.2.1")))
    assert parse_question("192.0.2.1", headers=["Host: shop.example"]).host == "shop.example"  # type: ignore[union-attr]
