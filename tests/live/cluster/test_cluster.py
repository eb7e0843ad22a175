"""What works from a folder works from a cluster, with real traffic."""

import json
import ssl
from hashlib import sha256

import pytest

from live.command import portico as command
from live.manifests import endpoints, ingress, secret, service
from live.until import until
from model.certificates import pair
from support.client import Client

pytestmark = pytest.mark.nginx

HOST = "shop.example"


@pytest.fixture
def shop(portico, town, backends, address):
    """Two backends; / leads to a."""
    for name in ("a", "b"):
        town.apply(service(name), endpoints(name, (address, backends[name])))
    town.apply(ingress("shop", HOST, [("/", "a")]))
    portico.start()
    portico.until_served(HOST, "/", "a")
    return portico


def test_a_change_reaches_traffic(shop, town):
    town.apply(ingress("shop", HOST, [("/", "b")]))
    shop.until_served(HOST, "/", "b")
    town.apply(ingress("new", "new.example", [("/", "a")]))
    shop.until_served("new.example", "/", "a")
    town.delete("Ingress", "shop")
    shop.until_served(HOST, "/", "404")


def test_endpoints_come_and_go(shop, town, backends, address):
    town.apply(endpoints("a", (address, backends["b"])))
    until(lambda: {shop.name(HOST) for _ in range(8)} == {"a", "b"}, "both to answer")
    town.delete("EndpointSlice", f"a-{address.replace('.', '-')}-{backends['a']}")
    shop.until_served(HOST, "/", "b")
    town.delete("EndpointSlice", f"a-{address.replace('.', '-')}-{backends['b']}")
    shop.until_served(HOST, "/", "503")


def test_a_certificate_is_shown_and_renewed(shop, town):
    for names in ((HOST,), (HOST, "www.shop.example")):
        made = pair(*names)
        town.apply(secret("cert", made), ingress("shop", HOST, [("/", "a")], secret="cert"))
        wanted = sha256(ssl.PEM_cert_to_DER_cert(made.chain.decode())).hexdigest()
        until(lambda wanted=wanted: shown_by(shop) == wanted, "the certificate to be shown")
        assert shop.get(HOST, tls=True).header("X-Echo-Name") == "a"


def shown_by(program):
    with Client(program.https, tls=True, sni=HOST) as client:
        return client.fingerprint


def test_what_is_refused_is_told_by_its_name(shop, town):
    town.apply(ingress("bad", "bad.example", [("/", "nobody")]))
    until(shop.problems, "a problem to be told")
    (problem, *_) = shop.problems()
    assert problem["object"] == f"Ingress {town.namespace}/bad"
    assert problem["file"] == ""
    shop.until_served(HOST, "/", "a")


def test_addresses_are_written_where_that_was_asked_for(portico, town):
    town.apply(service("a"), ingress("shop", HOST, [("/", "a")]))
    portico.start("--publish-status-address", "192.0.2.7")
    until(lambda: addresses(town) == [{"ip": "192.0.2.7"}], "the address to be written")
    until(lambda: portico.status()["writing"][0]["statusesWritten"] == 1, "it to be told")
    assert portico.stop() == 0


def test_nothing_is_written_where_nobody_asked_for_it(shop, town):
    assert "nothing is written to the cluster" in shop.logged()
    assert not addresses(town)


def addresses(town):
    return town.get("Ingress", "shop").get("status", {}).get("loadBalancer", {}).get("ingress", [])


def test_check_reads_the_cluster_once(town):
    town.apply(service("a"), ingress("shop", HOST, [("/", "a")]))
    good = command("check", "--only", "http", *town.options)
    assert "1 Ingress" in good.out
    town.apply(ingress("bad", "bad.example", [("/", "nobody")]))
    bad = command("check", "--only", "http", *town.options)
    assert bad.code == 1
    assert f"Ingress {town.namespace}/bad spec.rules[0]" in bad.out


def test_explain_and_plan_read_the_cluster_once(town, address):
    town.apply(service("a"), endpoints("a", (address, 8080)), ingress("shop", HOST, [("/", "a")]))
    told = command("explain", f"http://{HOST}/", "--only", "http", *town.options)
    assert told.code == 0, told.err
    assert f"Service {town.namespace}/a" in told.out
    assert f"{address}:8080" in told.out
    plan = command("plan", "--only", "http", "-o", "json", *town.options)
    assert [site["host"] for site in json.loads(plan.out)["sites"]] == [HOST]


def test_a_file_is_served_before_the_cluster(portico, town, backends, address):
    portico.origin = (str(portico.folder), *town.options)
    for name in ("a", "b"):
        town.apply(service(name), endpoints(name, (address, backends[name])))
    town.apply(ingress("shop", HOST, [("/", "a")]))
    portico.start()
    portico.until_served(HOST, "/", "a")
    text = ingress("shop", HOST, [("/", "b")])
    file = portico.save(
        "shop.yaml", text.replace("namespace: shop", f"namespace: {town.namespace}")
    )
    portico.until_served(HOST, "/", "b")
    (hidden,) = [each for each in portico.problems() if each["field"] == "metadata.name"]
    assert hidden["object"] == f"Ingress {town.namespace}/shop"
    file.unlink()
    portico.until_served(HOST, "/", "a")
    until(lambda: not portico.problems(), "the problem to be over")
