"""What is broken in the cluster is served as it was, whatever ends in between."""

import pytest

from live.manifests import endpoints, ingress, secret, service
from live.until import until
from model.certificates import pair
from support.client import Client

pytestmark = pytest.mark.nginx

HOST = "shop.example"


def shown_by(program):
    with Client(program.https, tls=True, sni=HOST) as client:
        return client.fingerprint


@pytest.mark.parametrize("end", ["kill", "kill_all"])
def test_a_broken_certificate_is_shown_as_it_was(portico, town, backends, address, end):
    good = pair(HOST)
    town.apply(service("a"), endpoints("a", (address, backends["a"])), secret("cert", good))
    town.apply(ingress("shop", HOST, [("/", "a")], secret="cert"))
    portico.start()
    before = shown_by(portico)
    # The key of another one: an API server takes it.
    broken = secret("cert", good._replace(key=pair("other.example").key))
    town.apply(broken)
    until(portico.problems, "the problem")
    getattr(portico, end)()
    portico.start()
    (problem,) = portico.problems()
    assert problem["object"] == f"Secret {town.namespace}/cert"
    assert shown_by(portico) == before
    held = list((portico.state / "held" / "cluster").iterdir())
    assert [path.stat().st_mode & 0o777 for path in held] == [0o600]
    town.apply(secret("cert", pair(HOST, "www.shop.example")))
    until(lambda: not portico.problems(), "the problem to be over")
    assert not any(path.exists() for path in held)
    until(lambda: shown_by(portico) != before, "the new certificate")
